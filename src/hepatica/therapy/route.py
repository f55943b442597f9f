"""Routes of administration: states that viable and dead cells enter, and the risk of the procedure."""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.model.parameters import Entry
from hepatica.therapy.named import Named, naming, read_rows


@dataclass(frozen=True, kw_only=True)
class Route(Named):
    """Route of administration.

    Attributes
    ----------
    viable_into : tuple of (str, float)
        Dosed states of the model and the share of viable cells that each receives; shares add up to 1.
    dead_into, label_into : str
        Dosed states for dead cells, and for the label on them.
    procedure_risk : Entry
        Probability of a serious complication of the procedure, per infusion.
    highest_given : Entry
        Highest dose of MSC ever given to people by this route in one infusion, cells per kg.
    """

    viable_into: tuple[tuple[str, float], ...]
    dead_into: str
    label_into: str
    procedure_risk: Entry
    highest_given: Entry


ROUTES = {
    name: Route(
        **naming(name, row),
        viable_into=tuple(row["viable_into"].items()),
        dead_into=row["dead_into"],
        label_into=row["label_into"],
        procedure_risk=Entry(**row["procedure_risk"]),
        highest_given=Entry(**row["highest_given"]),
    )
    for name, row in read_rows("routes.toml").items()
}
