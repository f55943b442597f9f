"""What the cards count: survivors, comparisons with publications, cells per organ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import binomtest

from hepatica.dose_study import Answer
from hepatica.dosing.utility import evaluate_benefit
from hepatica.dosing.variance_components import VarianceComponents, decompose_variance
from hepatica.evidence import Observation, load
from hepatica.outcomes.scores import meld, pta_from_inr
from hepatica.outcomes.survival import transplant_free_survival
from hepatica.variables import Use, used_in

Floats = NDArray[np.float64]
LABS = tuple(v.name for v in used_in(Use.BASELINE))
QUARTILES = 1.349  # SD of a normal distribution between its quartiles
DAYS, NEAR = (21, 28, 90), 2  # of published deaths
ORGANS = ("lung", "liver", "spleen", "rest")


def meld_of(ds: xr.Dataset) -> Floats:
    """MELD (arm, patient, time)."""
    return np.asarray(meld(bilirubin=ds["bilirubin"].values, creatinine=ds["creatinine"].values, inr=ds["inr"].values))


def first(answer: Answer) -> xr.Dataset:
    """Courses under the first hypothesis; standard care is the same under all."""
    return next(iter(answer.courses.values()))


def alive(answer: Answer, hypothesis: str) -> Floats:
    """Probability of being alive (arm, patient, time), deaths by thrombosis included, as in the decision."""
    ds, d = answer.courses[hypothesis], answer.decision
    arms = [d.arms[0], d.arms[d.top]][: ds.sizes["arm"]]
    return evaluate_benefit(ds, arms, answer.study.utility.utility()).survival_curve


def ignorance(values: Floats, draw: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Mean with its 90 % interval at each time, from (patient, time)."""
    found = [decompose_variance(column, draw) for column in values.T]
    mean, low, high = (np.clip([getattr(s, name) for s in found], 0.0, 1.0) for name in ("mean", "low", "high"))
    return mean, low, high


def percentiles(values: Floats, which: tuple[int, ...]) -> Floats:
    """Percentiles over patients at each time, failed patients left out."""
    return np.asarray(np.percentile(values[np.isfinite(values).all(axis=1)], which, axis=0))


def weighted(values: Floats, weight: Floats) -> tuple[float, float]:
    """Mean and SD of those with a value, each counted by its weight."""
    known = np.isfinite(values) & np.isfinite(weight)
    if not known.any() or weight[known].sum() <= 0:
        return float("nan"), float("nan")
    mean = float(np.average(values[known], weights=weight[known]))
    return mean, float(np.sqrt(np.average((values[known] - mean) ** 2, weights=weight[known])))


def middle(values: Floats, weight: Floats) -> tuple[float, float]:
    """Median and distance between the quartiles over 1.35 of those with a value, each counted by its weight."""
    known = np.isfinite(values) & np.isfinite(weight)
    if not known.any() or weight[known].sum() <= 0:
        return float("nan"), float("nan")
    order = np.argsort(values[known])
    w = weight[known][order]
    q1, q2, q3 = np.interp([0.25, 0.5, 0.75], (np.cumsum(w) - 0.5 * w) / w.sum(), values[known][order])
    return float(q2), float(q3 - q1) / QUARTILES


@dataclass(frozen=True)
class Compared:
    """A lab at a day among those alive at `until`, simulated, and as published where it is.

    Beside a published median, `mean` is a median and `sd` the distance between quartiles over 1.35, as of a
    normal distribution.
    """

    variable: str
    day: float
    until: float
    mean: float
    sd: float
    published: Observation | None = None

    @property
    def median(self) -> bool:
        """Whether medians are compared."""
        return self.published is not None and self.published.kind == "median"

    @property
    def published_spread(self) -> float:
        """SD of the published value, or that which its quartiles give; NaN where neither is printed."""
        o = self.published
        if o is None or (o.sd is None and (o.q1 is None or o.q3 is None)):
            return float("nan")
        return float(o.sd) if o.sd is not None else (float(o.q3 or 0) - float(o.q1 or 0)) / QUARTILES


