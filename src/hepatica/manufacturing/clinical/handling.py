"""Handling of lots: loss of viability while held, from published tables."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files
from typing import Any

import numpy as np

from hepatica.errors import InputError


@functools.cache
def _tables() -> dict[str, Any]:
    text = (files("hepatica.manufacturing.clinical") / "handling.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def vehicles() -> tuple[str, ...]:
    """Vehicles in which loss of viability was measured."""
    return tuple(_tables()["hold"])


def held_viability(start: float, hours: float, vehicle: str = "ringer", temperature: int = 24) -> float:
    """Living share after a hold, by first-order loss.

    Parameters
    ----------
    start : float
        Living share at the start.
    hours : float
        Hold.
    vehicle : str
        One of `vehicles`.
    temperature : int
        Degrees Celsius at which its rate was measured; none is interpolated.

    Raises
    ------
    InputError
        If the vehicle is unknown, or its loss was not measured at this temperature.

    Examples
    --------
    >>> round(held_viability(0.93, 1.5), 3)
    0.802
    """
    if vehicle not in vehicles():
        raise InputError("vehicle", vehicle, f"one of {', '.join(vehicles())}")
    rates = _tables()["hold"][vehicle]["rates"]
    if str(temperature) not in rates:
        raise InputError("temperature", temperature, f"one of {', '.join(rates)} degrees Celsius in {vehicle}")
    if not 0.0 <= hours < np.inf:
        raise InputError("hold", hours, "0 hours or more")
    return float(start * np.exp(-rates[str(temperature)] * hours))
