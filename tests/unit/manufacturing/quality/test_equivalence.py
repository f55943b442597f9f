"""Equivalence: statsmodels and SciPy as second implementation, power by simulation, few lots."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from hepatica.errors import InputError
from hepatica.manufacturing.quality.equivalence import (
    Summary,
    one_sample,
    paired,
    paired_values,
    rank_equivalence,
    two_samples,
)

RNG = np.random.Generator(np.random.Philox(8))
X, Y = RNG.normal(1.0, 0.2, 9), RNG.normal(1.05, 0.3, 7)


@pytest.mark.parametrize("equal", [True, False])
def test_two_samples_as_statsmodels(equal):
    p, low, high = ttost_ind(X, Y, -0.3, 0.25, usevar="pooled" if equal else "unequal")
    found = two_samples(Summary.of(X), Summary.of(Y), (-0.3, 0.25), equal_variance=equal)
    assert max(found.p) == pytest.approx(p)
    assert found.t == pytest.approx((low[0], high[0])) and found.df == pytest.approx(low[2])


def test_pairs_as_statsmodels():
    z = X + RNG.normal(0, 0.1, 9)
    p, *_ = ttost_paired(X, z, -0.2, 0.2)
    found = paired_values(X, z, (-0.2, 0.2))
    assert max(found.p) == pytest.approx(p)
    r = float(np.corrcoef(X, z)[0, 1])
    again = paired(Summary.of(X), Summary.of(z), r, (-0.2, 0.2))
    assert again.p == pytest.approx(found.p)


def test_ranks_as_scipy():
    low, high = rank_equivalence(X, Y, (-0.3, 0.25))
    assert low == pytest.approx(mannwhitneyu(X + 0.3, Y, alternative="greater", method="asymptotic").pvalue)
    assert high == pytest.approx(mannwhitneyu(X - 0.25, Y, alternative="less", method="asymptotic").pvalue)


def test_equivalent_means_interval_inside_the_margin():
    for margin in (0.1, 0.2, 0.3, 0.5):
        found = two_samples(Summary.of(X), Summary.of(Y), (-margin, margin))
        assert found.is_equivalent == (-margin < found.interval[0] and found.interval[1] < margin)
        assert found.is_equivalent == (margin > found.smallest_margin)


def test_bad_input_is_refused():
    for call in (
        lambda: one_sample(Summary(1.0, 0.0, 5), (-1, 1)),
        lambda: one_sample(Summary(1.0, 0.1, 1), (-1, 1)),
        lambda: one_sample(Summary(1.0, 0.1, 5), (1, -1)),
        lambda: two_samples(Summary(1.0, 0.0, 5), Summary(1.0, 0.0, 5), (-1, 1)),
        lambda: paired_values([1.0, 2.0], [1.0, 2.0, 3.0], (-1, 1)),
        lambda: paired(Summary(1, 1, 5), Summary(1, 1, 5), 1.0, (-1, 1)),
        lambda: rank_equivalence(X, Y, (0.1, 0.1)),
        lambda: one_sample(Summary(1.0, 0.1, 5), (-1, 1), alpha=0.5),
    ):
        with pytest.raises(InputError):
            call()
