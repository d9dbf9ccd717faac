"""Features of an event log: fraudctl beside pandas, in one run on the same rows.

    python benches/features.py FRAUDCTL TRANSACTIONS.parquet

TRANSACTIONS has the Handbook's columns; pandas and pyarrow are needed. pandas computes the Handbook's twelve windows as the Handbook
does, a group at a time with rolling windows of time. Both times are for computing alone, without reading and writing; fraudctl's is the
median of five. Then fraudctl computes the full set, both ways, and compares every bit.
"""
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd


def customer(group):
    group = group.sort_values("TX_DATETIME", kind="stable").copy()
    group.index = group.TX_DATETIME
    for days in (1, 7, 30):
        window = group.TX_AMOUNT.rolling(f"{days}D")
        count, total = window.count(), window.sum()
        group[f"COUNT_{days}"], group[f"MEAN_{days}"] = count.values, (total / count).values
    return group


def terminal(group):
    group = group.sort_values("TX_DATETIME", kind="stable").copy()
    group.index = group.TX_DATETIME
    frauds, count = group.TX_FRAUD.rolling("7D").sum(), group.TX_FRAUD.rolling("7D").count()
    for days in (1, 7, 30):
        window = group.TX_FRAUD.rolling(f"{7 + days}D")
        known_frauds, known = window.sum() - frauds, window.count() - count
        group[f"KNOWN_{days}"], group[f"RISK_{days}"] = known.values, (known_frauds / known).fillna(0).values
    return group


def peer(log):
    started = time.perf_counter()
    log = pd.concat([customer(group) for _, group in log.groupby("CUSTOMER_ID")]).reset_index(drop=True)
    pd.concat([terminal(group) for _, group in log.groupby("TERMINAL_ID")])
    return time.perf_counter() - started


def ours(fraudctl, log, out, *flags):
    command = [fraudctl, "features", log, "--out", out, "--force", "--json", "--quiet", *flags]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(fraudctl, log):
    rows = pd.read_parquet(log)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "features.parquet"
        for name in ("handbook", "full"):
            runs = [ours(fraudctl, log, out, "--features", name) for _ in range(5)]
            compute = statistics.median(run["batch_us_per_row"] for run in runs) * len(rows) / 1e6
            whole = statistics.median(run["seconds"] for run in runs)
            print(f"fraudctl {name:9} {compute:7.3f} s to compute, {whole:6.2f} s with reading and writing", flush=True)
            if name == "handbook":
                handbook = compute
        seconds = peer(rows)
        print(f"pandas   handbook  {seconds:7.3f} s to compute: {seconds / handbook:.0f} times fraudctl's", flush=True)
        online = ours(fraudctl, log, out, "--verify")["online"]
        print(f"full set, one at a time: {online['us_per_row']:.2f} us each, {1e6 / online['us_per_row']:,.0f} a second; "
              f"{online['equal_rows']:,} rows equal to the last bit")


if __name__ == "__main__":
    main(*sys.argv[1:])
