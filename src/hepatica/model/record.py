"""Record of an assembled model: all of it but the expressions, as plain values for JSON."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from hepatica.errors import ModelError
from hepatica.model.parameters import Entry, Parameter
from hepatica.model.structure import Flow, Model, Quantity, State, Threshold

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


@dataclass(frozen=True)
class _Source:
    """Assembly of a model of a stated hash, once when it is asked for; pickled without the model that it made."""

    assemble: Callable[[], Model]
    hash: str

    @functools.cached_property
    def model(self) -> Model:
        """Model with its expressions."""
        model = self.assemble()
        if model.hash != self.hash:
            raise ModelError("the cached model is not the one that its modules make; delete the cache folder")
        return model

    def __reduce__(self) -> tuple[type[_Source], tuple[Callable[[], Model], str]]:
        return _Source, (self.assemble, self.hash)


@dataclass(frozen=True)
class _Stored:
    """Formula of one part of a stored model: a quantity by its name, a flow or a threshold by its place."""

    source: _Source
    part: Literal["quantities", "flows", "thresholds"]
    key: str | int

    def __call__(self) -> Any:
        owner = getattr(self.source.model, self.part)[self.key]
        return owner.adds if self.part == "thresholds" else owner.expr


def from_record(record: Record, assemble: Callable[[], Model]) -> Model:
    """Model of a record; `assemble` gives its expressions, once, when the first of them is asked for.

    Raises
    ------
    ModelError
        When an expression is asked for and what `assemble` gives has another hash than the record.
    """

    source = _Source(assemble, record["hash"])
    model = Model(
        modules=tuple(record["modules"]),
        states={row[0]: State(*row) for row in record["states"]},
        quantities={
            name: Quantity(name, unit, label, module, tuple(uses), _Stored(source, "quantities", name))
            for name, unit, label, module, uses in record["quantities"]
        },
        parameters={name: Parameter(name, module, Entry(**row)) for name, module, row in record["parameters"]},
        flows=tuple(
            Flow(name, out_of, into, module, cite, _Stored(source, "flows", k))
            for k, (name, out_of, into, module, cite) in enumerate(record["flows"])
        ),
        thresholds=tuple(
            Threshold(name, hazard, module, _Stored(source, "thresholds", k))
            for k, (name, hazard, module) in enumerate(record["thresholds"])
        ),
        needs={module: tuple(names) for module, names in record["needs"].items()},
        constants=dict(record["constants"]),
    )
    model.__dict__["hash"] = record["hash"]  # where the cached property keeps it; a changed copy computes its own
    return model
