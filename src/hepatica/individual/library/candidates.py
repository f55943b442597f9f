"""Candidate virtual people and their courses under each regimen and hypothesis, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.patients.draws import shared_row
from hepatica.therapy import NO_CELLS, Regimen

Floats = NDArray[np.float64]
Small = NDArray[np.float32]
Ints = NDArray[np.int64]
LABS = (
    "bilirubin", "inr", "creatinine", "albumin", "alt", "ast", "ammonia", "sodium", "white_cells", "crp",
)  # fmt: skip
"""Labs of the library, in the order of the last axis of `Candidates.labs`."""
TIMES = np.array([*range(8), 10, 12, 14, 17, 21, 28, 42, 60, 90, 120, 180, 270, 365, 545, 730, 1095, 1461, 1826], float)
HORIZONS = (28.0, 60.0, 90.0, 180.0, 365.0, 1826.0)
"""Days at which net quality-adjusted life days are kept; between them they are interpolated."""
REGIMENS = (
    NO_CELLS,
    Regimen(1e6),
    Regimen(1e6, infusions=4),
    Regimen(2e6, infusions=4),
)
"""Regimens of the library; the doses that people have been given, once and weekly."""
MIN_HORIZON, MAX_HORIZON = 1.0, float(TIMES[-1])


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Virtual people followed for five years under each course, a pair of regimen and hypothesis.

    Attributes
    ----------
    courses : tuple of (int, str)
        Regimen and hypothesis of each; the first is standard care, to which no hypothesis matters.
    regimens : tuple of Regimen
    labs : (courses, n, times, labs)
        Logarithms, in the order of `LABS`.
    died, grafted : (courses, n, times)
        Cumulative incidence of death and of transplant, each in the other's presence.
    net : (courses, n, horizons)
        Net quality-adjusted life days to each of `HORIZONS`.
    age, female, weight, encephalopathy, ascites : (n,)
        At admission; year, 0 or 1, kg, continuous grades.
    component, draw, patient : (n,) of int
        Component of the mixture, parameter draw, and identity.
    row : (n,) of int
        Position in the cohort that was simulated, of which those whose solve failed are left out.
    components : tuple of str
    initial : (n, states)
        States at admission.
    null_effect : tuple of float
        Probability of no effect in people, by hypothesis in the order of `hypotheses`.
    draws : int
        Parameter draws that the candidates share, in turn; 0 where each has parameters of its own.
    """

    courses: tuple[tuple[int, str], ...]
    regimens: tuple[Regimen, ...]
    labs: Small
    died: Small
    grafted: Small
    net: Small
    age: Floats
    female: Floats
    weight: Floats
    encephalopathy: Floats
    ascites: Floats
    component: Ints
    draw: Ints
    patient: Ints
    row: Ints
    components: tuple[str, ...]
    initial: Floats
    null_effect: tuple[float, ...] = field(default=())
    draws: int = 0

    @property
    def shared_draw(self) -> Ints:
        """Parameter draw of each candidate among those that are shared, (n,)."""
        return shared_row(self.draw, self.draws) if self.draws else self.draw

    @property
    def n(self) -> int:
        """Number of candidates."""
        return len(self.age)

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """Hypotheses about the cells, in order."""
        return tuple(dict.fromkeys(h for r, h in self.courses if r))

    def course(self, regimen: int, hypothesis: str) -> int:
        """Position of a course."""
        return 0 if regimen == 0 else self.courses.index((regimen, hypothesis))

    @property
    def free(self) -> Small:
        """Probability of being alive without transplant, (courses, n, times)."""
        return np.asarray(np.clip(1 - self.died - self.grafted, 0, 1), np.float32)

    def take(self, which: Ints) -> Candidates:
        """Some of the candidates."""
        arrays: dict[str, Any] = {name: np.take(getattr(self, name), which, axis) for name, axis in AXES.items()}
        return replace(self, **arrays)

    def pick(self, courses: Sequence[int]) -> Candidates:
        """Some of the courses."""
        chosen = list(courses)
        arrays = {name: getattr(self, name)[chosen] for name in ("labs", "died", "grafted", "net")}
        return replace(self, courses=tuple(self.courses[c] for c in chosen), **arrays)


AXES = {
    f.name: 1 if f.name in ("labs", "died", "grafted", "net") else 0
    for f in fields(Candidates)
    if f.name not in ("courses", "regimens", "components", "null_effect", "draws")
}
"""Axis of the candidates in each array."""


def join(parts: Sequence[Candidates]) -> Candidates:
    """Candidates of several blocks, one after another."""
    first = parts[0]
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(p, name) for p in parts], axis=axis) for name, axis in AXES.items()
    }
    return replace(first, **joined)


def at_times(values: NDArray[Any], days: Sequence[float] | Floats, axis: int) -> NDArray[Any]:
    """Values on the grid `TIMES` along an axis, at some days, linear between them.

    Raises
    ------
    InputError
        If a day lies outside the grid.

    Examples
    --------
    >>> at_times(np.arange(len(TIMES), dtype=float), [0.5, 8.5], 0).tolist()
    [0.5, 7.5]
    """
    requested = np.atleast_1d(np.asarray(days, float))
    if not np.isfinite(requested).all() or (requested.size and (requested.min() < 0 or requested.max() > TIMES[-1])):
        raise InputError("day", requested.tolist(), f"days from 0 to {TIMES[-1]:g}")
    where = np.clip(np.searchsorted(TIMES, requested, side="right") - 1, 0, len(TIMES) - 2)
    share = (requested - TIMES[where]) / (TIMES[where + 1] - TIMES[where])
    shape = [1] * values.ndim
    shape[axis] = len(requested)
    part = share.reshape(shape).astype(values.dtype)
    return np.asarray(np.take(values, where, axis) * (1 - part) + np.take(values, where + 1, axis) * part)


def net_at(candidates: Candidates, horizon: float) -> Floats:
    """Net quality-adjusted life days to a horizon, (courses, n), linear between `HORIZONS` and from 0 at day 0."""
    if not MIN_HORIZON <= horizon <= MAX_HORIZON:
        raise InputError("horizon", horizon, f"days from {MIN_HORIZON:g} to {MAX_HORIZON:g}")
    days = np.array([0.0, *HORIZONS])
    after = int(np.clip(np.searchsorted(days, horizon), 1, len(days) - 1))
    share = (horizon - days[after - 1]) / (days[after] - days[after - 1])
    high = np.asarray(candidates.net[..., after - 1], float)
    low = np.asarray(candidates.net[..., after - 2], float) if after > 1 else np.zeros_like(high)
    return np.asarray(low + share * (high - low))
