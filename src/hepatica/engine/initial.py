"""Initial states in health: chains of quantities that depend on parameters alone, as NumPy source."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from hepatica.model.structure import Model


class Step(NamedTuple):
    """One quantity of a chain: its name, the names that it needs, and its expression as NumPy source."""

    name: str
    needs: tuple[str, ...]
    source: str


Chains = dict[str, tuple[Step, ...]]


def chains(model: Model) -> Chains:
    """For each quantity at which some state starts, the quantities that it needs, in causal order.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> [step.name for step in chains(assemble(MODULES))["anti_inflammation_rest"]]
    ['anti_inflammation_rest']
    """
    starts = {s.initial for s in model.states.values() if isinstance(s.initial, str)}
    return {name: _chain(model, name) for name in sorted(starts - set(model.parameters))}


def _chain(model: Model, name: str) -> tuple[Step, ...]:
    needed, steps = {name}, []
    for quantity in reversed(model.quantities.values()):  # causal order, so what is needed comes earlier
        if quantity.name in needed:
            needed |= set(quantity.uses)
            steps.append(Step(quantity.name, quantity.uses, _numpy_source(quantity.expr)))
    return tuple(steps[::-1])


def _numpy_source(expr: Any) -> str:
    from sympy.printing.numpy import SciPyPrinter  # the printer that `lambdify` takes

    return str(SciPyPrinter({"fully_qualified_modules": False, "inline": True}).doprint(expr))


@functools.lru_cache(maxsize=1024)
def function_of(step: Step) -> Callable[..., Any]:
    """Function of a step over arrays, its arguments in the order of `needs`."""
    space = {name: getattr(np, name) for name in ("exp", "log", "sqrt", "tanh")}
    made: Callable[..., Any] = eval(f"lambda {', '.join(step.needs)}: {step.source}", space)
    return made
