#!/usr/bin/env python3
"""R6, R7: who may open a WebSocket, what it may send, and 10,000 of them of which one stalls.

`benches/trust/sockets.py [CLIENTS] [SECONDS]`. The server has core 0, this script core 1.
"""
import base64
import json
import os
import resource
import select
import socket
import struct
import sys
import threading
import time
from statistics import median

from common import FIXTURE, Client, Server, end, percentile, report

CLIENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 20
ALERTS_PER_SECOND = 100
MEASURED = 50
ROUNDS = 3
FRAUD = json.loads((FIXTURE / "fraud.json").read_text())
limit = CLIENTS + 2_000
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, max(limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
if os.cpu_count() > 1:
    os.sched_setaffinity(0, {1})


def upgrade(server, host="127.0.0.1", **headers):
    """A socket that has asked for a WebSocket, and what it was told."""
    opened = socket.create_connection((server.host, server.port), 10)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = {"Host": f"{host}:{server.port}", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
             "Sec-WebSocket-Key": key, **headers}
    head = "GET /ws HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    opened.sendall(head.encode() + b"\r\n")
    answer = b""
    while b"\r\n\r\n" not in answer:
        more = opened.recv(1)
        if not more:
            break
        answer += more
    return opened, int(answer.split()[1]) if answer else None


def frame(kind, payload):
    mask = os.urandom(4)
    size = len(payload)
    head = bytes([0x80 | kind]) + (bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + struct.pack(">H", size)
                                   if size < 65536 else bytes([0x80 | 127]) + struct.pack(">Q", size))
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def closes(opened, patience=5):
    """The code with which the server closes, or 'cut'."""
    opened.settimeout(patience)
    data = b""
    try:
        while more := opened.recv(65536):
            data += more
    except TimeoutError:
        return None
    except OSError:
        return "cut"
    place = data.rfind(b"\x88")
    return struct.unpack(">H", data[place + 2:place + 4])[0] if place >= 0 and len(data) >= place + 4 else "cut"


def manners(server):
    foreign = upgrade(server, Origin="https://elsewhere.example")[1]
    own = upgrade(server, Origin=f"http://127.0.0.1:{server.port}")[1]
    large, _ = upgrade(server)
    large.sendall(frame(1, b"x" * 5_000))
    huge, _ = upgrade(server)
    huge.sendall(bytes([0x81, 0x80 | 127]) + struct.pack(">Q", 1 << 60) + b"\0\0\0\0")
    wrong, _ = upgrade(server)
    wrong.sendall(b"\xff" * 50)
    codes = [closes(opened) for opened in (large, huge, wrong)]
    passed = foreign == 403 and own == 101 and codes[0] == 1009 and None not in codes
    report("R6", f"foreign origin {foreign}, own {own}; 5,000 bytes, 2^60 announced, garbage: {codes}", passed)


PONG = frame(10, b"")


class Crowd:
    """Clients that read all they get; some of them look into it."""

    def __init__(self, server, count):
        self.epoll, self.sockets, self.latencies = select.epoll(), {}, []
        self.rest = {}
        for number in range(count):
            opened, status = upgrade(server)
            assert status == 101, status
            opened.setblocking(False)
            self.sockets[opened.fileno()] = opened
            if number < MEASURED:
                self.rest[opened.fileno()] = b""
            self.epoll.register(opened, select.EPOLLIN)
        self.buffer = bytearray(1 << 18)
        self.order, self.spoken = list(self.sockets.values()), 0
        self.began = time.monotonic()

    def speak(self):
        """Each says every 20 s that it is there, one after the other."""
        due = int((time.monotonic() - self.began) / 20 * len(self.order))
        for number in range(self.spoken, due):
            self.order[number % len(self.order)].send(PONG)
        self.spoken = max(due, self.spoken)

    def drain(self, until):
        while time.monotonic() < until:
            self.speak()
            # Never asleep: to wake a reader would cost the sender, and no client lies on the same machine.
            for number, _ in self.epoll.poll(0, 2_000):
                opened = self.sockets[number]
                if number in self.rest:
                    self.look(number, opened.recv(1 << 18))
                else:
                    opened.recv_into(self.buffer)

    def look(self, number, data):
        now = time.time()
        data = self.rest[number] + data
        while len(data) >= 2:
            size, start = data[1] & 127, 2
            if size == 126:
                size, start = struct.unpack(">H", data[2:4])[0], 4
            elif size == 127:
                size, start = struct.unpack(">Q", data[2:10])[0], 10
            if len(data) < start + size:
                break
            payload, data = data[start:start + size], data[start + size:]
            if payload.startswith(b'{"type":"alerts"'):
                for event in json.loads(payload)["events"]:
                    self.latencies.append(now - float(event["id"].split("t")[1]))
        self.rest[number] = data


def alerts(server, until, stopped):
    client, number = Client(server), 0
    start = time.monotonic()
    while time.monotonic() < until and not stopped.is_set():
        client.post("/predict_map", {**FRAUD, "id": f"a{number}t{time.time():.6f}"})
        number += 1
        pause = start + number / ALERTS_PER_SECOND - time.monotonic()
        if pause > 0:
            time.sleep(pause)


def listed(figures):
    return " ".join(f"{figure:.0f}" for figure in figures)


def measure(server, crowd):
    crowd.latencies.clear()
    started, theirs, ours = time.monotonic(), server.busy(), time.process_time()
    stopped, until = threading.Event(), time.monotonic() + SECONDS
    poster = threading.Thread(target=alerts, args=(server, until, stopped))
    poster.start()
    crowd.drain(until)
    stopped.set()
    poster.join()
    took = time.monotonic() - started
    print(f"   (server {(server.busy() - theirs) / took:.0%} of its core, readers {(time.process_time() - ours) / took:.0%} of theirs)")
    return percentile(crowd.latencies, 0.5), percentile(crowd.latencies, 0.99), len(crowd.latencies)


with Server(core=0 if os.cpu_count() > 1 else None) as server:
    manners(server)
    time.sleep(1)
    before = server.memory()
    crowd = Crowd(server, CLIENTS)
    crowd.drain(time.monotonic() + 2)
    each = (server.memory() - before) / CLIENTS
    measure(server, crowd)
    rounds = [measure(server, crowd) for _ in range(ROUNDS)]
    steady = (server.memory() - before) / CLIENTS
    p50, p99 = ([figures[place] * 1e3 for figures in rounds] for place in (0, 1))
    report("R7 delivery", f"{CLIENTS:,} clients, {ALERTS_PER_SECOND} alerts/s, {ROUNDS} rounds of {SECONDS:.0f} s: p50 {listed(p50)}, "
           f"p99 {listed(p99)} ms, {sum(count for _, _, count in rounds):,} deliveries", median(p99) <= 250)
    report("R7 memory", f"{each / 1024:.1f} KiB a client at rest, {steady / 1024:.1f} KiB after alerts", steady <= 32 * 1024)
    stalled, _ = upgrade(server)
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    beside = [measure(server, crowd)[1] * 1e3 for _ in range(ROUNDS)]
    spread = max(p99) - min(p99)
    report("R7 stall", f"one more that never reads: p99 {listed(beside)} ms", median(beside) <= median(p99) + spread)
end()
