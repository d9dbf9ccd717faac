"""From a CSV in the shape of Kaggle's creditcard.csv to training, validation and test rows: fraudctl beside pandas and scikit-learn.

    python benches/prep.py FRAUDCTL [CREDITCARD.csv]

Without a file, one of the same shape is made up: 284,807 rows, Time, V1 to V28, Amount and a quoted Class with 492 frauds. Both sides
read it, divide it at random with equal shares of frauds (64, 16 and 20 %), fit a robust scaler on the training rows and write three
Parquet files. Alternating runs, medians of five; pandas, pyarrow and scikit-learn are needed.
"""
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler

RUNS = 5


def made_up(path):
    random = np.random.default_rng(0)
    rows, frauds = 284_807, 492
    table = pd.DataFrame(random.standard_normal((rows, 28)), columns=[f"V{place}" for place in range(1, 29)])
    table.insert(0, "Time", np.sort(random.integers(0, 172_792, rows)))
    table["Amount"] = np.round(random.lognormal(3, 1.5, rows), 2)
    label = np.zeros(rows, int)
    label[random.choice(rows, frauds, replace=False)] = 1
    table["Class"] = [f'"{value}"' for value in label]
    table.to_csv(path, index=False, quoting=3)


def peer(path, folder):
    table = pd.read_csv(path)
    rest, test = train_test_split(table, test_size=0.2, stratify=table.Class, random_state=42)
    train, valid = train_test_split(rest, test_size=0.2, stratify=rest.Class, random_state=42)
    RobustScaler().fit(train.drop(columns="Class"))
    for name, part in (("train", train), ("valid", valid), ("test", test)):
        part.to_parquet(folder / f"{name}.parquet")


def main(fraudctl, given=None):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        path = Path(given) if given else folder / "creditcard.csv"
        if not given:
            made_up(path)
        ours, theirs = [], []
        for _ in range(RUNS):
            started = time.perf_counter()
            peer(path, folder)
            theirs.append(time.perf_counter() - started)
            started = time.perf_counter()
            subprocess.run([fraudctl, "prep", path, "--out", folder / "out", "--force", "--quiet"],
                           check=True, stdout=subprocess.DEVNULL)
            ours.append(time.perf_counter() - started)
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        print(f"{path.stat().st_size / 1e6:.0f} MB: pandas and scikit-learn {theirs:.2f} s, fraudctl {ours:.2f} s, "
              f"{theirs / ours:.1f} times as fast; it also looks at every column, for copies across parts, and writes checksums")


if __name__ == "__main__":
    main(*sys.argv[1:])
