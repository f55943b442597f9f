"""Exact run lengths: simulation as second implementation, renewal formulas, refusals."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.charts import run_length as lengths
from hepatica.manufacturing.quality.charts.run_rules import (
    BEYOND,
    NELSON,
    RUN_OF_8,
    WESTERN_ELECTRIC,
    ZoneRule,
)


def test_one_rule_has_closed_forms():
    p = 2 * norm.sf(3)
    found = lengths.run_length((BEYOND,), [0.0])
    assert found.mean[0] == pytest.approx(1 / p) and found.sd[0] == pytest.approx(np.sqrt(1 - p) / p)
    assert lengths.run_length((RUN_OF_8,), [0.0]).mean[0] == pytest.approx(2**8 - 1)
    q = norm.cdf(1.0)  # a run of eight above, or below, with unequal chances
    up, down = ((1 - s**8) / ((1 - s) * s**8) for s in (q, 1 - q))
    assert lengths.run_length((RUN_OF_8,), [1.0]).mean[0] == pytest.approx(1 / (1 / up + 1 / down))


@pytest.mark.parametrize(
    "rules",
    [
        WESTERN_ELECTRIC,
        tuple(r for r in NELSON if isinstance(r, ZoneRule)),
        (ZoneRule("3 of 6", 3, 6, 1.2, "outside"),),
    ],
    ids=["western electric", "nelson", "odd"],
)
def test_mean_and_sd_by_simulation(rules):
    exact = lengths.run_length(rules, [1.0])
    made = lengths.simulate_run_length(rules, [1.0], runs=1500)
    assert abs(made.mean[0] - exact.mean[0]) < 3.5 * made.error[0]
    assert made.sd[0] == pytest.approx(exact.sd[0], rel=0.1)


def test_wider_points_alarm_sooner_and_the_side_does_not_matter():
    one = lengths.run_length(WESTERN_ELECTRIC, [0.7, -0.7])
    assert one.mean[0] == pytest.approx(one.mean[1])
    assert lengths.run_length(WESTERN_ELECTRIC, [0.0], scale=1.5).mean[0] < 20


def test_trends_are_simulated_and_never_called_exact():
    with pytest.raises(InputError, match="simulate_run_length"):
        lengths.run_length(NELSON)
    all_rules = lengths.simulate_run_length(NELSON, [1.0], runs=300)
    zones = lengths.run_length(tuple(r for r in NELSON if isinstance(r, ZoneRule)), [1.0])
    assert all_rules.error[0] > 0 and all_rules.mean[0] < zones.mean[0] + 3 * all_rules.error[0]
    with pytest.raises(InputError, match="no alarm"):
        lengths.simulate_run_length((BEYOND,), runs=20, longest=10)
    with pytest.raises(InputError, match="no rule"):
        lengths.run_length(())


def test_too_many_states_are_refused(monkeypatch):
    monkeypatch.setattr(lengths, "MAX_STATES", 20)
    with pytest.raises(InputError, match="fewer or shorter"):
        lengths.run_length(WESTERN_ELECTRIC)
