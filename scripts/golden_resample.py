"""Golden values of src/resample, made by imbalanced-learn and scikit-learn.

Run in an environment with imbalanced-learn, from the repository's root; writes

    src/resample/golden_counts.json   how many rows of each class imbalanced-learn makes of others, and class weights
    src/resample/golden_rows.json     which rows, neighbours and points it chooses on small data sets

Each data set is given to imbalanced-learn twice: as it is (`raw`) and behind a StandardScaler (`standardised`).

Where rows are equally near, imbalanced-learn's choice is that of scikit-learn's search: an accident of heaps and leaves,
and with equal rows it may take a row for its own neighbour. Data sets with ties therefore run imbalanced-learn's own
code on a search with the rule of src/resample: a row is never its own neighbour, and of equally near ones the earlier
comes first. On data sets without ties it is asserted that this search and scikit-learn's give the same, and where only
rows of one class are equal, that they choose the same rows.
"""
import json
import pathlib

import numpy as np
from imblearn import __version__ as imblearn_version
from imblearn.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE, RandomOverSampler
from imblearn.under_sampling import EditedNearestNeighbours, NearMiss, RandomUnderSampler, TomekLinks
from imblearn.under_sampling._prototype_selection import _tomek_links
from sklearn import __version__ as sklearn_version
from sklearn.base import BaseEstimator
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

HERE = pathlib.Path("src/resample")
VERSIONS = {"imbalanced_learn": imblearn_version, "scikit_learn": sklearn_version}

COUNTED = {"ros": RandomOverSampler, "rus": RandomUnderSampler, "smote": SMOTE, "nearmiss": NearMiss}
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
    "nearmiss",
    "nearmiss:0.61",
    "nearmiss:0.001",
    "smote:0.1,rus:0.5",
    "ros:0.3,smote:0.7,rus",
    "rus:0.3,smote:0.71",
]


def sampler_of(name, ratio):
    random = {} if name == "nearmiss" else {"random_state": 0}
    return COUNTED[name](sampling_strategy=float(ratio or 1), **random)


def counts(frauds, genuine, spec):
    """Rows of (fraud, genuine) after the steps; None when imbalanced-learn refuses one."""
    labels = np.repeat([1, 0], [frauds, genuine])
    features = np.random.default_rng(0).standard_normal((len(labels), 3))
    for step in spec.split(","):
        name, _, ratio = step.partition(":")
        try:
            features, labels = sampler_of(name, ratio).fit_resample(features, labels)
        except ValueError as error:
            assert "ratio" in str(error), error
            return None
    return [int(labels.sum()), int((1 - labels).sum())]


def weights(frauds, genuine):
    labels = np.repeat([1, 0], [frauds, genuine])
    genuine_weight, fraud_weight = compute_class_weight("balanced", classes=np.array([0, 1]), y=labels)
    return {"frauds": frauds, "genuine": genuine, "fraud_weight": fraud_weight, "genuine_weight": genuine_weight}


def shares():
    """ADASYN's arithmetic: rows around of the other class, rows to add, and how many start at each row.

    With many rows the order of a sum decides where a half is rounded to: some of those cases are looked for.
    """
    random = np.random.default_rng(0)
    cases = [([1, 1, 1, 1], 10), ([1, 1, 1, 1], 6), ([5, 0, 3, 2], 7), ([3] * 5, 8)]
    while len(cases) < 10:
        around = random.integers(0, 6, random.integers(20, 300)).tolist()
        ratios = np.array(around) / 5
        added = int(2.5 * sum(around)) if len(cases) % 2 else int(0.5 * sum(around))
        in_turn = np.rint(ratios / sum(ratios.tolist()) * added)
        if (in_turn != np.rint(ratios / np.sum(ratios) * added)).any():
            cases.append((around, added))
    rounded = [np.rint(np.array(around) / 5 / np.sum(np.array(around) / 5) * added) for around, added in cases]
    return [
        {"around": around, "added": added, "expected": expected.astype(int).tolist()}
        for (around, added), expected in zip(cases, rounded)
    ]


