"""Sampling plans: enumeration of all smaller plans, operating characteristics by simulation."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.release.acceptance_sampling import (
    chance_of_acceptance,
    plan_attributes,
    plan_variables,
    variables_acceptance,
)


@pytest.mark.parametrize(
    ("good", "bad", "lot"), [(0.01, 0.08, None), (0.02, 0.2, None), (0.02, 0.2, 60), (0.001, 0.05, None)]
)
def test_no_smaller_plan_by_attributes_holds_both_risks(good, bad, lot):
    plan = plan_attributes(good, bad, lot=lot)
    assert plan.producer_risk <= 0.05 and plan.consumer_risk <= 0.10
    for n in range(1, plan.n):
        for c in range(n):
            a, b = chance_of_acceptance(n, c, [good, bad], lot=lot)
            assert a < 0.95 or b > 0.10


def test_operating_characteristic_by_simulation():
    rng = np.random.Generator(np.random.Philox(1))
    lot = np.zeros(50, bool)
    lot[:6] = True
    taken = np.mean([rng.permutation(lot)[:10].sum() <= 1 for _ in range(4000)])
    assert abs(chance_of_acceptance(10, 1, [0.12], lot=50)[0] - taken) < 0.03
    assert chance_of_acceptance(50, 5, [0.12], lot=50)[0] == 0.0
    assert chance_of_acceptance(59, 0, [0.05])[0] < 0.05 < chance_of_acceptance(58, 0, [0.05])[0]


def test_plan_by_variables():
    plan = plan_variables(0.01, 0.08)
    assert plan.producer_risk <= 0.05 + 1e-9 and plan.consumer_risk <= 0.10 + 1e-9
    rng = np.random.Generator(np.random.Philox(2))
    for share, exact in ((0.01, 1 - plan.producer_risk), (0.08, plan.consumer_risk)):
        from scipy.stats import norm

        x = rng.normal(norm.isf(share), 1.0, (20000, plan.n))
        taken = (x.mean(axis=1) / x.std(axis=1, ddof=1) >= plan.k).mean()
        assert abs(taken - exact) < 0.01
    known = plan_variables(0.01, 0.08, known_sd=True)
    assert known.n < plan.n < plan_attributes(0.01, 0.08).n
    assert known.producer_risk <= 0.05 and known.consumer_risk == pytest.approx(0.10)
    assert variables_acceptance(plan.n, plan.k, [0.01])[0] == pytest.approx(1 - plan.producer_risk)


@pytest.mark.parametrize(
    "call",
    [
        lambda: plan_attributes(0.1, 0.1),
        lambda: plan_attributes(0.0, 0.1),
        lambda: plan_attributes(0.10, 0.101),
        lambda: plan_attributes(0.11, 0.12, lot=20),
        lambda: plan_variables(0.1, 0.1000001),
        lambda: chance_of_acceptance(10, 0, [0.1], lot=5),
        lambda: chance_of_acceptance(10, 0, [1.1]),
        lambda: chance_of_acceptance(0, 0, [0.1]),
        lambda: variables_acceptance(1, 1.0, [0.1]),
    ],
)
def test_impossible_plans_are_refused(call):
    with pytest.raises(InputError):
        call()
