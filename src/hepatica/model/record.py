"""Record of an assembled model: all of it but the expressions, as plain values for JSON."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from hepatica.errors import ModelError
from hepatica.model.parameters import Entry, Parameter
from hepatica.model.structure import Flow, Formula, Model, Quantity, State, Threshold

Record = dict[str, Any]


def to_record(model: Model) -> Record:
    """Names, units, labels, tables and hash of a model.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> sorted(to_record(assemble(MODULES)))[:4]
    ['constants', 'flows', 'hash', 'modules']
    """
    return {
        "hash": model.hash,
        "modules": list(model.modules),
        "states": [[s.name, s.unit, s.label, s.module, s.initial, s.scale, s.dosed] for s in model.states.values()],
        "quantities": [[q.name, q.unit, q.label, q.module, list(q.uses)] for q in model.quantities.values()],
        "parameters": [
            [p.name, p.module, p.entry.model_dump(mode="json", exclude_defaults=True)]
            for p in model.parameters.values()
        ],
        "flows": [[f.name, f.out_of, f.into, f.module, f.cite] for f in model.flows],
        "thresholds": [[t.name, t.hazard, t.module] for t in model.thresholds],
        "needs": {module: list(names) for module, names in model.needs.items()},
        "constants": dict(model.constants),
    }


def from_record(record: Record, assemble: Callable[[], Model]) -> Model:
    """Model of a record; `assemble` gives its expressions, once, when the first of them is asked for.

    Raises
    ------
    ModelError
        When an expression is asked for and what `assemble` gives has another hash than the record.
    """

    @functools.cache
    def assembled() -> Model:
        model = assemble()
        if model.hash != record["hash"]:
            raise ModelError("the cached model is not the one that its modules make; delete the cache folder")
        return model

    def quantity(name: str) -> Formula:
        return lambda: assembled().quantities[name].expr

    def flow(k: int) -> Formula:
        return lambda: assembled().flows[k].expr

    def threshold(k: int) -> Formula:
        return lambda: assembled().thresholds[k].adds

    model = Model(
        modules=tuple(record["modules"]),
        states={row[0]: State(*row) for row in record["states"]},
        quantities={
            name: Quantity(name, unit, label, module, tuple(uses), quantity(name))
            for name, unit, label, module, uses in record["quantities"]
        },
        parameters={name: Parameter(name, module, Entry(**row)) for name, module, row in record["parameters"]},
        flows=tuple(
            Flow(name, out_of, into, module, cite, flow(k))
            for k, (name, out_of, into, module, cite) in enumerate(record["flows"])
        ),
        thresholds=tuple(
            Threshold(name, hazard, module, threshold(k))
            for k, (name, hazard, module) in enumerate(record["thresholds"])
        ),
        needs={module: tuple(names) for module, names in record["needs"].items()},
        constants=dict(record["constants"]),
    )
    model.__dict__["hash"] = record["hash"]  # where the cached property keeps it; a changed copy computes its own
    return model