class EarlierFirst(BaseEstimator):
    """Exact neighbours of rows whose last column is their number: the row itself, then the earlier of equally near."""

    def __init__(self, n_neighbors=5, n_jobs=None):
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs

    def fit(self, rows):
        self.rows_ = rows
        return self

    def kneighbors(self, rows=None, n_neighbors=None, return_distance=True):
        rows = self.rows_ if rows is None else rows
        squares = np.zeros((len(rows), len(self.rows_)))
        for column in range(rows.shape[1] - 1):
            squares += (rows[:, None, column] - self.rows_[None, :, column]) ** 2
        numbers = self.rows_[:, -1]
        order = [np.lexsort((numbers, near, numbers != row[-1])) for near, row in zip(squares, rows)]
        order = np.array(order)[:, : n_neighbors or self.n_neighbors]
        distances = np.sqrt(np.take_along_axis(squares, order, axis=1))
        return (distances, order) if return_distance else order

    def kneighbors_graph(self, *_):
        raise NotImplementedError


class NoStep(np.random.RandomState):
    """Draws steps of 0: new rows are the rows they start from."""

    def uniform(self, *_, size=None):
        return np.zeros(size)


class Peer:
    """imbalanced-learn on rows, either on its own search or, with numbered rows, on EarlierFirst."""

    def __init__(self, rows, labels, own_search):
        self.labels = labels
        self.own_search = own_search
        numbers = np.arange(len(rows), dtype=float)[:, None]
        self.rows = rows if own_search else np.hstack([rows, numbers])
        self.minority = min((1, 0), key=lambda label: (labels == label).sum())
        self.minority_rows = np.flatnonzero(labels == self.minority)

    def neighbours(self, count):
        return count if self.own_search else EarlierFirst(count)

    def removed(self, sampler):
        sampler.fit_resample(self.rows, self.labels)
        return sorted(set(range(len(self.rows))) - set(sampler.sample_indices_.tolist()))

    def tomek(self, strategy):
        _tomek_links.NearestNeighbors = NearestNeighbors if self.own_search else EarlierFirst
        return self.removed(TomekLinks(sampling_strategy=strategy))

    def enn(self, strategy):
        neighbours = 3 if self.own_search else EarlierFirst(4)
        return self.removed(EditedNearestNeighbours(sampling_strategy=strategy, n_neighbors=neighbours))

    def near_miss(self, ratio):
        return self.removed(NearMiss(sampling_strategy=ratio, n_neighbors=self.neighbours(3)))

    def cleaned_by(self, spec):
        """What is left of the rows after a chain of tomek, enn and nearmiss with a ratio, without scaling."""
        peer, left = self, np.arange(len(self.rows))
        for step in spec.split(","):
            name, _, ratio = step.partition(":")
            removed = peer.near_miss(float(ratio)) if ratio else getattr(peer, name)("auto")
            kept = np.setdiff1d(np.arange(len(left)), removed)
            left = left[kept]
            values = self.rows[left] if self.own_search else self.rows[left, :-1]
            peer = Peer(values, self.labels[left], self.own_search)
        return left.tolist()

    def lines(self):
        """Neighbours of each minority row, as rows, and new points for (row, rank of neighbour, step)."""
        smote = SMOTE(k_neighbors=self.neighbours(5) if self.own_search else EarlierFirst(6))
        smote.fit_resample(self.rows, self.labels)
        minority = self.rows[self.minority_rows]
        found = smote.nn_k_.kneighbors(minority, return_distance=False)[:, 1:]
        rows = np.arange(len(minority))
        ranks, steps = rows % 5, ((rows * 37) % 100 / 100)[:, None]
        points = smote._generate_samples(minority, minority, found, rows, ranks, steps)
        points = points if self.own_search else points[:, :-1]
        return self.minority_rows[found].tolist(), ranks.tolist(), steps[:, 0].tolist(), points.tolist()

    def danger(self):
        sampler = BorderlineSMOTE(
            random_state=0,
            k_neighbors=5 if self.own_search else EarlierFirst(6),
            m_neighbors=10 if self.own_search else EarlierFirst(11),
        )
        sampler.fit_resample(self.rows, self.labels)
        return sampler.in_danger_indices.get(self.minority, np.array([], dtype=int)).tolist()

    def adasyn(self, ratio):
        """How many new rows start at each minority row; None when imbalanced-learn makes none at all."""
        neighbours = 5 if self.own_search else EarlierFirst(6)
        sampler = ADASYN(sampling_strategy=ratio, n_neighbors=neighbours, random_state=NoStep(0))
        try:
            made = sampler.fit_resample(self.rows, self.labels)[0][len(self.rows) :]
        except (RuntimeError, ValueError) as error:
            assert "No samples will" in str(error) or "Not any neigbours" in str(error), error
            return None
        starts = [int((made == row).all(axis=1).sum()) for row in self.rows[self.minority_rows]]
        assert sum(starts) == len(made)
        return starts

    def choices(self, ratios):
        return {
            "tomek": self.tomek("auto"),
            "tomek_both": self.tomek("all"),
            "enn": self.enn("auto"),
            "enn_both": self.enn("all"),
            "near_miss": [self.near_miss(ratio) for ratio in ratios],
            "chains": {spec: self.cleaned_by(spec) for spec in ("tomek,enn", f"enn,nearmiss:{ratios[-1]},tomek")},
            "danger": self.danger(),
        }

    def everything(self, ratios):
        neighbours, ranks, steps, points = self.lines()
        return {
            **self.choices(ratios),
            "adasyn": [self.adasyn(ratio) for ratio in ratios],
            "neighbours": neighbours,
            "ranks": ranks,
            "steps": steps,
            "points": points,
        }


