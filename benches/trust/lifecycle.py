#!/usr/bin/env python3
"""R10, R11, R12, R15: stopped, killed, asked twice, and exchanged under load.

`benches/trust/lifecycle.py [STOPS] [KILLS] [RELOADS]`, by default 100, 200 and 200.
"""
import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

from common import BINARY, Client, Place, Server, end, features, report

STOPS, KILLS, RELOADS = (int(sys.argv[place]) if len(sys.argv) > place else most for place, most in ((1, 100), (2, 200), (3, 200)))
GOOD = features()
random.seed(42)


class Poster(threading.Thread):
    """Posts rows with ids of its own until the server is gone; remembers what was acknowledged."""

    def __init__(self, server, name, path="/predict"):
        super().__init__(daemon=True)
        self.client, self.name_, self.path = Client(server, 5), name, path
        self.acknowledged, self.answers, self.stopped = [], [], threading.Event()
        self.start()

    def run(self):
        number = 0
        while not self.stopped.is_set():
            name = f"{self.name_}x{number}"
            try:
                answer = self.client.post(self.path, {**GOOD, "id": name})
            except OSError:
                return
            if answer is None:
                return
            if answer[0] == 200:
                self.acknowledged.append(name)
            self.answers.append((answer[0], answer[2]))
            number += 1


def stored(database):
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [name for (name,) in connection.execute("SELECT id FROM decisions")]


def stops():
    wrong, slowest, rows, codes = 0, 0, 0, set()
    for number in range(STOPS):
        with Place() as place:
            database = place / "fraud.db"
            with Server("--db", database) as server:
                posters = [Poster(server, f"{number}p{poster}") for poster in range(8)]
                time.sleep(random.uniform(0.05, 0.4))
                code, took = server.stop()
                for poster in posters:
                    poster.join(10)
            acknowledged = sorted(name for poster in posters for name in poster.acknowledged)
            wrong += acknowledged != sorted(stored(database)) or [path.name for path in place.iterdir() if path.suffix != ".key"] != ["fraud.db"]
            slowest, rows = max(slowest, took), rows + len(acknowledged)
            codes.add(code)
    report("R10", f"{STOPS} stops under load, {rows:,} acknowledged: {wrong} times others than those were stored; exit codes {codes}, "
           f"slowest {slowest:.1f} s", not wrong and codes == {0} and slowest < 30)


def readiness():
    with Server("--drain", "2s") as server:
        client = Client(server)
        before = client.get("/health/ready")[0]
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        ready, decided = client.get("/health/ready")[0], Client(server).post("/predict", GOOD)[0]
        code = server.process.wait(40)
    report("R10 readiness", f"ready {before}; asked to stop: ready {ready}, /predict {decided}, exit code {code}",
           (before, ready, decided, code) == (200, 503, 200, 0))


def kills_of_serve(count):
    lost = twice = rows = 0
    with Place() as place:
        database, acknowledged = place / "fraud.db", []
        for number in range(count):
            with Server("--db", database) as server:
                posters = [Poster(server, f"{number}p{poster}") for poster in range(4)]
                time.sleep(random.uniform(0.0, 0.3))
                server.stop(signal.SIGKILL)
                for poster in posters:
                    poster.join(10)
            acknowledged += [name for poster in posters for name in poster.acknowledged]
        found = stored(database)
        lost, twice, rows = len(set(acknowledged) - set(found)), len(found) - len(set(found)), len(acknowledged)
    return lost, twice, rows


