#!/usr/bin/env python3
"""R3, R4, R5: slow and idle clients, sizes, hostile bodies. `benches/trust/input.py [IDLE_SOCKETS]`"""
import json
import resource
import socket
import sys
import time

from common import Client, Server, end, features, report

IDLE = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
GOOD = features()


def body(**more):
    return json.dumps({**GOOD, **more})


def slow(server):
    client = Client(server)
    client.connect()
    client.socket.sendall(b"POST /predict HTTP/1.1\r\nHost: 127")
    started = time.monotonic()
    answer = client.answer()
    head = (answer[0] if answer else None, time.monotonic() - started)
    client = Client(server)
    client.connect()
    client.socket.sendall(b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
    started = time.monotonic()
    answer = client.answer()
    late = (answer[0] if answer else None, time.monotonic() - started)
    passed = head[0] == 408 and late[0] == 408 and late[1] < 11
    report("R3 slow", f"head: {head[0]} after {head[1]:.1f} s, body: {late[0]} after {late[1]:.1f} s", passed)


def idle(server):
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 500, max(IDLE + 500, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    sockets = []
    for _ in range(IDLE):
        sockets.append(socket.create_connection((server.host, server.port)))
    started = time.monotonic()
    status = Client(server).post("/predict", GOOD)[0]
    took = time.monotonic() - started
    report("R3 idle", f"{IDLE} idle sockets, a new client: {status} after {took * 1e3:.0f} ms", status == 200 and took < 1)
    for idle_socket in sockets:
        idle_socket.close()


def sizes(server):
    def chunked(path, size):
        piece = b"1000\r\n" + b" " * 4096 + b"\r\n"
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        return Client(server).raw(head + piece * (size // 4096 + 1) + b"0\r\n\r\n")

    single, batch = 64 << 10, 4 << 20
    filled = body().encode().ljust(single)
    gzip = {"Content-Encoding": "gzip"}
    found = {
        "single at its limit": Client(server).post("/predict", filled)[0] == 200,
        "one byte more": Client(server).post("/predict", filled + b" ")[0] == 413,
        "chunked": chunked("/predict", single)[0] == 413,
        "batch at its limit": Client(server).post("/predict/batch", f"[{body()}]".encode().ljust(batch))[0] == 200,
        "batch, one byte more": Client(server).post("/predict/batch", b" " * (batch + 1))[0] == 413,
        "batch, chunked": chunked("/predict/batch", batch)[0] == 413,
        "compressed": Client(server).post("/predict", GOOD, gzip)[0] == 415,
    }
    wrong = [name for name, holds in found.items() if not holds]
    report("R4", f"{len(found) - len(wrong)} of {len(found)} limits hold{': not ' + ', '.join(wrong) if wrong else ''}", not wrong)


def hostile(server):
    name = next(iter(GOOD))
    deep = '{"%s":%s1' % (name, "[" * 100_000)
    cases = [
        (deep[:60_000], 400, name), (body()[:-1], 400, None), ("", 400, None), ("null", 400, None), ("[]", 400, None),
        ("\ufeff" + body(), 400, None), (body().replace(": 0.0", ": NaN", 1), 400, name), (body().replace(": 0.0", ": Infinity", 1), 400, name),
        (body().replace(": 0.0", ": 1e999", 1), 400, name), (body().replace(": 0.0", ': "0"', 1), 400, name),
        (body().replace(": 0.0", ": []", 1), 400, name), (body().replace(": 0.0", ": 1e39", 1), 422, name),
        (body().replace(": 0.0", ": -1e39", 1), 422, name), (body(other=1), 400, "other"),
        (body()[:-1] + f', "{name}": 0}}', 400, name), (json.dumps({k: v for k, v in GOOD.items() if k != name}), 400, name),
        (body(id=""), 400, "id"), (body(id=[1]), 400, "id"), (body(id="x" * 200), 400, "id"), (body(time="soon"), 400, "time"),
        (body(time=1e300), 422, "time"), (body(latitude=91, longitude=0), 422, "latitude"), (body(latitude=1), 400, "longitude"),
        (body(amount=1e300), 422, "amount"), (body(currency="EURO"), 400, "currency"),
    ]
    wrong = []
    for text, status, field in cases:
        answer = Client(server).post("/predict", text.encode())
        told = json.loads(answer[2])
        if (answer[0], told.get("field")) != (status, field) or not told.get("code"):
            wrong.append(f"{text[:40]!r}: {answer[0]} {told}")
    for raw in [b"\xff\xfe{}", body().encode().replace(b"V1", b"V\xff")]:
        if Client(server).post("/predict", raw)[0] != 400:
            wrong.append(repr(raw))
    panics = server.said().count("panicked")
    alive = Client(server).post("/predict", GOOD)[0] == 200
    count = len(cases) + 2
    report("R5", f"{count - len(wrong)} of {count} bodies refused as they should, {panics} panics", not wrong and not panics and alive)
    for line in wrong:
        print("  ", line)


with Server() as server:
    sizes(server)
    hostile(server)
    idle(server)
    slow(server)
end()
