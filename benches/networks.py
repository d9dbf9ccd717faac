#!/usr/bin/env python3
"""The network's quality on a table, beside scikit-learn's MLPClassifier on the very rows that fraudctl trained on.

    python3 -m venv peer && peer/bin/pip install scikit-learn pandas pyarrow
    peer/bin/python benches/networks.py FRAUDCTL TABLE.csv [--label Class] [--seeds 42,43,44,45,46]

Each seed divides the table twice: as `prep` does, and by scikit-learn's `train_test_split` (20 % test, stratified), whose test
rows fraudctl meets as a file. MLPClassifier has one hidden layer of 64, 100 or 128, robust scaling, and at most 200 passes.
Prints average precision on the test rows and the mean over the seeds.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import warnings

import pandas
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import RobustScaler

META = ["id", "time", "customer", "label"]
UNITS = (64, 100, 128)


def fraudctl(binary, *arguments):
    output = subprocess.run([binary, *map(str, arguments), "--json", "--quiet"], check=True, capture_output=True)
    return json.loads(output.stdout)


def features(frame, names=None):
    names = names or [name for name in frame.columns if name not in META]
    return frame[names].to_numpy(), names


def peers(train, test_rows, test_labels, seed):
    rows, _ = features(train)
    scaler = RobustScaler().fit(rows)
    found = {}
    for units in UNITS:
        model = MLPClassifier((units,), random_state=seed, max_iter=200).fit(scaler.transform(rows), train["label"])
        scores = model.predict_proba(scaler.transform(test_rows))[:, 1]
        found[f"MLPClassifier {units}"] = average_precision_score(test_labels, scores)
    return found


def judged(binary, folder, run, seed, data):
    fraudctl(binary, "train", folder, "--model", "mlp", "--out", run, "--seed", seed)
    return fraudctl(binary, "evaluate", run, *data)["average_precision"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fraudctl")
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--label", default="Class")
    parser.add_argument("--seeds", default="42,43,44,45,46")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    table = pandas.read_csv(arguments.table)
    lines = []
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        for seed in map(int, arguments.seeds.split(",")):
            own = place / f"own-{seed}"
            fraudctl(arguments.fraudctl, "prep", arguments.table, "--out", own, "--seed", seed)
            train, test = (pandas.read_parquet(own / f"{part}.parquet") for part in ("train", "test"))
            line = {"division": "prep", "seed": seed}
            line["fraudctl"] = judged(arguments.fraudctl, own, place / f"own-run-{seed}", seed, [])
            line.update(peers(train, features(test)[0], test["label"], seed))
            lines.append(line)
            rest, test = train_test_split(table, test_size=0.2, random_state=seed, stratify=table[arguments.label])
            rest.to_csv(place / "rest.csv", index=False)
            test.to_csv(place / "test.csv", index=False)
            other = place / f"other-{seed}"
            # prep always keeps some rows to test on: as few as it takes, which nobody learns from here.
            shares = ["--test-size", 0.004, "--valid-size", 0.2]
            fraudctl(arguments.fraudctl, "prep", place / "rest.csv", "--out", other, "--seed", seed, *shares)
            train = pandas.read_parquet(other / "train.parquet")
            line = {"division": "train_test_split", "seed": seed}
            run = place / f"other-run-{seed}"
            line["fraudctl"] = judged(arguments.fraudctl, other, run, seed, ["--data", place / "test.csv"])
            line.update(peers(train, features(test, features(train)[1])[0], test[arguments.label], seed))
            lines.append(line)
    frame = pandas.DataFrame(lines).set_index(["division", "seed"]).sort_index()
    print(frame.round(4).to_string())
    print(frame.groupby("division").mean().round(4).to_string())


if __name__ == "__main__":
    main()
