"""Row of the exam: a number of ours beside that of another program or publication, with its tolerance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

ReferenceSet = Mapping[str, Any]  # of one table of tests/reference/*.toml: method, inputs, expected, tolerance, source


class ExamRow(NamedTuple):
    """One number of a reference set.

    Attributes
    ----------
    reference : str
        Name of the set.
    method : str
        The field's name of the method.
    quantity : str
        Name of the number, with its place, such as ``"ptox[3]"``.
    ours, theirs : float
        NaN where there is no number, such as an inadmissible dose.
    tolerance : float
        Largest absolute difference that passes.
    source : str
        Program or publication, and where in it.

    Examples
    --------
    >>> row = ExamRow("boin-lambda", "BOIN", "lambda_e[0]", 0.2365, 0.23649, 1e-4, "Liu & Yuan 2015")
    >>> row.passes, round(row.difference, 5)
    (True, 1e-05)
    """

    reference: str
    method: str
    quantity: str
    ours: float
    theirs: float
    tolerance: float
    source: str

    @property
    def difference(self) -> float:
        """Ours less theirs."""
        return self.ours - self.theirs

    @property
    def passes(self) -> bool:
        """Agreement within the tolerance; no number on both sides agrees."""
        if math.isnan(self.ours) or math.isnan(self.theirs):
            return math.isnan(self.ours) and math.isnan(self.theirs)
        return abs(self.difference) <= self.tolerance * (1 + 1e-12)


Compute = Callable[[Mapping[str, Any]], Mapping[str, Any]]  # inputs of a set -> numbers under the names of `expected`


def _flatten(name: str, value: Any) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flatten(f"{name}.{key}" if name else str(key), item)
    elif isinstance(value, str):
        raise TypeError(f"{name}: a reference set holds numbers, not text")
    elif isinstance(value, Iterable):
        for place, item in enumerate(value):
            yield from _flatten(f"{name}[{place}]", item)
    else:
        yield name, math.nan if value is None else float(value)


def compare(name: str, reference: ReferenceSet, compute: Compute) -> list[ExamRow]:
    """Rows of one reference set: every expected number beside ours.

    Parameters
    ----------
    name : str
        Name of the set.
    reference : mapping
        ``method``, ``inputs``, ``expected``, ``source``, and ``tolerance``: a number, or a number for each
        name of ``expected``.
    compute : callable
        From ``inputs`` to numbers under the names of ``expected``, of the same shapes.

    Raises
    ------
    KeyError
        If a number that is expected was not computed.

    Examples
    --------
    >>> half = {"method": "Half", "inputs": {"x": [2, 4]}, "expected": {"y": [1, 2]}, "tolerance": 0, "source": "-"}
    >>> [row.quantity for row in compare("half", half, lambda given: {"y": [x / 2 for x in given["x"]]})]
    ['y[0]', 'y[1]']
    """
    ours = dict(_flatten("", compute(reference["inputs"])))
    within = reference["tolerance"]
    rows = []
    for quantity, theirs in _flatten("", reference["expected"]):
        first = quantity.split("[")[0].split(".")[0]
        tolerance = float(within[first] if isinstance(within, Mapping) else within)
        rows.append(
            ExamRow(name, reference["method"], quantity, ours[quantity], theirs, tolerance, reference["source"])
        )
    return rows


def examine(sets: Mapping[str, ReferenceSet], computations: Mapping[str, Compute]) -> list[ExamRow]:
    """Rows of the sets of one room, in their order; a set is computed by the function of its name, or of its ``kind``.

    Raises
    ------
    KeyError
        If no function computes a set.
    """
    rows: list[ExamRow] = []
    for name, reference in sets.items():
        rows += compare(name, reference, computations[reference.get("kind", name)])
    return rows


def failures(rows: Sequence[ExamRow]) -> list[ExamRow]:
    """Rows whose difference is beyond the tolerance."""
    return [row for row in rows if not row.passes]
