"""Capability indices: definitions, coverage of their limits, quantiles against known distributions."""

import numpy as np
import pytest
from scipy.stats import gamma, lognorm, norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.capability import capability, quantile_capability


def test_definitions():
    x = np.array([9.0, 10.0, 11.0, 10.0, 12.0])
    found = capability(x, 0.8, lower=7, upper=14, target=10)
    sd = x.std(ddof=1)
    assert found.cp.value == pytest.approx(7 / 4.8) and found.pp.value == pytest.approx(7 / (6 * sd))
    assert found.cpk.value == min(found.cpl.value, found.cpu.value) == pytest.approx((x.mean() - 7) / 2.4)
    assert found.cpm.value == pytest.approx(7 / (6 * np.sqrt(0.64 + 0.16)))
    assert found.share_outside == pytest.approx(norm.cdf(7, x.mean(), sd) + norm.sf(14, x.mean(), sd))
    assert found.seen_outside == 0


def test_one_limit_has_no_width():
    found = capability([9.0, 10.0, 11.0], 1.0, lower=7)
    assert np.isnan(found.cp.value) and np.isnan(found.cpu.value) and np.isnan(found.cpm.value)
    assert found.cpk.value == found.cpl.value == pytest.approx(1.0)
    assert found.cpl.low > found.cpk.low  # one-sided limits against two-sided ones


@pytest.mark.parametrize("index", ["pp", "ppk"])
def test_limits_cover_the_truth(index):
    rng = np.random.Generator(np.random.Philox(3))
    held = 0
    for x in rng.normal(10.0, 1.0, (800, 25)):
        found = getattr(capability(x, float(x.std(ddof=1)), lower=6, upper=13), index)
        held += found.low <= (7 / 6 if index == "pp" else 1.0) <= found.high
    assert 0.925 <= held / 800 <= 0.975


def test_bad_input_is_refused():
    for given in ({}, {"lower": 3, "upper": 2}):
        with pytest.raises(InputError, match="limit"):
            capability([1.0, 2.0], 1.0, **given)
    with pytest.raises(InputError, match="overall"):
        capability([1.0, 1.0], 1.0, lower=0)


def test_quantiles_of_skewed_values():
    rng = np.random.Generator(np.random.Philox(4))
    for name, law in (("lognormal", lognorm(0.4, scale=2.0)), ("gamma", gamma(4.0, scale=1.0))):
        x = law.ppf(rng.random(600))
        found = quantile_capability(x, name, upper=20.0, bootstrap=20)
        true = (20 - law.median()) / (law.ppf(norm.cdf(3)) - law.median())
        assert found.ppk.value == pytest.approx(true, rel=0.12) and found.ppk.low < found.ppk.value < found.ppk.high
        assert np.isnan(found.pp.value) and found.share_outside == pytest.approx(law.sf(20.0), abs=2e-3)
        assert found.fit_p_value > 0.04
    normal = capability(x, float(x.std()), upper=20.0)
    assert normal.ppk.value > found.ppk.value  # a normal index flatters a skewed process


def test_empirical_quantiles_need_a_thousand_values():
    with pytest.raises(InputError, match="1000"):
        quantile_capability(np.arange(1.0, 900.0), "empirical", lower=0)
    x = norm.ppf((np.arange(4000) + 0.5) / 4000)
    found = quantile_capability(x, "empirical", lower=-4, upper=4, bootstrap=20)
    assert found.pp.value == pytest.approx(4 / 3, rel=0.02) and np.isnan(found.fit_p_value)


def test_a_wrong_distribution_shows():
    x = np.concatenate([np.linspace(1.0, 1.01, 60), np.linspace(5.0, 5.01, 60)])
    assert quantile_capability(x, "lognormal", upper=9, bootstrap=40).fit_p_value < 0.05
    with pytest.raises(InputError, match="lognormal"):
        quantile_capability(x, "cauchy", upper=9)
    with pytest.raises(InputError, match="positive"):
        quantile_capability(x - 2, "weibull", upper=9)
