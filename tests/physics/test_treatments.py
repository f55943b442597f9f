"""Established treatments move what they are meant to move, in the direction that is known."""

import numpy as np
import pytest

from hepatica.simulation import Arm, simulate

DAYS = np.array([0.0, 1.0, 4.0, 7.0, 10.0, 28.0])
# treatment, output, day, sign of the change against none, and where the direction comes from
SIGNS = [
    ("plasma_exchange", "bilirubin", 1.0, -1, "immediate fall of 42 % (Yao2019)"),
    ("plasma_exchange", "inr", 1.0, -1, "factors are given"),
    ("plasma_exchange", "il6", 1.0, -1, "HMGB1 and cytokines fall after exchange (Oshima2012)"),
    ("fresh_frozen_plasma", "inr", 1.0, -1, "factors are given"),
    ("fresh_frozen_plasma", "fibrinogen", 1.0, 1, "fibrinogen is given"),
    ("albumin", "albumin", 7.0, 1, "albumin is given"),
    ("corticosteroid", "tnf", 7.0, -1, "anti-inflammatory"),
    ("corticosteroid", "infection_hazard", 28.0, 1, "more infections under steroid"),
    ("antibiotic_prophylaxis", "infection_hazard", 28.0, -1, "fewer infections"),
    ("gcsf", "phagocytes", 1.0, 1, "neutrophils supplied"),
]


@pytest.fixture(scope="module")
def beside(system, admitted):
    few = admitted.take(np.arange(12))
    names = sorted({t for t, *_ in SIGNS})
    outputs = sorted({o for _, o, *_ in SIGNS})
    return simulate(system, few, [Arm("none"), *(Arm(n, together_with=(n,)) for n in names)], DAYS, outputs=outputs)


@pytest.mark.parametrize("name, output, day, sign, why", SIGNS, ids=[f"{n}-{o}" for n, o, *_ in SIGNS])
def test_direction(beside, name, output, day, sign, why):
    at = beside[output].sel(time=day)
    change = (at.sel(arm=name) - at.sel(arm="none")).values
    assert np.nanmean(change) * sign > 0, why


def test_none_is_none(system, admitted):
    few = admitted.take(np.arange(3))
    ds = simulate(system, few, [Arm("none"), Arm("also none", together_with=())], DAYS, outputs=system.states)
    assert all(ds[s].values[0].tobytes() == ds[s].values[1].tobytes() for s in system.states)
