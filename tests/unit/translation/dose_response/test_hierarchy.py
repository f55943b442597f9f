"""Hierarchy over species, diseases and studies, against sampling from its own equations."""

import numpy as np
import pytest

from hepatica.translation.dose_response.hierarchy import (
    FALL_SHARES,
    LEVELS,
    Evidence,
    Scales,
    fit,
    half_normal,
    kernel,
)

GRID = np.linspace(1.0, 11.0, 201)
PRIOR = np.exp(-0.5 * ((GRID - 6.5) / 0.4) ** 2)
PRIOR /= PRIOR.sum()


def normal(centre, sd):
    return -0.5 * ((GRID - centre) / sd) ** 2


def evidence(species, liver, centre, sd=0.3, weight=1.0):
    return Evidence(
        species=species, liver=liver, without=normal(centre, sd), with_fall=normal(centre - 0.5, sd), weight=weight
    )


MIXED = (evidence("human", False, 5.8), evidence("pig", False, 5.0, 0.5), evidence("mouse", True, 8.0, 0.4))


def test_against_sampling():
    """A draw from the prior of everything, weighted by its likelihood."""
    rng, n = np.random.default_rng(7), 400_000
    taus = [half_normal(s)[rng.integers(LEVELS, size=n)] for s in (1.0, 0.5, 0.5)]
    share = np.array(FALL_SHARES)[rng.integers(len(FALL_SHARES), size=n)]
    theta = 6.5 + 0.4 * rng.standard_normal(n)
    log_weight, own = np.zeros(n), {}
    for e in MIXED:
        own[e.species] = theta + (0 if e.species == "human" else taus[0] * rng.standard_normal(n))
        group = own[e.species] + (0 if e.liver else taus[1] * rng.standard_normal(n))
        half = group + taus[2] * rng.standard_normal(n)
        falls = rng.random(n) < share
        log_weight += np.interp(half, GRID, e.without) * ~falls
        log_weight += np.interp(half, GRID, e.with_fall) * falls
    w = np.exp(log_weight - log_weight.max())
    w /= w.sum()
    found = fit(MIXED, GRID, PRIOR)
    assert found.mean == pytest.approx(w @ theta, abs=0.02)
    assert found.sd == pytest.approx(np.sqrt(w @ (theta - w @ theta) ** 2), abs=0.02)
    for species, draws in own.items():
        assert found.by_species[species] @ GRID == pytest.approx(w @ draws, abs=0.05)
    means = (found.tau_species, found.tau_disease, found.tau_study, found.fall_share)
    for value, draws in zip(means, (*taus, share), strict=True):
        assert value == pytest.approx(w @ draws, rel=0.04)


def test_weight_0_is_the_prior_exactly_and_half_lies_between():
    none = fit([evidence("pig", False, 5.0, weight=0.0)], GRID, PRIOR)
    assert np.array_equal(none.probability, PRIOR) and none.by_species == {}
    assert np.array_equal(fit([], GRID, PRIOR).probability, PRIOR)
    means = [fit([evidence("pig", False, 5.0, weight=w)], GRID, PRIOR).mean for w in (0.0, 0.5, 1.0)]
    assert means[0] > means[1] > means[2]


def test_alike_species_and_studies_are_a_product_of_normals():
    """Without any spread the posterior is conjugate."""
    rows = [
        Evidence(species=s, liver=True, without=normal(c, 0.3), with_fall=normal(c, 0.3))
        for s, c in (("human", 6.0), ("pig", 5.5))
    ]
    found = fit(rows, GRID, PRIOR, Scales(species=0, disease=0, study=0))
    precision = np.array([1 / 0.4**2, 1 / 0.3**2, 1 / 0.3**2])
    assert found.mean == pytest.approx(precision @ [6.5, 6.0, 5.5] / precision.sum(), abs=1e-6)
    assert found.sd == pytest.approx(precision.sum() ** -0.5, rel=1e-6)
    assert found.quantile(0.5) == pytest.approx(found.mean, abs=0.01)


def test_a_far_species_moves_man_less_than_man_himself():
    pig, man = (fit([evidence(s, True, 4.5)], GRID, PRIOR).mean for s in ("pig", "human"))
    assert man < pig < 6.5


def test_equal_species_are_less_likely_where_they_disagree():
    far = (evidence("human", True, 6.0), evidence("pig", True, 3.0))
    free, alike = fit(far, GRID, PRIOR), fit(far, GRID, PRIOR, Scales(species=0))
    assert free.log_evidence > alike.log_evidence + 1


def test_nodes_and_kernel():
    assert half_normal(0).tolist() == [0.0] and np.mean(half_normal(1.0, 2001) ** 2) == pytest.approx(1, rel=0.01)
    assert kernel(GRID, 0.5).sum(axis=1) == pytest.approx(1) and np.array_equal(kernel(GRID, 0.0), np.eye(201))
