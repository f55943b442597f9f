"""Code verification: live checks with a known answer, each with its figure and limit."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.outcomes import scores
from hepatica.patients import Admitted
from hepatica.simulation import Arm, simulate
from hepatica.study import Study, check_study
from hepatica.therapy import Regimen

Floats = NDArray[np.float64]
BALANCE = 1e-9  # of the dose
WRONG: tuple[dict[str, Any], ...] = (
    {"dos": "1e6 cells/kg"},
    {"population": "everybody"},
    {"horizon": "-3 d"},
    {"grid": {"dose": ["1e6"]}},
    {"grid": {"dose": ["-1e6 cells/kg"]}},
    {"grid": {"dose": ["1e6 cells/kg"], "route": ["by mouth"]}},
    {"grid": {"dose": ["1e6 cells/kg"], "interval": ["7 kg"]}},
    {"product": {"viability": 1.7}},
    {"hypotheses": ["anything"]},
    {"draws": 3},
)
"""Invalid changes of a study, each of which must be refused."""


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes
    ----------
    key : str
        Its sentence is ``qualify.check_<key>``.
    figure, limit : float
        What was found, and the most that passes.
    unit : str
    of : int
        Comparisons behind the figure.
    tests : str
        Where the tests are that do it thoroughly, in the source tree.
    """

    key: str
    figure: float
    limit: float
    unit: str
    of: int
    tests: str

    @property
    def passed(self) -> bool:
        """True if the figure is a number and not above its limit.

        Examples
        --------
        >>> Check("x", float("nan"), 0, "", 1, "").passed, Check("x", 0, 0, "", 1, "").passed
        (False, True)
        """
        return bool(self.figure <= self.limit)


def verify_code(
    system: System, patients: Admitted, arms: Sequence[Arm], times: Floats, study: Study, hypothesis: str
) -> tuple[Check, ...]:
    """Run the checks on a few patients.

    Parameters
    ----------
    system : System
        The compiled model.
    patients : Admitted
        All are used: a handful is enough.
    arms : sequence of Arm
        Standard care first; the last arm with cells is the one that is tried.
    times : array, (n,), day
        Output times.
    study : Study
        Its product is given at a dose of zero, and its file is spoilt in several ways.
    hypothesis : str
        One of `study.HYPOTHESES`.
    """
    arm = next(a for a in reversed([*arms, _one(study)]) if a.regimen.gives_cells)
    weight, names = patients.cohort.covariate("body_weight"), cell_states(system)
    short = times[times <= max(60.0, arm.regimen.times[-1] + arm.regimen.duration)]
    closed = simulate(system, patients, [arm], short, outputs=names, hypothesis=hypothesis)
    held = np.sum([closed[n].values[0] for n in names], axis=0)
    due = np.array([given(arm.regimen, w, short) for w in weight])
    size = arm.regimen.infusions * np.array([arm.regimen.cells(w) for w in weight])
    zero_dose = Arm("nothing", replace(arm.regimen, dose=0.0), arm.product, arm.together_with)
    pair = simulate(system, patients, [arms[0], zero_dose], times, outputs=system.outputs, hypothesis=hypothesis)
    two = [
        simulate(system, patients, [arms[0], arm], times, outputs=system.outputs, hypothesis=hypothesis, workers=w)
        for w in (1, 2)
    ]
    own = pair.sizes["patient"] * pair.sizes["time"] * len(system.outputs)
    accepted = sum(_accepted(study, change) for change in WRONG)
    problems = len(system.model.summary()["problems"])
    rows = vectors()
    return (
        Check("vectors", max(map(off, rows)), 1.0, "of what is allowed", len(rows), "tests/reference/test_scores.py"),
        Check("assembly", problems, 0, "problems", len(system.model.flows),
              "tests/unit/model, tests/physics/test_flows.py"),
        Check("balance", float(np.max(np.abs(held - due) / size[:, None])), BALANCE, "of the dose", due.size,
              "tests/physics/test_cells.py"),
        Check("nothing", _bytes(pair.isel(arm=0), pair.isel(arm=1)), 0, "numbers differ", own,
              "tests/physics/test_cells.py"),
        Check("workers", _bytes(*two), 0, "numbers differ", 2 * own, "tests/physics/test_repeatability.py"),
        Check("refused", accepted, 0, "accepted", len(WRONG), "tests/unit/test_study.py"),
    )  # fmt: skip


def _one(study: Study) -> Arm:
    """A usual regimen, where a study asks of none."""
    return Arm("one", Regimen(1e6, infusions=4), study.product.product(), study.together_with)


def cell_states(system: System) -> tuple[str, ...]:
    """States that together hold every cell ever given."""
    return tuple(n for n, s in system.model.states.items() if s.unit == "cell" and s.module == "cells")


def given(regimen: Regimen, weight: float, times: Floats) -> Floats:
    """Cells that have entered by each time.

    Examples
    --------
    >>> given(Regimen(1e6, infusions=2, duration=1.0), 70.0, np.array([0.0, 0.5, 3.0, 8.0])).tolist()
    [0.0, 35000000.0, 70000000.0, 140000000.0]
    """
    total = np.zeros_like(times)
    for start in regimen.times:
        since = times - start
        share = np.clip(since / regimen.duration, 0.0, 1.0) if regimen.duration > 0 else (since >= 0).astype(float)
        total += regimen.cells(weight) * share
    return total


@functools.cache
def vectors() -> tuple[dict[str, Any], ...]:
    """Published answers of scores: score, what it is given, its answer, how near is near enough, and whose."""
    text = (files("hepatica.qualify") / "vectors.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["vector"])


def off(vector: dict[str, Any]) -> float:
    """Error of a score against its published answer, over the tolerance."""
    score = getattr(scores, vector["score"])(**vector["given"])
    return float(abs(float(score) - vector["answer"]) / vector["within"])


def _accepted(study: Study, change: dict[str, Any]) -> bool:
    """True if a study with an invalid change is accepted."""
    usual = {"title": study.title, "grid": {"dose": ["1e6 cells/kg"]}}
    try:
        check_study(usual | change)
    except InputError:
        return False
    return True


def _bytes(one: xr.Dataset, two: xr.Dataset) -> int:
    """Count of numbers that differ in any bit."""
    differing = 0
    for name in one.data_vars:
        a, b = (np.ascontiguousarray(x[name].values) for x in (one, two))
        differing += int(
            (a.view(np.uint8).reshape(*a.shape, -1) != b.view(np.uint8).reshape(*b.shape, -1)).any(axis=-1).sum()
        )
    return differing
