"""Control study: its parts are those of the methods, and phases stay apart."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.capability import capability
from hepatica.manufacturing.quality.charts.run_length import run_length
from hepatica.manufacturing.quality.charts.run_rules import WESTERN_ELECTRIC
from hepatica.manufacturing.quality.control import SHIFTS, Settings, study_control
from hepatica.manufacturing.quality.tolerance import normal_interval

X = np.array([97.0, 97, 96, 98, 98, 98, 97, 89])
G = np.random.Generator(np.random.Philox(1)).normal(10, 1, (12, 4))


def test_the_low_batch_of_the_eight_alarms():
    """Eight clinical doses of umbilical cord cells, the last of 89 % viability."""
    found = study_control(X, Settings(phase_1=7, lower=70))
    assert found.is_in_control and found.alarms.tolist() == [7] and found.labels[7] == "8"
    assert found.ewma.beyond.tolist() == found.cusum.beyond.tolist() == [7]
    assert found.capability == capability(X[:7], found.chart.sigma, lower=70)
    assert found.tolerance == normal_interval(X[:7], side="lower")
    assert not study_control(X, Settings()).is_in_control
    assert study_control(X, Settings(exclude=(7,))).is_in_control


def test_run_lengths_are_exact_and_say_what_they_leave_out():
    found = study_control(X, Settings()).run_lengths
    assert found.rules == pytest.approx(tuple(run_length(WESTERN_ELECTRIC, SHIFTS).mean)) and found.left_out == ()
    assert found.cusum[0] == pytest.approx(465.4, abs=0.1)
    assert len(study_control(X, Settings(rules="nelson")).run_lengths.left_out) == 2


def test_groups():
    found = study_control(G, Settings(chart="xbar", lower=6, upper=14, target=10))
    assert found.spread.kind == "range" and found.tolerance.n == 48 and np.isfinite(found.capability.cpm.value)
    assert np.isfinite(found.tolerance.lower) and np.isfinite(found.tolerance.upper)
    large = study_control(np.tile(G, 3), Settings(chart="xbar"))
    assert large.spread.kind == "sd" and large.capability is None


def test_counts():
    found = study_control(np.array([2.0, 3, 1, 15]), Settings(chart="p", phase_1=3), sizes=50.0)
    assert found.spread is None and found.ewma is None and found.tolerance is None and 3 in found.alarms
    with pytest.raises(InputError, match="specification"):
        study_control(np.array([2.0, 3]), Settings(chart="c", lower=1))


@pytest.mark.parametrize(
    ("settings", "labels"), [(Settings(chart="pie"), ()), (Settings(rules="weco"), ()), (Settings(), ("a",))]
)
def test_bad_requests_are_refused(settings, labels):
    with pytest.raises(InputError):
        study_control(X, settings, labels=labels)
