"""Unknowns of a calibration: parameters that matter only with cells, and quantities of the populations' own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepatica.calibrate.endpoints import OUTPUTS
from hepatica.model.reach import dependencies, silent
from hepatica.model.structure import Model
from hepatica.patients import DrawKey, Population, load_population, populations
from hepatica.patients.population import Cause
from hepatica.patients.streams import normals
from hepatica.therapy import TREATMENTS

Floats = NDArray[np.float64]


def cell_only_parameters(model: Model) -> frozenset[str]:
    """Parameters without influence on the untreated course, proved from the equations."""
    given: set[str] = {state for t in TREATMENTS.values() for state, _ in t.doses}
    for key in populations():
        p = load_population(key)
        backgrounds: tuple[Population | Cause, ...] = (p, *p.causes)
        given |= {n for b in backgrounds for n in (*b.insult, *b.treatment) if n in model.states}
    outputs = [n for n in (*model.states, *model.quantities) if not n.startswith(("cells_", "label_", "image_"))]
    outputs = [n for n in OUTPUTS if n in outputs] + ["functional_mass"]
    course = dependencies(model, outputs, zero=silent(model, given))
    return frozenset(n for n, p in model.parameters.items() if p.entry.prior.varies and n not in course)


def population_coordinates(keys: Sequence[str], n: int, seed: int) -> dict[DrawKey, Floats]:
    """Prior coordinates of the populations' own quantities, unknowns among the others: sizes of insults, and care."""
    rows = np.arange(n)
    columns = {}
    for key in keys:
        population = load_population(key)
        quantities = [m.quantity for m in population.fit.moved]
        quantities += ["treatment.transplant_rate"] if population.treatment.get("transplant_rate") else []
        for quantity in quantities:
            name = DrawKey.population(key, quantity)
            columns[name] = normals(seed, rows, f"prior:{name}")[:, 0]
    return columns
