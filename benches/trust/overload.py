#!/usr/bin/env python3
"""R1, R2: twice what the server can do, open loop. `benches/trust/overload.py RUN DATA.csv [SECONDS]`

RUN is a folder with a model of about 500 trees, DATA a file of its rows; sent by `fraudctl loadtest`, which counts latency
from when a request was due. The server has core 0, the generator core 1.
"""
import json
import subprocess
import sys
import threading
import time

from common import BINARY, Client, Server, end, percentile, report

RUN, DATA = sys.argv[1:3]
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 60
SHORT = min(SECONDS, 10)
ROWS = 256


def load(server, seconds, *how, rows=ROWS):
    batch = ["--batch", str(rows)] if rows else []
    command = ["taskset", "-c", "1", BINARY, "loadtest", f"http://{server.host}:{server.port}", "--data", DATA, "--json", "--quiet",
               "--duration", f"{seconds:.0f}s", "--warmup", "1s", *batch, *map(str, how)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


class Probe(threading.Thread):
    """How long health and metrics take meanwhile."""

    def __init__(self, server):
        super().__init__()
        self.server, self.found, self.stopped, self.peak = server, [], threading.Event(), 0
        self.start()

    def run(self):
        while not self.stopped.is_set():
            for path in ("/health/live", "/metrics"):
                started = time.monotonic()
                status = Client(self.server).get(path)[0]
                self.found.append((time.monotonic() - started, status))
            self.peak = max(self.peak, self.server.memory())
            time.sleep(0.2)

    def end(self):
        self.stopped.set()
        self.join()


with Server(run=RUN, core=0) as server:
    saturation = load(server, SHORT, "--concurrency", 4)["goodput"]
    half = load(server, SHORT, "--rate", saturation / 2)
    memory = server.memory()
    probe = Probe(server)
    over = load(server, SECONDS, "--rate", 2 * saturation, "--connections", 256)
    probe.end()
    growth = probe.peak - memory
    after = load(server, 3, "--rate", saturation / 2)
    share = over["goodput"] / saturation
    report("R1 goodput", f"{share:.2f} of saturation ({saturation * ROWS:,.0f} rows/s) at 2x for {SECONDS:.0f} s", share >= 0.9)
    refused = over["status"].get("503", 0) + over["status"].get("429", 0)
    others = over["requests"] - over["status"].get("200", 0) - refused
    report("R1 refusals", f"{refused:,} refused with Retry-After, {others} others {over['errors_by_kind']}", not others and refused > 0)
    ratio = over["latency_us"]["p99"] / half["latency_us"]["p99"]
    report("R1 latency", f"p99 of accepted {over['latency_us']['p99'] / 1e3:.1f} ms, {ratio:.1f} times that of half load", ratio <= 3)
    report("R1 memory", f"+{growth / 2**20:.0f} MiB at most", growth < 64 << 20)
    back = after["latency_us"]["p99"] / half["latency_us"]["p99"]
    report("R1 after", f"a second later p99 is {back:.1f} times what it was at half load", back < 2 and not after["errors"])
    slowest, bad = max(probe.found)[0], sum(status != 200 for _, status in probe.found)
    report("R2", f"{len(probe.found)} probes of health and metrics meanwhile: slowest {slowest * 1e3:.0f} ms, {bad} failed", slowest <= 0.05 and not bad)

    saturation = load(server, SHORT, "--concurrency", 32, rows=None)["goodput"]
    memory = server.memory()
    over = load(server, SHORT, "--rate", 2 * saturation, "--connections", 256, rows=None)
    share, growth = over["goodput"] / saturation, server.memory() - memory
    report("R1 single rows", f"{share:.2f} of saturation ({saturation:,.0f}/s) at 2x, {growth / 2**20:+.0f} MiB, failures {over['status']}",
           share > 0.8 and growth < 64 << 20 and set(over["status"]) == {"200"})
end()
