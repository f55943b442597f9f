"""Request and answer of the control of one attribute."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from hepatica.api.base import Answer, Number, Request, Strict
from hepatica.errors import InputError
from hepatica.manufacturing.quality.control import SHIFTS, ControlStudy, Settings


class ChartAnswer(Strict):
    """Control chart.

    Attributes
    ----------
    kind : str
    points, centre, lower, upper : list of float
        Each as long as there are points.
    sigma : float or None
        Process standard deviation; null for counts.
    phase_1 : int
        Leading points that set the limits.
    excluded, beyond : list of int
        Points, from 1: left out of the estimate, and beyond the limits.
    """

    kind: str
    points: list[float]
    centre: list[float]
    lower: list[float]
    upper: list[float]
    sigma: Number
    phase_1: int
    excluded: list[int]
    beyond: list[int]


class QualityAnswer(Answer):
    """Control of one attribute.

    Attributes
    ----------
    labels : list of str
        Lot or group of each point.
    chart : ChartAnswer
    spread, ewma : ChartAnswer or None
        Null for counts.
    cusum_beyond : list of int or None
        Points, from 1, at which a CUSUM is beyond its decision interval.
    rules : str
    signals : dict of str to list of int
        By rule, points from 1 at which it alarms.
    is_in_control : bool
        No alarm in phase I but at points that were excluded.
    run_length : dict of str to list of float
        Average run lengths, at the shifts.
    shifts : list of float
        In standard errors of a point.
    left_out : list of str
        Rules that the exact run length does not hold.
    capability, tolerance : dict or None
        Indices with their limits; tolerance interval of single values.
    """

    labels: list[str]
    chart: ChartAnswer
    spread: ChartAnswer | None
    ewma: ChartAnswer | None
    cusum_beyond: list[int] | None
    rules: str
    signals: dict[str, list[int]]
    is_in_control: bool
    run_length: dict[str, list[float]]
    shifts: list[float]
    left_out: list[str]
    capability: dict[str, Number | dict[str, Number]] | None
    tolerance: dict[str, Number | str] | None

    @classmethod
    def of(cls, result: ControlStudy) -> Self:
        """Answer of a control study."""
        lengths = result.run_lengths
        return cls(
            labels=list(result.labels),
            chart=_chart(result.chart),
            spread=None if result.spread is None else _chart(result.spread),
            ewma=None if result.ewma is None else _chart(result.ewma),
            cusum_beyond=None if result.cusum is None else (result.cusum.beyond + 1).tolist(),
            rules=result.settings.rules,
            signals={rule: (at + 1).tolist() for rule, at in result.signals.items()},
            is_in_control=result.is_in_control,
            run_length={"rules": list(lengths.rules), "ewma": list(lengths.ewma), "cusum": list(lengths.cusum)},
            shifts=list(SHIFTS),
            left_out=list(lengths.left_out),
            capability=None
            if result.capability is None
            else {k: _part(v) for k, v in result.capability._asdict().items()},
            tolerance=None
            if result.tolerance is None
            else {k: _part(v) for k, v in result.tolerance._asdict().items()},
        )


def _part(value: Any) -> Any:
    return value._asdict() if hasattr(value, "_asdict") else value


def _chart(chart: Any) -> ChartAnswer:
    return ChartAnswer(
        kind=chart.kind,
        points=chart.points.tolist(),
        centre=chart.centre.tolist(),
        lower=chart.lower.tolist(),
        upper=chart.upper.tolist(),
        sigma=chart.sigma,
        phase_1=chart.phase_1,
        excluded=[i + 1 for i in chart.excluded],
        beyond=(chart.beyond + 1).tolist(),
    )


class QualityRequest(Request):
    """Control chart, capability and tolerance interval of one attribute.

    Attributes
    ----------
    file : Path
        CSV: a row a value with columns value, lot, and group for an X-bar chart; or count and size.
    column : str
        Of the values; "value", or "count" for a chart of counts, unless given.
    chart : str
        individuals, xbar, p, np, c or u; chosen by the columns unless given.
    size : float, optional
        Units behind each count, where the file has no such column.
    phase_1 : int, optional
        Leading points that set the limits.
    exclude : list of int
        Points of phase I, from 1, left out of the estimate.
    rules : {"limits", "western-electric", "nelson"}
    lower, upper, target : float, optional
        Specification.
    content, confidence : float
        Of the tolerance interval.
    """

    file: Path
    column: str = ""
    chart: Literal["", "individuals", "xbar", "p", "np", "c", "u"] = ""
    size: float | None = None
    phase_1: int | None = None
    exclude: list[int] = []
    rules: Literal["limits", "western-electric", "nelson"] = "western-electric"
    lower: float | None = None
    upper: float | None = None
    target: float | None = None
    content: float = 0.95
    confidence: float = 0.95

    def compute(self) -> ControlStudy:
        """Study the attribute.

        Raises
        ------
        InputError
            If the file cannot be read, or a method refuses its values.
        """
        from hepatica.manufacturing.quality.control import study_control
        from hepatica.manufacturing.quality.quality_file import read_quality

        table = read_quality(self.file)
        chart = self.chart or ("xbar" if "group" in table else _of_counts(table) or "individuals")
        _check_size(self.size, chart, table)
        column = self.column or ("value" if chart in ("individuals", "xbar") else "count")
        sizes = table.numbers("size") if "size" in table and chart in ("p", "np", "u") else self.size
        labels = tuple(table.text["lot"]) if "lot" in table else ()
        if chart == "xbar":
            if "group" not in table:
                raise InputError(f"{table.name}, header", list(table.text), "a column 'group' for an X-bar chart")
            names, values = table.groups(column)
            labels = tuple(names)
        else:
            values = table.numbers(column)
        _check_excluded(self.exclude, len(values) if self.phase_1 is None else min(self.phase_1, len(values)))
        settings = Settings(
            chart=chart,
            phase_1=self.phase_1,
            exclude=tuple(i - 1 for i in self.exclude),
            rules=self.rules,
            lower=self.lower,
            upper=self.upper,
            target=self.target,
            content=self.content,
            confidence=self.confidence,
        )
        return study_control(values, settings, labels=labels, sizes=sizes)

    def run(self) -> QualityAnswer:
        """Study the attribute, as an answer."""
        return QualityAnswer.of(self.compute())


def _check_size(size: float | None, chart: str, table: Any) -> None:
    """Refuse a size that would go unused, and one beside a column of sizes."""
    if size is None:
        return
    if chart not in ("p", "np", "u"):
        raise InputError("size", size, f"none: it belongs to counts on a p, np or u chart, not to chart {chart!r}")
    if "size" in table:
        raise InputError("size", size, "none: the file has a column 'size'")


def _check_excluded(exclude: list[int], last: int) -> None:
    """Refuse points outside phase I, counted from 1 as they are given."""
    for point in exclude:
        if not 1 <= point <= last:
            raise InputError("exclude", point, f"from 1 to {last}, a point of phase I")


def _of_counts(table: Any) -> str:
    return "" if "count" not in table else "p" if "size" in table else "c"


REQUESTS, ANSWERS = {"quality": QualityRequest}, {"quality": QualityAnswer}
