"""Bands: those of the library where nothing was learnt, corrected where people taught."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.individual.learning.learnt import learnt_of, untaught
from hepatica.individual.library.candidates import LABS
from hepatica.individual.library.proposals import Kind
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.posterior import make_posterior
from hepatica.individual.prediction.bands import (
    _corrected,
    _levels,
    _moments,
    alive_weights,
    forecast_days,
    known_of,
    lab_bands,
    lab_sample,
)


@pytest.fixture(scope="module")
def posterior(acute, observe_candidate):
    learnt = learnt_of(Kind.ACUTE)
    o = observe_candidate(acute, 5, days=(0.0, 1.0))
    return make_posterior(acute, o, learnt.errors, Kernels())


def test_without_people_it_is_the_posterior(posterior):
    days = np.array([1.0, 3.0, 7.0])
    plain = lab_sample(posterior, untaught(), "inr", days, 0, assay=True)
    np.testing.assert_array_equal(plain, posterior.labs("inr", days, 0))


def test_people_correct_it_but_not_what_is_measured(posterior):
    learnt, days = learnt_of(Kind.ACUTE), np.array([1.0, 2.0, 7.0, 400.0])
    plain = posterior.mean(lab_sample(posterior, untaught(), "alt", days, 0, assay=True))
    taught = posterior.mean(lab_sample(posterior, learnt, "alt", days, 0, assay=True))
    assert taught[0] == pytest.approx(plain[0]) and taught[3] == pytest.approx(plain[3], abs=1e-3)
    assert abs(taught[2] - plain[2]) > 1e-3
    # a combination of treatments that nobody among the people had is not corrected
    other = replace(posterior, observations=replace(posterior.observations, background=("gcsf",)))
    np.testing.assert_allclose(other.mean(lab_sample(other, learnt, "alt", days, 0, assay=True)), plain)


def test_the_sample_has_the_corrected_distribution(posterior):
    """Levels of a weighted sample by counting; its quantiles are the pool's, and what cells change is kept."""
    sample, weight = np.array([[3.0, 1.0], [1.0, 1.0], [2.0, 5.0]]), np.array([0.5, 0.25, 0.25])
    assert _levels(sample, weight)[:, 0].tolist() == [0.75, 0.125, 0.375]
    learnt, days, cells = learnt_of(Kind.ACUTE), np.array([2.0, 8.0]), posterior.candidates.course(1, "lung_only")
    own = lab_sample(posterior, learnt, "alt", days, 0, assay=True)
    mean, variance = _moments(posterior, posterior.labs("alt", days, 0))
    pool = _corrected(posterior, learnt.corrections["alt"], mean, variance, days)
    for level in (0.1, 0.5, 0.9):
        at = pool.quantile(np.full((1, 2), level))[0]
        share = posterior.sample_weight @ (own <= at)
        np.testing.assert_allclose(share, level, atol=1.5 * posterior.sample_weight.max())
    with_cells = lab_sample(posterior, learnt, "alt", days, cells, assay=True)
    change = posterior.labs("alt", days, cells) - posterior.labs("alt", days, 0)
    np.testing.assert_allclose(with_cells - own, change, atol=1e-9)


def test_what_is_known(posterior):
    known, k = known_of(posterior), LABS.index("inr")
    s = posterior.observations.get("inr")
    assert known.last[0, k] == s.values[1] and known.change[0, k] == pytest.approx(s.values[1] - s.values[0])
    assert np.isnan(known.last[0, LABS.index("ast")])


def test_table(posterior):
    courses = {"": 0, "lung_only": posterior.candidates.course(1, "lung_only")}
    table = lab_bands(posterior, untaught(), 30.0, courses)
    days = forecast_days(posterior.observations, 30.0)
    assert days[0] == 1.0 and days[-1] == 30.0 and len(table) == len(LABS) * 2 * len(days)
    assert (table["low"] <= table["median"]).all() and (table["median"] <= table["high"]).all()
    assert (table["next_low"] <= table["low"]).all() and (table["next_high"] >= table["high"]).all()


def test_bands_are_of_those_alive(posterior):
    days = np.array([1.0, 60.0])
    weight = alive_weights(posterior, days, 0)
    np.testing.assert_allclose(weight.sum(axis=0), 1.0)
    np.testing.assert_allclose(weight[:, 0], posterior.sample_weight, rtol=1e-4, atol=1e-6)
    alive = posterior.probability(posterior.candidates.free[0, :, 15])
    assert weight[:, 1] @ alive > posterior.sample_weight @ alive
