"""Regimens as candidates."""

import numpy as np
import pytest

from hepatica.dosing.search.regimens import DURATION, INFUSIONS, INTERVAL, RegimenSpace
from hepatica.errors import InputError
from hepatica.therapy import Product


def test_every_candidate_is_a_regimen_within_the_horizon():
    regimens = RegimenSpace(horizon=28.0, routes=("peripheral_vein", "hepatic_artery"), interval=(0.5, 28.0))
    points = regimens.space().sample(1, 0, 400)
    for arm in regimens.arms(points):
        r = arm.regimen
        assert r.times[-1] < 28.0 and 1e5 <= r.dose <= 2e7 and 1 <= r.infusions <= 16
        assert 0.5 / 24 - 1e-12 <= r.duration <= 0.5 + 1e-12
    assert 48 * points[:, DURATION] == pytest.approx(np.round(48 * points[:, DURATION]))
    assert len(np.unique(points[:, INFUSIONS])) == 16


def test_equal_regimens_have_equal_rows_and_names():
    regimens = RegimenSpace(horizon=90.0)
    points = regimens.space().sample(1, 0, 2)
    points[:, INFUSIONS], points[0, INTERVAL], points[1, INTERVAL] = 1, 3.0, 9.0
    fixed = regimens.repair(points)
    assert fixed[0, INTERVAL] == fixed[1, INTERVAL] == 1.0
    assert np.array_equal(regimens.repair(fixed), fixed)
    names = [arm.name for arm in regimens.arms(regimens.space().sample(1, 0, 500))]
    rows = {row.tobytes() for row in regimens.space().sample(1, 0, 500)}
    assert len(set(names)) == len(rows)


def test_products_and_treatments_are_axes():
    products = (Product(), Product("adipose"))
    regimens = RegimenSpace(horizon=90.0, products=products, together_with=((), ("albumin",)))
    arms = regimens.arms(regimens.space().sample(1, 0, 60))
    assert {a.product for a in arms} == set(products) and {a.together_with for a in arms} == {(), ("albumin",)}


def test_a_dose_above_any_given_is_known():
    regimens = RegimenSpace(horizon=90.0, dose=(1e7, 2e7), routes=("peripheral_vein",))
    point = regimens.space().sample(1, 0, 1)[0]
    point[0] = 1e7
    assert not regimens.beyond_given(point)
    point[0] = 1.1e7
    assert regimens.beyond_given(point)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"dose": (1e5, 1e30)}, "dose: got 1e+30"),
        ({"infusions": (0, 4)}, "infusions"),
        ({"infusions": (16, 16), "interval": (14.0, 28.0)}, "within the horizon"),
        ({"interval": (0.0, 7.0)}, "interval"),
        ({"routes": ("nose",)}, "nose"),
        ({"routes": ("portal_vein", "portal_vein")}, "each once"),
        ({"together_with": (("magic",),)}, "magic"),
        ({"dose": (0.0, 1e6)}, "above 0"),
    ],
)
def test_what_no_regimen_has_is_refused_in_one_sentence(wrong, says):
    with pytest.raises(InputError) as error:
        RegimenSpace(**({"horizon": 90.0} | wrong)).space()
    assert says in str(error.value)
