"""Likelihood of published numbers: statistics read from a bank, normal terms, and counts against a plain multinomial."""

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import multinomial

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.likelihood import (
    Law,
    LikelihoodTerm,
    Scale,
    SummaryStatistic,
    counts_log_likelihood,
    normal_block,
)


def test_an_output_reads_its_line(system):
    from hepatica.calibrate.bank import Bank
    from hepatica.calibrate.endpoints import Summary
    from hepatica.patients import DrawKey, Draws

    s = Summary(np.array([[0.25, 4.0, 2.0]]), np.array([[0.4, 1.0, 0.5]]), np.array([[0.01, 0.04, 0.02]]))
    bank = Bank(Plan((), ()), Draws({DrawKey.coordinate("x"): np.zeros(1)}), s)
    value, noise = SummaryStatistic(Scale.SHARE, 0).of(bank)
    assert expit(value[0]) == pytest.approx(0.25) and noise[0] == pytest.approx(0.01 / 0.1875**2)
    assert (
        SummaryStatistic(Scale.RATIO, 1, 2).of(bank)[0][0] == pytest.approx(np.log(2))
        and SummaryStatistic(Scale.RISE, 1, 2).of(bank)[0][0] == 2
    )
    assert SummaryStatistic(Scale.LOG_SD, 2).of(bank)[0][0] == pytest.approx(np.log(0.5)) and SummaryStatistic(
        Scale.LOG, 1
    ).of(bank)[1][0] == pytest.approx(0.0025)


def test_a_normal_datum_prefers_what_was_seen():
    d = LikelihoodTerm("p", "a", "inr", "inr day 7", (SummaryStatistic(Scale.LEVEL, 0),), (1.0,), 0.1, Law.NORMAL)
    x = normal_block([d], np.zeros(1)).log_likelihood(np.array([[1.0], [1.3]]), np.ones(2), np.ones(2))
    assert x[0] - x[1] == pytest.approx(4.5)


def counts_term(variable, counts, n):
    statistics = tuple(SummaryStatistic(Scale.SHARE, k) for k in range(n))
    return LikelihoodTerm("p", "a", variable, variable, statistics, counts, 0.0, Law.COUNTS)


@pytest.mark.parametrize("variable, sign", [("death", 1), ("survival", -1), ("transplant_free_survival", -1)])
def test_counts_are_multinomial_whichever_way_they_are_printed(variable, sign):
    """Without anything unknown: deaths 3 and 5 of 20 by two visits, from odds of having the event or of being free."""
    x = sign * logit(np.array([[0.1, 0.3], [0.2, 0.45], [0.05, 0.5]]))
    term = counts_term(variable, (3.0, 5.0, 12.0), 2)
    found = counts_log_likelihood([term], [x], [0.0], np.full(3, 1e-4), np.zeros(3))
    p = expit(sign * x)
    plain = multinomial.logpmf([3, 5, 12], 20, np.column_stack([p[:, 0], p[:, 1] - p[:, 0], 1 - p[:, 1]]))
    assert np.diff(found) == pytest.approx(np.diff(plain), abs=1e-3)
