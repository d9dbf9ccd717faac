"""Times `fraudctl inspect` beside pandas with the same statistics on one file, in alternating runs.

    python benches/inspection.py FRAUDCTL creditcard.csv [RUNS]

Needs pandas, SciPy and scikit-learn. pandas does what a notebook does first: read, describe, quantiles by column, missing, duplicates,
Pearson and Spearman correlations (the latter on 200,000 rows, as fraudctl), ROC AUC of each column, histograms by class, PSI. The label is
the last column and all others are numbers.
"""
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

SAMPLE = 200_000


def psi(first, last):
    edges = np.unique(np.quantile(first, np.arange(1, 10) / 10))
    shares = [np.bincount(np.searchsorted(edges, part), minlength=len(edges) + 1) / len(part) for part in (first, last)]
    first, last = (np.maximum(part, 1e-4) for part in shares)
    return np.sum((last - first) * np.log(last / first))


def notebook(path):
    frame = pd.read_csv(path)
    label, features = frame.iloc[:, -1], frame.iloc[:, :-1]
    found = [frame.dtypes, frame.isna().sum(), frame.nunique(), frame.describe(), label.value_counts()]
    found += [frame.duplicated().sum(), frame.T.duplicated().sum() if len(frame) < 1000 else 0]
    rows = np.unique(np.linspace(0, len(frame) - 1, min(SAMPLE, len(frame))).astype(int))
    sample, classes = features.iloc[rows], label.iloc[rows]
    found += [sample.quantile([0.01, 0.25, 0.5, 0.75, 0.99]), sample.corr(), sample.corr(method="spearman")]
    third = len(sample) // 3
    for name in sample:
        column = sample[name].to_numpy()
        found.append(roc_auc_score(classes, column))
        found.append([np.histogram(column[classes == value], bins=40) for value in (0, 1)])
        found.append(psi(column[:third], column[-third:]))
    return found


def main(fraudctl, path, runs="3"):
    times = {"fraudctl": [], "pandas": []}
    for _ in range(int(runs)):
        started = time.perf_counter()
        subprocess.run([fraudctl, "inspect", path, "--json"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times["fraudctl"].append(time.perf_counter() - started)
        started = time.perf_counter()
        notebook(path)
        times["pandas"].append(time.perf_counter() - started)
    for name, seconds in times.items():
        print(f"{name}: median {np.median(seconds):.2f} s of {', '.join(f'{value:.2f}' for value in seconds)}")
    print(f"pandas / fraudctl: {np.median(times['pandas']) / np.median(times['fraudctl']):.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
