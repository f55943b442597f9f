"""Handling: published losses on hold."""

import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.handling import held_viability, vehicles


def test_published_losses_come_back():
    """Nguyen 2024: 92.95 % to 80.41 % in 90 min; 2006 abstract: 81, 70 and 62 % of all after 24 h."""
    assert held_viability(0.9295, 1.5) == pytest.approx(0.8041, abs=0.005)
    assert [held_viability(1.0, 24.0, "saline", c) for c in (4, 24, 37)] == pytest.approx([0.81, 0.70, 0.62], abs=0.002)
    assert held_viability(0.9295, 385 / 60, "albumin") > 0.88 and set(vehicles()) == {"saline", "ringer", "albumin"}


@pytest.mark.parametrize("given", [(0.9, 1.0, "milk", 24), (0.9, 1.0, "ringer", 4), (0.9, -1.0, "ringer", 24)])
def test_what_was_not_measured_is_refused(given):
    with pytest.raises(InputError):
        held_viability(*given)
