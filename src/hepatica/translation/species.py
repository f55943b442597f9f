"""Species translation: physiology of mouse, rat and pig as parameter sets, amounts scaled with liver mass."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.model.parameters import Entry

Floats = NDArray[np.float64]

# Amounts of cells or factor in a whole human liver; an animal's liver needs as much less as it is smaller.
WITH_LIVER = (
    "cells_half",
    "engulfed_half",
    "liver_volume",
    "engulfed_sensitising",
    "hepatocytes_number",
)
AGAINST_LIVER = ("il6_per_cell",)
HUMAN_LIVER = 1.8  # kg, NRC1999 page 239


@dataclass(frozen=True)
class Species:
    """A species as a set of parameters of the human model.

    Attributes
    ----------
    key, label : str
    liver : Entry
        Mass of the liver, kg.
    rows : dict of str to Entry
        Model parameters by name.
    """

    key: str
    label: str
    liver: Entry
    rows: dict[str, Entry]


def _read() -> dict[str, Species]:
    folder = files("hepatica.translation") / "species"
    by_key = {}
    for key in ("mouse", "rat", "pig"):
        table = tomllib.loads((folder / f"{key}.toml").read_text(encoding="utf-8"))
        label, liver = table.pop("label"), Entry(**table.pop("liver"))
        by_key[key] = Species(key, label, liver, {name: Entry(**row) for name, row in table.items()})
    return by_key


SPECIES = _read()


def as_species(system: System, parameters: Floats, key: str) -> Floats:
    """Human parameters with the physiology of another species.

    Parameters
    ----------
    system : System
        Gives the order of parameters.
    parameters : (n, n_parameters)
        In internal units, as ``System.typical`` or ``Cohort.parameters`` give them.
    key : str
        One of `SPECIES`.

    Returns
    -------
    (n, n_parameters)
        A copy; amounts that belong to a whole liver are scaled with its mass.

    Raises
    ------
    InputError
        If the species is unknown.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> system = System(assemble(MODULES), "reference")
    >>> mouse = as_species(system, system.typical()[None], "mouse")
    >>> bool(mouse[0, system.parameters.index("body_weight")] == 0.02)
    True
    """
    if key not in SPECIES:
        raise InputError("species", key, f"one of {', '.join(SPECIES)}")
    species, out = SPECIES[key], np.array(np.atleast_2d(parameters), float)
    for name, entry in species.rows.items():
        if name in system.parameters:
            out[:, system.parameters.index(name)] = entry.internal_value
    smaller = species.liver.value / HUMAN_LIVER
    for names, factor in ((WITH_LIVER, smaller), (AGAINST_LIVER, 1.0 / smaller)):
        for name in names:
            if name in system.parameters and name not in species.rows:
                out[:, system.parameters.index(name)] *= factor
    return out
