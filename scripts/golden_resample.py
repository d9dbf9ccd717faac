"""Golden counts of src/resample: how many rows of each class imbalanced-learn makes of others.

Run in an environment with imbalanced-learn; prints the JSON committed as src/resample/golden.json:

    python scripts/golden_resample.py > src/resample/golden.json
"""
import json

import numpy as np
from imblearn import __version__ as imblearn_version
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

SAMPLERS = {"ros": RandomOverSampler, "rus": RandomUnderSampler, "smote": SMOTE}

CLASSES = [(8, 100), (29, 400), (7, 1000), (60, 13), (17, 977)]
SPECS = [
    "ros",
    "ros:0.5",
    "ros:0.123",
    "ros:0.01",
    "rus",
    "rus:0.5",
    "rus:0.37",
    "rus:0.01",
    "smote",
    "smote:0.1",
    "smote:0.333",
    "smote:0.05",
    "smote:0.1,rus:0.5",
    "ros:0.3,smote:0.7,rus",
    "rus:0.3,smote:0.71",
]


def resampled(frauds, genuine, spec):
    """Rows of (fraud, genuine) after the steps; None when imbalanced-learn refuses one."""
    labels = np.repeat([1, 0], [frauds, genuine])
    features = np.random.default_rng(0).standard_normal((len(labels), 3))
    for step in spec.split(","):
        name, _, ratio = step.partition(":")
        sampler = SAMPLERS[name](sampling_strategy=float(ratio or 1), random_state=0)
        try:
            features, labels = sampler.fit_resample(features, labels)
        except ValueError as error:
            assert "ratio" in str(error), error
            return None
    return [int(labels.sum()), int((1 - labels).sum())]


rows = [
    json.dumps({"frauds": frauds, "genuine": genuine, "spec": spec, "expected": resampled(frauds, genuine, spec)})
    for frauds, genuine in CLASSES
    for spec in SPECS
]
print('{"imbalanced_learn":"%s","cases":[\n%s\n]}' % (imblearn_version, ",\n".join(rows)))
