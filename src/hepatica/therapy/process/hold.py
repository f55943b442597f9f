"""Hold of a lot: loss of viability by hours, temperature and vehicle, from published tables."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from hepatica.errors import InputError
from hepatica.therapy.named import read_rows


@functools.cache
def hold_rows() -> dict[str, dict[str, Any]]:
    """Rows of the vehicles in which loss of viability was measured."""
    return read_rows("process/hold.toml")


def vehicles() -> tuple[str, ...]:
    """Vehicles in which loss of viability was measured."""
    return tuple(hold_rows())


def hold_rate(vehicle: str, temperature: float) -> float:
    """First-order loss of viability per hour.

    Between two temperatures at which a vehicle was measured the logarithm of the rate is interpolated; beyond them
    nothing is said.

    Parameters
    ----------
    vehicle : str
        One of `vehicles`.
    temperature : float
        Degrees Celsius.

    Raises
    ------
    InputError
        If the vehicle is unknown, or was not measured about this temperature.

    Examples
    --------
    >>> hold_rate("saline", 24), round(hold_rate("saline", 14), 4)
    (0.0149, 0.0115)
    """
    if vehicle not in vehicles():
        raise InputError("vehicle", vehicle, f"one of {', '.join(vehicles())}")
    rates = {float(t): float(r) for t, r in hold_rows()[vehicle]["rates"].items()}
    low, high = min(rates), max(rates)
    if not low <= temperature <= high:
        span = f"{low:g}" if low == high else f"from {low:g} to {high:g}"
        raise InputError("temperature", temperature, f"{span} degrees Celsius in {vehicle}, where it was measured")
    if temperature in rates:
        return rates[temperature]
    at = sorted(rates)
    return float(np.exp(np.interp(temperature, at, np.log([rates[t] for t in at]))))


def held_viability(start: float, hours: float, vehicle: str = "ringer", temperature: float = 24.0) -> float:
    """Living share after a hold, by first-order loss.

    Parameters
    ----------
    start : float
        Living share at the start.
    hours : float
        Hold.
    vehicle, temperature
        As `hold_rate`.

    Raises
    ------
    InputError
        If the hold is negative; as `hold_rate`.

    Examples
    --------
    >>> round(held_viability(0.93, 1.5), 3)
    0.802
    """
    rate = hold_rate(vehicle, temperature)
    if not 0.0 <= hours < np.inf:
        raise InputError("hold", hours, "0 hours or more")
    return float(start * np.exp(-rate * hours))
