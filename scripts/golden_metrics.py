"""Golden values of src/metrics: what scikit-learn says of small, awkward sets of rows.

Run in an environment with numpy and scikit-learn; prints the JSON committed as src/metrics/golden.json:

    python scripts/golden_metrics.py > src/metrics/golden.json
"""
import json
import warnings

import numpy as np
from sklearn import __version__ as sklearn_version
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.simplefilter("ignore")


def cases():
    rng = np.random.default_rng(42)

    def noisy(rows, share):
        labels = (rng.random(rows) < share).astype(int)
        scores = 1 / (1 + np.exp(-rng.normal(2.0 * labels - 1.5, 1.3)))
        return labels, scores

    labels, scores = noisy(80, 0.3)
    yield "distinct", labels, scores.round(9), 0.37
    labels, scores = noisy(80, 0.3)
    yield "ties", labels, scores.round(1), 0.4
    labels, scores = noisy(150, 0.05)
    yield "rare", labels, scores.round(4), 0.5
    labels, scores = noisy(60, 0.5)
    yield "certain", labels, np.clip((scores - 0.5) * 3 + 0.5, 0, 1).round(3), 0.5
    yield "constant", labels, np.full(60, 0.25), 0.25
    yield "perfect", labels, labels.astype(float), 0.5
    yield "inverted", labels, 1.0 - labels, 0.5
    yield "nothing caught", labels, scores.round(3) * 0.5, 0.9
    yield "everything caught", labels, scores.round(3), 0.0
    yield "two rows", np.array([0, 1]), np.array([0.5, 0.5]), 0.5
    # Handbook of fraud detection, threshold-based metrics: 10 transactions, 2 frauds.
    yield (
        "handbook",
        np.array([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
        np.array([0.9, 0.45, 0.4, 0.35, 0.2, 0.2, 0.2, 0.1, 0.1, 0.0]),
        0.35,
    )


def reliability(labels, scores, strategy):
    """scikit-learn's curve, and from it the expected calibration error."""
    true, mean = calibration_curve(labels, scores, n_bins=10, strategy=strategy)
    edges = np.linspace(0, 1, 11)
    if strategy == "quantile":
        edges = np.percentile(scores, edges * 100)
    rows = np.bincount(np.searchsorted(edges[1:-1], scores), minlength=10)
    rows = rows[rows > 0]
    return [mean.tolist(), true.tolist(), rows.tolist(), float(np.abs(true - mean) @ rows / len(scores))]


def frauds_among(labels, scores, rows):
    """Frauds among the rows with the highest scores, on average over all orders of equal scores."""
    cut = np.sort(scores)[::-1][rows - 1]
    above, at = scores > cut, scores == cut
    return float(labels[above].sum() + labels[at].mean() * (rows - above.sum()))


def card_precision(days, cards, labels, scores, k):
    """The Handbook's definition, word for word; ties by the cards' codes."""
    blocked, found = set(), []
    for day in sorted(set(days)):
        best = {}
        for row in np.flatnonzero(days == day):
            score, fraud = best.get(cards[row], (-1.0, 0))
            if cards[row] not in blocked:
                best[cards[row]] = (max(score, scores[row]), max(fraud, labels[row]))
        looked_at = sorted(best, key=lambda card: (-best[card][0], card))[:k]
        detected = [card for card in looked_at if best[card][1]]
        blocked.update(detected)
        found.append([int(day), len(best), int(sum(fraud for _, fraud in best.values())), len(detected)])
    return {"per_day": found, "mean": float(np.mean([day[3] / k for day in found]))}


def beside(rows):
    """Amounts, days and cards of that many rows."""
    rng = np.random.default_rng(rows)
    return rng.gamma(2.0, 40.0, rows).round(2), rng.integers(17_750, 17_757, rows), rng.integers(0, 12, rows)


def expected(labels, scores, threshold):
    amounts, days, cards = beside(len(labels))
    weighted = {"sample_weight": amounts, "zero_division": np.nan}
    histogram = [np.histogram(scores[labels == label], 50, range=(0, 1))[0].tolist() for label in (0, 1)]
    caught = (scores >= threshold).astype(int)
    undefined = {"zero_division": np.nan}
    fpr, tpr, roc_thresholds = metrics.roc_curve(labels, scores)
    precision, recall, thresholds = metrics.precision_recall_curve(labels, scores)
    tn, fp, fn, tp = metrics.confusion_matrix(labels, caught, labels=[0, 1]).ravel().tolist()
    # scikit-learn says 0 for the correlation where it is 0/0.
    correlated = 0 < caught.sum() < len(caught)
    f1 = 2 * precision[:-1] * recall[:-1] / np.maximum(precision[:-1] + recall[:-1], 1e-300)
    reaching = thresholds[precision[:-1] >= 0.6]
    return {
        "roc_auc": metrics.roc_auc_score(labels, scores),
        "average_precision": metrics.average_precision_score(labels, scores),
        "log_loss": metrics.log_loss(labels, y_proba=scores),
        "brier": metrics.brier_score_loss(labels, y_proba=scores),
        "recall_at_fpr_001": float(np.interp(0.01, fpr, tpr)),
        "precision": metrics.precision_score(labels, caught, **undefined),
        "recall": metrics.recall_score(labels, caught, **undefined),
        "f1": metrics.f1_score(labels, caught, **undefined),
        "mcc": metrics.matthews_corrcoef(labels, caught) if correlated else None,
        "accuracy": metrics.accuracy_score(labels, caught),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, caught),
        "specificity": metrics.recall_score(labels, caught, pos_label=0, **undefined),
        "amount_recall": metrics.recall_score(labels, caught, **weighted),
        "amount_precision": metrics.precision_score(labels, caught, **weighted),
        "reliability": [reliability(labels, scores, strategy) for strategy in ("uniform", "quantile")],
        "score_histogram": histogram,
        "frauds_among": [frauds_among(labels, scores, rows) for rows in range(1, len(labels) + 1)],
        "card_precision": {str(k): card_precision(days, cards, labels, scores, k) for k in (1, 3)},
        "confusion": {"tn": tn, "fp": fp, "fn": fn, "tp": tp},
        # Rounding apart, the last (highest) of equally good ones.
        "max_f1_threshold": thresholds[f1 >= f1.max() - 1e-12][-1],
        "lowest_threshold_with_precision_0.6": reaching[0] if len(reaching) else None,
        "roc_curve": [fpr.tolist(), tpr.tolist(), roc_thresholds[1:].tolist()],
        "precision_recall_curve": [precision.tolist(), recall.tolist(), thresholds.tolist()],
    }


def plain(value):
    """NaN as null, numpy numbers as numbers."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value


lines = [
    json.dumps(
        plain(
            {
                "name": name,
                "threshold": threshold,
                "labels": labels.tolist(),
                "scores": scores.tolist(),
                "amounts": beside(len(labels))[0].tolist(),
                "days": beside(len(labels))[1].tolist(),
                "cards": beside(len(labels))[2].tolist(),
                "expected": expected(labels, scores, threshold),
            }
        ),
        separators=(",", ":"),
    )
    for name, labels, scores, threshold in cases()
]
print('{"scikit_learn":"%s","cases":[\n%s\n]}' % (sklearn_version, ",\n".join(lines)))
