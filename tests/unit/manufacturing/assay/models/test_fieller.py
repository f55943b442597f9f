"""Fieller limits: the quadratic they solve, the pharmacopoeia's form, no limits where the slope may be zero."""

import numpy as np
import pytest

from hepatica.manufacturing.assay.models.fieller import fieller


@pytest.mark.parametrize("vab", [0.0, 0.02, -0.03])
@pytest.mark.parametrize("a", [-3.0, 0.0, 2.0])
def test_limits_are_the_roots_of_the_quadratic(a, vab):
    b, vaa, vbb, t = -4.0, 0.05, 0.09, 2.1
    r = fieller(np.array(a), np.array(b), tuple(map(np.array, (vaa, vab, vbb))), np.array(t))
    roots = np.roots([b**2 - t**2 * vbb, -2 * (a * b - t**2 * vab), a**2 - t**2 * vaa])
    assert sorted(roots.real) == pytest.approx([float(r.low), float(r.high)], rel=1e-12)
    assert float(r.low) < float(r.estimate) < float(r.high)


def test_c_multiplies_the_squared_ratio_once():
    a, b, vaa, vbb, t = 6.0, 4.0, 0.5, 0.4, 2.0
    r = fieller(*map(np.array, (a, b)), (np.array(vaa), np.array(0.0), np.array(vbb)), np.array(t))
    m, c = a / b, 1 / (1 - float(r.g))
    half = np.sqrt((c - 1) * (c * m**2 + vaa / vbb))
    assert (float(r.low), float(r.high)) == pytest.approx((c * m - half, c * m + half), rel=1e-12)
    wrong = np.sqrt((c - 1) * ((c * m) ** 2 + vaa / vbb))
    assert wrong > 1.03 * half


def test_no_limits_where_the_denominator_may_be_zero():
    r = fieller(
        np.array([1.0, 1.0]), np.array([1.0, 0.0]), (np.array(1.0), np.array(0.0), np.array(1.0)), np.array(2.0)
    )
    assert np.isnan([*r.low, *r.high]).all() and r.g[0] == 4.0


def test_coverage_of_a_ratio_of_normals():
    rng, n = np.random.Generator(np.random.Philox(1)), 20_000
    a, b = rng.normal(2.0, 0.5, n), rng.normal(3.0, 0.6, n)
    r = fieller(a, b, (np.array(0.25), np.array(0.0), np.array(0.36)), np.array(1.959964))
    inside = (r.low < 2 / 3) & (2 / 3 < r.high)
    assert (r.g < 1).mean() > 0.99 and abs(inside[r.g < 1].mean() - 0.95) < 0.006
