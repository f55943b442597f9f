"""Body measures against their formulas worked by hand."""

import math

import pytest

from hepatica.imaging.readers.body import Normalisation, body_measure, normalisation_of
from hepatica.imaging.readers.faults import ImageError

# 70 kg, 175 cm, in g or cm2
HAND = {
    ("BW", "M"): 70_000.0,
    ("LBM", "M"): 1000 * (77.0 - 120 * 0.16),
    ("LBM", "F"): 1000 * (74.9 - 148 * 0.16),
    ("LBMJAMES128", "M"): 1000 * (77.0 - 128 * 0.16),
    ("LBMJANMA", "M"): 1000 * 9270 * 70 / (6680 + 216 * 22.857142857),
    ("LBMJANMA", "F"): 1000 * 9270 * 70 / (8780 + 244 * 22.857142857),
    ("IBW", "M"): 1000 * (48.0 + 1.06 * 23),
    ("IBW", "F"): 1000 * (45.5 + 0.91 * 23),
    ("BSA", "F"): 71.84 * math.exp(0.725 * math.log(175.0) + 0.425 * math.log(70.0)),
}


@pytest.mark.parametrize("kind, sex", HAND)
def test_by_hand(kind, sex):
    assert body_measure(Normalisation(kind), weight=70.0, height=1.75, sex=sex) == pytest.approx(
        HAND[kind, sex], rel=1e-5
    )


def test_other_sex_is_the_mean():
    m, f, o = (body_measure(Normalisation.IBW, weight=70.0, height=1.75, sex=s) for s in "MFO")
    assert o == pytest.approx((m + f) / 2)


@pytest.mark.parametrize(
    "given, words",
    [
        ({"weight": None}, "0010,1030"),
        ({"weight": 70.0}, "0010,1020"),
        ({"weight": 400.0, "height": 0.5}, "beyond the formula"),
    ],
)
def test_refuses(given, words):
    with pytest.raises(ImageError, match=words):
        body_measure(Normalisation.LBM, **given)
    with pytest.raises(ImageError, match="0054,1006"):
        normalisation_of("LBMX")
    assert Normalisation.BSA.unit == "cm2/mL"
