import numpy as np
import pytest
from scipy.stats import ttest_1samp

from hepatica.trials.analysis.contrast import t_test


def test_one_sample_is_that_of_scipy():
    y = np.random.default_rng(1).normal(0.4, 1, 15)
    found = t_test(y.mean(), y.std(ddof=1) / np.sqrt(15), 14, null=0.1, confidence=0.9)
    peer = ttest_1samp(y, 0.1)
    assert (found.t, found.p) == pytest.approx((peer.statistic, peer.pvalue))
    assert (found.lower, found.upper) == pytest.approx(tuple(peer.confidence_interval(0.9)))
