"""Nuclides: spellings of scanners, and half-lives of one home."""

import pytest

from hepatica.imaging.readers.nuclides import SECONDS_PER_DAY, half_life_of, nuclide_name
from hepatica.therapy import TRACERS


@pytest.mark.parametrize(
    "said, name",
    [
        ("^111^Indium", "In111"),
        ("^99m^Technetium", "Tc99m"),
        ("89Zr-oxine", "Zr89"),
        ("Zr89", "Zr89"),
        ("F-18", "F18"),
        ("[11C]DASB", "C11"),
        ("Ga68-PSMA", "Ga68"),
        ("Solution", ""),
        ("", ""),
    ],
)
def test_one_name(said, name):
    assert nuclide_name(said) == name


def test_tracers_have_the_half_life_of_the_model():
    for name in ("In111", "Zr89", "Tc99m", "F18"):
        assert half_life_of(name) == pytest.approx(TRACERS[name]["half_life"].internal_value * SECONDS_PER_DAY)
    assert half_life_of("iron_oxide") is None and half_life_of("C11") == 1223.0
