#!/usr/bin/env python3
"""Rebalancing beside imbalanced-learn: the same rows, one run, both through their libraries.

    python3 -m venv peer && peer/bin/pip install imbalanced-learn==0.14.2
    peer/bin/python benches/resample.py [--rounds 3] [--methods smote,enn,..]

Made-up rows: standard normal, 227,845 x 30, of which 394 positives are shifted by 1.5. Each round runs imbalanced-learn,
then `benches/bench.rs` (distances unscaled, as the peer measures them), method by method. Prints a Markdown row per
method: medians of the rounds in seconds, their ratio, and the counts of both classes as both made them. Methods in
SLOW take the peer minutes and run once.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time

import numpy as np
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE, RandomOverSampler
from imblearn.under_sampling import EditedNearestNeighbours, NearMiss, RandomUnderSampler, TomekLinks

ROWS, COLUMNS, POSITIVES = 227_845, 30, 394
PEERS = {
    "ros": lambda: RandomOverSampler(random_state=0),
    "rus": lambda: RandomUnderSampler(random_state=0),
    "smote": lambda: SMOTE(random_state=0),
    "smotenc": lambda: SMOTENC(categorical_features=[0], random_state=0),
    "borderline": lambda: BorderlineSMOTE(random_state=0),
    "adasyn": lambda: ADASYN(random_state=0),
    "nearmiss": lambda: NearMiss(version=1),
    "tomek": lambda: TomekLinks(n_jobs=2),
    "enn": lambda: EditedNearestNeighbours(n_jobs=2),
    "smotetomek": lambda: SMOTETomek(random_state=0, n_jobs=2),
    "smoteenn": lambda: SMOTEENN(random_state=0, n_jobs=2),
}
BENCH = ["cargo", "bench", "--quiet", "--bench", "bench", "--"]
SLOW = {"tomek", "enn", "smotetomek", "smoteenn"}


def data(categories):
    random = np.random.default_rng(0)
    values, labels = random.standard_normal((ROWS, COLUMNS)), np.zeros(ROWS, int)
    labels[random.choice(ROWS, POSITIVES, replace=False)] = 1
    values[labels == 1] += 1.5
    if categories:
        values[:, 0] = random.integers(0, 20, ROWS)
    return values, labels


def peer(method, values, labels):
    sampler = PEERS[method]()
    started = time.perf_counter()
    _, resampled = sampler.fit_resample(values, labels)
    return time.perf_counter() - started, np.bincount(resampled).tolist()


def ours(method, values, labels):
    with tempfile.NamedTemporaryFile() as file:
        file.write(labels.astype(np.uint8).tobytes() + values.astype("<f8").tobytes())
        file.flush()
        categorical = ["0"] if method == "smotenc" else []
        command = [*BENCH, str(len(labels)), file.name, method, *categorical]
        output = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return output["seconds"], [output["genuine"], output["frauds"]]


def main():
    subprocess.run([*BENCH[:-1], "--no-run"], check=True)
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--methods", default=",".join(PEERS))
    arguments = parser.parse_args()
    print("| method | imbalanced-learn, s | fraudctl, s | ratio | rows there | rows here |\n|---|---|---|---|---|---|")
    for method in arguments.methods.split(","):
        values, labels = data(method == "smotenc")
        there, here = [], []
        for _ in range(1 if method in SLOW else arguments.rounds):
            there.append(peer(method, values, labels))
            here.append(ours(method, values, labels))
        seconds = [statistics.median(seconds for seconds, _ in runs) for runs in (there, here)]
        counts = " | ".join("{:,} + {:,}".format(*runs[0][1]) for runs in (there, here))
        print(f"| {method} | {seconds[0]:.3f} | {seconds[1]:.3f} | {seconds[0] / seconds[1]:.1f} | {counts} |", flush=True)


if __name__ == "__main__":
    main()
