#!/usr/bin/env python3
"""Training time beside Python LightGBM: the same rows, parameters, rounds and threads.

    peer/bin/python benches/training.py FRAUDCTL PREPARED [ROUNDS] [TRIES]

`fraudctl train` reads the prepared folder, trains, looks at average precision and log loss of the validation rows after each
round, chooses thresholds, bootstraps intervals and writes the run; Python reads the same Parquet files, trains and looks at
LightGBM's own average_precision and binary_logloss. Whole commands, one after the other, medians; both models must score alike.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PEER = """
import json, sys, lightgbm, pandas
folder, parameters, rounds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
def rows(part):
    frame = pandas.read_parquet(f"{folder}/{part}.parquet")
    labels = frame.pop("label").to_numpy()
    return frame.drop(columns=["id", "time", "customer"], errors="ignore").to_numpy(), labels
train, valid = lightgbm.Dataset(*rows("train"), params=parameters), rows("valid")
model = lightgbm.train(parameters, train, rounds, valid_sets=[lightgbm.Dataset(*valid, reference=train)])
print(model.predict(valid[0][:5]).tolist())
"""


def main():
    fraudctl, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    rounds, tries = (int(sys.argv[3]) if len(sys.argv) > 3 else 200), (int(sys.argv[4]) if len(sys.argv) > 4 else 3)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as place:
        run = pathlib.Path(place) / "run"
        command = [fraudctl, "train", folder, "--model", "lightgbm", "--out", run, "--threads", "2", "--force", "--quiet"]
        command += ["--set", f"rounds={rounds}", "--set", "early_stopping_rounds=0"]
        for _ in range(tries):
            started = time.perf_counter()
            subprocess.run(list(map(str, command)), check=True, capture_output=True)
            ours.append(time.perf_counter() - started)
            native = json.loads((run / "manifest.json").read_text())["parameters"]["native"]
            native |= {"metric": "average_precision,binary_logloss", "verbosity": "-1"}
            started = time.perf_counter()
            peer = [sys.executable, "-c", PEER, str(folder), json.dumps(native), str(rounds)]
            subprocess.run(peer, check=True, capture_output=True)
            theirs.append(time.perf_counter() - started)
            print(f"fraudctl {ours[-1]:.2f} s, Python {theirs[-1]:.2f} s", flush=True)
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"medians: fraudctl {mine:.2f} s, Python LightGBM {other:.2f} s: ratio {mine / other:.2f}")


if __name__ == "__main__":
    main()
