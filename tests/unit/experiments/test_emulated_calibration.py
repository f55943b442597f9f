"""Simulation-based calibration on an emulator: published numbers follow the error model, and what coverage is."""

import numpy as np
import pytest
from emulated_calibration import coverage, publish

from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.patients.draws import DrawKey, between_study_sd

NAMES = (DrawKey.coordinate("a"), *map(DrawKey.between_study, ("share", "mean", "share_visit", "mean_visit")))


def test_published_numbers_scatter_as_the_likelihood_says():
    """A mean and deaths by one visit of a truth at which the emulator says 0.4 and log odds of -1."""
    unknown = np.array([0.04, 0.02])
    space = Space(NAMES, (np.nan,) * 5)
    emulator = Emulator(space, np.array([0]), np.zeros((6, 2)), np.array([0.4, -1.0]), unknown, np.ones(2))
    statistics = (SummaryStatistic(Scale.LOG, 0), SummaryStatistic(Scale.SHARE, 1))
    terms = [
        LikelihoodTerm("p", "a", "inr", "inr", statistics[:1], (0.3,), 0.1, Law.NORMAL, between=0.5, cohort="p"),
        LikelihoodTerm("p", "a", "death", "death", statistics[1:], (100.0, 900.0), 0.0, Law.COUNTS, cohort="p"),
    ]
    rng, truth = np.random.default_rng(1), np.zeros(5)
    by_law = {Law.NORMAL: [], Law.COUNTS: []}
    for _ in range(600):
        for t in publish(terms, statistics, emulator, truth, rng):
            by_law[t.law].append(t.value)
    sd = {w: float(between_study_sd(w, np.zeros(1))[0]) for w in ("mean", "mean_visit", "share", "share_visit")}
    means = np.array(by_law[Law.NORMAL])[:, 0]
    expected = np.sqrt(0.1**2 + 0.04 + 0.25 * (sd["mean"] ** 2 + sd["mean_visit"] ** 2))
    assert means.mean() == pytest.approx(0.4, abs=0.03) and means.std() == pytest.approx(expected, rel=0.08)
    dead = np.array(by_law[Law.COUNTS])
    assert (dead.sum(axis=1) == 1000).all()
    odds = np.log(dead[:, 0] / dead[:, 1])
    expected = np.sqrt(sd["share"] ** 2 + sd["share_visit"] ** 2 + 0.02 + 1 / 1000 / 0.27 / 0.73)
    assert np.median(odds) == pytest.approx(-1.0, abs=0.04) and odds.std() == pytest.approx(expected, rel=0.08)


def test_coverage_of_uniform_ranks_is_nominal_and_replicates_are_what_varies():
    rng = np.random.default_rng(3)
    alone = rng.random((400, 30))
    found, error = coverage(alone, 0.9)
    assert found == pytest.approx(0.9, abs=4 * error) and error == pytest.approx(0.3 / np.sqrt(12_000), rel=0.2)
    together = np.repeat(rng.random((400, 1)), 30, axis=1)  # all unknowns of a replicate err alike
    assert coverage(together, 0.5)[1] == pytest.approx(0.5 / 20, rel=0.05)
    assert coverage(np.full((9, 2), 0.99), 0.9) == (0.0, 0.0)
