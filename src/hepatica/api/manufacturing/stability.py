"""Request and answer of a stability study: shelf life of one attribute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hepatica.api.base import Answer, Number, Request, Strict
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.manufacturing.quality.stability_study import StabilityStudy


class PoolabilityRow(Strict):
    """Test of one term.

    Attributes
    ----------
    term : str
        Factors joined by ``:``, with ``time`` where slopes differ by it.
    df : int
    f, p : float or None
    alpha : float
        Significance asked of it.
    is_kept : bool
    """

    term: str
    df: int
    f: Number
    p: Number
    alpha: float
    is_kept: bool


class LineRow(Strict):
    """Line of a batch, of a combination of factors.

    Attributes
    ----------
    batch : str
    factors : list of str
    intercept, slope : float
    crossing : float or None
        Where its limit meets the specification; null if never.
    """

    batch: str
    factors: list[str]
    intercept: Number
    slope: Number
    crossing: Number


class ShelfLifeRow(Strict):
    """Shelf life of a combination of factors.

    Attributes
    ----------
    factors : list of str
        Empty without factors.
    shelf_life : float
    crossing : float or None
    """

    factors: list[str]
    shelf_life: Number
    crossing: Number


class StabilityAnswer(Answer):
    """Shelf life of one attribute.

    Attributes
    ----------
    model : str
        What differs, terms joined by commas; empty for one common line.
    tests : list of PoolabilityRow
    lines : list of LineRow
    shelf_lives : list of ShelfLifeRow
    common_shelf_life : float
        Shortest of them.
    worst : list of str
        Batch, and factors, that decide.
    longest : float
        Last time observed plus the extrapolation allowed.
    few_batches : bool
        Fewer than three.
    """

    model: str
    tests: list[PoolabilityRow]
    lines: list[LineRow]
    shelf_lives: list[ShelfLifeRow]
    common_shelf_life: float
    worst: list[str]
    longest: float
    few_batches: bool

    @classmethod
    def of(cls, found: StabilityStudy) -> Self:
        """Answer of a stability study."""
        return cls(
            model=found.model,
            tests=[PoolabilityRow.model_validate(t._asdict()) for t in found.tests],
            lines=[
                LineRow(
                    batch=key[0],
                    factors=list(key[1:]),
                    intercept=line.intercept,
                    slope=line.slope,
                    crossing=line.crossing,
                )
                for key, line in found.lines.items()
            ],
            shelf_lives=[
                ShelfLifeRow(factors=list(key), shelf_life=life, crossing=found.crossing[key])
                for key, life in found.shelf_life.items()
            ],
            common_shelf_life=found.common,
            worst=list(found.worst),
            longest=found.longest,
            few_batches=found.is_few,
        )


class StabilityRequest(Request):
    """Shelf life of one attribute.

    Attributes
    ----------
    file : Path
        CSV: a row a value with columns batch, time and value, and one of each factor.
    column : str
        Of the values.
    factors : list of str
        Columns of factors, such as strength and container.
    lower, upper : float, optional
        Specification.
    release : float, optional
        Value at which a lot may be released, for the shelf life of such a lot.
    confidence : float
        Of the limit of the mean.
    extrapolation : float
        Time allowed beyond the last that was observed.
    """

    file: Path
    column: str = "value"
    factors: list[str] = []
    lower: float | None = None
    upper: float | None = None
    release: float | None = None
    confidence: float = 0.95
    extrapolation: float = 0.0

    def compute(self) -> StabilityStudy:
        """Study the attribute.

        Raises
        ------
        InputError
            If the file cannot be read, or its values do not make a study.
        """
        from hepatica.manufacturing.quality.quality_file import read_quality
        from hepatica.manufacturing.quality.stability_study import StabilityData, study_stability

        table = read_quality(self.file)
        data = StabilityData(
            time=table.numbers("time"),
            value=table.numbers(self.column),
            batch=_labels(table, "batch"),
            factors={name: _labels(table, name) for name in self.factors},
        )
        try:
            return study_stability(
                data,
                limits=(self.lower, self.upper),
                release=self.release,
                confidence=self.confidence,
                extrapolation=self.extrapolation,
            )
        except InputError as error:
            raise InputError(f"{table.name}, {error.where}", error.got, error.allowed) from error

    def run(self) -> StabilityAnswer:
        """Study the attribute, as an answer."""
        return StabilityAnswer.of(self.compute())


def _labels(table: Any, column: str) -> tuple[str, ...]:
    """Labels of a column, none empty."""
    if column not in table:
        raise InputError(f"{table.name}, header", list(table.text), f"a column {column!r}")
    for line, cell in zip(table.lines, table.text[column], strict=True):
        if not cell:
            raise InputError(f"{table.name}, line {line}, {column}", "nothing", "a name in every row")
    return tuple(table.text[column])


REQUESTS, ANSWERS = {"stability": StabilityRequest}, {"stability": StabilityAnswer}
