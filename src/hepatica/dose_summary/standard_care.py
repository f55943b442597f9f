"""External comparison of simulated standard care: baseline labs and deaths beside published cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.dose_study import Answer
from hepatica.dose_summary.courses import course_of, first_course, survival_curves
from hepatica.dosing.variance_components import VarianceComponents, decompose_variance
from hepatica.evidence import Observation, Publication, load
from hepatica.outcomes.scores import pta_from_inr
from hepatica.outcomes.survival import transplant_free_survival
from hepatica.patients import Population
from hepatica.variables import Use, used_in

Floats = NDArray[np.float64]
LABS = tuple(v.name for v in used_in(Use.BASELINE))
QUARTILES_PER_SD = 1.349  # of a normal distribution
MORTALITY_DAYS = (21, 28, 90)  # of published deaths
DAY_TOLERANCE = 2.0  # day, between a published day and one of these


def weighted_mean_sd(values: Floats, weight: Floats) -> tuple[float, float]:
    """Weighted mean and SD of the finite values; NaN without any.

    Parameters
    ----------
    values : (patient,)
        In the unit of the lab.
    weight : (patient,)
        Not negative.

    Examples
    --------
    >>> weighted_mean_sd(np.array([1.0, 3.0, np.nan]), np.array([1.0, 1.0, 5.0]))
    (2.0, 1.0)
    """
    known = np.isfinite(values) & np.isfinite(weight)
    if not known.any() or weight[known].sum() <= 0:
        return float("nan"), float("nan")
    mean = float(np.average(values[known], weights=weight[known]))
    return mean, float(np.sqrt(np.average((values[known] - mean) ** 2, weights=weight[known])))


def weighted_median_iqr(values: Floats, weight: Floats) -> tuple[float, float]:
    """Weighted median, and interquartile range over 1.349, of the finite values; NaN without any.

    Parameters
    ----------
    values, weight : (patient,)
        As in `weighted_mean_sd`.

    Examples
    --------
    >>> weighted_median_iqr(np.array([1.0, 2.0, 3.0]), np.ones(3))[0]
    2.0
    """
    known = np.isfinite(values) & np.isfinite(weight)
    if not known.any() or weight[known].sum() <= 0:
        return float("nan"), float("nan")
    order = np.argsort(values[known])
    w = weight[known][order]
    q1, q2, q3 = np.interp([0.25, 0.5, 0.75], (np.cumsum(w) - 0.5 * w) / w.sum(), values[known][order])
    return float(q2), float(q3 - q1) / QUARTILES_PER_SD


@dataclass(frozen=True, kw_only=True)
class LabComparison:
    """Lab under standard care on a day, simulated and, where it is printed, published.

    Attributes
    ----------
    variable : str
    day : float
    alive_until : float
        Survivors to this day are compared; 0 for everybody.
    mean, sd : float
        Simulated. Beside a published median, the median and the interquartile range over 1.349.
    published : Observation or None
    """

    variable: str
    day: float
    alive_until: float
    mean: float
    sd: float
    published: Observation | None = None

    @property
    def is_median(self) -> bool:
        """True where medians are compared."""
        return self.published is not None and self.published.kind == "median"

    @property
    def published_sd(self) -> float:
        """SD of the published value, or the one that its quartiles imply; NaN where neither is printed."""
        o = self.published
        if o is None or (o.sd is None and (o.q1 is None or o.q3 is None)):
            return float("nan")
        return float(o.sd) if o.sd is not None else (float(o.q3 or 0) - float(o.q1 or 0)) / QUARTILES_PER_SD


def compare_labs(answer: Answer) -> list[LabComparison]:
    """Labs under standard care beside the population's baseline publication, survivors with survivors.

    Each virtual patient counts by the probability of being alive without transplant on the last day for which the
    published group has values.
    """
    ds, population = first_course(answer), answer.population
    times = ds["time"].values
    alive = transplant_free_survival(times, ds["death_intensity"].values[0], ds["transplant_intensity"].values[0])
    labs = dict(answer.patients.labs) | {"pta": np.asarray(pta_from_inr(answer.patients.labs["inr"]))}
    publication, rows = load(population.baseline), []
    printed = _baseline_rows(publication, population, float(times[-1]))
    for o in printed:
        until = max(p.time for p in printed if p.arm == o.arm)
        weight = alive[:, int(np.searchsorted(times, until))]
        values = labs[o.variable] if o.time == 0 else _on_day(ds, o.variable, o.time)
        mean, sd = (weighted_median_iqr if o.kind == "median" else weighted_mean_sd)(values, weight)
        rows.append(LabComparison(variable=o.variable, day=o.time, alive_until=until, mean=mean, sd=sd, published=o))
    seen, everybody = {c.variable for c in rows}, np.ones(len(alive))
    for name in LABS:
        if name in labs and name not in seen:
            mean, sd = weighted_mean_sd(labs[name], everybody)
            rows.append(LabComparison(variable=name, day=0.0, alive_until=0.0, mean=mean, sd=sd))
    return sorted(rows, key=lambda c: (LABS.index(c.variable), c.alive_until, c.day))


def _baseline_rows(publication: Publication, population: Population, last: float) -> list[Observation]:
    """Means and medians of the baseline arm and its subsets, within the horizon."""
    return [
        o
        for o in publication.find(unusable=True)
        if o.kind in ("mean_sd", "median")
        and o.variable in LABS
        and o.time <= last
        and population.baseline_arm in (o.arm, publication.arm(o.arm).subset_of)
    ]


def _on_day(ds: xr.Dataset, variable: str, day: float) -> Floats:
    values: Floats = course_of(ds, variable)[0][:, int(np.searchsorted(ds["time"].values, day))]
    return values


def first_survivors(rows: list[LabComparison]) -> list[LabComparison]:
    """Published comparisons with each day of a variable once, of its larger group of survivors."""
    published = [c for c in rows if c.published is not None]
    earliest = {(c.variable, c.day): c.alive_until for c in reversed(published)}
    return [c for c in published if c.alive_until == earliest[c.variable, c.day]]


@dataclass(frozen=True, kw_only=True)
class DeathComparison:
    """Deaths without cells by a day: published with a 95 % interval, simulated with a 90 % interval; shares.

    Attributes
    ----------
    publication, arm : str
    day : float
    n : int or None
    published, low, high : float
        Printed interval, else Wilson's from the number of people.
    simulated : VarianceComponents
    is_fitted : bool
        True of the publication that the population's deaths are fitted to.
    """

    publication: str
    arm: str
    day: float
    n: int | None
    published: float
    low: float
    high: float
    simulated: VarianceComponents
    is_fitted: bool

    @property
    def landmark(self) -> int:
        """The one of `MORTALITY_DAYS` that the day stands for."""
        return next(day for day in MORTALITY_DAYS if abs(self.day - day) <= DAY_TOLERANCE)


def compare_deaths(answer: Answer) -> list[DeathComparison]:
    """Deaths under standard care beside the population's cohorts without cells, about days 21, 28 and 90."""
    ds = first_course(answer)
    times, dead = ds["time"].values, 1.0 - survival_curves(answer, next(iter(answer.courses)))[0]
    rows = []
    for source in answer.population.external_cohorts:
        publication = load(source.publication)
        for o in publication.find(arm=source.arm):
            near = any(abs(o.time - day) <= DAY_TOLERANCE for day in MORTALITY_DAYS)
            if o.variable not in ("death", "survival") or not near or o.time > times[-1]:
                continue
            n = o.n or publication.arm(source.arm).n
            share, low, high = published_deaths(o, n)
            rows.append(
                DeathComparison(
                    publication=source.publication,
                    arm=source.arm,
                    day=o.time,
                    n=n,
                    published=share,
                    low=low,
                    high=high,
                    simulated=decompose_variance(dead[:, int(np.searchsorted(times, o.time))], ds["draw"].values),
                    is_fitted=source.publication in {d.publication for d in answer.population.fit.deaths},
                )
            )
    return sorted(rows, key=lambda d: d.day)


def published_deaths(o: Observation, n: int | None) -> tuple[float, float, float]:
    """Share dead of an observation of deaths or survival, with its 95 % interval.

    The interval is the printed one, else Wilson's from the number of people, else NaN.
    """
    share = (o.value if o.variable == "death" else 100 - o.value) / 100
    if o.low is not None and o.high is not None:
        low, high = o.low / 100, o.high / 100
        return (share, low, high) if o.variable == "death" else (share, 1 - high, 1 - low)
    if not n:
        return share, float("nan"), float("nan")
    return share, *wilson_interval(round(share * n), n)


def wilson_interval(events: int, n: int) -> tuple[float, float]:
    """95 % interval of a proportion by Wilson's score (without continuity correction).

    Examples
    --------
    >>> [round(x, 3) for x in wilson_interval(0, 10)]
    [0.0, 0.278]
    """
    z, p = float(ndtri(0.975)), events / n
    centre, half = p + z**2 / (2 * n), z * float(np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)))
    return max(0.0, (centre - half) / (1 + z**2 / n)), min(1.0, (centre + half) / (1 + z**2 / n))
