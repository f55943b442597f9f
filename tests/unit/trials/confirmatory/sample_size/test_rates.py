"""Power for rates against simulated counts and their Wald test."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.rates import power_rates, sample_size_rates


def test_size_has_the_power():
    given = {"exposure": 1.5, "dispersion": 0.6, "margin": 1.1}
    size = sample_size_rates(0.7, 1.0, ratio=2.0, **given)
    assert power_rates((0.7, 1.0), (size.treated, size.control), **given) == pytest.approx(0.8)
    assert size.treated == pytest.approx(2 * size.control)


def test_power_of_poisson_counts_is_that_of_simulated_trials():
    n, exposure, rates = 80, 2.0, (0.6, 0.9)
    rng = np.random.default_rng(5)
    a, b = (rng.poisson(n * exposure * r, 100_000) for r in rates)
    z = -np.log(a / b) / np.sqrt(1 / a + 1 / b)
    found = power_rates(rates, (n, n), exposure=exposure)
    assert found == pytest.approx((z >= norm.isf(0.025)).mean(), abs=0.01)


def test_dispersion_asks_for_more_patients():
    sizes = [sample_size_rates(0.7, 1.0, dispersion=k).total for k in (0.0, 0.5, 2.0)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("change", [{"treated": 1.0}, {"treated": 0.0}, {"dispersion": -1.0}, {"exposure": 0.0}])
def test_impossible_rates_are_refused(change):
    given = {"treated": 0.7, "control": 1.0, **change}
    with pytest.raises(InputError):
        sample_size_rates(given.pop("treated"), given.pop("control"), **given)
