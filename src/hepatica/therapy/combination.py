"""Established treatments given with the cells: controls that each sets in the model, and its doses."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from hepatica.errors import InputError

BOLUS = 0


@dataclass(frozen=True)
class Treatment:
    """An established treatment as it is usually given.

    Attributes
    ----------
    name : str
    label : mapping of {"en", "zh"} to str
    aliases : tuple of str
        Words of a publication that mean it, in small letters.
    sets : tuple of (str, float)
        Controls of the model held from admission on.
    doses : tuple of (str, float)
        Dosed states and the amount of one dose.
    times : tuple of float
        Days after admission on which a dose is given.
    source : str
        Where the schedule comes from, or why it was chosen.
    """

    name: str
    label: Mapping[str, str]
    aliases: tuple[str, ...]
    sets: tuple[tuple[str, float], ...]
    doses: tuple[tuple[str, float], ...]
    times: tuple[float, ...]
    source: str

    def events(self) -> list[tuple[float, str, float, int]]:
        """Dose events (day, state, amount, kind).

        Examples
        --------
        >>> TREATMENTS["plasma_exchange"].events()[0]
        (0.0, 'donor_plasma', 1.0, 0)
        """
        return [(t, state, amount, BOLUS) for t in self.times for state, amount in self.doses]


def _read() -> dict[str, Treatment]:
    rows = tomllib.loads((files("hepatica.therapy") / "treatments.toml").read_text(encoding="utf-8"))
    return {
        name: Treatment(
            name,
            {"en": row["en"], "zh": row["zh"]},
            tuple(row.get("aliases", ())),
            tuple(row.get("sets", {}).items()),
            tuple(row.get("doses", {}).items()),
            tuple(float(t) for t in row.get("times", ())),
            row["source"],
        )
        for name, row in rows.items()
    }


TREATMENTS = _read()


def combine(names: Iterable[str]) -> tuple[dict[str, float], list[tuple[float, str, float, int]]]:
    """Controls and dose events of several treatments together.

    Raises
    ------
    InputError
        If a name is unknown or given twice, or two treatments set one control differently.

    Examples
    --------
    >>> combine(["corticosteroid"])
    ({'corticosteroid': 1.0}, [])
    """
    sets: dict[str, float] = {}
    events: list[tuple[float, str, float, int]] = []
    given = tuple(names)
    for k, name in enumerate(given):
        if name not in TREATMENTS:
            raise InputError("together_with", name, f"one of {', '.join(TREATMENTS)}")
        if name in given[:k]:
            raise InputError("together_with", list(given), f"each treatment once; '{name}' stands twice")
        for control, value in TREATMENTS[name].sets:
            if sets.setdefault(control, value) != value:
                raise InputError(
                    "together_with", name, f"a treatment that does not set '{control}' otherwise than another one does"
                )
        events += TREATMENTS[name].events()
    return sets, events
