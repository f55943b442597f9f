import math

import numpy as np
import pytest
from scipy.integrate import quad

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.families import (
    FAMILIES,
    BetaDistributionSpending,
    ExponentialSpending,
    Family,
    FamilySpending,
    WindowSpending,
)
from hepatica.trials.confirmatory.group_sequential.spending import KimDeMets

T, A, B = np.array([0.1, 0.35, 0.8]), -0.6, 1.4
NAIVE = {
    Family.LOGISTIC: lambda t: 1 / (1 + math.exp(-A) * ((1 - t) / t) ** B),
    Family.CAUCHY: lambda t: 0.5 + math.atan(A + B * math.tan(math.pi * (t - 0.5))) / math.pi,
    Family.EXTREME_VALUE: lambda t: math.exp(-math.exp(-A) * (-math.log(t)) ** B),
    Family.EXTREME_VALUE_2: lambda t: 1 - math.exp(-math.exp(A) * (-math.log(1 - t)) ** B),
}


@pytest.mark.parametrize("family", NAIVE)
def test_share_spent_is_the_closed_form(family):
    assert FamilySpending(family, A, B)(T, 0.05) == pytest.approx([0.05 * NAIVE[family](t) for t in T], rel=1e-10)


@pytest.mark.parametrize("family", Family)
def test_two_points_are_met(family):
    made = FamilySpending.through(family, (0.3, 0.7), (0.05, 0.4))
    assert made([0.0, 0.3, 0.7, 1.0], 0.025) == pytest.approx([0, 0.00125, 0.01, 0.025], abs=1e-12)


def test_beta_distribution_is_the_integral_of_its_density():
    made = BetaDistributionSpending.through((0.25, 0.5), (0.1, 0.3))
    norm = quad(lambda x: x ** (made.a - 1) * (1 - x) ** (made.b - 1), 0, 1)[0]
    part = quad(lambda x: x ** (made.a - 1) * (1 - x) ** (made.b - 1), 0, 0.5)[0]
    assert part / norm == pytest.approx(0.3, abs=1e-6)
    assert made([0.25], 0.02)[0] == pytest.approx(0.002, abs=1e-9)


def test_exponential_and_windows_at_their_ends():
    assert ExponentialSpending(0.8)([0.0, 0.25, 1.0, 1.2], 0.025) == pytest.approx([0, 0.025 ** (4**0.8), 0.025, 0.025])
    inside = WindowSpending(KimDeMets(2.0), 0.4, 0.9)
    assert inside([0.2, 0.4, 0.65, 0.95], 0.02) == pytest.approx([0, 0, 0.005, 0.02])
    cut = WindowSpending(KimDeMets(2.0), 0.4, 0.9, compressed=False)
    assert cut([0.4, 0.5, 0.9], 0.02) == pytest.approx([0, 0.005, 0.02])


@pytest.mark.parametrize(
    "spending",
    [FamilySpending(Family.NORMAL, -0.5, 1.2), BetaDistributionSpending(2, 1), ExponentialSpending(0.8)],
    ids=str,
)
def test_a_design_spends_by_it(spending):
    design = design_group_sequential([0.3, 0.7, 1.0], spending)
    assert design.alpha_spent == pytest.approx(spending([0.3, 0.7, 1.0], 0.025), abs=1e-10)


def test_impossible_ones_are_refused():
    for make in (
        lambda: FamilySpending(Family.NORMAL, 0.0, 0.0),
        lambda: FamilySpending.through(Family.NORMAL, (0.3, 0.2), (0.1, 0.2)),
        lambda: BetaDistributionSpending(0, 1),
        lambda: ExponentialSpending(-1),
        lambda: WindowSpending(KimDeMets(1), 0.5, 0.5),
    ):
        with pytest.raises(InputError):
            make()
    assert len(FAMILIES) == 4
