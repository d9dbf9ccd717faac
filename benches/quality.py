#!/usr/bin/env python3
"""Quality on real rows, beside Python LightGBM on the very rows that fraudctl prepared.

    python3 -m venv peer && peer/bin/pip install lightgbm==4.7.0 scikit-learn pandas pyarrow
    peer/bin/python benches/quality.py FRAUDCTL DATA [--seeds 42,43,44,45,46] [--models lightgbm,mlp]

For each seed: `prep`, `train` and `evaluate`; then Python LightGBM with the run's own parameters and early stopping
on the average precision of the same validation rows, and once more with LightGBM's default parameters. Prints a
Markdown row per seed and the means.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import lightgbm
import pandas
from sklearn.metrics import average_precision_score, roc_auc_score

META = {"id", "time", "label"}


def fraudctl(binary, *arguments):
    output = subprocess.run([binary, *map(str, arguments), "--json", "--quiet"], check=True, capture_output=True)
    return json.loads(output.stdout)


def rows(folder, part):
    frame = pandas.read_parquet(folder / f"{part}.parquet")
    return frame[[name for name in frame.columns if name not in META]].to_numpy(), frame["label"].to_numpy()


def peer(folder, parameters, rounds, patience):
    train, valid, test = (rows(folder, part) for part in ("train", "valid", "test"))
    data = lightgbm.Dataset(*train, params=parameters)

    def average_precision(scores, dataset):
        return "ap", average_precision_score(dataset.get_label(), scores), True

    model = lightgbm.train(
        {**parameters, "metric": "None", "verbosity": -1, "num_threads": 2, "objective": "binary"},
        data,
        rounds,
        valid_sets=[lightgbm.Dataset(*valid, reference=data)],
        feval=average_precision,
        callbacks=[lightgbm.early_stopping(patience, verbose=False)],
    )
    scores = model.predict(test[0], num_iteration=model.best_iteration)
    return average_precision_score(test[1], scores), roc_auc_score(test[1], scores)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fraudctl")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--seeds", default="42,43,44,45,46")
    parser.add_argument("--models", default="lightgbm,mlp")
    arguments = parser.parse_args()
    table = []
    with tempfile.TemporaryDirectory() as place:
        for seed in arguments.seeds.split(","):
            folder = pathlib.Path(place) / f"data-{seed}"
            fraudctl(arguments.fraudctl, "prep", arguments.data, "--out", folder, "--seed", seed)
            row = {"seed": seed}
            for model in arguments.models.split(","):
                run = pathlib.Path(place) / f"{model}-{seed}"
                trained = fraudctl(
                    arguments.fraudctl, "train", folder, "--model", model, "--out", run, "--seed", seed
                )
                found = fraudctl(arguments.fraudctl, "evaluate", run)
                row[f"{model} AP"], row[f"{model} AUC"] = found["average_precision"], found["roc_auc"]
                row[f"{model} seconds"] = trained["seconds"]
            if "lightgbm" in arguments.models:
                chosen = json.loads((pathlib.Path(place) / f"lightgbm-{seed}" / "manifest.json").read_text())
                chosen = chosen["parameters"]
                native, rounds = chosen["native"], chosen["rounds"]
                row["Python, same parameters AP"], row["Python, same parameters AUC"] = peer(
                    folder, native, rounds, chosen["early_stopping_rounds"]
                )
                row["Python, defaults AP"], row["Python, defaults AUC"] = peer(folder, {"seed": int(seed)}, 1000, 100)
            table.append(row)
            print(json.dumps(row), flush=True)
    frame = pandas.DataFrame(table).set_index("seed")
    frame.loc["mean"] = frame.mean()
    print("\n| seed | " + " | ".join(frame.columns) + " |\n|" + "---|" * (len(frame.columns) + 1))
    for name, values in frame.iterrows():
        print(f"| {name} | " + " | ".join(f"{value:.4f}" for value in values) + " |")


if __name__ == "__main__":
    main()
