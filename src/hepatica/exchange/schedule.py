"""Schedule of one patient's doses, infusions and threshold events, with a name for each amount and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hepatica.engine.problem import BOLUS

Given = tuple[float, str, float, int]


@dataclass(frozen=True)
class Size:
    """A dose, or the rate of an infusion per day."""

    name: str
    state: str
    value: float
    kind: int


@dataclass
class Moment:
    """One time at which something happens.

    Attributes
    ----------
    adds : dict of state to list
        What is added: names of sizes, or an expression of a threshold event.
    rates : dict of state to list of str
        Names of the infusions into a state that run from now on.
    """

    name: str
    time: float
    adds: dict[str, list[Any]] = field(default_factory=dict)
    rates: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Schedule:
    """All that is given, in order of time; what is given at one time is one moment."""

    sizes: tuple[Size, ...]
    moments: tuple[Moment, ...]

    @property
    def infused(self) -> tuple[str, ...]:
        """States that get infusions."""
        return tuple(dict.fromkeys(s.state for s in self.sizes if s.kind != BOLUS))


def schedule(given: Sequence[Given]) -> Schedule:
    """Put dose events in order and pair each end of an infusion with its start.

    Examples
    --------
    >>> s = schedule([(0.0, "cells_venous", 8.0, 1), (0.5, "cells_venous", -8.0, 1), (7.0, "gcsf", 1.0, 0)])
    >>> [(m.time, m.adds, m.rates) for m in s.moments]
    [(0.0, {}, {'cells_venous': ['rate_1']}), (0.5, {}, {'cells_venous': []}), (7.0, {'gcsf': ['dose_1']}, {})]
    """
    sizes: list[Size] = []
    moments: list[Moment] = []
    running: dict[str, list[Size]] = {}
    count = [0, 0]
    for time, state, amount, kind in sorted(given, key=lambda row: (row[0], row[3])):
        if not moments or moments[-1].time != time:
            moments.append(Moment(f"given_{len(moments) + 1}", time))
        now, going = moments[-1], running.setdefault(state, [])
        ended = next((s for s in going if s.value == -amount), None) if kind != BOLUS else None
        if ended is not None:
            going.remove(ended)
        else:
            count[kind != BOLUS] += 1
            word = "dose" if kind == BOLUS else "rate"
            sizes.append(Size(f"{word}_{count[kind != BOLUS]}", state, amount, kind))
            if kind == BOLUS:
                now.adds.setdefault(state, []).append(sizes[-1].name)
            else:
                going.append(sizes[-1])
        if kind != BOLUS:
            now.rates[state] = [s.name for s in going]
    return Schedule(tuple(sizes), tuple(moments))


def crossed(thresholds: Sequence[Any], crossings: Mapping[str, Sequence[float]]) -> list[Moment]:
    """The prescribed times of threshold events, each with what it adds."""
    return [
        Moment(f"{t.name}_{k}", time, adds={state: [expr] for state, expr in t.adds})
        for t in thresholds
        for k, time in enumerate(crossings.get(t.name, ()), 1)
    ]