def kill_command(command, check):
    """Kills it at a random moment of its life; `check` looks at what is left."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.uniform(0.0, 0.6))
    process.kill()
    process.wait()
    return check()


def kills():
    serve = kills_of_serve(KILLS // 2)
    torn = 0
    with Place() as place:
        log, data, run, database = place / "log.parquet", place / "data", place / "run", place / "load.db"
        small = ["--customers", "200", "--terminals", "300", "--days", "40"]
        subprocess.run([BINARY, "simulate", "--out", log, *small, "--quiet"], check=True)
        rows = json.loads(subprocess.run([BINARY, "load", log, "--db", place / "whole.db", "--json"], capture_output=True, check=True).stdout)["rows"]
        subprocess.run([BINARY, "prep", log, "--out", data, "--quiet"], check=True)
        subprocess.run([BINARY, "train", data, "--model", "lightgbm", "--set", "rounds=20", "--out", run, "--quiet"], check=True)

        def opens():
            evaluated = subprocess.run([BINARY, "evaluate", run, "--data", data, "--quiet"], capture_output=True, text=True)
            return evaluated.returncode == 0

        def whole():
            with closing(sqlite3.connect(database)) as connection:
                return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)

        for number in range(KILLS - KILLS // 2):
            match number % 3:
                case 0:
                    torn += not kill_command([BINARY, "load", log, "--db", database], whole)
                case 1:
                    torn += not kill_command([BINARY, "train", data, "--model", "lightgbm", "--set", "rounds=60", "--out", run, "--force"], opens)
                case _:
                    torn += not kill_command([BINARY, "prep", log, "--out", data, "--force"], opens)
        subprocess.run([BINARY, "load", log, "--db", database, "--quiet"], check=True)
        with closing(sqlite3.connect(database)) as connection:
            loaded = connection.execute("SELECT count(*), count(DISTINCT id) FROM transactions").fetchone()
        left = [path.name for path in place.iterdir()]
    lost, twice, acknowledged = serve
    report("R11", f"{KILLS} kills: {acknowledged:,} acknowledged, {lost} lost, {twice} twice; {torn} torn runs, folders or databases; "
           f"the load ends with {loaded[0]:,} of {rows:,} rows", not lost and not twice and not torn and loaded == (rows, rows))
    print("   left behind:", ", ".join(sorted(left)))


def duplicates():
    with Place() as place, Server("--db", place / "fraud.db") as server:
        answers, lock = [], threading.Barrier(64)

        def send(body):
            client = Client(server)
            client.connect()
            lock.wait()
            answers.append(client.post("/predict", body))

        threads = [threading.Thread(target=send, args=({**GOOD, "id": "same"},)) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kinds = {(status, body) for status, _, body in answers}
        other = Client(server).post("/predict", {**GOOD, next(iter(GOOD)): 1.0, "id": "same"})[0]
        server.stop()
        rows = len(stored(place / "fraud.db"))
    report("R12", f"64 at once: {rows} row, {len(kinds)} answer; another body: {other}", (rows, len(kinds), other) == (1, 1, 409))


def reloads():
    with Place() as place:
        table = place / "cards.csv"
        rows = ["V1,V2,Amount,Class"]
        rows += [f"{random.gauss(2 * fraud, 1)},{random.gauss(0, 1)},{random.random()},{fraud}" for fraud in [0, 0, 0, 1] * 500]
        table.write_text("\n".join(rows))
        subprocess.run([BINARY, "prep", table, "--out", place / "data", "--quiet"], check=True)
        for name, rounds in (("one", 20), ("two", 40)):
            command = [BINARY, "train", "data", "--model", "lightgbm", "--set", f"rounds={rounds}", "--out", f"artifacts/{name}", "--quiet"]
            subprocess.run(command, cwd=place, check=True)
        with Server(run="artifacts/one", cwd=place) as server:
            admin = Client(server)
            posters = [Poster(server, f"p{number}") for number in range(4)]
            started, changed = time.monotonic(), 0
            for number in range(RELOADS):
                status, _, body = admin.post("/admin/reload", {"run": "two" if number % 2 == 0 else "one"})
                changed += status == 200 and json.loads(body)["changed"]
                pause = started + (number + 1) * 60 / 200 - time.monotonic()
                time.sleep(max(0, min(pause, 0.3)))
            took = time.monotonic() - started
            back = admin.post("/admin/reload", {"roll_back": True})[0]
            for poster in posters:
                poster.stopped.set()
                poster.join(10)
        answers = [answer for poster in posters for answer in poster.answers]
        failures = sum(status != 200 for status, _ in answers)
        scores = {}
        for status, body in answers:
            answer = json.loads(body)
            scores.setdefault(answer["model_version"], set()).add(answer["fraud"])
    one_each = all(len(found) == 1 for found in scores.values())
    report("R15", f"{changed} of {RELOADS} exchanges in {took:.0f} s, {len(answers):,} answers, {failures} failed; {len(scores)} versions with "
           f"{'one score each' if one_each else 'mixed scores'}; roll back {back}", changed == RELOADS and not failures and one_each and len(scores) == 2)


if STOPS:
    readiness()
    stops()
if KILLS:
    kills()
duplicates()
if RELOADS:
    reloads()
end()
