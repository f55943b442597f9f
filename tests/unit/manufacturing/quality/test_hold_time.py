"""Arrhenius hold times: a known law is found again, holds add up, intervals cover."""

import numpy as np
import pytest
import statsmodels.api as sm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.hold_time import (
    FREEZING,
    GAS_CONSTANT,
    fit_decay,
    hold_time,
    loss_rate,
    remaining,
    stated_decay,
)


def rate(t, energy=50.0, at_20=0.02):
    return at_20 * np.exp(-energy / GAS_CONSTANT * (1 / (np.asarray(t) + FREEZING) - 1 / (20 + FREEZING)))


def test_a_known_law_is_found_again():
    t = np.array([4.0, 12.0, 24.0, 37.0])
    law = fit_decay(t, rate(t))
    assert law.energy == pytest.approx(50.0) and np.exp(law.log_rate) == pytest.approx(0.02)
    found = hold_time(law, 24.0, start=95.0, limit=80.0)
    assert found.hours == pytest.approx(np.log(95 / 80) / rate(24.0))
    assert found.low == pytest.approx(found.hours, rel=1e-6)


def test_warmer_is_shorter_and_the_claim_is_below_the_estimate():
    law = fit_decay([4, 24, 37], [0.0088, 0.0149, 0.0199])
    times = [hold_time(law, t, start=95, limit=80) for t in (4, 24, 37)]
    assert times[0].hours > times[1].hours > times[2].hours and all(x.low < x.hours for x in times)


def test_standard_errors_are_those_of_least_squares():
    t, k = np.array([4.0, 10.0, 24.0, 37.0]), np.array([0.009, 0.010, 0.016, 0.019])
    x = -(1 / (t + FREEZING) - 1 / (20 + FREEZING)) / GAS_CONSTANT
    ols = sm.OLS(np.log(k), sm.add_constant(x)).fit()
    law = fit_decay(t, k)
    np.testing.assert_allclose(law.covariance, ols.cov_params(), rtol=1e-6)
    new = ols.get_prediction([[1.0, -(1 / (30 + FREEZING) - 1 / (20 + FREEZING)) / GAS_CONSTANT]])
    high = np.exp(new.conf_int(alpha=0.10)[0, 1])
    assert hold_time(law, 30.0, start=95, limit=80).rate_high == pytest.approx(high, rel=1e-6)


def test_holds_add_up():
    law = stated_decay(0.1, 24.0, energy=60.0)
    one = remaining(law, [24.0], [3.0])
    assert one == pytest.approx(np.exp(-0.3)) and remaining(law, [24.0, 24.0], [1.0, 2.0]) == pytest.approx(one)
    assert remaining(law, [4.0], [3.0]) > one and remaining(law, [24.0], [0.0]) == 1.0
    assert 100 * remaining(stated_decay(loss_rate(100, 70, 24), 24.0), [37.0], [24.0]) == pytest.approx(70)


def test_bad_input_is_refused():
    for call in (
        lambda: fit_decay([4, 24], [0.1, 0.2]),
        lambda: fit_decay([4, 4, 4], [0.1, 0.2, 0.3]),
        lambda: fit_decay([4, 24, 37], [0.1, 0.2, 0.0]),
        lambda: stated_decay(0.0, 24.0),
        lambda: hold_time(stated_decay(0.1, 24.0), 24.0, start=70.0, limit=70.0),
        lambda: hold_time(stated_decay(0.1, 24.0), -300.0, start=90.0, limit=70.0),
        lambda: remaining(stated_decay(0.1, 24.0), [24.0], [-1.0]),
        lambda: loss_rate(100, 0, 24),
    ):
        with pytest.raises(InputError):
            call()
