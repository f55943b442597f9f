"""Allocation of many trials at once: the balance and chances of the sequential schemes."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.randomisation import (
    BiasedCoin,
    CompleteRandomisation,
    Minimisation,
    PermutedBlocks,
    Scheme,
    randomise,
)
from hepatica.trials.virtual.conduct.allocation import allocate, strata_of
from hepatica.trials.virtual.conduct.streams import WIDTH

RNG = np.random.default_rng(2)
FACTORS = RNG.integers(0, 2, (WIDTH, 36, 2))
SOME = 60  # trials of the sequential scheme
SCHEMES = [
    CompleteRandomisation((2, 1)),
    PermutedBlocks((2, 1), (3, 6)),
    BiasedCoin(),
    Minimisation((1, 1, 1)),
    Minimisation((2, 1), probability=1.0),
]


def imbalance(arms, strata, ratio):
    """Mean over strata of the largest departure from the ratio."""
    parts = np.array(ratio) / sum(ratio)
    gaps = []
    for s in np.unique(strata):
        here = strata == s
        counts = np.array([(arms[here] == a).sum() for a in range(len(ratio))])
        gaps.append(np.abs(counts - here.sum() * parts).max())
    return np.mean(gaps)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: type(s).__name__)
def test_balance_is_that_of_the_sequential_scheme(scheme):
    ratio = getattr(scheme, "ratio", (1, 1))
    arms, strata = allocate(scheme, FACTORS, 1, 0), strata_of(FACTORS)
    ours = np.array([imbalance(arms[r], strata[r], ratio) for r in range(WIDTH)])
    theirs = np.array([imbalance(randomise(scheme, FACTORS[r], r), strata[r], ratio) for r in range(SOME)])
    error = np.hypot(ours.std() / np.sqrt(WIDTH), theirs.std() / np.sqrt(SOME))
    assert abs(ours.mean() - theirs.mean()) <= 4 * error + 1e-12
    share = np.array([(arms == a).mean() for a in range(len(ratio))])
    assert share == pytest.approx(np.array(ratio) / sum(ratio), abs=0.04)


def test_blocks_are_balanced_wherever_they_end():
    arms = allocate(PermutedBlocks((1, 1), (4,)), np.zeros((WIDTH, 24, 0), int), 3, 1)
    assert (arms.reshape(WIDTH, 6, 4).sum(axis=2) == 2).all()
    orders = {tuple(row) for row in arms.reshape(-1, 4).tolist()}
    assert len(orders) == 6  # all orders of a block happen


def test_first_patients_do_not_depend_on_how_many_follow():
    for scheme in SCHEMES:
        long, short = allocate(scheme, FACTORS, 1, 0), allocate(scheme, FACTORS[:, :12], 1, 0)
        assert (long[:, :12] == short).all(), scheme


def test_an_unknown_scheme_is_refused():
    class Odd(Scheme):
        def assign(self, factors, seed):
            return factors

    with pytest.raises(InputError, match="Odd"):
        allocate(Odd(), FACTORS, 1, 0)
