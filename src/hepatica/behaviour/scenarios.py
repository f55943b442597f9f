"""Scenarios in which modules are shown: a flare, cirrhosis, a resection, an infection, an infusion, treatments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.engine.problem import BOLUS
from hepatica.therapy import Regimen, combine

Floats = NDArray[np.float64]
Rows = Sequence[tuple[float, str, float, int]]
WEIGHT = 65.0  # kg


@dataclass(frozen=True)
class Run:
    """One course of a scenario.

    Attributes
    ----------
    label : str
    changes : dict of parameter to value
    rows : sequence of (day, state, amount, kind)
        Dose events.
    hypothesis : str
    hepatocytes_left : float
        Share of the hepatocytes at rest with which the course begins.
    """

    label: str
    changes: dict[str, float]
    rows: Rows = ()
    hypothesis: str = ""
    hepatocytes_left: float = 1.0


@dataclass(frozen=True)
class Scenario:
    """Set of courses that are shown together.

    Attributes
    ----------
    axis : str
    runs : tuple of Run
    times : (n,) day
        Times shown, or the values of the swept parameter.
    start : float, day
        Where the courses begin, at rest after years of background.
    swept : str
        A parameter over whose values the rest state is shown; empty of courses over time.
    """

    axis: str
    runs: tuple[Run, ...]
    times: Floats
    start: float = 0.0
    swept: str = ""


FLARE = {"cirrhosis": 0.3}
INSULT = [(0.0, "effectors_young", 1.0, BOLUS)]


def _flare() -> Scenario:
    return Scenario(
        "days after onset of the flare",
        (Run("with antiviral", FLARE | {"antiviral": 1.0}, INSULT), Run("without antiviral", FLARE, INSULT)),
        np.arange(0.0, 121.0, 1.0),
    )


def _cirrhosis() -> Scenario:
    return Scenario("degree of cirrhosis", (Run("at rest", {}),), np.linspace(0.0, 0.8, 17), swept="cirrhosis")


def _resection() -> Scenario:
    return Scenario(
        "days after resection",
        tuple(
            Run(f"{label} of the liver removed", {}, hepatocytes_left=left)
            for label, left in (("one third", 2 / 3), ("two thirds", 1 / 3))
        ),
        np.arange(0.0, 61.0, 0.5),
    )


def _infection() -> Scenario:
    bacteria = [(0.0, "pathogen", 1.0, BOLUS)]
    return Scenario(
        "days after bacteria enter",
        (Run("healthy liver", {}, bacteria), Run("degree of cirrhosis 0.5", {"cirrhosis": 0.5}, bacteria)),
        np.arange(0.0, 21.05, 0.1),
    )


def _infusion(labelled: bool = False) -> Scenario:
    regimen = Regimen(1e6, infusions=1, duration=1 / 24)
    cells = [
        (t, state, amount * (WEIGHT if regimen.per_kg else 1.0), kind)
        for t, state, amount, kind in regimen.events(1.0, viability=0.9, thawed=False, labelled=labelled)
    ]
    ill = [(-14.0, *INSULT[0][1:]), *cells]
    return Scenario(
        "days after one infusion of 10⁶ cells/kg, two weeks into a flare",
        (
            Run("label means cells", FLARE | {"antiviral": 1.0}, ill, "label_is_cells"),
            Run("viable cells hardly leave the lung", FLARE | {"antiviral": 1.0}, ill, "lung_only"),
        ),
        np.concatenate([np.arange(0.0, 1.0, 0.02), np.arange(1.0, 21.01, 0.1)]),
        -14.0,
    )


def _labelled() -> Scenario:
    return _infusion(labelled=True)


def _treatment() -> Scenario:
    runs = [Run("standard care", FLARE | {"antiviral": 1.0}, [(-14.0, *INSULT[0][1:])])]
    for name, label in (
        ("plasma_exchange", "plasma exchange"),
        ("gcsf", "G-CSF"),
        ("corticosteroid", "corticosteroid"),
    ):
        sets, rows = combine([name])
        runs.append(Run(label, FLARE | {"antiviral": 1.0} | sets, [(-14.0, *INSULT[0][1:]), *rows]))
    return Scenario("days of treatment, begun two weeks into a flare", tuple(runs), np.arange(0.0, 28.05, 0.1), -14.0)


SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "flare": _flare,
    "cirrhosis": _cirrhosis,
    "resection": _resection,
    "infection": _infection,
    "infusion": _infusion,
    "labelled infusion": _labelled,
    "treatment": _treatment,
}
