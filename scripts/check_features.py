"""Features of fraudctl beside the days that the Fraud Detection Handbook publishes with its features.

    python scripts/check_features.py FRAUDCTL TRANSACTIONS.parquet DAY.parquet...

TRANSACTIONS is the Handbook's simulated-data-raw, a DAY one of its simulated-data-transformed; pandas and pyarrow are needed. Prints
the largest absolute difference of each feature and fails when one is above 1e-9.

The Handbook sorts with an algorithm that is not stable, so of two payments that a customer made in one second, either may be the
first. Where the published counts say that the later id was, the two are swapped before the features are computed.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

LIMIT = 1e-9
COUNT = "CUSTOMER_ID_NB_TX_1DAY_WINDOW"


def in_published_order(log, days):
    """The log with the rows of one customer and second in the order in which the Handbook counted them."""
    published = days.set_index("TRANSACTION_ID")[COUNT]
    pairs = log[log.duplicated(["TX_DATETIME", "CUSTOMER_ID"], keep=False)]
    order = log.index.to_numpy().copy()
    swapped = 0
    for _, rows in pairs.groupby(["TX_DATETIME", "CUSTOMER_ID"]):
        ids = rows.TRANSACTION_ID
        if not ids.isin(published.index).all():
            continue
        counted = rows.index[published[ids].argsort(kind="stable")]
        swapped += list(counted) != list(rows.index)
        order[rows.index.to_numpy()] = counted
    print(f"{len(pairs)} rows share customer and second; swapped in the published days: {swapped} pairs")
    return log.loc[order].reset_index(drop=True)


def main(fraudctl, log, *days):
    days = pd.concat([pd.read_parquet(day) for day in days])
    log = in_published_order(pd.read_parquet(log), days)
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "log.parquet", Path(folder) / "features.parquet"
        log.to_parquet(given)
        subprocess.run([fraudctl, "features", given, "--out", made, "--features", "handbook", "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        ours = pd.read_parquet(made).set_index("TRANSACTION_ID").loc[days.TRANSACTION_ID]
    names = [name for name in days if name.startswith(("TX_DURING_", "CUSTOMER_ID_", "TERMINAL_ID_"))]
    worst = 0.0
    for name in names:
        difference = (ours[name].to_numpy() - days[name].to_numpy()).__abs__().max()
        worst = max(worst, difference)
        print(f"{name:40} {difference:.1e}")
    print(f"{len(days)} rows, {len(names)} features: largest absolute difference {worst:.1e}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
