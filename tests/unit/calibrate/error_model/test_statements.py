"""Likelihood of statements, against counting of simulated numbers and against the tails of a normal distribution."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.calibrate.error_model.statements import Statement, log_probability, stated
from hepatica.evidence.findings import Finding


@pytest.mark.parametrize("low, high", [(-np.inf, 0.0), (0.0, np.inf), (0.3, 1.1), (-0.5, 0.2)])
def test_a_range_is_as_likely_as_simulated_numbers_show_it(low, high):
    x = np.random.default_rng(1).normal(0.4, 0.7, 400_000)
    made = Statement(ranges=((low, high),)).log_likelihood(np.array([0.4]), np.array([0.7]))[0]
    assert np.exp(made) == pytest.approx(((x > low) & (x < high)).mean(), abs=0.003)


def test_tails_are_exact_on_both_sides():
    far = log_probability(30.0, 31.0, np.zeros(1), np.ones(1))[0]
    assert (
        far == pytest.approx(norm.logsf(30.0), abs=1e-9)
        and far == log_probability(-31.0, -30.0, np.zeros(1), np.ones(1))[0]
    )


def test_a_p_value_of_either_sign_has_two_numbers():
    se, mean, sd = 0.5, np.array([0.8]), np.array([0.6])
    z = norm.isf(0.02)
    exact = Statement.of_p_value(se, exact=0.04, low=None, high=None).log_likelihood(mean, sd)[0]
    assert np.exp(exact) == pytest.approx(norm.pdf(z * se, 0.8, 0.6) + norm.pdf(-z * se, 0.8, 0.6))
    rng = np.random.default_rng(2)
    p = 2 * norm.sf(np.abs(rng.normal(mean, sd, 400_000)) / se)
    bound = Statement.of_p_value(se, exact=None, low=0.01, high=0.05).log_likelihood(mean, sd)[0]
    assert np.exp(bound) == pytest.approx(((p > 0.01) & (p < 0.05)).mean(), abs=0.003)
    up = Statement.of_p_value(se, exact=None, low=None, high=0.05, sign=1).log_likelihood(mean, sd)[0]
    assert np.exp(up) == pytest.approx(norm.sf(norm.isf(0.025) * se, 0.8, 0.6))


def test_less_said_is_less_learnt():
    """A range that holds everything says nothing; one that shrinks to a point is its density."""
    mean, sd = np.linspace(-1, 1, 5), np.full(5, 0.4)
    assert Statement(ranges=((-np.inf, np.inf),)).log_likelihood(mean, sd) == pytest.approx(0.0)
    narrow = Statement(ranges=((0.2 - 1e-5, 0.2 + 1e-5),)).log_likelihood(mean, sd) - np.log(2e-5)
    assert narrow == pytest.approx(Statement(points=(0.2,)).log_likelihood(mean, sd), abs=1e-6)


def test_a_difference_takes_its_error_from_its_interval_then_its_p_value_then_its_people():
    row = {"arm": "a", "against": "b", "variable": "meld", "unit": "1", "time": 28, "kind": "difference", "value": -3.0}
    assert stated(Finding(**row), float, 2.0, 1) == (-3.0, 2.0, None)
    assert stated(Finding(low=-4.96, high=-1.04, **row), float, 2.0, 1)[1] == pytest.approx(1.0, rel=1e-4)
    assert stated(Finding(p=0.05, **row), float, 2.0, -1) == (3.0, pytest.approx(3 / 1.959964), None)
    value, error, told = stated(Finding(**(row | {"kind": "interval", "value": None, "high": -1.0})), float, 2.0, -1)
    assert value != value and error == 2.0 and told.ranges == ((1.0, float("inf")),)
