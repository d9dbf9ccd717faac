"""Golden figures of src/inspect: a made-up table, and what pandas, SciPy and scikit-learn say of it.

Run in an environment with these three; writes both files that tests/it/inspect.rs reads:

    python scripts/golden_inspect.py tests/it/fixtures/inspect.csv tests/it/fixtures/inspect.json
"""
import json
import sys

import numpy as np
import pandas as pd
import scipy
import sklearn
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import roc_auc_score

ROWS = 360
NUMBERS = ["amount", "age", "score", "copy_of_score", "fixed", "few"]
LEAST_SHARE, RARE = 1e-4, 0.01


def table():
    """Frauds with larger amounts, gaps that differ by class, a word that moves over time, repeated rows."""
    random = np.random.default_rng(7)
    fraud = (random.random(ROWS) < 0.12).astype(int)
    score = np.round(random.normal(size=ROWS) + fraud, 3)
    frame = pd.DataFrame(
        {
            "when": pd.Timestamp("2024-01-30") + pd.to_timedelta(np.sort(random.integers(0, 40 * 86_400, ROWS)), unit="s"),
            "amount": np.round(np.exp(random.normal(3, 1, ROWS) + 0.8 * fraud), 2),
            "age": np.where(random.random(ROWS) < 0.1 + 0.3 * fraud, np.nan, random.integers(18, 80, ROWS)),
            "score": score,
            "fixed": 5,
            "few": random.integers(0, 4, ROWS),
            "country": np.where(np.arange(ROWS) > 200, "PT", random.choice(["DE", "FR", "IT"], ROWS)),
            "online": random.choice(["yes", "no"], ROWS),
            "note": [f"n{row:05}" for row in range(ROWS)],
            "dispute_code": np.where(fraud == 1, random.choice(["D1", "D2"], ROWS), "none"),
            "fraud": fraud,
        }
    )
    frame.insert(4, "copy_of_score", frame.score)
    twins = frame.sample(12, random_state=1).assign(fraud=lambda twin: np.where(twin.index % 2, 1 - twin.fraud, twin.fraud))
    return pd.concat([frame, twins]).sort_values("when", kind="stable").reset_index(drop=True)


def psi(first, last):
    first, last = np.maximum(first, LEAST_SHARE), np.maximum(last, LEAST_SHARE)
    return float(np.sum((last - first) * np.log(last / first)))


def psi_of_numbers(column):
    third = len(column) // 3
    first, last = column.iloc[:third].to_numpy(), column.iloc[-third:].to_numpy()
    edges = np.unique(np.quantile(first[~np.isnan(first)], np.arange(1, 10) / 10))

    def shares(cells):
        bins = np.where(np.isnan(cells), len(edges) + 1, np.searchsorted(edges, cells, side="left"))
        return np.bincount(bins, minlength=len(edges) + 2) / len(cells)

    return psi(shares(first), shares(last))


def psi_of_words(column):
    third = len(column) // 3
    first, last = column.iloc[:third], column.iloc[-third:]
    common = first.value_counts(normalize=True)
    common = list(common[common >= RARE].index)

    def shares(cells):
        kept = cells.where(cells.isin(common), "the rest").value_counts(normalize=True)
        return np.array([kept.get(word, 0.0) for word in [*common, "the rest"]])

    return psi(shares(first), shares(last))


def auc_of_words(column, label):
    """Shares of frauds at even rows, judged at odd rows."""
    even, odd = slice(0, None, 2), slice(1, None, 2)
    base = (label[even].sum() + 0.5) / (len(label[even]) + 1)
    groups = label[even].groupby(column[even]).agg(["sum", "count"])
    rates = (groups["sum"] + base) / (groups["count"] + 1)
    return roc_auc_score(label[odd], column[odd].map(rates).fillna(base))


def numbers(frame, name):
    column, label = frame[name], frame.fraud
    present = column.notna()
    low, middle, high = (float(column.quantile(share)) for share in (0.01, 0.5, 0.99))
    facts = {
        "missing": int(column.isna().sum()),
        "distinct": int(column.nunique()),
        "range": {
            "min": float(column.min()),
            "p01": low,
            "p25": float(column.quantile(0.25)),
            "p50": middle,
            "p75": float(column.quantile(0.75)),
            "p99": high,
            "max": float(column.max()),
            "mean": float(column.mean()),
            "std": float(column.std()),
            "mean_genuine": float(column[label == 0].mean()),
            "mean_fraud": float(column[label == 1].mean()),
        },
    }
    if column.nunique() > 1:
        facts["roc_auc"] = float(roc_auc_score(label[present], rankdata(column[present])))
        facts["psi"] = psi_of_numbers(column)
    return facts


def main(csv, out):
    table().to_csv(csv, index=False)
    frame = pd.read_csv(csv, keep_default_na=True, na_values=[""])
    words = {
        name: {"roc_auc": float(auc_of_words(frame[name], frame.fraud)), "psi": psi_of_words(frame[name])}
        for name in ["country", "online"]
    }
    varying = frame[[name for name in NUMBERS if frame[name].nunique() > 1]]
    both = frame[["age", "amount"]].dropna()
    pearson, spearman = varying.corr(), varying.corr(method="spearman")
    assert np.isclose(spearman.loc["age", "amount"], spearmanr(both.age, both.amount).statistic, atol=1e-12)
    rest = [name for name in frame.columns if name != "fraud"]
    classes = frame.groupby(rest, dropna=False).fraud.transform("nunique")
    days = frame.groupby(frame.when.str[:10]).fraud.agg(["count", "sum"])
    expected = {
        "made_with": {"pandas": pd.__version__, "scipy": scipy.__version__, "scikit_learn": sklearn.__version__},
        "rows": len(frame),
        "positives": int(frame.fraud.sum()),
        "duplicates": {"rows": int(frame.duplicated().sum()), "conflicting": int((classes > 1).sum())},
        "numbers": {name: numbers(frame, name) for name in NUMBERS},
        "words": words,
        "correlated": list(varying.columns),
        "pearson": pearson.to_numpy().tolist(),
        "spearman": spearman.to_numpy().tolist(),
        "days": {day: [int(row["count"]), int(row["sum"])] for day, row in days.iterrows()},
    }
    with open(out, "w") as file:
        json.dump(expected, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
