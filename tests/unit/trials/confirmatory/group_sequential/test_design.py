import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential, spend
from hepatica.trials.confirmatory.group_sequential.shapes import OBrienFleming, Pocock
from hepatica.trials.confirmatory.group_sequential.spending import HwangShihDeCani, KimDeMets, LanDeMetsOBrienFleming


def simulate(design, drift, trials=200_000, seed=3):
    """Naive: follow each trial look by look; share stopped for efficacy, for futility, mean information."""
    t = design.fractions
    steps = np.random.default_rng(seed).standard_normal((trials, len(t))) * np.sqrt(np.diff(t, prepend=0))
    z = (np.cumsum(steps, axis=1) + drift * t) / np.sqrt(t)
    open_, up, information = np.ones(trials, bool), np.zeros(len(t)), np.zeros(trials)
    for k in range(len(t)):
        win, lose = open_ & (z[:, k] >= design.critical[k]), open_ & (z[:, k] < design.futility[k])
        up[k] = win.mean()
        information[open_] = t[k]
        open_ &= ~(win | lose)
    return up, information.mean()


DESIGNS = [
    design_group_sequential(3, OBrienFleming()),
    design_group_sequential([0.3, 0.8, 1], KimDeMets(2), alpha=0.05, beta=0.1, two_sided=True),
    design_group_sequential(3, LanDeMetsOBrienFleming(), beta=0.1, futility=HwangShihDeCani(-2)),
    design_group_sequential(3, HwangShihDeCani(-4), beta=0.1, futility=HwangShihDeCani(-2), binding=True),
    design_group_sequential(3, LanDeMetsOBrienFleming(), futility=[-np.inf, 0.5]),
    design_group_sequential(3, LanDeMetsOBrienFleming(), futility=[0.0, 0.5], binding=True),
    design_group_sequential(2, Pocock(), futility=HwangShihDeCani(1)),
]


@pytest.mark.parametrize("design", DESIGNS, ids=range(len(DESIGNS)))
def test_power_and_expected_information_are_those_of_simulated_trials(design):
    for drift in (0.0, design.drift):
        up, information = simulate(design, drift)
        np.testing.assert_allclose(up, design.probabilities(drift).upper, atol=4 * np.sqrt(0.25 / 200_000))
        assert information == pytest.approx(design.expected_information(drift), abs=0.003)
    assert design.power(design.drift) == pytest.approx(1 - design.beta, abs=1e-9)


@pytest.mark.parametrize("design", DESIGNS, ids=range(len(DESIGNS)))
def test_type_one_error_is_alpha_where_futility_binds_or_is_left_out(design):
    assert design.alpha_spent[-1] == pytest.approx(design.alpha, abs=1e-9)


def test_obeyed_non_binding_futility_is_conservative_and_binding_is_exact():
    loose, tight = DESIGNS[2], DESIGNS[3]
    assert loose.probabilities(0.0).upper.sum() < loose.alpha - 1e-4
    assert tight.probabilities(0.0).upper.sum() == pytest.approx(tight.alpha, abs=1e-9)
    assert tight.critical[-1] < loose.critical[-1]


def test_one_look_is_the_fixed_design():
    design = design_group_sequential(1, OBrienFleming(), futility=[])
    assert design.inflation == pytest.approx(1) and design.critical[0] == pytest.approx(norm.isf(0.025))
    assert design.expected_ratio(0.0) == pytest.approx(1)
    with_spending = design_group_sequential(1, LanDeMetsOBrienFleming(), futility=LanDeMetsOBrienFleming())
    assert with_spending.inflation == pytest.approx(1, abs=1e-9)


def test_beta_is_spent_as_asked():
    design = DESIGNS[2]
    spent = np.cumsum(design.probabilities(design.drift).lower)
    np.testing.assert_allclose(spent, HwangShihDeCani(-2)(design.fractions, design.beta), atol=1e-9)


def test_symmetric_design_spends_half_on_each_side():
    design = DESIGNS[1]
    found = design.probabilities(0.0)
    np.testing.assert_allclose(found.upper, found.lower, atol=1e-12)
    np.testing.assert_allclose(design.critical, spend(KimDeMets(2), design.fractions, 0.025, True))


@pytest.mark.parametrize(
    ("looks", "options", "match"),
    [
        (0, {}, "looks"),
        ([0.5, 0.9], {}, "end with 1"),
        ([0.5, 0.5, 1], {}, "increase"),
        (2, {"alpha": 0.0}, "alpha"),
        (2, {"beta": 0.98}, "beta"),
        (2, {"two_sided": True, "futility": [0.0]}, "symmetric"),
        (2, {"futility": [0.0, 0.0]}, "one for each look but the last"),
        (2, {"futility": [5.0]}, "below"),
        (2, {"futility": HwangShihDeCani(-2), "binding": True}, "spending function"),
        (3, {"futility": [0.0], "binding": True}, "give 2 values"),
    ],
)
def test_impossible_designs_are_refused(looks, options, match):
    with pytest.raises(InputError, match=match):
        design_group_sequential(looks, OBrienFleming(), **options)


def test_futility_that_stops_every_trial_is_refused():
    with pytest.raises(InputError, match="no effect reaches the power"):
        design_group_sequential([1e-6, 1.0], OBrienFleming(), futility=[3.0])
