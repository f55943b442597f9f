"""Hold: published losses come back, and nothing is said where nothing was measured."""

import pytest

from hepatica.errors import InputError
from hepatica.therapy.process.hold import held_viability, hold_rate, vehicles


def test_published_losses_come_back():
    """Nguyen 2024: 92.95 % to 80.41 % in 90 min; 2006 abstract: 81, 70 and 62 % of all after 24 h."""
    assert held_viability(0.9295, 1.5) == pytest.approx(0.8041, abs=0.005)
    assert [held_viability(1.0, 24.0, "saline", c) for c in (4, 24, 37)] == pytest.approx([0.81, 0.70, 0.62], abs=0.002)
    assert held_viability(0.9295, 385 / 60, "albumin") > 0.88 and set(vehicles()) >= {"saline", "ringer", "albumin"}


@pytest.mark.parametrize("given", [(0.9, 1.0, "milk", 24), (0.9, 1.0, "ringer", 4), (0.9, -1.0, "ringer", 24)])
def test_what_was_not_measured_is_refused(given):
    with pytest.raises(InputError):
        held_viability(*given)


def test_between_measured_temperatures_the_rate_lies_between():
    rates = [hold_rate("saline", t) for t in (4, 10, 24, 30, 37)]
    assert rates == sorted(rates) and hold_rate("saline", 14) == pytest.approx((0.0088 * 0.0149) ** 0.5)
