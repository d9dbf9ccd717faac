"""Golden values of src/simulate/handbook: what the generators of numpy and CPython draw.

Run in an environment with numpy; prints the JSON committed as src/simulate/handbook/golden.json:

    python scripts/golden_simulate.py > src/simulate/handbook/golden.json
"""
import json
import platform
import random

import numpy as np

SEEDS = [0, 1, 42, 4_999, 2**32 - 1]
# The generator makes 624 words at a time: the first ones, those around its two first renewals, a late one.
PLACES = [0, 1, 2, 622, 623, 624, 1_247, 1_248, 9_999]


def words(seed):
    """32-bit words of both seedings."""
    numpy_words = np.random.RandomState(seed)._bit_generator.random_raw(10_000)
    random.seed(seed)
    python_words = [random.getrandbits(32) for _ in range(10_000)]
    return {
        "seed": seed,
        "numpy": [int(numpy_words[place]) for place in PLACES],
        "python": [python_words[place] for place in PLACES],
    }


def draws(seed):
    """What the simulator asks numpy for, in turns, so that the second Gaussian of a pair outlives other draws."""
    generator = np.random.RandomState(seed)
    rows = []
    for turn in range(12):
        rate = [0.0, 0.05, 1.7, 3.999, 9.9][turn % 5]
        rows.append(
            {
                "rate": rate,
                "poisson": int(generator.poisson(rate)),
                "normal": [generator.normal(43_200, 20_000) for _ in range(1 + turn % 3)],
                "uniform": generator.uniform(5, 100),
            }
        )
    return {"seed": seed, "rows": rows}


def permutation(seed, length):
    return {
        "seed": seed,
        "length": length,
        "first": np.random.RandomState(seed).permutation(length)[:5].tolist(),
    }


def choices(seed):
    random.seed(seed)
    lengths = [1, 2, 3, 64, 78, 100, 10_000, 2**31, 2**32 - 1]
    return {"seed": seed, "drawn": [[length, random.choice(range(length))] for length in lengths * 3]}


def sample(seed, length, count):
    random.seed(seed)
    return {"seed": seed, "length": length, "count": count, "drawn": random.sample(range(length), count)}


golden = {
    "numpy": np.__version__,
    "python": platform.python_version(),
    "places": PLACES,
    "words": [words(seed) for seed in SEEDS],
    "draws": [draws(seed) for seed in SEEDS],
    "permutations": [permutation(seed, length) for seed in SEEDS for length in (1, 2, 10, 5_000, 10_000)],
    "choices": [choices(seed) for seed in SEEDS],
    # CPython keeps a pool of what is left when many of few are drawn, else a set of what is gone.
    "samples": [
        sample(seed, length, count)
        for seed in SEEDS
        for length, count in [(0, 0), (1, 1), (2, 0), (20, 6), (21, 5), (22, 5), (84, 28), (85, 6), (10_000, 12)]
    ],
}
sections = ("%s:%s" % (json.dumps(name), json.dumps(value, separators=(",", ":"))) for name, value in golden.items())
print("{\n%s\n}" % ",\n".join(sections))
