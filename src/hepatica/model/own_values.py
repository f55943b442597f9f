"""Parameter values that a user states in place of those of the tables."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import replace

from hepatica.errors import InputError
from hepatica.model.parameters import Entry, Parameter
from hepatica.model.spread import Spread
from hepatica.model.structure import Model
from hepatica.units import parse

LARGEST_FACTOR = 1e4
"""Largest ratio of a stated value to that of the table: beyond it the unit is wrong, or the equations are."""


def with_values(model: Model, values: Mapping[str, str | float]) -> Model:
    """Model with some parameter values stated by a user, fixed in all draws and under every hypothesis.

    Between-patient variability stays about the stated value; the prior and the alternatives of named hypotheses go.

    Parameters
    ----------
    model : Model
        The assembled model.
    values : mapping of str to str or float
        By parameter, a number with a unit that converts to that of the table; a plain number where it has none.

    Returns
    -------
    Model
        Its parameters hold the table's row in `Parameter.replaced`, its hash is another one; `model` itself where
        nothing is changed.

    Raises
    ------
    InputError
        If there is no such parameter, or the value has another dimension or lies outside the parameter's range.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> model = with_values(assemble(MODULES), {"flare_kill": "0.002 1/h"})
    >>> round(model.parameters["flare_kill"].value, 3), model.parameters["flare_kill"].unit
    (0.048, '1 / day')
    """
    made = {name: _stated(model, name, value) for name, value in values.items()}
    if all(model.parameters[name] == parameter for name, parameter in made.items()):
        return model
    changed = replace(model, parameters=model.parameters | made)
    fields = [model.hash, sorted((name, p.entry.fields()) for name, p in made.items())]
    digest = hashlib.blake2b(json.dumps(fields).encode(), digest_size=12).hexdigest()
    changed.__dict__["hash"] = digest  # where the cached property keeps it: the equations are the same
    return changed


def own_values(model: Model) -> tuple[Parameter, ...]:
    """Parameters whose values a user has stated, in the model's order."""
    return tuple(p for p in model.parameters.values() if p.replaced is not None)


def _stated(model: Model, name: str, value: str | float) -> Parameter:
    """Parameter with the stated value, in the unit of its table."""
    where = f"parameter.{name}"
    if name not in model.parameters:
        close = difflib.get_close_matches(name, model.parameters, 3)
        meant = f" (perhaps {', '.join(close)})" if close else ""
        raise InputError(where, value, f"the name of a parameter of the model, as `hepatica model` lists them{meant}")
    parameter = model.parameters[name]
    row = parameter.replaced or parameter.entry
    number = parse(value, row.unit, where)
    _check_range(row, number, where, value)
    reason = f"stated by the user, in place of {row.value:g} {row.unit}".strip()
    entry = Entry(
        value=number,
        unit=row.unit,
        label=row.label,
        between=row.between,
        grade="assumed",
        reason=reason,
        neutral=row.neutral,
    )
    return replace(parameter, entry=entry, replaced=row)


def _check_range(row: Entry, number: float, where: str, got: object) -> None:
    """Refuse a value that the parameter's distributions, its sign or its size do not allow."""
    typical = [row.value, *(a.value for a in row.under.values())]
    if any(_is_fraction(s) for s in (row.prior, row.between)) and not 0 <= number < 1:
        raise InputError(where, got, "a number from 0 to 1, without 1 itself: it is a fraction")
    if min(typical) >= 0 and number < 0:
        raise InputError(where, got, "a number of at least 0")
    largest = max(map(abs, typical)) or 1.0
    if abs(number) > LARGEST_FACTOR * largest or not math.isfinite(number):
        limit = f"{LARGEST_FACTOR * largest:g} {row.unit}".strip()
        raise InputError(where, got, f"at most {limit}: {LARGEST_FACTOR:g} times the value of the table")


def _is_fraction(spread: Spread) -> bool:
    return spread.kind == "logitnormal" or (spread.kind == "spike" and spread.sd > 0)
