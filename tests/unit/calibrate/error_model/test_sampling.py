"""Sampling covariances of published numbers, against simulated people."""

import numpy as np
import pytest
from scipy.special import logit

from hepatica.calibrate.error_model.sampling import DEATH_INFECTION_CORRELATION, WITHIN_PERSON_CORRELATION, Sample


def test_changes_of_a_lab_covary_as_in_simulated_people():
    rng, n = np.random.default_rng(1), 40_000
    r, sd = WITHIN_PERSON_CORRELATION, np.array([1.0, 2.0, 0.5])
    values = rng.multivariate_normal(np.zeros(3), (r + (1 - r) * np.eye(3)) * np.outer(sd, sd), n)
    change = values[:, 1:] - values[:, :1]
    seen = np.cov(change.T)
    a, b = (Sample(arm="a", variable="inr", time=t, now=s, start=1.0) for t, s in ((7.0, 2.0), (28.0, 0.5)))
    assert a.covariance(a) == pytest.approx(seen[0, 0], rel=0.03) and a.covariance(b) == pytest.approx(
        seen[0, 1], abs=0.03
    )
    assert a.covariance(Sample(arm="a", variable="alt", time=7.0, now=1.0)) == 0.0


def test_nested_proportions_covary_as_counts_do():
    """Deaths by two days among 200 people, twenty thousand times."""
    rng, n = np.random.default_rng(2), 200
    counts = rng.multinomial(n, [0.2, 0.2, 0.6], 20_000)
    odds = logit(np.cumsum(counts, axis=1)[:, :2] / n)
    seen = np.cov(odds.T)
    first = Sample(arm="a", variable="death", time=28.0, share=0.2, people=n)
    last = Sample(arm="a", variable="death", time=90.0, share=0.4, people=n)
    found = np.array([[x.covariance(y) for y in (first, last)] for x in (first, last)])
    assert found == pytest.approx(seen, rel=0.05)
    alive = Sample(arm="a", variable="survival", time=90.0, share=0.4, people=n)
    assert alive.covariance(first) == pytest.approx(-found[0, 1])


def test_death_and_infection_of_the_same_people_are_a_table():
    rng, n, p, q = np.random.default_rng(3), 200, 0.4, 0.3
    both = p * q + DEATH_INFECTION_CORRELATION * np.sqrt(p * (1 - p) * q * (1 - q))
    counts = rng.multinomial(n, [both, p - both, q - both, 1 - p - q + both], 20_000)
    odds = logit(np.stack([counts[:, 0] + counts[:, 1], counts[:, 0] + counts[:, 2]], axis=1) / n)
    dead = Sample(arm="a", variable="death", time=168.0, share=p, people=n)
    infected = Sample(arm="a", variable="severe_infection", time=168.0, share=q, people=n)
    assert dead.covariance(infected) == pytest.approx(np.cov(odds.T)[0, 1], rel=0.1)
    alive = Sample(arm="a", variable="survival", time=168.0, share=p, people=n)
    assert alive.covariance(infected) == -dead.covariance(infected)
