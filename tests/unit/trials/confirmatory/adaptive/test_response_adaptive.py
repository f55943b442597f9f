"""Adaptive randomisation against one trial at a time, and against known limits."""

import numpy as np
import pytest
from scipy.stats import beta, norm

from hepatica.errors import InputError
from hepatica.patients.streams import uniforms
from hepatica.trials.confirmatory.adaptive import response_adaptive as ra

RULES = [
    ra.EqualAllocation(),
    ra.RandomisedPlayTheWinner(),
    ra.DoublyAdaptiveBiasedCoin(),
    ra.DoublyAdaptiveBiasedCoin(neyman=True),
    ra.ThompsonSampling(maximum=30),
]


def one_trial(trial, success, patients, rule, burn_in, delay, seed):
    """Naive: patients of one trial in a loop, with plain lists."""
    results, waiting = [], []
    allocated = [0, 0]
    for i in range(patients):
        u, v = uniforms(seed, np.array([trial]), f"adaptive randomisation:{i}", 2)[0]
        if i < burn_in:
            if i % 2 == 0:
                first = u < 0.5
            arm = int(first if i % 2 == 0 else not first)
        else:
            known = np.array([[sum(a == k for a, _ in results) for k in (0, 1)]])
            wins = np.array([[sum(w for a, w in results if a == k) for k in (0, 1)]])
            arm = int(u < rule.probability(wins, known, np.array([allocated]))[0])
        allocated[arm] += 1
        waiting.append((arm, int(v < success[arm])))
        if len(waiting) > delay:
            results.append(waiting.pop(0))
    results += waiting
    return [sum(w for a, w in results if a == k) for k in (0, 1)], allocated


@pytest.mark.parametrize("rule", RULES, ids=lambda r: type(r).__name__)
def test_trials_side_by_side_are_those_followed_one_by_one(rule):
    found = ra.simulate_adaptive((0.3, 0.6), 30, rule, trials=4, seed=9, burn_in=6, delay=3)
    for trial in range(4):
        wins, patients = one_trial(trial, (0.3, 0.6), 30, rule, 6, 3, 9)
        assert found.successes[trial].tolist() == wins and found.patients[trial].tolist() == patients


def test_probability_of_being_better_agrees_with_simulation():
    rng = np.random.default_rng(1)
    draws = beta.rvs([[4], [7]], [[8], [5]], size=(2, 400_000), random_state=rng)
    found = ra.probability_better(np.array([[3, 6], [3, 6]]), np.array([[10, 10], [10, 10]]))
    assert found == pytest.approx((draws[1] > draws[0]).mean(), abs=0.003)
    assert ra.probability_better(np.array([[5, 5]]), np.array([[9, 9]])) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        (ra.RandomisedPlayTheWinner(), 0.7 / 1.1),  # q_control / (q_control + q_treated)
        (ra.DoublyAdaptiveBiasedCoin(), np.sqrt(0.6) / (np.sqrt(0.6) + np.sqrt(0.3))),
        (ra.DoublyAdaptiveBiasedCoin(neyman=True), np.sqrt(0.24) / (np.sqrt(0.24) + np.sqrt(0.21))),
    ],
)
def test_allocation_tends_to_its_limit(rule, share):
    found = ra.simulate_adaptive((0.3, 0.6), 800, rule, trials=60)
    assert found.treated_share() == pytest.approx(share, abs=0.03)


def test_type_one_error_without_and_with_drift():
    steady = ra.simulate_adaptive((0.4, 0.4), 60, ra.ThompsonSampling(maximum=60), trials=800)
    assert steady.rejection_rate(ra.naive_critical_value()) == pytest.approx(0.025, abs=0.02)
    drifting = ra.simulate_adaptive((0.3, 0.3), 60, ra.ThompsonSampling(1.0), trials=800, drift=3.0)
    assert drifting.rejection_rate(ra.naive_critical_value()) > 0.04
    critical = drifting.critical_value(0.025)
    assert drifting.rejection_rate(critical) <= 0.025 and critical > norm.isf(0.025)


def test_one_arm_alone_has_no_statistic():
    assert ra.AdaptiveTrials(np.array([[0, 3], [0, 0]]), np.array([[0, 5], [5, 5]])).z().tolist() == [0, 0]


@pytest.mark.parametrize("change", [{"success": (0.5, 1.5)}, {"patients": 1}, {"trials": 0}, {"delay": -1}])
def test_impossible_trials_are_refused(change):
    given = {"success": (0.3, 0.5), "patients": 10, "allocation": RULES[0], **change}
    with pytest.raises(InputError):
        ra.simulate_adaptive(**given)
