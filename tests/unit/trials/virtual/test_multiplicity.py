"""Step-down tests against their definitions, by hand."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import norm

from hepatica.trials.definition.analysis_tables import Analysis
from hepatica.trials.virtual.multiplicity import step_down, step_levels

Z = np.array([[3.0, 2.0], [2.1, 2.0], [1.0, 3.0], [2.0, 1.9], [0.0, 0.0], [2.3, 1.97]])


def rejected(rule, z, before=None):
    levels = step_levels(rule, z.shape[1])
    critical = {a: np.full(len(z), -ndtri(a)) for a in levels}
    return step_down(z, critical, np.zeros(z.shape, bool) if before is None else before, rule)


def holm(z, alpha):
    p = norm.sf(z)
    out, order = np.zeros(len(z), bool), np.argsort(p)
    for k, i in enumerate(order):
        if p[i] > alpha / (len(z) - k):
            break
        out[i] = True
    return out


@pytest.mark.parametrize("arms", [1, 2, 4])
def test_holm_is_that_of_sorted_p_values(arms):
    z = np.random.default_rng(arms).normal(1.8, 1, (300, arms))
    assert (rejected(Analysis(multiplicity="holm"), z) == np.array([holm(row, 0.025) for row in z])).all()


def test_bonferroni_and_hierarchical():
    c = -ndtri(0.0125)
    assert (rejected(Analysis(multiplicity="bonferroni"), Z) == (Z >= c)).all()
    first = Z[:, 0] >= -ndtri(0.025)
    expected = np.stack([first, first & (Z[:, 1] >= -ndtri(0.025))], axis=1)
    assert (rejected(Analysis(multiplicity="hierarchical"), Z) == expected).all()


def test_what_was_rejected_stays_and_frees_its_error():
    z = np.array([[0.0, 2.0]])
    assert rejected(Analysis(), z).tolist() == [[False, False]]
    assert rejected(Analysis(), z, np.array([[True, False]])).tolist() == [[True, True]]
