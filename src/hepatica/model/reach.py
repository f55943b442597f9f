"""Structural dependence: which states and parameters an output can depend on, proved from the equations.

A state that starts at 0, is dosed by nobody and is fed only by such states stays 0. With these states at 0 many
parameters drop out of the equations; those that no asked output depends on cannot change it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from hepatica.model.functions import hill, pos
from hepatica.model.structure import Model


def _of_zero(e: Any) -> bool:
    return isinstance(e, hill | pos) and bool(e.args[0].is_zero)


def _simplest(expr: Any, held: dict[Any, Any]) -> Any:
    """The expression with names held; `hill` and `pos` of 0 are 0."""
    return expr.xreplace(held).replace(_of_zero, lambda e: sp.Integer(0))


def _reduced(model: Model, zero: Iterable[str]) -> tuple[dict[str, Any], list[Any]]:
    """Quantities and flows with these states at 0."""
    held: dict[Any, Any] = {sp.Symbol(s, real=True): sp.Integer(0) for s in zero}
    quantities = {}
    for name, q in model.quantities.items():  # in causal order
        expr = quantities[name] = _simplest(q.expr, held)
        if expr.is_number:
            held[sp.Symbol(name, real=True)] = expr
    return quantities, [_simplest(f.expr, held) for f in model.flows]


def silent(model: Model, dosed: Iterable[str] = ()) -> frozenset[str]:
    """States that stay exactly 0 while only the states in `dosed` get doses.

    Parameters
    ----------
    model : Model
        The assembled model.
    dosed : iterable of str
        States that history, treatment or infusion put something into.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> "cells_lung" in silent(assemble(MODULES))
    True
    """
    fed = {*dosed, *(state for t in model.thresholds for state, _ in t.adds)}
    zero = {s.name for s in model.states.values() if s.initial == 0 and s.name not in fed}
    while True:
        _, flows = _reduced(model, zero)
        moved = {s for f, expr in zip(model.flows, flows, strict=True) if expr != 0 for s in (f.out_of, f.into)} & zero
        if not moved:
            return frozenset(zero)
        zero -= moved


def dependencies(
    model: Model, outputs: Iterable[str], *, zero: Iterable[str] = (), events: bool = True
) -> frozenset[str]:
    """States, quantities and parameters that the outputs depend on, at any earlier time.

    Parameters
    ----------
    model : Model
        The assembled model.
    outputs : iterable of str
        States or quantities.
    zero : iterable of str
        States known to stay 0.
    events : bool
        Whether threshold events happen.
    """
    zero = set(zero)
    quantities, flows = _reduced(model, zero)
    feeds: dict[str, set[str]] = {s: set() for s in model.states}
    for f, expr in zip(model.flows, flows, strict=True):
        for state in (f.out_of, f.into):
            if state is not None:
                feeds[state] |= {x.name for x in expr.free_symbols}
    for t in model.thresholds if events else ():
        for state, amount in t.adds:
            feeds[state] |= {t.hazard, *(x.name for x in amount.free_symbols)}
    seen: set[str] = set()
    todo = list(outputs)
    while todo:
        name = todo.pop()
        if name in seen or name in zero:
            continue
        seen.add(name)
        if name in quantities:
            todo += [x.name for x in quantities[name].free_symbols]
        elif name in model.states:
            initial = model.states[name].initial
            todo += [*feeds[name], *([initial] if isinstance(initial, str) else [])]
    return frozenset(seen)