def compared(answer: Answer) -> list[Compared]:
    """Labs under standard care, simulated and published; survivors with survivors."""
    ds, population = first(answer), answer.population
    own, times = (
        transplant_free_survival(
            ds["time"].values, ds["death_intensity"].values[0], ds["transplant_intensity"].values[0]
        ),
        ds["time"].values,
    )
    labs = dict(answer.patients.labs) | {"pta": np.asarray(pta_from_inr(answer.patients.labs["inr"]))}
    course = {n: ds[n].values[0] for n in LABS if n in ds} | {"meld": meld_of(ds)[0]}
    publication = load(population.baseline)
    rows = [
        o
        for o in publication.find(unusable=True)
        if o.kind in ("mean_sd", "median")
        and o.variable in LABS
        and o.time <= times[-1]
        and population.baseline_arm in (o.arm, publication.arm(o.arm).subset_of)
    ]
    found = []
    for o in rows:
        until = max(p.time for p in rows if p.arm == o.arm)
        weight = own[:, int(np.searchsorted(times, until))]
        values = labs[o.variable] if o.time == 0 else course[o.variable][:, int(np.searchsorted(times, o.time))]
        summary = middle if o.kind == "median" else weighted
        found.append(Compared(o.variable, o.time, until, *summary(values, weight), o))
    seen = {c.variable for c in found}
    everybody = np.ones(len(own))
    found += [Compared(n, 0.0, 0.0, *weighted(labs[n], everybody)) for n in LABS if n in labs and n not in seen]
    return sorted(found, key=lambda c: (LABS.index(c.variable), c.until, c.day))


@dataclass(frozen=True)
class Deaths:
    """Deaths without cells by a day, published with a 95 % interval and simulated with a 90 % interval; shares."""

    publication: str
    arm: str
    day: float
    n: int | None
    published: float
    low: float
    high: float
    simulated: VarianceComponents


def fitted(answer: Answer) -> str:
    """Key of the publication whose deaths the population is fitted to."""
    return answer.population.fit.deaths.publication


def untreated(answer: Answer) -> list[Deaths]:
    """Deaths under standard care beside the population's cohorts without cells, about days 21, 28 and 90."""
    ds, found = first(answer), []
    times, dead = ds["time"].values, 1.0 - alive(answer, next(iter(answer.courses)))[0]
    for source in answer.population.beside:
        key, arm, publication = source.publication, source.arm, load(source.publication)
        for o in publication.find(arm=arm):
            near = any(abs(o.time - day) <= NEAR for day in DAYS)
            if o.variable not in ("death", "survival") or not near or o.time > times[-1]:
                continue
            n, share = (
                o.n or publication.arm(arm).n,
                (o.value if o.variable == "death" else 100 - o.value) / 100,
            )
            low, high = binomtest(round(share * n), n).proportion_ci(method="wilson") if n else (float("nan"),) * 2
            if o.low is not None and o.high is not None:
                ends = o.low / 100, o.high / 100
                low, high = ends if o.variable == "death" else (1 - ends[1], 1 - ends[0])
            simulated = decompose_variance(dead[:, int(np.searchsorted(times, o.time))], ds["draw"].values)
            found.append(Deaths(key, arm, o.time, n, share, low, high, simulated))
    return sorted(found, key=lambda d: d.day)


def first_kinetics(answer: Answer) -> xr.Dataset:
    """Cells per organ under the first hypothesis."""
    return next(iter(answer.kinetics.values()))


def given(answer: Answer) -> Floats:
    """Cells of one infusion of the shown regimen, for the patients of `kinetics`."""
    ds = first_kinetics(answer)
    weight = answer.patients.cohort.covariate("body_weight")[: ds.sizes["patient"]]
    r = answer.decision.arms[answer.decision.top].regimen
    return np.array([r.cells(float(w)) for w in weight])


def shares(answer: Answer, hypothesis: str, kind: str, organ: str) -> Floats:
    """Percent of the cells given, (route, patient, time): kind "cells" alive, "image" as an image shows them."""
    return np.asarray(100.0 * answer.kinetics[hypothesis][f"{kind}_{organ}"].values / given(answer)[:, None])


def share_at(answer: Answer, hypothesis: str, kind: str, organ: str, day: float) -> float:
    """Mean over patients at a day, by the route of the shown regimen."""
    ds, route = answer.kinetics[hypothesis], answer.decision.arms[answer.decision.top].regimen.route
    values = shares(answer, hypothesis, kind, organ)[list(ds["arm"].values).index(route)]
    return float(np.nanmean(values[:, int(np.searchsorted(ds["time"].values, day))]))
