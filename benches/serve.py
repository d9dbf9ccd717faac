#!/usr/bin/env python3
"""What `serve` answers in a second, beside the JSON ceiling and its peers, by turns in one run: servers on core 0, generators on core 1.

    benches/serve.py [PYTHON] [ROUNDS] [SECONDS]

PYTHON has fastapi, uvicorn, httptools, uvloop, flask, flask-socketio, pandas and lightgbm; without it there are no peers. wrk and
`cargo bench --bench ceiling --no-run` come first. Medians of ROUNDS (15) rounds of SECONDS (1) each: short ones, by turns, because the
machine's moods last longer.
"""
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import time
from statistics import median

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "trust"))
from common import BINARY, TARGET, Client, Place, Server

PYTHON = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else None
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 15
SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else 1
ROWS, CONNECTIONS = 256, 32
COLUMNS = ["Time", *(f"V{number}" for number in range(1, 29)), "Amount"]
random.seed(42)

ONE = 'wrk.method = "POST"; wrk.headers["Content-Type"] = "%s"; local f = io.open("%s"); wrk.body = f:read("*a"); f:close()\n'
MANY = """local bodies, at = {}, 0
for line in io.lines("%s") do bodies[#bodies + 1] = line end
init = function() for place, body in ipairs(bodies) do bodies[place] = wrk.format("POST", nil, {["Content-Type"] = "application/json"}, body) end end
request = function() at = at %% #bodies + 1; return bodies[at] end
"""


def fraudctl(*arguments):
    said = subprocess.run([BINARY, *map(str, arguments), "--json", "--quiet"], capture_output=True, text=True)
    if said.returncode:
        raise SystemExit(said.stderr)
    return json.loads(said.stdout)


def rows(count):
    for _ in range(count):
        fraud = random.random() < 0.02
        yield [random.random() * 172_800, *(random.gauss(0.6 * fraud, 1) for _ in range(28)), random.lognormvariate(3, 1.2)], int(fraud)


def train(place):
    """Runs of 100 and 500 trees, a network, both as one, and one of an event log; and a body, a batch and transactions to send."""
    table = place / "cards.csv"
    lines = [",".join(COLUMNS + ["Class"])]
    lines += [",".join(f"{value:.6f}" for value in values) + f",{label}" for values, label in rows(20_000)]
    table.write_text("\n".join(lines))
    fraudctl("prep", table, "--out", place / "data")
    exact = ["--set", "early_stopping_rounds=0", "--set", "learning_rate=0.01"]
    for trees in (100, 500):
        fraudctl("train", place / "data", "--model", "lightgbm", "--set", f"rounds={trees}", *exact, "--out", place / f"trees{trees}")
        found = re.search(r"^tree_sizes=(.*)$", (place / f"trees{trees}/model.txt").read_text(), re.M)[1].split()
        print(f"trees{trees}: {len(found)} trees")
    for model in ("mlp", "blend"):
        fraudctl("train", place / "data", "--model", model, "--out", place / model)
    log = place / "log.parquet"
    fraudctl("simulate", "--out", log)
    fraudctl("prep", log, "--out", place / "bank-data")
    fraudctl("train", place / "bank-data", "--model", "lightgbm", "--set", "rounds=100", "--out", place / "bank")
    bodies = [json.dumps(dict(zip(COLUMNS, (round(value, 6) for value in values)))) for values, _ in rows(ROWS)]
    (place / "body.json").write_text(bodies[0])
    (place / "batch.ndjson").write_text("\n".join(bodies))
    cities = [(48.86, 2.35), (50.85, 4.35), (52.52, 13.4)]
    payments = [{"customer": str(random.randrange(5_000)), "terminal": str(random.randrange(10_000)), "amount": round(random.lognormvariate(3, 1), 2),
                 "latitude": place[0], "longitude": place[1]} for place in random.choices(cities, k=20_000)]
    (place / "payments.ndjson").write_text("\n".join(map(json.dumps, payments)))
    (place / "one.lua").write_text(ONE % ("application/json", place / "body.json"))
    (place / "batch.lua").write_text(ONE % ("application/x-ndjson", place / "batch.ndjson"))
    (place / "many.lua").write_text(MANY % (place / "payments.ndjson"))
    return table


