import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.adaptive.re_estimation import PromisingZone, ReEstimationDesign, safe_zone_start
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.spending import LanDeMetsOBrienFleming

Z = norm.isf(0.025)
GS = design_group_sequential([0.5, 1.0], LanDeMetsOBrienFleming())
DESIGNS = [
    ReEstimationDesign(0.5, Z),
    ReEstimationDesign(0.5, Z, conventional=True),
    ReEstimationDesign(0.6, GS.critical[1], PromisingZone(0.2, 0.8, 3.0), early=GS.critical[0], futility=0.0),
    ReEstimationDesign(0.3, Z, PromisingZone(0.0, 0.9, 5.0)),
]


def simulate(design, drift, trials=400_000):
    rng = np.random.default_rng(7)
    z1 = rng.standard_normal(trials) + drift * np.sqrt(design.first)
    second = design.second_information(z1)
    z2 = rng.standard_normal(trials) + drift * np.sqrt(second)
    w1, w2 = (design.first, second) if design.conventional else (design.first, 1 - design.first)
    end = (np.sqrt(w1) * z1 + np.sqrt(w2) * z2) / np.sqrt(w1 + w2) >= design.critical
    early, futile = z1 >= design.early, z1 < design.futility
    goes = ~early & ~futile
    return (early | (goes & end)).mean(), (design.first + np.where(goes, second, 0)).mean()


@pytest.mark.parametrize("drift", [0.0, 2.5])
@pytest.mark.parametrize("design", DESIGNS, ids=range(4))
def test_characteristics_are_those_of_simulated_trials(design, drift):
    power, information = simulate(design, drift)
    found = design.characteristics(drift)
    assert found.power == pytest.approx(power, abs=4 * np.sqrt(0.25 / 400_000))
    assert found.expected_information == pytest.approx(information, abs=0.005)


@pytest.mark.parametrize(
    "zone", [PromisingZone(), PromisingZone(0.0, 0.95, 10.0), PromisingZone(0.1, 0.2, 1.5)], ids=str
)
def test_planned_weights_keep_the_level_whatever_the_rule(zone):
    assert ReEstimationDesign(0.4, Z, zone).characteristics(0.0).power == pytest.approx(0.025, abs=1e-7)


def test_group_sequential_boundaries_keep_their_level():
    design = ReEstimationDesign(0.5, GS.critical[1], PromisingZone(0.2, 0.9, 4.0), early=GS.critical[0])
    assert design.characteristics(0.0).power == pytest.approx(0.025, abs=1e-7)


def test_conventional_test_keeps_its_level_only_from_a_high_enough_conditional_power():
    low = ReEstimationDesign(0.5, Z, PromisingZone(0.0, 0.9, 10.0), conventional=True)
    assert low.characteristics(0.0).power > 0.0255
    start = safe_zone_start(0.5, Z, 0.9, 2.0)
    safe = ReEstimationDesign(0.5, Z, PromisingZone(start + 1e-6, 0.9, 2.0), conventional=True)
    assert safe.characteristics(0.0).power < 0.025


def test_enlarged_trials_reach_the_target():
    design = ReEstimationDesign(0.5, Z, PromisingZone(0.3, 0.9, 100.0))
    z = np.array([1.2, 1.5])
    second = design.second_information(z)
    assert (second > 0.5).all()
    np.testing.assert_allclose(design.rejection(z, second, z / np.sqrt(0.5)), 0.9)


def test_unpromising_and_favourable_results_are_left_alone():
    design = DESIGNS[0]
    assert design.second_information(np.array([-1.0, 0.1, 2.9])).tolist() == [0.5, 0.5, 0.5]
    assert design.conditional_error(1.0) == pytest.approx(norm.sf((Z - np.sqrt(0.5)) / np.sqrt(0.5)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: PromisingZone(0.9, 0.8),
        lambda: PromisingZone(max_increase=0.5),
        lambda: ReEstimationDesign(1.0, Z),
        lambda: ReEstimationDesign(0.5, Z, early=1.0, futility=1.0),
    ],
)
def test_impossible_rules_are_refused(make):
    with pytest.raises(InputError):
        make()
