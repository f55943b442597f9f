"""Mixtures add up, hold at their weights in any first part, and a person's record decides the kind."""

import numpy as np
import pytest

from hepatica.individual.library.proposals import Kind, assign, kind_of, mixture
from hepatica.individual.person import Background, Cause, Measurement, Person
from hepatica.patients import populations


@pytest.mark.parametrize("kind", Kind)
def test_weights_add_up_and_hold(kind, system):
    parts = mixture(kind, system)
    weights = np.array([p.weight for p in parts])
    assert weights.sum() == pytest.approx(1) and len({p.name for p in parts}) == len(parts)
    share = np.bincount(assign(np.arange(3000), parts), minlength=len(parts)) / 3000
    np.testing.assert_allclose(share, weights, atol=2e-3)
    assert np.array_equal(assign(np.arange(100), parts), assign(np.arange(3000), parts)[:100])
    assert np.array_equal(assign(np.arange(50, 100), parts), assign(np.arange(100), parts)[50:])


def test_every_population_that_ships_is_in_one_kind(system):
    names = {p.name for p in mixture(Kind.ANY, system)}
    assert set(populations()) <= names


def person(*, bilirubin=10.0, inr=2.0, **given):
    labs = (Measurement(day=0.0, name="bilirubin", value=bilirubin), Measurement(day=0.0, name="inr", value=inr))
    return Person(measurements=labs, **given)


@pytest.mark.parametrize(
    "given, kind",
    [
        ({"background": Background.NONE, "causes": (Cause.HEPATITIS_B,)}, Kind.ACUTE),
        ({"background": Background.CIRRHOSIS}, Kind.ACUTE_ON_CHRONIC),
        ({"background": Background.CIRRHOSIS, "bilirubin": 3.0}, Kind.CIRRHOSIS),
        ({"causes": (Cause.PARACETAMOL,)}, Kind.ACUTE),
        ({"causes": (Cause.ALCOHOL,)}, Kind.ACUTE_ON_CHRONIC),
        ({"causes": (Cause.ALCOHOL,), "inr": 1.2}, Kind.ANY),
        ({}, Kind.ANY),
    ],
)
def test_kind(given, kind):
    assert kind_of(person(**given)) is kind
