"""Surveillance: exact Poisson limits, the errors of both tests, rates of the bank in closed form."""

import numpy as np
import pytest
from scipy.stats import poisson

from hepatica.errors import InputError
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.surveillance import (
    SequentialSurveillance,
    event_rates,
    plan_surveillance,
    plan_trial_surveillance,
    upper_limit,
)


@pytest.mark.parametrize(("background", "excess"), [(0.01, 0.01), (0.001, 0.01), (0.2, 0.05), (0.0, 0.01)])
def test_errors_of_the_fixed_design_by_summation(background, excess):
    plan = plan_surveillance(background, excess)
    years, most = plan.patient_years, plan.most_events
    assert upper_limit(most, years, 0.05) == pytest.approx(background + excess)
    cleared = sum(poisson.pmf(k, (background + excess) * years) for k in range(most + 1))
    assert cleared == pytest.approx(0.05, abs=1e-6)  # a harmful product is cleared as often as alpha says
    assert sum(poisson.pmf(k, background * years) for k in range(most + 1)) >= 0.8
    if most:
        fewer = plan_surveillance(background, excess, power=0.5)
        assert fewer.patient_years < years


def test_rule_of_three():
    assert plan_surveillance(0.0, 0.01).patient_years == pytest.approx(-np.log(0.05) / 0.01)


@pytest.mark.parametrize("bad", [{"background": -1.0}, {"excess": 0.0}, {"alpha": 0.0}, {"power": 1.0}])
def test_impossible_numbers(bad):
    with pytest.raises(InputError):
        plan_surveillance(**{"background": 0.01, "excess": 0.01} | bad)


def test_sequential_test_keeps_its_errors_and_is_shorter():
    plan = plan_surveillance(0.01, 0.02)
    test = SequentialSurveillance.of(plan)
    for rate, error in ((0.01, 0.2), (0.03, 0.05)):
        years, alarms = test.run(rate, 4000, seed=1)
        wrong = alarms.mean() if rate < 0.02 else 1 - alarms.mean()
        assert wrong <= error + 4 * np.sqrt(error * (1 - error) / 4000)
        assert years.mean() < plan.patient_years and years.max() <= 2 * plan.patient_years
    with pytest.raises(InputError, match="background"):
        SequentialSurveillance.of(plan_surveillance(0.0, 0.01))


def test_rates_of_constant_hazards(make_trial, flat_bank):
    trial = make_trial()
    bank = flat_bank(trial, (0.01, 0.01), transplant=0.002)
    outcomes = bank.outcomes["label_is_cells"]
    outcomes.hazards["tumour"][...] = np.array([0.001, 0.003])[:, None, None] * np.arange(101)
    e = eligible_patients(bank, trial)
    rates = event_rates(trial, bank, e, "label_is_cells", "tumour")
    assert rates == pytest.approx(np.array([0.001, 0.003]) * 365.25, rel=1e-3)
    outcomes.infection[...] = 30.0
    time_at_risk = (1 - np.exp(-0.012 * 30)) / 0.012
    expected = np.exp(-0.012 * 30) / time_at_risk * 365.25
    assert event_rates(trial, bank, e, "label_is_cells", "infection") == pytest.approx(expected, rel=0.03)
    (row,) = plan_trial_surveillance(trial, bank, "tumour", 0.5)
    assert row.plan.background == pytest.approx(0.36525, rel=1e-3) and row.rate == pytest.approx(1.09575, rel=1e-3)
