#!/usr/bin/env python3
"""R14: no room, no permission, a locked database, no file descriptors. As root for the small disk: it is mounted."""
import os
import resource
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing

from common import BINARY, FIXTURE, Client, Place, Server, end, features, report

GOOD = features()


def post(server, name):
    return Client(server).post("/predict", {**GOOD, "id": name})


def full_disk():
    with Place() as place:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], capture_output=True).returncode:
            report("R14 disk", "not tried: mounting a small disk needs root", False)
            return
        try:
            with Server("--db", place / "fraud.db") as server:
                filler = place / "filler"
                acknowledged, refused = [], []
                for number in range(20_000):
                    if number == 200:
                        filler.write_bytes(b"x" * (os.statvfs(place).f_bavail * os.statvfs(place).f_frsize))
                    status = post(server, f"d{number}")[0]
                    (acknowledged if status == 200 else refused).append((f"d{number}", status))
                    if len(refused) == 50:
                        break
                alive = Client(server).get("/health/live")[0]
                filler.unlink()
                again = post(server, "after")[0]
                code, _ = server.stop()
            with closing(sqlite3.connect(place / "fraud.db")) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                found = {name for (name,) in connection.execute("SELECT id FROM decisions")}
            lost = sum(name not in found for name, _ in acknowledged)
        finally:
            subprocess.run(["umount", place], check=True)
    statuses = {status for _, status in refused}
    report("R14 disk", f"full after {len(acknowledged)} decisions: {len(refused)} refused with {statuses}, {lost} lost, alive {alive}; with room again "
           f"{again}, exit {code}", statuses == {503} and not lost and again == 200 and code == 0)


def locked():
    with Place() as place, Server("--db", place / "fraud.db") as server:
        first = post(server, "a")[0]
        lock = sqlite3.connect(place / "fraud.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        during, took = post(server, "b")[0], time.monotonic() - started
        lock.execute("ROLLBACK")
        after = post(server, "b")[0]
    report("R14 locked", f"before {first}, locked {during} after {took:.1f} s, released {after}", (first, during, after) == (200, 503, 200))


def descriptors():
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    with Server(preexec=few) as server:
        clients = []
        for number in range(120):
            client = Client(server, 1)
            try:
                client.connect()
            except OSError:
                break
            clients.append(client)
        # Those that were taken are answered; the others wait.
        first = clients[0].post("/predict", GOOD)
        for client in clients:
            client.close()
        time.sleep(1.5)
        after = post(server, "b")[0]
        code, _ = server.stop()
    report("R14 descriptors", f"{len(clients)} connections at a limit of 64: the first is answered {first and first[0]}; afterwards {after}, exit {code}",
           first is not None and first[0] == 200 and after == 200 and code == 0)


def read_only():
    with Place() as place:
        folder = place / "closed"
        folder.mkdir()
        folder.chmod(0o555)
        run, binary = place / "run", place / "fraudctl"
        shutil.copytree(FIXTURE, run)
        shutil.copy(BINARY, binary)
        become = (lambda: os.setuid(65534)) if os.getuid() == 0 else None
        try:
            os.chmod(place, 0o755)
            with Server("--db", folder / "fraud.db", "--keep-card-numbers", run=run, binary=binary, preexec=become):
                said = "it started"
        except RuntimeError as error:
            said = str(error).strip().splitlines()[0]
        folder.chmod(0o755)
    report("R14 read-only", f"refused at the start: {said}", "fraud.db" in said)


full_disk()
locked()
descriptors()
read_only()
end()
