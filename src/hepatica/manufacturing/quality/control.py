"""Control study of one attribute: chart in two phases with its rules, EWMA and CUSUM, capability and tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats
from hepatica.manufacturing.quality.capability import Capability, capability
from hepatica.manufacturing.quality.charts.attributes import KINDS, count_chart
from hepatica.manufacturing.quality.charts.chart import Chart
from hepatica.manufacturing.quality.charts.cusum import Cusum, cusum_chart, cusum_run_length
from hepatica.manufacturing.quality.charts.ewma import ewma_chart, ewma_run_length
from hepatica.manufacturing.quality.charts.run_length import run_length
from hepatica.manufacturing.quality.charts.run_rules import TrendRule, find_signals, rule_set
from hepatica.manufacturing.quality.charts.shewhart import (
    group_means,
    group_ranges,
    group_sds,
    individuals,
    moving_range,
)
from hepatica.manufacturing.quality.tolerance import Side, ToleranceInterval, normal_interval

Kind = Literal["individuals", "xbar", "p", "np", "c", "u"]
CHARTS: tuple[str, ...] = ("individuals", "xbar", *KINDS)
SHIFTS = (0.0, 0.5, 1.0, 2.0)
"""Shifts of the mean, in standard errors of a point, at which run lengths are given."""
LARGE_GROUP = 10  # values in a group from which standard deviations, not ranges, set the limits


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Request of a control study.

    Attributes
    ----------
    chart : str
        One of `CHARTS`.
    phase_1 : int or None
        Leading points that set the limits; all unless given.
    exclude : tuple of int
        Points of phase I, from 0, left out of the estimate.
    rules : str
        A key of `charts.run_rules.SETS`.
    lower, upper, target : float or None
        Specification of single values.
    content, confidence : float
        Of the tolerance interval; the confidence also of the capability.
    """

    chart: str = "individuals"
    phase_1: int | None = None
    exclude: tuple[int, ...] = ()
    rules: str = "western-electric"
    lower: float | None = None
    upper: float | None = None
    target: float | None = None
    content: float = 0.95
    confidence: float = 0.95


