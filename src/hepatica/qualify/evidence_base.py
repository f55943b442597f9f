"""Evidence base: publications, grades of parameters, and provenance of the parameter draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hepatica.calibrate.diagnostics.contraction import MAX_LEARNT_SD, MIN_LEARNT_SHIFT
from hepatica.evidence import Publication, evidence_hash
from hepatica.model.parameters import GRADES
from hepatica.model.structure import Model
from hepatica.patients import DrawKind, Draws

BIASES = ("low", "some", "high", "unclear")


@dataclass(frozen=True)
class Known:
    """Provenance of the parameter draws, and their match with this model and evidence.

    Attributes
    ----------
    name : str
        As the study says: learnt, prior, or a file.
    draws : int
        0 where nothing was learnt.
    model, evidence : str
        Hashes in the draws' own provenance; empty where they state none.
    model_here, evidence_here : str
        Hashes of what is at hand.
    provenance : mapping
    unknowns : int
        Parameters that have a prior.
    moved : tuple of (parameter, hypothesis, mean, sd)
        What learning moved or narrowed, as places in the prior (0 and 1: nothing learnt), the narrowest first.
    """

    name: str
    draws: int
    model: str
    evidence: str
    model_here: str
    evidence_here: str
    provenance: Mapping[str, Any]
    unknowns: int
    moved: tuple[tuple[str, str, float, float], ...]

    @property
    def matches_model(self) -> bool:
        """True if the draws were calibrated with this model."""
        return self.draws > 0 and self.model == self.model_here

    @property
    def matches_evidence(self) -> bool:
        """True if the draws were calibrated to the publications at hand."""
        return self.draws > 0 and self.evidence == self.evidence_here

    @property
    def parameters_moved(self) -> int:
        """Number of parameters that calibration informed under any hypothesis."""
        return len({name for name, *_ in self.moved})


def known(name: str, draws: Draws | None, model: Model, publications: Sequence[Publication]) -> Known:
    """Provenance of draws compared with the model and evidence at hand.

    Examples
    --------
    >>> from hepatica.evidence import load_all
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> k = known("prior", None, assemble(MODULES), tuple(load_all().values()))
    >>> k.draws, k.matches_model, k.moved
    (0, False, ())
    """
    here, unknowns = evidence_hash(publications), sum(p.entry.prior.varies for p in model.parameters.values())
    if draws is None:
        return Known(name, 0, "", "", model.hash, here, {}, unknowns, ())
    moved = []
    for column, values in draws.columns.items():
        if column.kind is DrawKind.COORDINATE:
            mean, sd = float(values.mean()), float(values.std())
            if sd < MAX_LEARNT_SD or abs(mean) > MIN_LEARNT_SHIFT:
                moved.append((column.name, column.hypothesis, mean, sd))
    p = draws.provenance
    moved.sort(key=lambda row: (row[3] - abs(row[2]), row[0], row[1]))
    stated = str(p.get("model", "")), str(p.get("evidence", ""))
    return Known(name, draws.n, *stated, model.hash, here, p, unknowns, tuple(moved))


def grades(model: Model) -> dict[str, int]:
    """Parameters by grade of evidence, the best grade first."""
    counts = model.summary()["grades"]
    return {g: int(counts.get(g, 0)) for g in GRADES}


def sources(publications: Sequence[Publication]) -> pd.DataFrame:
    """One row a publication: design, people, arms with cells, risk of bias, numbers and those a likelihood can use."""
    rows = []
    for p in publications:
        cells = [a for a in p.arms if a.gives_cells]
        rows.append(
            {
                "publication": p.key,
                "cite": p.cite,
                "design": p.design,
                "disease": p.disease,
                "role": p.role,
                "risk_of_bias": p.risk_of_bias,
                "bias": p.bias,
                "people": sum(a.n or 0 for a in p.arms if not a.subset_of),
                "people_with_cells": sum(a.n or 0 for a in cells if not a.subset_of),
                "arms": len(p.arms),
                "arms_with_cells": len(cells),
                "numbers": len(p.observations),
                "usable": sum(not p.lacks(o) for o in p.observations),
            }
        )
    return pd.DataFrame(rows)
