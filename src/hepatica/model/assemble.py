"""From modules to one checked model: names resolved, units checked, quantities in causal order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from hepatica.errors import ModelError
from hepatica.model.dimensions import check, measure
from hepatica.model.lang import Draft, Module
from hepatica.model.parameters import Parameter, read_table
from hepatica.model.structure import Model, Quantity, State, formula_of


def assemble(
    modules: Iterable[Module], *, without: Iterable[str] = (), constants: dict[str, float] | None = None
) -> Model:
    """Assemble modules into a model.

    Parameters
    ----------
    modules : iterable of functions of a Draft
        Each stands in ``model/modules`` beside its parameter table.
    without : iterable of str, optional
        Modules to switch off. What the others need of them is held constant at its value in health, typical
        parameters taken, unless it stands in `constants`; ``Model.constants`` says what and at which value.
    constants : dict of str to float, optional
        Values, in the unit asked for, of quantities that no module gives.

    Raises
    ------
    ModelError
        If a name is missing or double, a unit does not fit, or quantities depend on each other in a ring.

    Examples
    --------
    >>> from hepatica.model.modules import MODULES
    >>> len(assemble(MODULES).summary()["problems"])
    0
    >>> sorted(assemble(MODULES, without=["treatments"]).constants.items())[:2]
    [('dilution_rate', 0.0), ('gcsf_effect', 0.0)]
    """
    off, modules = set(without), tuple(modules)
    if unknown := off - {m.__name__ for m in modules}:
        raise ModelError(
            f"module '{sorted(unknown)[0]}' cannot be switched off: there is none of that name; there are "
            f"{', '.join(m.__name__ for m in modules)}"
        )
    if off:
        constants = in_health(assemble(modules, constants=constants)) | (constants or {})
    drafts = []
    for module in modules:
        if module.__name__ in off:
            continue
        own = getattr(module, "table", None)  # of a module from a file of the user's own
        draft = Draft(module.__name__, read_table(module.__name__) if own is None else own)
        module(draft)
        drafts.append(draft)
    states = _merge([d.states for d in drafts], "state")
    quantities = _merge([d.quantities for d in drafts], "quantity")
    parameters = _merge([d.used for d in drafts], "parameter")
    for one, other, words in (
        (states, parameters, "a state and a parameter"),
        (states, quantities, "a state and a quantity"),
        (quantities, parameters, "a quantity and a parameter"),
    ):
        if clash := set(one) & set(other):
            raise ModelError(f"'{sorted(clash)[0]}' is both {words}; rename one")
    _check_unused(drafts)
    held = _held(drafts, states, quantities, constants or {})
    for name, (value, unit_text, label) in held.items():
        quantities[name] = Quantity(name, unit_text, label, "constant", (), formula_of(sp.Float(value)))
    _check_units(drafts, states, quantities, parameters)
    return Model(
        modules=tuple(d.module for d in drafts),
        states=states,
        quantities=_causal(quantities),
        parameters=parameters,
        flows=tuple(f for d in drafts for f in d.flows.values()),
        thresholds=tuple(t for d in drafts for t in d.thresholds.values()),
        needs={d.module: tuple(d.needed) for d in drafts},
        constants={name: value for name, (value, _, _) in held.items()},
    )


def in_health(model: Model) -> dict[str, float]:
    """States and quantities of a healthy person with typical parameters.

    Examples
    --------
    >>> from hepatica.model.modules import MODULES
    >>> in_health(assemble(MODULES))["functional_mass"]
    1.0
    """
    known: dict[Any, Any] = {sp.Symbol(p.name, real=True): sp.Float(p.value) for p in model.parameters.values()}
    states = {s.name: s.initial for s in model.states.values()}

    def value(name: str) -> Any:
        symbol = sp.Symbol(name, real=True)
        if symbol not in known:
            start: Any = states[name] if name in states else model.quantities[name].expr
            if isinstance(start, str):
                known[symbol] = value(start)
            elif name in states:
                known[symbol] = sp.Float(start)
            else:
                known[symbol] = start.xreplace({s: value(s.name) for s in start.free_symbols})
        return known[symbol]

    return {name: float(value(name)) for name in (*model.states, *model.quantities)}


def _merge(parts: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in parts:
        for name, item in part.items():
            if name in merged:
                raise ModelError(f"{kind} '{name}' is declared by '{merged[name].module}' and '{item.module}'")
            merged[name] = item
    return merged


def _check_unused(drafts: list[Draft]) -> None:
    for d in drafts:
        unused = set(d.table.parameters) - set(d.used) | set(d.table.states) - set(d.states)
        if unused:
            raise ModelError(f"{d.module}.toml has [{sorted(unused)[0]}], which the module does not use; remove it")


def _held(
    drafts: list[Draft], states: dict[str, State], quantities: dict[str, Quantity], constants: dict[str, float]
) -> dict[str, tuple[float, str, str]]:
    held = {}
    for d in drafts:
        for name, unit_text in d.needed.items():
            if name in states or name in quantities:
                given = (states.get(name) or quantities[name]).unit
                if not measure(given).same(measure(unit_text)):
                    raise ModelError(f"module '{d.module}' needs '{name}' in '{unit_text}', it is given in '{given}'")
            elif name in constants:
                held[name] = (constants[name], unit_text, f"{name}, held constant")
            else:
                raise ModelError(
                    f"module '{d.module}' needs '{name}', which no module gives; add the module "
                    "or pass constants={...}"
                )
    return held


def _check_units(
    drafts: list[Draft], states: dict[str, State], quantities: dict[str, Quantity], parameters: dict[str, Parameter]
) -> None:
    units = {n: measure(s.unit) for n, s in states.items()}
    units |= {n: measure(q.unit) for n, q in quantities.items()}
    units |= {n: measure(p.unit) for n, p in parameters.items()}
    for d in drafts:
        own = {**d.states, **d.quantities, **d.used, **d.needed}
        for q in d.quantities.values():
            _check_names(q.expr, own, d.module, q.name)
            check(q.expr, q.unit, units, f"module '{d.module}', quantity '{q.name}'")
        for f in d.flows.values():
            _check_names(f.expr, own, d.module, f.name)
            for side in (f.out_of, f.into):
                if side is not None:
                    if side not in states:
                        raise ModelError(f"module '{d.module}', flow '{f.name}': '{side}' is not a state")
                    check(f.expr, f"{states[side].unit or '1'}/day", units, f"module '{d.module}', flow '{f.name}'")
        for t in d.thresholds.values():
            for state, expr in t.adds:
                check(expr, states[state].unit, units, f"module '{d.module}', event '{t.name}'")


def _check_names(expr: Any, own: dict[str, Any], module: str, where: str) -> None:
    for symbol in expr.free_symbols:
        if symbol.name not in own:
            raise ModelError(f"module '{module}', '{where}': uses '{symbol.name}' without needs() or pars()")


def _causal(quantities: dict[str, Quantity]) -> dict[str, Quantity]:
    ordered: dict[str, Quantity] = {}
    waiting = dict(quantities)
    while waiting:
        ready = [n for n, q in waiting.items() if not any(s.name in waiting for s in q.expr.free_symbols)]
        if not ready:
            raise ModelError(f"quantities depend on each other in a ring: {', '.join(sorted(waiting))}")
        for name in ready:
            ordered[name] = waiting.pop(name)
    return ordered
