"""Causes of death and the five years after the horizon."""

import numpy as np
import pytest

from hepatica.dose_summary.courses import first_course, survival_curves
from hepatica.dose_summary.long_term import (
    EVERY_CAUSE,
    LateEvent,
    ShownArm,
    cause_components,
    cumulative_incidence,
    death_shares,
    five_year_outcomes,
    mean_cause_shares,
    shown_arms,
    tails,
)
from hepatica.dosing.variance_components import decompose_variance


def test_causes_add_up_to_the_deaths_of_the_decision(found):
    for hypothesis, dead in death_shares(found).items():
        np.testing.assert_allclose(sum(dead.values()), 1 - survival_curves(found, hypothesis)[..., -1], atol=1e-12)


def test_standard_care_stands_once_and_the_regimen_under_each_hypothesis(found):
    first, *others = shown_arms(found)
    assert first == ShownArm(0, next(iter(found.courses)))
    assert others == [ShownArm(1, h) for h in found.courses]


def test_components_of_all_causes_are_those_of_all_deaths(found):
    dead = death_shares(found)
    parts, means = cause_components(found, dead), mean_cause_shares(found, dead)
    draw = first_course(found)["draw"].values
    for c, own in parts.items():
        died = 1 - survival_curves(found, c.hypothesis)[c.arm, :, -1]
        assert own["all"].mean == pytest.approx(decompose_variance(died, draw).mean)
        assert sum(means[c][cause] for cause in EVERY_CAUSE) == pytest.approx(died.mean())


def test_five_years_follow_those_alive_at_the_horizon(found):
    for hypothesis, t in tails(found).items():
        assert t.times[0] == found.study.horizon and t.times[-1] == 1826
        n = t.weight.shape[1]
        alive = survival_curves(found, hypothesis)[:, :n, -1]
        np.testing.assert_allclose(t.weight, alive, atol=0.05)  # daily, and every fifth day


def test_incidence_is_the_mean_over_those_alive(found):
    h, t = next(iter(tails(found).items()))
    for event in LateEvent:
        values, curve = getattr(t, event.value)[0], cumulative_incidence(t, 0, event)
        by_hand = sum(w * v for w, v in zip(t.weight[0], values, strict=True)) / t.weight[0].sum()
        np.testing.assert_allclose(curve, by_hand)
        end = five_year_outcomes(found, tails(found))[ShownArm(0, h)].events[event]
        assert 0 <= end.low <= end.high <= 1


def test_without_tails_there_are_no_outcomes(found):
    assert five_year_outcomes(found, {}) == {}
