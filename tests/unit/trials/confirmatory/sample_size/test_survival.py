import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.accrual import Accrual, Hazard
from hepatica.trials.confirmatory.sample_size.size import Errors
from hepatica.trials.confirmatory.sample_size.survival import (
    Method,
    drift_of_events,
    events_needed,
    power_of_events,
    sample_size_survival,
)

Z = norm.isf(0.025) + norm.isf(0.2)


@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_published_formulas(ratio):
    schoenfeld = Z**2 * (1 + ratio) ** 2 / ratio / np.log(0.7) ** 2
    freedman = Z**2 * (1 + ratio * 0.7) ** 2 / ratio / 0.3**2
    assert events_needed(0.7, ratio=ratio) == pytest.approx(schoenfeld)
    assert events_needed(0.7, ratio=ratio, method=Method.FREEDMAN) == pytest.approx(freedman)
    assert power_of_events(0.7, schoenfeld, ratio=ratio) == pytest.approx(0.8)
    assert drift_of_events(0.7, schoenfeld, ratio) == pytest.approx(Z)


def test_patients_are_events_over_their_probability():
    size = sample_size_survival(Hazard.from_median(6), 0.6, Accrual(24.0), 36.0, ratio=2.0, method=Method.SCHOENFELD)
    assert size.events == pytest.approx(events_needed(0.6, ratio=2.0))
    assert size.patients.total * size.event_probability == pytest.approx(size.events)
    assert size.patients.treated == pytest.approx(2 * size.patients.control)


def test_methods_agree_for_a_small_effect():
    sizes = [
        sample_size_survival(Hazard.from_median(6), 0.95, Accrual(12.0), 36.0, method=m).patients.total for m in Method
    ]
    assert max(sizes) / min(sizes) < 1.06


def test_drop_out_costs_patients():
    given = {"control": Hazard.from_median(12), "hazard_ratio": 0.7, "accrual": Accrual(12.0), "end": 30.0}
    lost = sample_size_survival(**given, dropout=Hazard((0.02,)))
    assert lost.patients.total > sample_size_survival(**given).patients.total


def test_a_margin_of_non_inferiority():
    assert events_needed(1.0, margin=1.3) == pytest.approx(4 * Z**2 / np.log(1.3) ** 2)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: events_needed(1.0),
        lambda: events_needed(0.7, method=Method.LACHIN_FOULKES),
        lambda: events_needed(0.7, method=Method.FREEDMAN, margin=1.2),
        lambda: events_needed(-0.7),
        lambda: sample_size_survival(Hazard((0.0,)), 0.7, Accrual(12.0), 24.0),
    ],
)
def test_impossible_trials_are_refused(ask):
    with pytest.raises(InputError):
        ask()


def test_two_sided_is_half_of_alpha():
    assert events_needed(0.7, errors=Errors(0.05, 0.2, True)) == events_needed(0.7)


def test_hsieh_freedman_and_dropout_by_arm_are_those_of_rpact():
    """rpact 3.3.4: median 12, accrual of 18, end at 28 months; typeOfComputation, and dropout rates of 0.1 and 0.02."""
    control, accrual = Hazard.from_median(12.0), Accrual(18.0)
    two_sided = {"errors": Errors(0.05, 0.2, two_sided=True), "ratio": 2.0, "method": Method.HSIEH_FREEDMAN}
    size = sample_size_survival(control, 0.8, accrual, 28.0, dropout=Hazard.from_survival(0.98, 12.0), **two_sided)
    assert (size.events, size.patients.total) == pytest.approx((715.229165793, 1211.51465738), rel=1e-7)
    leave = Hazard.from_survival(0.9, 12.0), Hazard.from_survival(0.98, 12.0)
    uneven = sample_size_survival(control, 0.7, accrual, 28.0, dropout=leave, method=Method.SCHOENFELD)
    assert uneven.patients.total == pytest.approx(436.464186317, rel=1e-7)
