"""Bartlett's test against another library; its level; where it says nothing."""

import numpy as np
import pytest
from scipy import stats

from hepatica.manufacturing.assay.homogeneity import bartlett
from hepatica.manufacturing.assay.models.design import Layout

LAYOUT = Layout(np.array([0] * 7 + [1] * 6), np.array([1, 1, 1, 2, 2, 2, 4, 1, 1, 2, 2, 2, 2], float))


def test_statistic_of_unequal_groups_is_that_of_another_library():
    y = 100 + np.random.Generator(np.random.Philox(37)).normal(size=(3, 13))
    found = bartlett(y, LAYOUT)
    for row in range(3):
        groups = [y[row, LAYOUT.cell == c] for c in range(5)]
        other = stats.bartlett(*(g for g in groups if len(g) > 1))
        assert (found.chi2[row], found.p[row]) == pytest.approx(tuple(other)) and found.df == 3


def test_level_and_power():
    rng = np.random.Generator(np.random.Philox(38))
    layout = Layout(np.repeat([0, 1], 20), np.tile(np.repeat([1.0, 2.0], 10), 2))
    y = rng.normal(size=(2000, 40))
    assert 0.035 < (bartlett(y, layout).p < 0.05).mean() < 0.065
    assert (bartlett(y * np.where(layout.dose > 1, 4, 1), layout).p < 0.05).mean() > 0.95


def test_nothing_is_said_of_doses_without_scatter_blocks_or_replicates():
    y = np.ones((1, 13)) * 7.1
    assert np.isnan(bartlett(y, LAYOUT).p).all()
    assert bartlett(y, Layout(LAYOUT.sample, LAYOUT.dose, (np.arange(13) % 2,))) is None
    assert bartlett(np.ones((1, 3)), Layout(np.array([0, 0, 1]), np.array([1.0, 2.0, 1.0]))) is None
