#!/usr/bin/env python3
"""The Handbook's prequential protocol beside Python LightGBM, on the same features and with the same parameters.

    python3 -m venv peer && peer/bin/pip install lightgbm==4.7.0 scikit-learn pandas pyarrow
    fraudctl backtest LOG --protocol handbook --model lightgbm --tune 40 --set members=5 --json > chosen.json
    peer/bin/python benches/backtest.py FRAUDCTL chosen.json LOG [LOG]..

Takes the parameters that `chosen.json` chose, runs `fraudctl backtest` with them on each log, and does the same in Python:
rows of `fraudctl features`, folds and compromised cards as the book has them, LightGBM's mean log-odds over the members. Prints
a Markdown table with mean and standard deviation over the four folds.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import tempfile

import lightgbm
import numpy
import pandas
from sklearn.metrics import average_precision_score, roc_auc_score

# What `train` sets where nobody says otherwise (src/model/gbdt/parameters).
DEFAULTS = {
    "learning_rate": "0.03",
    "num_leaves": "15",
    "min_data_in_leaf": "10",
    "min_sum_hessian_in_leaf": "1",
    "feature_fraction": "0.6",
    "bagging_fraction": "0.8",
    "bagging_freq": "1",
    "deterministic": "true",
    "force_row_wise": "true",
}
OWN = ("rounds", "members", "metric", "metric_freq", "early_stopping_rounds")
START = datetime.date(2018, 8, 15)


def fold(log, start, features):
    first = (start - datetime.date(2018, 4, 1)).days
    day = log["day"]
    train = log[(day >= first) & (day < first + 7)]
    known, parts = set(train.loc[train["fraud"] == 1, "CUSTOMER_ID"]), []
    for k in range(7):
        known |= set(log.loc[(day == first + 6 + k) & (log["fraud"] == 1), "CUSTOMER_ID"])
        today = log[day == first + 14 + k]
        parts.append(today[~today["CUSTOMER_ID"].isin(known)])
    test = pandas.concat(parts)
    return train[features].to_numpy(), train["fraud"].to_numpy(), test[features].to_numpy(), test


def card_precision(test, scores, k=100):
    found, days = set(), []
    test = test.assign(score=scores)
    for _, today in test.groupby("day"):
        today = today[~today["CUSTOMER_ID"].isin(found)]
        cards = today.groupby("CUSTOMER_ID")[["score", "fraud"]].max()
        top = cards.sort_values("score", ascending=False, kind="stable").head(k)
        hits = set(top.index[top["fraud"] == 1])
        found |= hits
        days.append(len(hits) / k)
    return numpy.mean(days)


def peer(log, features, chosen):
    parameters = {**DEFAULTS, **{key: value for key, value in chosen.items() if key not in OWN}}
    parameters |= {"objective": "binary", "metric": "None", "verbosity": -1, "num_threads": 2}
    metrics = []
    for number in range(4):
        rows, labels, judged, test = fold(log, START - datetime.timedelta(days=7 * number), features)
        scores = 0
        for member in range(int(chosen.get("members", 1))):
            own = {**parameters, "seed": 42 + member * 1_000_003}
            model = lightgbm.train(own, lightgbm.Dataset(rows, labels, params=own), int(chosen["rounds"]))
            scores = scores + model.predict(judged, raw_score=True)
        truth = test["fraud"].to_numpy()
        metrics.append(
            (roc_auc_score(truth, scores), average_precision_score(truth, scores), card_precision(test, scores))
        )
    return numpy.mean(metrics, axis=0), numpy.std(metrics, axis=0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fraudctl")
    parser.add_argument("chosen", type=pathlib.Path)
    parser.add_argument("logs", nargs="+")
    arguments = parser.parse_args()
    found = json.loads(arguments.chosen.read_text())
    chosen, set_name = found["chosen"]["parameters"], "handbook" if found["features"] == 15 else "full"
    settings = [word for key, value in chosen.items() for word in ("--set", f"{key}={value}")]
    print(f"{set_name}: {chosen}\n\n| log | by | ROC AUC | AP | CP@100 |\n|---|---|---|---|---|", flush=True)
    names = ("roc_auc", "average_precision", "card_precision_at_100")
    for path in arguments.logs:
        command = [arguments.fraudctl, "backtest", path, "--protocol", "handbook", "--model", "lightgbm"]
        command += ["--features", set_name, *settings, "--json", "--quiet"]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        with tempfile.TemporaryDirectory() as place:
            out = str(pathlib.Path(place) / "features.parquet")
            command = [arguments.fraudctl, "features", path, "--out", out, "--features", set_name, "--quiet"]
            subprocess.run(command, check=True, capture_output=True)
            log = pandas.read_parquet(out)
        meta = {"TRANSACTION_ID", "TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_TIME_SECONDS", "TX_TIME_DAYS"}
        features = [name for name in log.columns if name not in meta | {"TX_FRAUD", "TX_FRAUD_SCENARIO"}]
        log = log.assign(day=log["TX_TIME_DAYS"].astype(int), fraud=log["TX_FRAUD"].astype(int))
        mean, deviation = peer(log, features, chosen)
        sides = [
            ("fraudctl", [ours["mean"][name] for name in names], [ours["std"][name] for name in names]),
            ("Python LightGBM", mean, deviation),
        ]
        for by, means, deviations in sides:
            cells = " | ".join(f"{value:.4f} ± {spread:.4f}" for value, spread in zip(means, deviations))
            print(f"| {pathlib.Path(path).stem} | {by} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
