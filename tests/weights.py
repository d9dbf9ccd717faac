#!/usr/bin/env python3
"""Scores of a network from its weights.safetensors and the run's JSON files, with nothing of fraudctl.

    python tests/weights.py RUN ROWS.json

ROWS.json holds a list of rows of unscaled features, null where one is missing. Prints the list of their probabilities. The
way of a row: scaling, embedding, layers (docs/MODEL.md); all in double precision.
"""

import json
import pathlib
import sys

import numpy
from safetensors import safe_open


def scaled(rows, scaler):
    """Median to 0, quartiles apart by 1, smoothly clipped to 3; a category to 1 at its value's place."""
    columns = []
    for column in range(rows.shape[1]):
        width = scaler.get("one_hot", [0] * rows.shape[1])[column]
        values = rows[:, column]
        if width:
            columns += [values == code for code in range(width)]
            continue
        values = (values - scaler["center"][column]) * scaler["scale"][column]
        columns.append(numpy.nan_to_num(values / numpy.sqrt(1 + (values / 3) ** 2)))
    return numpy.stack(columns, axis=1).astype(float)


def main():
    run = pathlib.Path(sys.argv[1])
    rows = numpy.array(json.loads(pathlib.Path(sys.argv[2]).read_text()), dtype=float)
    rows = scaled(rows, json.loads((run / "preprocess.json").read_text()))
    with safe_open(run / "weights.safetensors", framework="numpy") as file:
        network = json.loads(file.metadata()["fraudctl.mlp"])
        tensors = {name: file.get_tensor(name).astype(float) for name in file.keys()}
    scores = 0
    for member in range(network["members"]):
        values = rows
        if embedding := network.get("embedding"):
            part = {name: tensors[f"members.{member}.waves.{name}"] for name in ("frequency", "cosine", "sine", "bias")}
            numbers = rows[:, embedding["places"]]
            angles = 2 * numpy.pi * part["frequency"] * numbers[:, None, :]
            gained = numpy.einsum("rfn,fsn->rsn", numpy.cos(angles), part["cosine"])
            gained += numpy.einsum("rfn,fsn->rsn", numpy.sin(angles), part["sine"]) + part["bias"]
            values = numpy.hstack([rows, numpy.maximum(gained, 0).reshape(len(rows), -1)])
        for layer in range(network["layers"]):
            if layer and network["activation"] == "relu":
                values = numpy.maximum(values, 0)
            elif layer:
                values = 1.0507009873554805 * numpy.where(values > 0, values, 1.6732632423543772 * numpy.expm1(numpy.minimum(values, 0)))
            prefix = f"members.{member}.layers.{layer}"
            values = values @ tensors[f"{prefix}.weight"] + tensors[f"{prefix}.bias"]
        scores = scores + 1 / (1 + numpy.exp(-values[:, 0]))
    print(json.dumps((scores / network["members"]).tolist()))


if __name__ == "__main__":
    main()
