#!/usr/bin/env python3
"""R1, R2: twice what the server can do, open loop. `benches/trust/overload.py RUN BODY.json [SECONDS]`

RUN is a folder with a model of about 500 trees, BODY.json one row of its features. The server has core 0, this script core 1.
"""
import asyncio
import os
import sys
import time

from common import Client, Server, end, percentile, report

RUN, BODY = sys.argv[1], open(sys.argv[2]).read().strip()
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 60
ROWS = 256
CONNECTIONS = 256
os.sched_setaffinity(0, {1})


class Load:
    """Requests that leave by the clock; latency counts from when one was due."""

    def __init__(self, server, path, body):
        self.server = server
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.bytes = head.encode() + body.encode()
        self.idle = []

    async def open(self):
        return await asyncio.open_connection(self.server.host, self.server.port, limit=1 << 20)

    async def exchange(self, streams):
        reader, writer = streams
        writer.write(self.bytes)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        return status, b"retry-after" in head.lower()

    async def closed(self, seconds, connections=4):
        """As fast as it goes: good answers a second."""
        until, good = time.monotonic() + seconds, 0

        async def one():
            nonlocal good
            streams = await self.open()
            while time.monotonic() < until:
                good += (await self.exchange(streams))[0] == 200
            streams[1].close()

        await asyncio.gather(*(one() for _ in range(connections)))
        return good / seconds

    async def by_clock(self, rate, seconds):
        """Good answers a second, their latencies, refusals, refusals that do not say when to come again, others, unsent."""
        latencies, counts = [], {"refused": 0, "mute": 0, "other": 0, "unsent": 0}
        idle, running, opened = [], set(), 0
        start = time.monotonic()

        async def one(due, streams):
            try:
                status, told = await self.exchange(streams)
            except (OSError, asyncio.IncompleteReadError):
                counts["other"] += 1
                return
            idle.append(streams)
            if status == 200:
                latencies.append(time.monotonic() - due)
            elif status in (429, 503):
                counts["refused"] += 1
                counts["mute"] += not told
            else:
                counts["other"] += 1

        number = 0
        while (due := start + number / rate) < start + seconds:
            number += 1
            pause = due - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            if idle:
                streams = idle.pop()
            elif opened < CONNECTIONS:
                opened += 1
                streams = await self.open()
            else:
                counts["unsent"] += 1
                await asyncio.sleep(0)
                continue
            task = asyncio.create_task(one(due, streams))
            running.add(task)
            task.add_done_callback(running.discard)
        taken = time.monotonic() - start
        await asyncio.gather(*running)
        for _, writer in idle:
            writer.close()
        return len(latencies) / taken, latencies, counts


async def probe(server, paths, found, stop):
    """How long health and metrics take meanwhile."""
    while not stop.is_set():
        for path in paths:
            started = time.monotonic()
            status = (await asyncio.to_thread(Client(server).get, path))[0]
            found.append((time.monotonic() - started, status))
        await asyncio.sleep(0.2)


async def main():
    with Server(run=RUN, core=0) as server:
        load = Load(server, "/predict/batch", "[" + ",".join([BODY] * ROWS) + "]")
        await load.closed(2)
        saturation = await load.closed(min(SECONDS, 10))
        half, before, _ = await load.by_clock(saturation / 2, min(SECONDS, 10))
        memory = server.memory()
        probes, stop = [], asyncio.Event()
        probing = asyncio.create_task(probe(server, ["/health/live", "/metrics"], probes, stop))
        good, accepted, counts = await load.by_clock(2 * saturation, SECONDS)
        stop.set()
        await probing
        growth = server.memory() - memory
        await asyncio.sleep(1)
        _, after, _ = await load.by_clock(saturation / 2, 3)
        share, p99 = good / saturation, percentile(accepted, 0.99) / percentile(before, 0.99)
        recovered = percentile(after, 0.5) / percentile(before, 0.5)
        report("R1 goodput", f"{share:.2f} of saturation ({saturation * ROWS:,.0f} rows/s) at 2x for {SECONDS:.0f} s", share >= 0.9)
        report("R1 refusals", f"{counts['refused']:,} refused, {counts['mute']} without Retry-After, {counts['other']} others, "
               f"{counts['unsent']:,} not sent", counts["mute"] == counts["other"] == 0 < counts["refused"])
        report("R1 latency", f"p99 of accepted {percentile(accepted, 0.99) * 1e3:.1f} ms, {p99:.1f} times that of half load", p99 <= 3)
        report("R1 memory", f"+{growth / 2**20:.0f} MiB", growth < 64 << 20)
        report("R1 after", f"a second later p50 is {recovered:.1f} times what it was", recovered < 2)
        slowest, bad = max(probes)[0], sum(status != 200 for _, status in probes)
        report("R2", f"{len(probes)} probes of health and metrics meanwhile: slowest {slowest * 1e3:.0f} ms, {bad} failed", slowest <= 0.05 and not bad)

        single = Load(server, "/predict", BODY)
        await single.closed(1, 32)
        saturation = await single.closed(5, 32)
        memory = server.memory()
        good, accepted, counts = await single.by_clock(2 * saturation, min(SECONDS, 10))
        report("R1 single rows", f"{good / saturation:.2f} of what this generator reaches closed loop, "
               f"+{(server.memory() - memory) / 2**20:.0f} MiB, {counts['other']} others", good / saturation > 0.7 and not counts["other"])


asyncio.run(main())
end()
