"""Golden values of src/calibration: what scikit-learn's calibrators say of small, awkward sets of rows.

Run in an environment with numpy and scikit-learn; prints the JSON committed as src/calibration/golden.json:

    python scripts/golden_calibration.py > src/calibration/golden.json
"""
import json

import numpy as np
from scipy.special import logit
from sklearn import __version__ as sklearn_version
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression


def cases():
    rng = np.random.default_rng(7)

    def noisy(rows, share):
        labels = (rng.random(rows) < share).astype(int)
        return labels, 1 / (1 + np.exp(-rng.normal(1.7 * labels - 1.5, 1.3)))

    labels, scores = noisy(120, 0.3)
    yield "distinct", labels, scores.round(9)
    labels, scores = noisy(150, 0.3)
    yield "ties", labels, scores.round(1).clip(0.1, 0.9)
    labels, scores = noisy(300, 0.03)
    yield "rare", labels, scores.round(3).clip(0.001, 0.999)
    labels, scores = noisy(80, 0.5)
    yield "inverted", labels, (1 - scores).round(6)
    yield "constant", labels, np.full(80, 0.25)
    yield "nearly equal", labels, 0.5 + 4e-16 * rng.integers(0, 5, 80)
    yield "overconfident", labels, (1 / (1 + np.exp(-3 * logit(scores)))).round(9).clip(1e-9, 1 - 1e-9)
    yield "two rows", np.array([0, 1]), np.array([0.25, 0.5])


def expected(labels, scores, asked):
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, labels.astype(float))
    platt = _SigmoidCalibration().fit(logit(scores), labels)
    return {
        "isotonic": isotonic.predict(asked).tolist(),
        "platt": platt.predict(logit(asked)).tolist(),
        "slope": -float(platt.a_),
        "intercept": -float(platt.b_),
    }


lines = []
for name, labels, scores in cases():
    # Through one point there are many curves.
    elsewhere = np.linspace(0.001, 0.999, 60) if np.ptp(scores) > 1e-6 else []
    asked = np.unique(np.concatenate([scores, elsewhere]))
    case = {
        "name": name,
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "asked": asked.tolist(),
        "expected": expected(labels, scores, asked),
    }
    lines.append(json.dumps(case, separators=(",", ":")))
print('{"scikit_learn":"%s","cases":[\n%s\n]}' % (sklearn_version, ",\n".join(lines)))
