"""Leaders in fresh patients."""

import numpy as np
import pytest

from hepatica.dosing.search.leaders import Role, choose, cross_fitted_gain, estimate_leaders, roles_of
from hepatica.dosing.search.outcomes import Outcomes

RNG = np.random.Generator(np.random.Philox(8))
GAIN = np.array([[4.0, 6.0, -1.0], [5.0, 2.0, -1.0]])[..., None] + RNG.normal(size=(2, 3, 200))


def outcomes(excess=(0.01, 0.01, 0.01)):
    harm = np.broadcast_to(np.array(excess)[None, None, :, None], (1, *GAIN.shape)).copy()
    return Outcomes(GAIN, 0.1 * np.abs(GAIN), harm)


def test_the_choice_has_the_least_worst_regret_and_estimates_are_plain_means():
    leaders, choice = estimate_leaders(
        outcomes(), np.array([10, 11, 12]), {k: [Role.RACE] for k in (10, 11, 12)}, np.arange(200) % 2,
        cells=np.array([1.0, 2.0, 3.0]), limits=np.array([0.05]),
    )  # fmt: skip
    assert choice == 0 and leaders[0].candidate == 10 and [x.cells for x in leaders] == [1.0, 2.0, 3.0]
    assert leaders[0].gain[0].mean == pytest.approx(GAIN[0, 0].mean())
    assert leaders[0].gain[0].error == pytest.approx(GAIN[0, 0].std(ddof=1) / np.sqrt(200))
    assert leaders[1].below_leader[1].mean == pytest.approx((GAIN[1, 1] - GAIN[1, 0]).mean())
    assert leaders[0].regret == pytest.approx(GAIN[0, 1].mean() - GAIN[0, 0].mean())
    given_up = GAIN[0, 1] - GAIN[0, 0]
    assert leaders[0].regret_error == pytest.approx(given_up.std(ddof=1) / np.sqrt(200))
    halves = [GAIN[0, 0, k::2] for k in (0, 1)]
    assert leaders[0].worst_subgroup[0].error == pytest.approx(min(halves, key=np.mean).std(ddof=1) / 10)
    assert leaders[0].worst_subgroup[0].mean == pytest.approx(min(GAIN[0, 0, ::2].mean(), GAIN[0, 0, 1::2].mean()))


def test_the_choice_counts_the_patients_of_the_race_and_estimates_do_not():
    gain = RNG.normal(size=(1, 2, 40))
    gain += (np.array([1.3, 1.0]) - gain.mean(axis=-1))[..., None]
    fresh, plain = (Outcomes(g, 0 * g, np.zeros((0, *g.shape))) for g in (gain, np.full((1, 2, 400), 1.0)))
    raced = plain._replace(gain=plain.gain + np.array([0.0, 0.2])[:, None])
    given = (fresh, np.array([0, 1]), {k: [Role.RACE] for k in (0, 1)}, np.zeros(40, int))
    alone, first = estimate_leaders(*given, cells=np.ones(2), limits=np.empty(0))
    both, second = estimate_leaders(*given, cells=np.ones(2), limits=np.empty(0), raced=raced)
    assert alone[first].candidate == 0 and both[second].candidate == 1
    assert both[second].gain[0].mean == pytest.approx(1.0) and both[second].regret == pytest.approx(0.3)
    assert cross_fitted_gain(fresh, np.empty(0), raced)[0].mean == pytest.approx(1.0)


def test_a_harm_beyond_its_limit_is_not_chosen():
    best, regret = choose(outcomes((0.2, 0.01, 0.01)), np.array([0.05]))
    assert best == 1 and np.isinf(regret[0])
    assert choose(outcomes((0.2, 0.2, 0.2)), np.array([0.05]))[0] == -1


def test_standard_care_is_chosen_where_cells_lose():
    lost = outcomes()._replace(gain=GAIN - 100.0)
    assert choose(lost, np.array([0.05]))[0] == -1
    assert cross_fitted_gain(lost, np.array([0.05]))[0].mean == 0.0


def test_cross_fitting_removes_the_luck_of_the_largest():
    """Twenty equal candidates of gain 1: the naive best is too large, the cross-fitted one is right."""
    naive, fair = [], []
    for seed in range(200):
        gain = 1.0 + np.random.Generator(np.random.Philox(seed)).normal(size=(1, 20, 40))
        some = Outcomes(gain, np.zeros_like(gain), np.zeros((0, *gain.shape)))
        naive.append(gain.mean(axis=-1).max())
        fair.append(cross_fitted_gain(some, np.empty(0))[0].mean)
    error = np.std(fair) / np.sqrt(200)
    assert np.mean(naive) > 1.2 and abs(np.mean(fair) - 1.0) < 3 * error


def test_roles_name_every_reason():
    roles = roles_of(outcomes(), np.array([2.0, 3.0, np.inf]), np.zeros(200, int), np.array([1, 2]), n=1)
    assert roles[0][0] is Role.RACE and Role.HYPOTHESIS in roles[0]
    assert Role.CELLS in roles[1] and Role.HYPOTHESIS in roles[1] and 2 not in roles
