"""Biodistribution sub-model: the modules of cells and label alone, what they need of others being parameters."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import Events, Problem, System
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.model.parameters import Entry, Parameter
from hepatica.model.structure import Model

Floats = NDArray[np.float64]
MODULES = ("cells", "label")
SURROUNDINGS = "surroundings"
"""Module under which the held quantities stand as parameters."""
IMAGE, CELLS = "image_", "cells_"
FIRST_LOOK = 1.0 / 1440.0  # day; cells meet the organs within minutes, so an image at 0 is one of the first minute
RTOL = 1e-5


@functools.cache
def submodel() -> System:
    """System of the shipped modules of cells and label.

    Examples
    --------
    >>> "image_liver" in submodel().outputs, "bilirubin" in submodel().outputs
    (True, False)
    """
    from hepatica.model.assemble import assemble
    from hepatica.model.modules import MODULES as SHIPPED

    others = [m.__name__ for m in SHIPPED if m.__name__ not in MODULES]
    return System(held_as_parameters(assemble(SHIPPED, without=others)))


def held_as_parameters(model: Model) -> Model:
    """Model whose constants, quantities of modules that are switched off, are parameters instead.

    Parameters
    ----------
    model : Model
        Assembled without some modules.

    Examples
    --------
    >>> sorted(submodel().model.constants), set(surroundings_of(submodel())) <= set(submodel().parameters)
    ([], True)
    """
    made = dict(model.parameters)
    for name, value in model.constants.items():
        held = model.quantities[name]
        entry = Entry(
            value=value,
            unit=held.unit,
            label=held.label,
            reason="Of a module that the sub-model leaves out; given by the patient's population.",
            grade="assumed",
        )
        made[name] = Parameter(name, SURROUNDINGS, entry)
    kept = {name: q for name, q in model.quantities.items() if name not in model.constants}
    return replace(model, quantities=kept, parameters=made, constants={})


def surroundings_of(system: System) -> tuple[str, ...]:
    """Names of the parameters that stand for quantities of modules left out.

    Examples
    --------
    >>> "death_flux" in surroundings_of(submodel())
    True
    """
    return tuple(name for name, p in system.model.parameters.items() if p.module == SURROUNDINGS)


def organs_of(system: System) -> tuple[str, ...]:
    """Organs whose label the model gives.

    Examples
    --------
    >>> organs_of(submodel())
    ('lung', 'liver', 'spleen')
    """
    return tuple(n.removeprefix(IMAGE) for n in system.outputs if n.startswith(IMAGE))


class Course(NamedTuple):
    """Outputs of simulated infusions.

    Attributes
    ----------
    times : (time,) array, day
    names : tuple of str
    values : (draw, time, name) array
        Amounts of cells and label per cell given; NaN where a solve failed.
    """

    times: Floats
    names: tuple[str, ...]
    values: Floats

    def of(self, name: str) -> Floats:
        """Values of an output, (draw, time)."""
        return np.asarray(self.values[:, :, self.names.index(name)])


def simulate_infusion(
    parameters: Floats, infusion: Infusion, times: Floats, outputs: tuple[str, ...], *, rtol: float = RTOL
) -> Course:
    """Course of one infusion for many draws of the parameters.

    Parameters
    ----------
    parameters : (draw, n_parameters) array
        Internal units, in the order of `submodel`.
    infusion : Infusion
        Labelled cells, product and duration.
    times : (time,) array, day
        Since its start, increasing.
    outputs : tuple of str
        States or quantities of the sub-model.
    rtol : float
        Relative tolerance of the solver.

    Returns
    -------
    Course

    Examples
    --------
    >>> from hepatica.imaging.quantification import LabelledCells
    >>> given = Infusion(LabelledCells(tracer="Zr89", number=1e8, viability=1.0))
    >>> typical = submodel().typical("lung_only")[None]
    >>> course = simulate_infusion(typical, given, np.array([0.05]), ("image_lung",))
    >>> bool(course.values[0, 0, 0] > 0.95)
    True
    """
    system, number, n = submodel(), infusion.labelled.number, len(parameters)
    events = Events.gather([[(t, system.states.index(s), a, k) for t, s, a, k in infusion.events()]])
    problem = Problem(
        parameters,
        system.healthy(parameters),
        np.maximum(np.asarray(times, float), FIRST_LOOK),
        outputs,
        events.repeat(np.ones(n)),
        np.full((n, len(system.model.thresholds), 8), np.inf),
        rtol=rtol,
    )
    values = system.solve(problem).values
    outcomes = [(system.model.states.get(name) or system.model.quantities[name]).unit for name in outputs]
    return Course(problem.times, outputs, values / np.where([unit == "cell" for unit in outcomes], number, 1.0))
