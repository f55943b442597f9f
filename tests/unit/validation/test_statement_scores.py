"""Scores of statements, against their definitions."""

import numpy as np
import pytest

from hepatica.validation.scores import MIN_LOG_SCORE, Predictive
from hepatica.validation.statement_scores import StatementPredictive


def test_scores_are_those_of_an_event():
    number = Predictive.normal(np.linspace(-1, 1, 20), np.ones(20))
    told = StatementPredictive(number.probability(0.0, np.inf), number)
    event = Predictive(np.repeat([0.0, 1.0], [500, 500]), np.zeros(2), np.ones(2))  # as likely as not
    assert told.true == pytest.approx(0.5) and told.crps(np.nan) == pytest.approx(event.crps(1.0), abs=1e-3)
    assert told.log_score(np.nan) == pytest.approx(np.log(0.5)) and told.monte_carlo_errors(np.nan)[0] > 0
    both = StatementPredictive.mixture([told, StatementPredictive(np.ones(20), number)])
    assert both.true == pytest.approx(0.75) and both.median == pytest.approx(0.0, abs=1e-9)


def test_what_cannot_be_has_the_lowest_score():
    number = Predictive.normal(np.zeros(20), np.ones(20))
    assert StatementPredictive(np.zeros(20), number).log_score(np.nan) == MIN_LOG_SCORE


def test_a_folded_number_has_the_density_of_both_signs():
    p = Predictive.normal(np.array([0.5]), np.array([1.0])).folded()
    grid = np.linspace(1e-6, 8, 4001)
    density = np.exp([p.log_score(float(x)) for x in grid])
    assert np.trapezoid(density, grid) == pytest.approx(1.0, abs=1e-4) and p.samples.min() >= 0
