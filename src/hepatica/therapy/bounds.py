"""Bounds of the numbers of a therapy."""

from __future__ import annotations

from hepatica.errors import InputError


def bounded(where: str, value: object, low: float, high: float, what: str) -> None:
    """Refuse a value that is no number, or lies outside its bounds.

    Raises
    ------
    InputError
        With the key, what was got, and the bounds.

    Examples
    --------
    >>> bounded("product.potency", 1e300, 0.0, 100.0, "a potency")
    Traceback (most recent call last):
    hepatica.errors.InputError: product.potency: got 1e+300; a potency from 0 to 100
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and low <= value <= high):  # type: ignore[operator]
        raise InputError(where, value, f"{what} from {low:g} to {high:g}")
