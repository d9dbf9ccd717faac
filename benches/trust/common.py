"""What the trust scripts share: a server under test, raw HTTP, and the line that each prints.

Python's standard library only. The binary is $FRAUDCTL, or the one that `make build` leaves. Each script prints
`R<n> | figure | verdict` and ends with 1 when the bar is missed.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TARGET = os.environ.get("CARGO_TARGET_DIR") or pathlib.Path.home() / ".cache/fraudctl/target"
BINARY = os.environ.get("FRAUDCTL") or str(pathlib.Path(TARGET) / "release/fraudctl")
ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "tests/it/fixtures/run"

failed = False


def report(name, figure, passed):
    """Prints the line of a bar."""
    global failed
    failed |= not passed
    print(f"{name} | {figure} | {'holds' if passed else 'MISSED'}", flush=True)


def end():
    sys.exit(1 if failed else 0)


class Place:
    """A folder that goes away."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="fraudctl-trust-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """`fraudctl serve`, on one core when `core` says which."""

    def __init__(self, *arguments, run=FIXTURE, core=None, cwd=None, preexec=None, threads=1, binary=BINARY):
        command = [str(binary), "serve", str(run), "--bind", "127.0.0.1:0", "--threads", str(threads), *map(str, arguments)]
        if core is not None:
            command = ["taskset", "-c", str(core), *command]
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stderr=self.log, stdout=subprocess.DEVNULL, cwd=cwd, preexec_fn=preexec)
        self.started = time.monotonic()
        while True:
            found = re.search(r"listening on https?://([^:\s]+):(\d+)", self.said())
            if found:
                break
            if self.process.poll() is not None:
                raise RuntimeError(self.said())
            time.sleep(0.005)
        self.host, self.port = found[1], int(found[2])

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def memory(self):
        """Bytes that stay in memory."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) * 1024

    def busy(self):
        """Seconds of processor time that it has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, sig=signal.SIGTERM, patience=40):
        """Ends it; gives its exit code and how long that took."""
        started = time.monotonic()
        self.process.send_signal(sig)
        code = self.process.wait(patience)
        return code, time.monotonic() - started

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Client:
    """One keep-alive connection."""

    def __init__(self, server, patience=20):
        self.server, self.patience, self.socket, self.rest = server, patience, None, b""

    def connect(self):
        self.socket = socket.create_connection((self.server.host, self.server.port), self.patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def raw(self, data):
        """Sends bytes as they are; gives status, headers and body of the answer, or None when there is none."""
        if self.socket is None:
            self.connect()
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # It may have answered and hung up already.
        return self.answer()

    def answer(self):
        head = self.until(b"\r\n\r\n")
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while True:
                size = int(self.until(b"\r\n"), 16)
                body += self.exactly(size + 2)[:size]
                if size == 0:
                    break
        else:
            body = self.exactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return status, headers, body

    def until(self, mark):
        while mark not in self.rest:
            try:
                more = self.socket.recv(65536)
            except OSError:
                more = b""
            if not more:
                self.close()
                return None
            self.rest += more
        found, self.rest = self.rest.split(mark, 1)
        return found

    def exactly(self, size):
        while len(self.rest) < size:
            more = self.socket.recv(65536)
            if not more:
                break
            self.rest += more
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def request(self, method, path, body=b"", headers=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": len(body), **(headers or {})}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
        return self.raw(head.encode() + b"\r\n" + body)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def get(self, path):
        return self.request("GET", path)


def features(run=FIXTURE):
    """A body that the run takes: zeros by name."""
    schema = json.loads((pathlib.Path(run) / "schema.json").read_text())
    inputs = schema.get("inputs") or [{"name": name} for name in schema["features"]]
    return {(item["name"] if isinstance(item, dict) else item): 0.0 for item in inputs}


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")
