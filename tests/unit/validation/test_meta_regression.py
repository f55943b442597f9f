"""Random-effects meta-regression: against least squares, and its intervals against simulated publications."""

import numpy as np
import pytest

from hepatica.validation.meta_regression import Outcome, predict


def test_with_much_evidence_it_is_least_squares():
    rng = np.random.default_rng(1)
    x = rng.normal(20, 5, 60)
    y = -3 + 0.15 * x + rng.normal(0, 0.05, 60)
    rows = [Outcome(v, 0.02, (s,), "a", str(k)) for k, (v, s) in enumerate(zip(y, x, strict=True))]
    slope, start = np.polyfit(x, y, 1)
    for at in (15.0, 30.0):
        mean, sd = predict(rows, (at,), "a", 1.0)
        assert mean == pytest.approx(start + slope * at, abs=0.03) and 0.03 < sd < 0.12


def test_its_intervals_hold_new_publications_of_old_and_new_populations():
    rng, z = np.random.default_rng(2), []
    for k in range(150):
        slope, populations = rng.normal(0, 0.5), dict(zip("abcd", rng.normal(0, 0.6, 4), strict=True))
        rows, severities = [], rng.normal(0, 1, 13)
        for i, s in enumerate(severities):
            group = "abcd"[i % 3] if i < 12 else "abcd"[k % 4]  # the last one is of a population seen, or of "d"
            value = slope * s + populations[group] + rng.normal(0, 0.4) + 0.2 * rng.standard_normal()
            rows.append(Outcome(value, 0.2, (s,), group, str(i)))
        *known, new = rows
        mean, sd = predict(known, new.covariates, new.population, 1.0)
        z.append((new.value - mean) / np.hypot(sd, 0.2))
    inside = np.mean(np.abs(z) < 1.645)
    assert 0.84 < inside < 0.97 and abs(np.mean(z)) < 0.25


def test_without_evidence_it_is_the_prior_and_a_covariate_may_be_missing():
    assert predict([], (1.0,), "a", 0.4) == (0.0, 0.4)
    rows = [Outcome(0.5, 0.1, (np.nan,), "a", "p"), Outcome(0.7, 0.1, (2.0,), "a", "q")]
    mean, sd = predict(rows, (np.nan,), "a", 1.0)
    assert 0.3 < mean < 0.8 and np.isfinite(sd)
