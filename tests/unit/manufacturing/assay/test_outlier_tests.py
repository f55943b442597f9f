"""Tests of outliers: published examples and tables, level by simulation, a second way to remove one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hepatica.errors import InputError
from hepatica.manufacturing.assay.outlier_tests import (
    dixon,
    dixon_critical,
    dixon_tail,
    extreme_deviates,
    grubbs,
    sequential_deviates,
)

# NIST/SEMATECH e-Handbook of Statistical Methods 1.3.5.17.3 (Rosner 1983), statistics and critical values as printed
ROSNER = (
    "-0.25 0.68 0.94 1.15 1.20 1.26 1.26 1.34 1.38 1.43 1.49 1.49 1.55 1.56 1.58 1.65 1.69 1.70 1.76 1.77 1.81 1.91 1.94 "
    "1.96 1.99 2.06 2.09 2.10 2.14 2.15 2.23 2.24 2.26 2.35 2.37 2.40 2.47 2.54 2.62 2.64 2.90 2.92 2.92 2.93 3.21 3.26 "
    "3.30 3.59 3.68 4.30 4.64 5.34 5.42 6.01"
)
STATISTICS = [3.118, 2.942, 3.179, 2.810, 2.815, 2.848, 2.279, 2.310, 2.101, 2.067]
CRITICAL = [3.158, 3.151, 3.143, 3.136, 3.128, 3.120, 3.111, 3.103, 3.094, 3.085]
# Dixon 1951, one end at 0.05; his table is exact to about a unit of the third digit (n = 6: 0.560, recomputed 0.562)
DIXON = {3: 0.941, 4: 0.765, 5: 0.642, 6: 0.560, 7: 0.507, 8: 0.554, 9: 0.512, 10: 0.477, 11: 0.576, 12: 0.546,
         13: 0.521, 14: 0.546, 15: 0.525, 16: 0.507, 20: 0.450, 25: 0.406, 30: 0.376}  # fmt: skip


def test_rosner_s_example_to_the_printed_digits():
    found = extreme_deviates([float(x) for x in ROSNER.split()], most=10)
    np.testing.assert_allclose(found.statistics, STATISTICS, atol=1.1e-3)  # printed cut off, not rounded
    np.testing.assert_allclose(found.critical, CRITICAL, atol=1.1e-3)
    assert found.places == (53, 52, 51)  # the third step decides: the first two hide one another


def test_grubbs_by_hand_and_by_its_critical_value():
    """Uranium data of Tietjen and Moore 1972, as NIST/SEMATECH 1.3.5.17.1 has them: G 2.4687."""
    x = np.array([199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57])
    found = grubbs(x)
    assert found.place == 7 and found.statistic == pytest.approx(2.4687, abs=1e-4)
    assert found.statistic == pytest.approx(np.abs(stats.zscore(x, ddof=1)).max())
    rng = np.random.Generator(np.random.Philox(1))
    for n in (3, 6, 20):
        made = [grubbs(rng.standard_normal(n)) for _ in range(400)]
        assert all((f.statistic > f.critical) == (f.p < 0.05) for f in made)
        assert 0.02 <= np.mean([f.p < 0.05 for f in made]) <= 0.08
    assert grubbs([2.0, 2.0, 2.0]).p == 1.0


def test_dixon_s_critical_values_and_tail():
    for n, printed in DIXON.items():
        assert dixon_critical(n, 0.05) == pytest.approx(printed, abs=2.5e-3), n
    rng = np.random.Generator(np.random.Philox(2))
    for n, j, i in ((5, 1, 1), (9, 1, 2), (12, 2, 2), (18, 2, 3)):
        x = np.sort(rng.standard_normal((40_000, n)), axis=1)
        ratio = (x[:, -1] - x[:, -1 - j]) / (x[:, -1] - x[:, i - 1])
        for r in (0.3, 0.5):
            assert dixon_tail(n, r) == pytest.approx((ratio > r).mean(), abs=0.01)
    assert dixon_tail(8, 0.0) == pytest.approx(1.0, abs=1e-9) and dixon_tail(8, 1.0) == 0.0


def test_dixon_names_the_end_with_the_larger_ratio():
    found = dixon([10.0, 10.2, 9.9, 10.1, 7.0])
    assert found.place == 4 and found.statistic == pytest.approx(2.9 / 3.2) and found.p < 0.05
    assert found.p == pytest.approx(2 * dixon_tail(5, 2.9 / 3.2))
    assert dixon(-np.array([10.0, 10.2, 9.9, 10.1, 7.0])).p == pytest.approx(found.p)
    assert dixon([1.0] * 8).p == 1.0


def test_deviates_are_those_of_repeated_fits():
    """Each step by scipy's own line, in the place of projections."""
    rng = np.random.Generator(np.random.Philox(3))
    x, y = np.arange(20.0), np.arange(20.0) + rng.standard_normal(20)
    y[[4, 5]] += 6.0
    places, statistics, p = sequential_deviates(y, np.stack([np.ones(20), x], axis=1), 3)
    kept = np.arange(20)
    for step in range(3):
        line = stats.linregress(x[kept], y[kept])
        e = y[kept] - line.intercept - line.slope * x[kept]
        h = 1 / len(kept) + (x[kept] - x[kept].mean()) ** 2 / ((x[kept] - x[kept].mean()) ** 2).sum()
        r = np.abs(e) / np.sqrt((e**2).sum() / (len(kept) - 2) * (1 - h))
        worst, df = int(np.argmax(r)), len(kept) - 3
        t = r[worst] * np.sqrt(df / (df + 1 - r[worst] ** 2))
        assert places[step] == kept[worst] and statistics[step] == pytest.approx(r[worst])
        assert p[step] == pytest.approx(min(1.0, 2 * len(kept) * stats.t.sf(t, df)))
        kept = np.delete(kept, worst)
    assert set(places[:2]) == {4, 5}


def test_samples_that_cannot_be_tested_are_refused():
    for call in (
        lambda: grubbs([1.0, 2.0]),
        lambda: grubbs([1.0, 2.0, np.nan]),
        lambda: dixon(np.arange(31.0)),
        lambda: extreme_deviates([1.0, 2.0, 3.0]),
        lambda: extreme_deviates(np.arange(6.0), most=4),
    ):
        with pytest.raises(InputError):
            call()
