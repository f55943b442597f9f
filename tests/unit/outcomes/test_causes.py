"""Causes of death: each against its closed form, and all together against every death."""

import numpy as np
import pytest
import xarray as xr

from hepatica.outcomes.causes import BY_CAUSE, CAUSES, EMBOLISM, deaths_by_cause
from hepatica.outcomes.survival import competing_incidence

TIME = np.linspace(0.0, 40.0, 1601)
RATE = dict(zip(BY_CAUSE, (0.01, 0.005, 0.002, 0.0, 0.004, 0.001, 0.003), strict=True))


def course(transplant=0.0):
    rates = RATE | {"transplant_intensity": transplant}
    return xr.Dataset(
        {n: (("arm", "patient", "time"), np.full((1, 1, len(TIME)), r)) for n, r in rates.items()}, {"time": TIME}
    )


def test_causes_are_those_of_the_model(model):
    assert set(BY_CAUSE) <= set(model.quantities)
    assert BY_CAUSE == tuple(f"death_by_{c}" for c in CAUSES)


@pytest.mark.parametrize("transplant", [0.0, 0.02])
def test_constant_rates_share_the_deaths(transplant):
    found = deaths_by_cause(course(transplant))
    total = sum(RATE.values()) + transplant
    for cause, name in zip(CAUSES, BY_CAUSE, strict=True):
        expected = RATE[name] / total * -np.expm1(-total * TIME)
        np.testing.assert_allclose(found[cause][0, 0], expected, rtol=1e-12, atol=1e-15)
    assert (found[EMBOLISM] == 0).all()


def test_causes_add_up_to_all_deaths_and_embolism_comes_on_top():
    ds, fatal = course(0.01), 0.2 * TIME / TIME[-1]
    found = deaths_by_cause(ds, fatal)
    assert list(found) == [*CAUSES, EMBOLISM]
    every = sum(ds[n].values for n in BY_CAUSE)
    died, _ = competing_incidence(TIME, every, ds["transplant_intensity"].values)
    without = sum(v for k, v in found.items() if k != EMBOLISM)
    np.testing.assert_allclose(without, died, rtol=1e-12)
    np.testing.assert_allclose(sum(found.values()), died + (1 - died) * fatal, rtol=1e-12)
