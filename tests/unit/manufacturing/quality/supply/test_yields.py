"""Doses and cost of a donor: by hand from the published means, directions, sources."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.supply.yields import Interval, published, yield_of_donor


def test_bone_marrow_by_hand():
    found = yield_of_donor("bone_marrow", 70e6, recovery=0.9)
    mean = 886e6 * 68 / 59 * 0.9
    assert found.cells.median == pytest.approx(mean / np.sqrt(1.25), rel=0.02)  # median of a log-normal of CV 0.5
    assert 0.06 < found.failure.low < 0.12 and 0.5 < found.failure.high < 0.62  # 3 of 11
    assert found.expected_doses == pytest.approx((1 - 3.5 / 12) * (mean / 70e6 - 0.5), rel=0.03)
    assert found.no_dose == pytest.approx(3.5 / 12, abs=0.01)


def test_doublings_multiply():
    four, six = (yield_of_donor("umbilical_cord", 70e6, passages=p) for p in (4, 6))
    ratio = six.cells.median / four.cells.median
    assert ratio == pytest.approx(2 ** (2 * 2.9 / np.sqrt(1 + (0.63 / 2.9) ** 2)), rel=0.05)
    assert yield_of_donor("adipose", 70e6).cells.median < four.cells.median


def test_cost_of_a_dose():
    found = yield_of_donor("bone_marrow", 70e6, recovery=1.0)
    assert 70 / 190 * 2633 < found.cost.low < found.cost.median < found.cost.high < 70 / 80 * 6647
    half = yield_of_donor("bone_marrow", 35e6, recovery=1.0)
    assert half.cost.median == pytest.approx(0.5 * found.cost.median)
    assert yield_of_donor("adipose", 70e6, cost="bioreactor_adipose", recovery=1.0).currency == "USD"


def test_donors_for_a_number_of_doses():
    found = yield_of_donor("bone_marrow", 70e6, needed=(5, 50))
    assert found.donors_for[5] < found.donors_for[50] and found.donors_for[50] > 50 / found.expected_doses
    assert yield_of_donor("adipose", 1e12, needed=(5,)).donors_for[5] == -1


def test_every_number_has_its_source():
    for kind in ("source", "cost"):
        for row in published()[kind].values():
            assert all(len(row[key]) > 10 for key in row if key.endswith("source")) and any(
                "source" in key for key in row
            )
    assert any("assumed" in s for s in yield_of_donor("adipose", 1e7).sources)
    assert Interval.of(np.arange(101.0)) == (50.0, 2.5, 97.5)


@pytest.mark.parametrize(
    "given", [{"source": "moon"}, {"cost": "gold"}, {"dose": 0.0}, {"recovery": 1.1}, {"passages": 0}, {"draws": 10}]
)
def test_bad_requests_are_refused(given):
    with pytest.raises(InputError):
        yield_of_donor(**({"source": "umbilical_cord", "dose": 70e6} | given))
