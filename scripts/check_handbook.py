"""Proves that a simulated file holds the Fraud Detection Handbook's published transactions, row by row.

    fraudctl simulate --preset handbook --out handbook.parquet
    python scripts/check_handbook.py handbook.parquet PUBLISHED.parquet

PUBLISHED is the book's `simulated-data-raw`, its days joined into one Parquet file. Rows are matched by second, customer
and terminal, which no two share; ids may differ within one second, which the book sorted without a rule. Needs pandas and
pyarrow; ends with 1 when a row differs. The digest is the one that src/simulate/handbook/tests.rs holds.
"""
import hashlib
import sys

import numpy as np
import pandas as pd

KEY = ["TX_TIME_SECONDS", "CUSTOMER_ID", "TERMINAL_ID"]
COLUMNS = ["TX_DATETIME", *KEY, "TX_AMOUNT", "TX_TIME_DAYS", "TX_FRAUD", "TX_FRAUD_SCENARIO"]


def read(path):
    log = pd.read_parquet(path)
    assert log["TRANSACTION_ID"].tolist() == list(range(len(log))), f"{path}: ids are not the row numbers"
    assert log["TX_TIME_SECONDS"].is_monotonic_increasing, f"{path}: not in the order of time"
    log = log.sort_values(KEY, ignore_index=True)
    assert not log.duplicated(KEY).any(), f"{path}: two rows share {KEY}"
    integers = [name for name in COLUMNS if name not in ("TX_DATETIME", "TX_AMOUNT")]
    types = {"TX_DATETIME": "datetime64[us]", "TX_AMOUNT": "float64"} | dict.fromkeys(integers, "int64")
    return log[COLUMNS].astype(types)


def digest(log):
    """SHA-256 of the rows, sorted by second, customer and terminal; little endian."""
    kinds = [("second", "<u4"), ("customer", "<u4"), ("terminal", "<u4"), ("amount", "<f8"), ("scenario", "u1")]
    rows = np.empty(len(log), dtype=kinds)
    for (name, _), column in zip(kinds, [*KEY, "TX_AMOUNT", "TX_FRAUD_SCENARIO"]):
        rows[name] = log[column]
    return hashlib.sha256(rows.tobytes()).hexdigest()


def main():
    simulated, published = (read(path) for path in sys.argv[1:3])
    for name, log in (("simulated", simulated), ("published", published)):
        scenarios = log["TX_FRAUD_SCENARIO"].value_counts().to_dict()
        counts = ", ".join(f"{scenarios.get(scenario, 0):,} of scenario {scenario}" for scenario in (1, 2, 3))
        print(f"{name}: {len(log):,} rows, {log['TX_FRAUD'].sum():,} frauds: {counts}; {digest(log)}")
    if len(simulated) != len(published):
        sys.exit("the number of rows differs")
    different = [name for name in COLUMNS if not (simulated[name] == published[name]).all()]
    if different:
        rows = np.flatnonzero((simulated != published).any(axis=1))
        print(pd.concat([simulated.loc[rows[:5]], published.loc[rows[:5]]], keys=["simulated", "published"]))
        sys.exit(f"{len(rows):,} rows differ in {', '.join(different)}")
    print(f"every row is the same in {', '.join(COLUMNS)}")


main()
