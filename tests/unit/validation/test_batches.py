"""Monte Carlo errors by batches, against repetition."""

import numpy as np
import pytest

from hepatica.validation.batches import BATCHES, batch_errors, batch_scores
from hepatica.validation.scores import Predictive


def test_the_error_is_the_spread_of_repeated_scores():
    """The mean error over 60 predictions is the SD of their scores within a fifth: it has 9 degrees of freedom each."""
    rng = np.random.default_rng(2)
    made = [Predictive.normal(rng.normal(size=200), np.full(200, 0.5)) for _ in range(60)]
    spread = np.std([p.crps(0.3) for p in made], ddof=1)
    errors = [
        batch_errors(batch_scores(200, lambda k, p=p: Predictive.normal(p.mean[k], p.sd[k]), 0.3))[0] for p in made
    ]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(spread, rel=0.2)


def test_a_single_component_has_no_error():
    p = Predictive.normal(np.zeros(1), np.ones(1))
    assert np.isnan(batch_errors(p.batches(0.0))).all() and p.batches(0.0).shape == (2, 1)
    assert Predictive.normal(np.zeros(50), np.ones(50)).batches(0.0).shape == (2, BATCHES)