def overlapping(seed, rows, frauds, columns, shift, scales=1.0):
    random = np.random.default_rng(seed)
    labels = np.zeros(rows, dtype=int)
    labels[random.choice(rows, frauds, replace=False)] = 1
    values = random.standard_normal((rows, columns)) + shift * labels[:, None]
    return np.round(values, 3) * scales, labels


def on_a_grid(seed, rows, frauds, columns, levels):
    """Few whole numbers: many rows are equal, across classes too, and many distances."""
    random = np.random.default_rng(seed)
    labels = np.zeros(rows, dtype=int)
    labels[random.choice(rows, frauds, replace=False)] = 1
    return random.integers(0, levels, (rows, columns)).astype(float), labels


def twins(seed):
    """Equal rows within each class, and none across; otherwise no ties."""
    values, labels = overlapping(seed, 70, 21, 4, 0.8)
    repeated = np.concatenate([np.arange(70), np.arange(0, 70, 3), np.arange(0, 70, 6)])
    return values[repeated], labels[repeated]


def with_rounding():
    """A column that varies by less than the rounding of its mean: StandardScaler leaves it in its unit."""
    values, labels = overlapping(10, 60, 14, 3, 0.8)
    values[:, 1] = 1e9 + np.random.default_rng(11).integers(0, 9, 60) * 2.0**-21
    return values, labels


TWINS = "equal rows in a class"
DATA = {
    "two columns": (*overlapping(1, 70, 12, 2, 1.0), False),
    "far apart in scale": (*overlapping(2, 110, 15, 5, 1.0, [1e-3, 1.0, 100.0, 1e6, 1e-6]), False),
    "nearly balanced": (*overlapping(3, 90, 40, 8, 0.5), False),
    "more frauds than others": (*overlapping(4, 80, 62, 3, 0.7), False),
    "many columns": (*overlapping(5, 80, 11, 18, 0.4), False),
    "apart": (*overlapping(6, 60, 8, 2, 9.0), False),
    "a column of rounding": (*with_rounding(), False),
    TWINS: (*twins(7), True),
    "coarse grid": (*on_a_grid(8, 90, 18, 2, 6), True),
    "fine grid": (*on_a_grid(9, 70, 30, 3, 9), True),
}
RATIOS = [1.0, 0.83]


