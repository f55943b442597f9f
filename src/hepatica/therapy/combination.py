"""Established treatments given with the cells: controls that each sets in the model, and its doses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hepatica.errors import InputError
from hepatica.therapy.named import Named, naming, read_rows

BOLUS = 0


@dataclass(frozen=True, kw_only=True)
class Treatment(Named):
    """An established treatment as it is usually given.

    Attributes
    ----------
    sets : tuple of (str, float)
        Controls of the model held from admission on.
    doses : tuple of (str, float)
        Dosed states and the amount of one dose.
    times : tuple of float
        Days after admission on which a dose is given.
    source : str
        Where the schedule comes from, or why it was chosen.
    """

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


TREATMENTS = {
    name: Treatment(
        **naming(name, row),
        sets=tuple(row.get("sets", {}).items()),
        doses=tuple(row.get("doses", {}).items()),
        times=tuple(float(t) for t in row.get("times", ())),
        source=row["source"],
    )
    for name, row in read_rows("treatments.toml").items()
}


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
