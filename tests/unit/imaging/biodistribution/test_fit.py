from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import logsumexp

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.fit import (
    fit_subject,
    posterior_log_probability,
    prior_probabilities,
    target_of,
)
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.likelihood import observed
from hepatica.imaging.biodistribution.parameter_space import ParameterSpace
from hepatica.imaging.biodistribution.submodel import organs_of, simulate_infusion, submodel
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification import OrganLabel

Scans = Callable[..., tuple[list[OrganLabel], np.ndarray]]


def test_it_agrees_with_importance_sampling_from_the_prior(
    scans: Scans, infusion: Infusion, around: Surroundings
) -> None:
    """Second implementation: forty thousand draws of the prior, weighed by the likelihood."""
    labels, _ = scans("label_is_cells", [0.1, 3.0], 4, own=0.3)
    fit = fit_subject(labels, infusion, around, seed=2)
    for hypothesis, one in fit.by_hypothesis.items():
        if hypothesis != "label_is_cells":
            continue
        space = ParameterSpace(hypothesis, infusion, around)
        target = target_of(observed(labels), space)
        z = np.random.default_rng(1).standard_normal((40_000, space.size))
        log_w = target.log_likelihood(z)
        if not one.sample.is_trusted:
            assert logsumexp(log_w) - np.log(len(z)) < max(
                f.sample.log_evidence for f in fit.by_hypothesis.values()
            ) - np.log(100.0)
            continue
        weight = np.exp(log_w - log_w.max())
        weight /= weight.sum()
        assert 1.0 / (weight**2).sum() > 40
        assert one.sample.log_evidence == pytest.approx(logsumexp(log_w) - np.log(len(z)), abs=0.5)
        k = [c.name for c in space.coordinates].index("arrest_lung")
        sd = float(np.sqrt(weight @ z[:, k] ** 2 - (weight @ z[:, k]) ** 2))
        assert one.posterior[:, k].mean() == pytest.approx(float(weight @ z[:, k]), abs=0.5 * sd)


def test_truth_lies_within_intervals_and_under_its_hypothesis(
    scans: Scans, infusion: Infusion, around: Surroundings
) -> None:
    """A small version of the coverage in benchmarks/imaging_truth.py."""
    outputs = tuple(f"cells_{o}" for o in organs_of(submodel()))
    times, inside, right = np.array([0.1, 2.0, 7.0]), [], 0
    for k in range(6):
        truth = ("label_is_cells", "lung_only")[k % 2]
        labels, z = scans(truth, times.tolist(), 100 + k)
        fit = fit_subject(labels, infusion, around, draws=300, points=1200, seed=k)
        one = fit.by_hypothesis[truth]
        real = simulate_infusion(one.space.parameters(z), infusion, times, outputs).values[0]
        low, high = np.quantile(
            simulate_infusion(one.space.parameters(one.posterior), infusion, times, outputs).values,
            (0.05, 0.95),
            axis=0,
        )
        inside.append(((real >= low) & (real <= high)).mean())
        right += fit.probability[truth] > 0.5
    assert 0.75 < np.mean(inside) <= 1.0
    assert right >= 5


def test_scans_that_no_parameters_fit_are_said(infusion: Infusion, around: Surroundings) -> None:
    labels = [OrganLabel("lung", 0.1, 0.01, 0.002, 0.0), OrganLabel("lung", 1.0, 0.9, 0.02, 0.0)]
    fit = fit_subject(labels, infusion, around, draws=200, points=1000)
    assert all(one.misfit < 0.01 for one in fit.by_hypothesis.values())
    good = fit_subject([OrganLabel("lung", 0.1, 0.30, 0.05)], infusion, around, draws=200, points=1000)
    assert good.by_hypothesis["label_is_cells"].misfit > 0.05


def test_same_seed_same_posterior(infusion: Infusion, around: Surroundings) -> None:
    labels = [OrganLabel("liver", 1.0, 0.05, 0.02)]
    one, other = (fit_subject(labels, infusion, around, draws=100, points=400, seed=5) for _ in range(2))
    assert np.array_equal(one.by_hypothesis["lung_only"].posterior, other.by_hypothesis["lung_only"].posterior)


def test_prior_odds_count() -> None:
    found = posterior_log_probability({"a": 0.0, "b": 0.0}, {"a": 0.2, "b": 0.8})
    assert np.exp(found["a"]) == pytest.approx(0.2)
    for wrong in ({"label_is_cells": 1.0}, {"label_is_cells": 0.5, "lung_only": 0.6}, {"a": 0.5, "b": 0.5}):
        with pytest.raises(InputError, match="hypotheses"):
            prior_probabilities(wrong)
