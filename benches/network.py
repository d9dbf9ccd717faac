#!/usr/bin/env python3
"""Training and scoring a network of 30-256-256-128-1 beside PyTorch: by turns, with two threads, medians.

    python3 -m venv peer && peer/bin/pip install torch numpy
    peer/bin/python benches/network.py [TRIES]

Training is one epoch with AdamW over 227,845 rows, in batches of 256 and of 1,024; ours is `cargo bench --bench network`.
Scoring is one row at a time, and 20,000 rows: PyTorch in batches of 256, its fastest here. Prints Markdown.
"""

import json
import statistics
import subprocess
import sys
import time

import torch

ROWS, SCORED = 227_845, 20_000


def network():
    nn = torch.nn
    widths = [30, 256, 256, 128, 1]
    layers = [step for a, b in zip(widths, widths[1:]) for step in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def training(batch):
    rows, labels = torch.rand(ROWS, 30) * 2 - 1, (torch.rand(ROWS, 1) > 0.995).float()
    model, loss = network(), torch.nn.BCEWithLogitsLoss()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    started = time.perf_counter()
    order = torch.randperm(ROWS)
    for start in range(0, ROWS - batch + 1, batch):
        own = order[start : start + batch]
        optimizer.zero_grad()
        loss(model(rows[own]), labels[own]).backward()
        optimizer.step()
    return ROWS / (time.perf_counter() - started)


def scoring():
    model, rows = network(), torch.rand(SCORED, 30)
    with torch.inference_mode():
        started = time.perf_counter()
        for place in range(2_000):
            model(rows[place : place + 1])
        one = (time.perf_counter() - started) / 2_000 * 1e6
        started = time.perf_counter()
        for start in range(0, SCORED, 256):
            model(rows[start : start + 256])
        return one, SCORED / (time.perf_counter() - started)


def bench(*arguments):
    command = ["cargo", "bench", "--quiet", "--bench", "network", "--", *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def main():
    torch.set_num_threads(2)
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print("| | fraudctl | PyTorch | times |\n|---|---|---|---|")
    for batch in (256, 1_024):
        ours, theirs = [], []
        for _ in range(tries):
            ours.append(bench("train", str(batch))[0]["rows_per_second"])
            theirs.append(training(batch))
        mine, other = statistics.median(ours), statistics.median(theirs)
        print(f"| training, batch {batch}, rows/s | {mine:,.0f} | {other:,.0f} | {mine / other:.2f} |", flush=True)
    ours, ones, batches = [], [], []
    for _ in range(tries):
        ours.append({line["what"]: line for line in bench("score")})
        one, batch = scoring()
        ones.append(one)
        batches.append(batch)
    mine = lambda what, figure: statistics.median(run[what][figure] for run in ours)
    one, other = mine("one row", "us_per_row"), statistics.median(ones)
    print(f"| one row, us | {one:.2f} | {other:.1f} | {other / one:.1f} |")
    rate, other = mine("batch", "rows_per_second"), statistics.median(batches)
    print(f"| all rows, two threads, rows/s | {rate:,.0f} | {other:,.0f} | {rate / other:.2f} |")
    print(f"\nBurn (flex), the same weights: one row {mine('one row, Burn', 'us_per_row'):.1f} us, all rows "
          f"{mine('batch, Burn', 'rows_per_second'):,.0f} rows/s.")


if __name__ == "__main__":
    main()