@dataclass(frozen=True, kw_only=True)
class RunLengths:
    """Average run lengths at `SHIFTS`, known centre and sigma.

    Attributes
    ----------
    rules, ewma, cusum : tuple of float
        Of the rules about zones together; of the EWMA chart; of the CUSUM.
    left_out : tuple of str
        Rules about trends, which are no part of the exact figure and make alarms more frequent.
    """

    rules: tuple[float, ...]
    ewma: tuple[float, ...]
    cusum: tuple[float, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ControlStudy:
    """Result of a control study.

    Attributes
    ----------
    labels : tuple of str
        Lot or group of each point.
    chart : Chart
    spread : Chart or None
        Moving range, range or standard deviation; None for counts.
    ewma : Chart or None
    cusum : Cusum or None
    signals : dict of str to ndarray of int
        Points, from 0, at which each rule alarms.
    run_lengths : RunLengths
    capability : Capability or None
        Of phase I, where there is a specification.
    tolerance : ToleranceInterval or None
        Of single values of phase I.
    settings : Settings
    """

    labels: tuple[str, ...]
    chart: Chart
    spread: Chart | None
    ewma: Chart | None
    cusum: Cusum | None
    signals: dict[str, NDArray[np.intp]]
    run_lengths: RunLengths
    capability: Capability | None
    tolerance: ToleranceInterval | None
    settings: Settings

    @property
    def alarms(self) -> NDArray[np.intp]:
        """Points at which any rule alarms, from 0."""
        return np.unique(np.concatenate([np.array([], np.intp), *self.signals.values()]))

    @property
    def is_in_control(self) -> bool:
        """No rule alarms in phase I at a point that was not excluded."""
        return all(i in self.chart.excluded or i >= self.chart.phase_1 for i in self.alarms.tolist())


def study_control(
    values: Floats, settings: Settings, *, labels: tuple[str, ...] = (), sizes: Floats | float | None = None
) -> ControlStudy:
    """Study one attribute.

    Parameters
    ----------
    values : ndarray, (n,) or (groups, n)
        Values, groups of values for an X-bar chart, or counts.
    settings : Settings
        What is asked.
    labels : tuple of str
        Lot or group of each point; their numbers unless given.
    sizes : ndarray, (n,), or float
        Units of each count.

    Raises
    ------
    InputError
        If the chart is unknown, or a method refuses the values.

    Examples
    --------
    >>> found = study_control(np.array([97, 97, 96, 98, 98, 98, 97, 89.0]), Settings(phase_1=7, lower=70))
    >>> {rule: at.tolist() for rule, at in found.signals.items() if at.size}
    {'1 beyond 3 sigma': [7]}
    """
    s = settings
    rules = rule_set(s.rules)
    chart, spread, size = _charts(values, s, sizes)
    names = labels or tuple(str(i + 1) for i in range(chart.points.size))
    if len(names) != chart.points.size:
        raise InputError("labels", len(names), f"one for each of the {chart.points.size} points")
    ewma, cusum = None, None
    if spread is not None:
        centre = float(chart.centre[0])
        ewma = ewma_chart(chart.points, centre, chart.sigma, size=size, phase_1=chart.phase_1)
        cusum = cusum_chart(chart.points, centre, chart.sigma, size=size)
    base = _base(values, s, chart) if spread is not None else None
    return ControlStudy(
        labels=names,
        chart=chart,
        spread=spread,
        ewma=ewma,
        cusum=cusum,
        signals=find_signals(chart.z, rules),
        run_lengths=_run_lengths(s),
        capability=_capability(base, s, chart),
        tolerance=_tolerance(base, s),
        settings=s,
    )


def _charts(values: Floats, s: Settings, sizes: Floats | float | None) -> tuple[Chart, Chart | None, int]:
    """Chart, chart of its spread, and values behind a point."""
    if s.chart == "individuals":
        x = np.asarray(values, float)
        made = individuals(x, phase_1=s.phase_1, exclude=s.exclude)
        return made, moving_range(x, phase_1=s.phase_1, exclude=s.exclude), 1
    if s.chart == "xbar":
        x = np.asarray(values, float)
        large = x.ndim == 2 and x.shape[1] > LARGE_GROUP
        means = group_means(x, phase_1=s.phase_1, exclude=s.exclude, sigma="sd" if large else "range")
        spread = (group_sds if large else group_ranges)(x, phase_1=s.phase_1, exclude=s.exclude)
        size = int((~np.isnan(x)).sum(axis=1).min())
        return means, spread, size
    if s.chart in KINDS:
        if s.lower is not None or s.upper is not None:
            raise InputError(
                "specification", (s.lower, s.upper), f"none: capability is of values, not of a {s.chart} chart"
            )
        return count_chart(values, s.chart, sizes=sizes, phase_1=s.phase_1, exclude=s.exclude), None, 1
    raise InputError("chart", s.chart, f"one of {', '.join(CHARTS)}")


def _base(values: Floats, s: Settings, chart: Chart) -> Floats:
    """Single values of phase I that were not excluded."""
    kept = np.ones(chart.phase_1, bool)
    kept[list(s.exclude)] = False
    x = np.asarray(values, float)[: chart.phase_1][kept].ravel()
    return np.asarray(x[~np.isnan(x)])


def _capability(base: Floats | None, s: Settings, chart: Chart) -> Capability | None:
    if s.target is not None and s.lower is None and s.upper is None:
        raise InputError("target", s.target, "a lower or an upper limit beside it: capability is of a specification")
    if base is None or (s.lower is None and s.upper is None):
        return None
    return capability(base, chart.sigma, lower=s.lower, upper=s.upper, target=s.target, confidence=s.confidence)


def _tolerance(base: Floats | None, s: Settings) -> ToleranceInterval | None:
    """Exact normal interval on the side of the specification, two-sided without one."""
    if base is None:
        return None
    side: Side = "two"
    if (s.lower is None) != (s.upper is None):
        side = "lower" if s.upper is None else "upper"
    return normal_interval(base, s.content, s.confidence, side=side)


def _run_lengths(s: Settings) -> RunLengths:
    rules = rule_set(s.rules)
    zones = tuple(rule for rule in rules if not isinstance(rule, TrendRule))
    return RunLengths(
        rules=tuple(float(x) for x in run_length(zones, SHIFTS).mean),
        ewma=tuple(ewma_run_length(shift) for shift in SHIFTS),
        cusum=tuple(cusum_run_length(shift) for shift in SHIFTS),
        left_out=tuple(rule.name for rule in rules if isinstance(rule, TrendRule)),
    )