def wrk(url, script, connections=CONNECTIONS):
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", script, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{url}: {said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def other(command, found=None, port=None, **environment):
    """Starts a server that is not fraudctl's; gives it and its address."""
    process = subprocess.Popen(["taskset", "-c", "0", *map(str, command)], stdout=subprocess.PIPE if found else subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, text=True, env={**os.environ, **environment}, cwd=HERE)
    if found:
        return process, re.search(found, process.stdout.readline())[1]
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, f"127.0.0.1:{port}"
        except OSError:
            time.sleep(0.2)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(place):
    """Every server, by name: its address, path, script and how many connections ask it."""
    servers, others, addresses = [], [], {}

    def ours(name, run, *arguments, path="/predict", script="one", connections=CONNECTIONS):
        server = Server(*arguments, run=place / run, core=0)
        servers.append(server)
        addresses[name] = (f"http://127.0.0.1:{server.port}{path}", place / f"{script}.lua", connections)

    ceilings = sorted(pathlib.Path(TARGET).glob("release/deps/ceiling-*[0-9a-f]"), key=lambda path: path.stat().st_mtime)
    process, address = other([ceilings[-1], "listen"], r"http://(\S+)")
    others.append(process)
    addresses["ceiling"] = (f"http://{address}/predict", place / "one.lua", CONNECTIONS)
    ours("100 trees", "trees100")
    ours("500 trees", "trees500")
    ours("500 trees, stored", "trees500", "--db", place / "one.db")
    ours("500 trees, stored, power", "trees500", "--db", place / "power.db", "--durability", "power")
    ours("MLP", "mlp")
    ours("blend", "blend")
    ours("payments", "bank", script="many")
    ours("payments, stored", "bank", "--db", place / "bank.db", script="many")
    ours("batch, 100 trees", "trees100", path="/predict/batch", script="batch", connections=2)
    ours("batch, 500 trees", "trees500", path="/predict/batch", script="batch", connections=2)
    ours("batch, 100 trees, stored", "trees100", "--db", place / "batch.db", path="/predict/batch", script="batch", connections=2)
    if PYTHON:
        for name, command, port in (("FastAPI, 500 trees", ["-m", "uvicorn", "fast_server:app", "--workers", "1", "--log-level", "warning", "--port"], free_port()),
                                    ("as the seed, 500 trees", ["seed_server.py"], free_port())):
            process, address = other([PYTHON, *command, port], port=port, MODEL=str(place / "trees500/model.txt"))
            others.append(process)
            addresses[name] = (f"http://{address}/predict", place / "one.lua", CONNECTIONS)
    return servers, others, addresses


def throughput(addresses):
    """Each beside the ceiling, by turns; what is told is the median of the ratios, which a slow hour of the machine does not move."""
    ceiling, medians, ratios = [], {}, {}
    for name, target in addresses.items():
        found, beside = [], []
        for _ in range(ROUNDS):
            ceiling.append(wrk(*addresses["ceiling"]))
            found.append(wrk(*target))
            beside.append(found[-1] / ceiling[-1])
        medians[name], ratios[name] = median(found), median(beside)
        many = f" = {medians[name] * ROWS:,.0f} rows/s, {ratios[name] * ROWS:.2f} rows for each request of the ceiling" if name.startswith("batch") else ""
        print(f"{name}: {medians[name]:,.0f} requests/s, {ratios[name]:.4f} of the ceiling ({' '.join('%.2f' % ratio for ratio in beside)}){many}", flush=True)
    print(f"ceiling: {median(ceiling):,.0f} requests/s in {len(ceiling)} rounds")
    for peer in [name for name in ratios if name.startswith(("FastAPI", "as the seed"))]:
        print(f"500 trees beside {peer}: {ratios['500 trees'] / ratios[peer]:.1f} times")
    return medians


def at_rate(address, rate, data):
    """Latencies at a constant rate, in milliseconds, from when each request was due."""
    how = ["--rate", rate, "--connections", CONNECTIONS, "--duration", f"{2 * SECONDS}s", "--warmup", "1s", *data]
    command = ["taskset", "-c", "1", BINARY, "loadtest", address, *map(str, how), "--json", "--quiet"]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    if said["errors"]:
        print(f"   {said['errors']} errors: {said['errors_by_kind']}")
    return [said["latency_us"][at] / 1e3 for at in ("p50", "p90", "p99")]


def latency(addresses, medians, table):
    """At half load, each beside the ceiling at the same rate: what the machine itself lets requests wait is in both."""
    for name in ("100 trees", "500 trees", "500 trees, stored", "500 trees, stored, power", "MLP", "blend", "payments", "payments, stored"):
        data = [] if name.startswith("payments") else ["--data", table]
        rounds = []
        for _ in range(max(3, ROUNDS // 3)):
            rounds.append((at_rate(addresses["ceiling"][0], medians[name] / 2, ["--data", table]), at_rate(addresses[name][0], medians[name] / 2, data)))
        (c50, c90, c99), (p50, p90, p99) = ([median(round[who][at] for round in rounds) for at in range(3)] for who in (0, 1))
        print(f"{name} at {medians[name] / 2:,.0f}/s over {CONNECTIONS} connections: p50 {p50:.2f}, p90 {p90:.2f}, p99 {p99:.2f} ms; "
              f"the ceiling {c50:.2f}, {c90:.2f}, {c99:.2f} ms", flush=True)


def at_rest(place):
    took, memory = [], []
    for _ in range(11):
        started = time.monotonic()
        with Server(run=place / "trees500") as server:
            took.append(time.monotonic() - started)
            assert Client(server).get("/health/ready")[0] == 200
            memory.append(server.memory())
    size = os.path.getsize(BINARY)
    print(f"cold start to ready, 500 trees: {median(took) * 1e3:.0f} ms (slowest {max(took) * 1e3:.0f}); "
          f"binary {size / 1e6:.0f} MB, {median(memory) / 2**20:.0f} MiB in memory at rest")


with Place() as place:
    table = train(place)
    at_rest(place)
    servers, others, addresses = start(place)
    try:
        medians = throughput(addresses)
        latency(addresses, medians, table)
    finally:
        for server in servers:
            server.stop()
        for process in others:
            process.kill()