def rows_of(name):
    values, labels, ties = DATA[name]
    peers = {"raw": values}
    if not ties:
        peers["standardised"] = StandardScaler().fit_transform(values)
    result = {"name": name, "columns": values.shape[1], "values": values.ravel().tolist(), "ratios": RATIOS}
    result["labels"] = "".join(map(str, labels))
    for kind, rows in peers.items():
        found = Peer(rows, labels, own_search=False).everything(RATIOS)
        by_itself = Peer(rows, labels, own_search=True)
        if name == TWINS:
            assert by_itself.choices(RATIOS).items() <= found.items()
        elif not ties:
            assert by_itself.everything(RATIOS) == found, (name, kind)
        if kind == "standardised":
            del found["chains"]  # each step standardises anew
            found["points"] = StandardScaler().fit(values).inverse_transform(found["points"]).tolist()
        result[kind] = found
    return result


def with_categories(seed, kind):
    """SMOTENC: neighbours of each minority row, and the categories that new rows from it may get."""
    values, labels = overlapping(seed, 90, 16, 3, 0.6, [1.0, 5.0, 0.2])
    random = np.random.default_rng(seed + 1)
    codes = np.stack([random.integers(0, 3, 90), random.choice([2, 5, 7, 11, 40], 90), random.integers(0, 2, 90)], axis=1)
    scaled = StandardScaler().fit_transform(values) if kind == "standardised" else values
    table = np.column_stack([scaled[:, 0], codes[:, 0], scaled[:, 1], codes[:, 1], scaled[:, 2], codes[:, 2]])
    given = np.column_stack([values[:, 0], codes[:, 0], values[:, 1], codes[:, 1], values[:, 2], codes[:, 2]])
    minority = np.flatnonzero(labels)
    allowed = [[set(), set(), set()] for _ in minority]
    for state in range(40):
        sampler = SMOTENC(categorical_features=[1, 3, 5], random_state=state)
        sampler.fit_resample(table, labels)
        encoded = sampler.nn_k_._fit_X
        found = sampler.nn_k_.kneighbors(encoded, return_distance=False)[:, 1:]
        assert (sampler.nn_k_.kneighbors(encoded, return_distance=False)[:, 0] == np.arange(16)).all()
        rows = np.arange(16)
        made = sampler._generate_samples(encoded, encoded, found, rows, rows % 5, np.full((16, 1), 0.5), 1)
        decoded = sampler.categorical_encoder_.inverse_transform(made[:, 3:].toarray())
        for sets, row in zip(allowed, decoded):
            for known, code in zip(sets, row):
                known.add(float(code))
    return {
        "distance": kind,
        "values": given.ravel().tolist(),
        "labels": "".join(map(str, labels)),
        "neighbours": minority[found].tolist(),
        "allowed": [[sorted(known) for known in sets] for sets in allowed],
    }


def write(name, content):
    lines = [f'{json.dumps(key)}: {json.dumps(value)}' for key, value in content.items() if not isinstance(value, list)]
    for key, value in content.items():
        if isinstance(value, list):
            lines.append(f"{json.dumps(key)}: [\n" + ",\n".join(json.dumps(item) for item in value) + "\n]")
    (HERE / name).write_text("{\n" + ",\n".join(lines) + "\n}\n")


cases = [
    {"frauds": frauds, "genuine": genuine, "spec": spec, "expected": counts(frauds, genuine, spec)}
    for frauds, genuine in CLASSES
    for spec in SPECS
]
write("golden_counts.json", {**VERSIONS, "cases": cases, "weights": [weights(*classes) for classes in CLASSES], "shares": shares()})
write(
    "golden_rows.json",
    {
        **VERSIONS,
        "data": [rows_of(name) for name in DATA],
        "smotenc": [with_categories(seed, kind) for seed in (20, 30) for kind in ("raw", "standardised")],
    },
)
