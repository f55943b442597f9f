import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials import randomisation as rd

FACTORS = np.random.default_rng(1).integers(0, 3, (600, 2))
ALL = [
    rd.CompleteRandomisation((2, 1)),
    rd.PermutedBlocks((2, 1), (3, 6)),
    rd.BiasedCoin(),
    rd.Minimisation((2, 1), (1.0, 2.0)),
]


@pytest.mark.parametrize("scheme", ALL, ids=lambda s: type(s).__name__)
def test_allocation_keeps_the_ratio_and_the_seed(scheme):
    arms = rd.randomise(scheme, FACTORS, 5)
    share = 0.5 if isinstance(scheme, rd.BiasedCoin) else 1 / 3
    assert set(arms) == {0, 1} and arms.mean() == pytest.approx(share, abs=0.06)
    assert (arms == rd.randomise(scheme, FACTORS, 5)).all() and (arms != rd.randomise(scheme, FACTORS, 6)).any()


def test_blocks_are_full_within_each_stratum_and_every_order_is_as_likely():
    arms = rd.randomise(rd.PermutedBlocks(sizes=(4,)), FACTORS, 2)
    for a in range(3):
        for b in range(3):
            own = arms[(FACTORS == [a, b]).all(axis=1)]
            blocks = own[: len(own) // 4 * 4].reshape(-1, 4)
            assert (blocks.sum(axis=1) == 2).all()
    long = rd.randomise(rd.PermutedBlocks(sizes=(4,), stratified=False), FACTORS.repeat(10, axis=0), 3).reshape(-1, 4)
    _, counts = np.unique(long, axis=0, return_counts=True)
    assert len(counts) == 6 and counts.std() < 4 * np.sqrt(len(long) / 6)


def test_block_sizes_vary_when_several_are_given():
    arms = rd.randomise(rd.PermutedBlocks(sizes=(4, 6), stratified=False), np.zeros(400), 2)
    lead = np.cumsum(2 * arms - 1)
    assert np.abs(lead).max() <= 3 and (lead[3::4] != 0).any()


def test_biased_coin_prefers_the_smaller_arm():
    arms = rd.randomise(rd.BiasedCoin(0.75), np.zeros(20_000), 4)
    lead = np.cumsum(2 * arms - 1)
    behind = lead[:-1] < 0
    assert arms[1:][behind].mean() == pytest.approx(0.75, abs=0.02)
    assert arms[1:][lead[:-1] == 0].mean() == pytest.approx(0.5, abs=0.03)


def test_minimisation_is_pocock_and_simon_patient_by_patient():
    """Naive: counts in dictionaries, certain choice of the least imbalance."""
    arms = rd.randomise(rd.Minimisation(probability=1.0), FACTORS[:120], 7)
    counts = {}
    for levels, arm in zip(FACTORS[:120], arms, strict=True):
        totals = []
        for candidate in (0, 1):
            total = 0
            for f, level in enumerate(levels):
                after = [counts.get((f, level, a), 0) + (a == candidate) for a in (0, 1)]
                total += max(after) - min(after)
            totals.append(total)
        assert totals[arm] == min(totals)
        for f, level in enumerate(levels):
            counts[f, level, int(arm)] = counts.get((f, level, int(arm)), 0) + 1


def test_no_patient_no_arm():
    for scheme in ALL[:3]:
        assert len(rd.randomise(scheme, np.zeros((0, 1)), 1)) == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: rd.checked_ratio((1,)),
        lambda: rd.checked_ratio((1, 0)),
        lambda: rd.PermutedBlocks((2, 1), (4,)),
        lambda: rd.PermutedBlocks(sizes=()),
        lambda: rd.BiasedCoin(0.4),
        lambda: rd.Minimisation((2, 1), probability=0.5),
        lambda: rd.Minimisation(weights=(-1.0,)),
        lambda: rd.randomise(rd.Minimisation(weights=(1.0,)), FACTORS, 1),
        lambda: rd.randomise(ALL[0], [-1, 0], 1),
        lambda: rd.randomise(ALL[0], [0.5, 0], 1),
    ],
)
def test_impossible_schemes_are_refused(ask):
    with pytest.raises(InputError):
        ask()


def test_every_scheme_is_listed():
    assert {type(s) for s in ALL} == set(rd.SCHEMES)
