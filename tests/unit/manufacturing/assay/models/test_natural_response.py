"""Quantal curve of one preparation: statsmodels without natural response, brute force with it, coverage of limits."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import ndtr
from scipy.stats import binom

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.natural_response import quantal_curve
from hepatica.manufacturing.assay.models.quantal import Link

BEETLES = np.array([1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.861, 1.8839])  # log10 dose; Bliss 1935
TOTAL = np.array([59, 60, 62, 56, 63, 59, 62, 60.0])
KILLED = np.array([6, 13, 18, 28, 52, 53, 61, 60.0])
LINKS = {
    Link.LOGIT: sm.families.links.Logit(), Link.PROBIT: sm.families.links.Probit(),
    Link.CLOGLOG: sm.families.links.CLogLog(),
}  # fmt: skip


@pytest.mark.parametrize("link", LINKS)
def test_beetles_as_a_generalised_linear_model(link):
    made = quantal_curve(10**BEETLES, KILLED, TOTAL, link=link, alpha=1e-9)
    x = sm.add_constant(BEETLES * np.log(10))
    glm = sm.GLM(np.stack([KILLED, TOTAL - KILLED], 1), x, family=sm.families.Binomial(link=LINKS[link])).fit()
    assert (made.intercept, made.slope) == pytest.approx(tuple(glm.params), rel=2e-5)
    assert made.deviance == pytest.approx(glm.deviance, rel=1e-6) and made.df == 6
    if link is not Link.CLOGLOG:  # statsmodels takes expected information too
        assert made.standard_errors[:2] == pytest.approx(tuple(glm.bse), rel=2e-3)


def test_a_natural_response_by_brute_force():
    dose, total = np.array([0.0, 1.0, 2.0, 4.0, 8.0]), np.full(5, 40.0)
    positive = np.array([5.0, 9.0, 17.0, 30.0, 37.0])
    made = quantal_curve(dose, positive, total, natural=True)

    def likelihood(a, b, c):
        p = c + (1 - c) * np.where(dose > 0, ndtr(a + b * np.log(np.maximum(dose, 1e-300))), 0.0)
        return binom.logpmf(positive, total, p).sum()

    best = likelihood(made.intercept, made.slope, made.natural)
    for k, step in ((0, 0.02), (1, 0.02), (2, 0.01)):
        for sign in (-1, 1):
            moved = [made.intercept, made.slope, made.natural]
            moved[k] += sign * step
            assert likelihood(*moved) < best
    assert made.low < made.ed50 < made.high and 0.05 < made.natural < 0.2


def test_controls_none_of_whom_respond_leave_a_plain_curve():
    dose, total = np.array([0.0, 1.0, 2.0, 4.0, 8.0]), np.full(5, 40.0)
    positive = np.array([0.0, 4.0, 15.0, 30.0, 38.0])
    plain = quantal_curve(dose[1:], positive[1:], total[1:])
    made = quantal_curve(dose, positive, total, natural=True)
    assert made.natural < 1e-6 and made.ed50 == pytest.approx(plain.ed50, rel=1e-3)


def test_limits_hold_the_truth_as_often_as_they_say():
    dose, rng, held = np.array([0.0, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0]), np.random.Generator(np.random.Philox(4)), 0
    truth = 0.1 + 0.9 * np.where(dose > 0, ndtr(1.5 * np.log(np.maximum(dose, 1e-300) / 1.7)), 0.0)
    for _ in range(100):
        made = quantal_curve(dose, rng.binomial(50, truth).astype(float), np.full(7, 50.0), natural=True)
        held += made.low < 1.7 < made.high
    assert 0.89 < held / 100 <= 0.99


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (([1.0, 2.0], [5.0, 11.0], [10.0, 10.0]), "counts from zero"),
        (([0.0, 1.0, 2.0], [0.0, 5.0, 9.0], [10.0] * 3), "natural=True"),
        (([1.0, 1.0], [5.0, 4.0], [10.0] * 2), "two different doses"),
        (([1.0, 2.0, 4.0], [0.0, 0.0, 10.0], [10.0] * 3), "some respond"),
        (([-1.0, 2.0], [5.0, 4.0], [10.0] * 2), "from zero on"),
    ],
)
def test_what_determines_no_curve_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        quantal_curve(*map(np.array, given))
