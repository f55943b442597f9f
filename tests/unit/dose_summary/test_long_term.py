"""Causes of death and the five years after the horizon."""

import numpy as np
import pytest

from hepatica.dose_summary import long_term
from hepatica.dose_summary.courses import first_course, survival_curves
from hepatica.dosing.variance_components import decompose_variance


def test_causes_add_up_to_the_deaths_of_the_decision(found):
    for hypothesis, dead in long_term.death_shares(found).items():
        np.testing.assert_allclose(sum(dead.values()), 1 - survival_curves(found, hypothesis)[..., -1], atol=1e-12)


def test_standard_care_stands_once_and_the_regimen_under_each_hypothesis(found):
    first, *others = long_term.shown_arms(found)
    assert first == long_term.ShownArm(0, next(iter(found.courses)))
    assert others == [long_term.ShownArm(1, h) for h in found.courses]


def test_components_of_all_causes_are_those_of_all_deaths(found):
    dead = long_term.death_shares(found)
    parts, means = long_term.cause_components(found, dead), long_term.mean_cause_shares(found, dead)
    draw = first_course(found)["draw"].values
    for c, own in parts.items():
        died = 1 - survival_curves(found, c.hypothesis)[c.arm, :, -1]
        assert own["all"].mean == pytest.approx(decompose_variance(died, draw).mean)
        assert sum(means[c][cause] for cause in long_term.EVERY_CAUSE) == pytest.approx(died.mean())


def test_five_years_follow_those_alive_at_the_horizon(found):
    for hypothesis, t in long_term.tails(found).items():
        assert t.times[0] == found.study.horizon and t.times[-1] == 1826
        n = t.weight.shape[1]
        alive = survival_curves(found, hypothesis)[:, :n, -1]
        np.testing.assert_allclose(t.weight, alive, atol=0.05)  # daily, and every fifth day


def test_incidence_is_the_mean_over_those_alive(found):
    h, t = next(iter(long_term.tails(found).items()))
    for event in long_term.LateEvent:
        values, curve = getattr(t, event.value)[0], long_term.cumulative_incidence(t, 0, event)
        by_hand = sum(w * v for w, v in zip(t.weight[0], values, strict=True)) / t.weight[0].sum()
        np.testing.assert_allclose(curve, by_hand)
        end = long_term.five_year_outcomes(found, long_term.tails(found))[long_term.ShownArm(0, h)].events[event]
        assert 0 <= end.low <= end.high <= 1


def test_without_tails_there_are_no_outcomes(found):
    assert long_term.five_year_outcomes(found, {}) == {}
