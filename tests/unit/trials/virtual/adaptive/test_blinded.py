"""Blinded re-estimation: sizes against the package's formulas, the pooled chance of an event, error and power kept."""

import numpy as np
import pytest

from hepatica.trials.confirmatory.sample_size.means import sample_size_means
from hepatica.trials.confirmatory.sample_size.proportions import sample_size_proportions
from hepatica.trials.virtual.adaptive.blinded import (
    Errors,
    event_chance,
    size_for_events,
    size_for_means,
    size_for_proportions,
)
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import simulate_trial

USUAL = Errors(1.959964, 0.841621, 0.5)
AVERAGE, NULL = (Scenario("label_is_cells", t) for t in (Truth.AVERAGE, Truth.NULL))
PLAN = {"patients": 120, "centre": [{"name": "a", "per_month": 30}]}
ALIVE = {"name": "x", "kind": "proportion", "when": "alive == 1", "day": "50 d", "higher_is_better": True}
DAYS = {"name": "x", "kind": "quality_adjusted_days", "method": "ancova"}


def test_sizes_are_those_of_the_formulas():
    for sd, effect in ((1.0, 0.5), (2.0, 0.7)):
        own = size_for_means(np.array([sd]), effect, USUAL)[0]
        assert own == pytest.approx(sample_size_means(effect, sd).total, rel=0.01)
    third = Errors(1.959964, 0.841621, 1 / 3)
    for errors, ratio in ((USUAL, 1.0), (third, 0.5)):
        s = errors.treated
        own = size_for_proportions(np.array([0.4]), 0.2, errors)[0]
        assert own == pytest.approx(
            sample_size_proportions(0.4 + (1 - s) * 0.2, 0.4 - s * 0.2, ratio=ratio).total, rel=1e-3
        )
    assert size_for_events(np.array([1.0]), np.log(2), USUAL)[0] == pytest.approx(65.3, abs=0.1)  # Schoenfeld
    assert np.isfinite(size_for_proportions(np.array([0.0, 1.0]), -0.3, USUAL)).all()


def test_chance_of_an_event_is_the_incidence_where_all_are_followed_and_is_carried_on_where_not():
    rng = np.random.default_rng(1)
    death, dropout = rng.exponential(50, (4, 4000)), rng.exponential(200, (4, 4000))
    truth = 4 / 5 * (1 - np.exp(-100 * (1 / 50 + 1 / 200)))
    for until in (np.full((4, 4000), 100.0), rng.uniform(0, 60, (4, 4000))):
        time = np.minimum(np.minimum(death, dropout), until)
        event, lost = (death <= time), (dropout <= time) & (dropout < death)
        assert event_chance(time, event, lost, 100.0) == pytest.approx(truth, abs=0.035)
    none = np.zeros((1, 10), bool)
    assert event_chance(np.full((1, 10), 5.0), none, none, 100.0)[0] == 0


@pytest.mark.parametrize(
    ("endpoint", "effect"), [({"name": "x", "kind": "survival"}, 0.6), (ALIVE, 0.25), (DAYS, 15.0)]
)
def test_error_is_kept_and_the_size_follows_the_nuisance(make_trial, flat_bank, endpoint, effect):
    trial = make_trial(**PLAN, endpoint=[endpoint], blinded_re_estimation={"first": 60, "effect": effect})
    labs = {"utility": 0.7}
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012), labs=labs), NULL, 1000)
    assert r.success.mean() == pytest.approx(0.025, abs=4 * np.sqrt(0.025 / 1000))
    assert r.size.min() >= 120 and r.size.max() <= 240 and (r.size == np.round(r.adapted["size_over_plan"] * 120)).all()
    if endpoint["kind"] != "survival":
        return
    rare = simulate_trial(trial, flat_bank(trial, (0.004, 0.004), labs=labs), NULL, 250)
    assert rare.size.mean() > r.size.mean() + 40
    shrinks = make_trial(**PLAN, blinded_re_estimation={"first": 60, "effect": 1.2, "may_shrink": True})
    small = simulate_trial(shrinks, flat_bank(shrinks, (0.02, 0.006)), AVERAGE, 250)
    assert small.size.mean() < 100 and small.success.mean() > 0.7


def test_correction_lowers_the_size_and_few_outcomes_keep_the_plan(make_trial, flat_bank):
    plain, less = (
        make_trial(**PLAN, endpoint=[DAYS], blinded_re_estimation={"first": 60, "effect": 25.0} | more)
        for more in ({}, {"corrected": True})
    )
    sizes = [
        simulate_trial(t, flat_bank(t, (0.02, 0.005), labs={"utility": 0.7}), AVERAGE, 250).size for t in (plain, less)
    ]
    assert (sizes[1] <= sizes[0]).all()
    early = make_trial(**PLAN, endpoint=[ALIVE], blinded_re_estimation={"first": 60, "effect": 0.2, "lag": "0 d"})
    fast = early.model_copy(update={"centre": (early.centre[0].model_copy(update={"per_month": 9000.0}),)})
    assert (simulate_trial(fast, flat_bank(fast, (0.02, 0.005)), AVERAGE, 250).size == 120).all()
