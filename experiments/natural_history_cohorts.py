"""Tables of the page of natural history beside cohorts: stages, deaths learnt, all without cells, on a steroid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hepatica.calibrate.natural_history.groups import STAGES
from hepatica.evidence import Arm, Publication, load, load_all

Floats = np.ndarray
EVENTS = ("death", "survival", "transplant_free_survival")
ELSEWHERE = ("damico2014", "meld_waiting_list", "zhu2018", "linsu2019", "canonic", "nuthalapati", "correa2016")
"""Publications that have tables of their own on the page."""
UMOL = 17.1  # umol/L of bilirubin in 1 mg/dL
PARTS: Mapping[tuple[str, str], tuple[str, float, float]] = {
    ("elad2018", "control_low"): ("meld", 0, 28),
    ("elad2018", "control_high"): ("meld", 28, 99),
    ("pba_thesis", "smt_meld_low"): ("meld", 0, 30),
    ("pba_thesis", "smt_meld_high"): ("meld", 30, 99),
    ("liuff2016_aclf", "dead"): ("dead", 90, 0),
    ("liuff2016_aclf", "alive"): ("alive", 90, 0),
    ("wjcc2024_aclf", "dead"): ("dead", 30, 0),
    ("wjcc2024_aclf", "alive"): ("alive", 30, 0),
    ("southchina2022", "cirrhosis"): ("cirrhosis", 0.3, 9),
    ("southchina2022", "no_cirrhosis"): ("cirrhosis", -1, 0.3),
}
"""Subset of a population that an arm of a publication stands for: by score, by outcome at a day, by cirrhosis."""


def table(head: str, rows: Iterable[Iterable[Any]]) -> list[str]:
    """Markdown table; `head` has its columns apart by commas."""
    columns = [c.strip() for c in head.split(",")]
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    return [*lines, *(f"| {' | '.join(str(c) for c in row)} |" for row in rows)]


def percent(dead: Floats) -> str:
    """Mean and its Monte-Carlo error, in percent."""
    dead = dead[np.isfinite(dead)]
    return f"{100 * dead.mean():.1f} ± {100 * dead.std() / np.sqrt(len(dead)):.1f}"


def stages(of_stage: tuple[Mapping[str, Any], Mapping[str, Any]]) -> list[str]:
    """Five years by stage, of those whose labs the stage admits and of all of its degree."""
    rows = []
    for arm, (_, low, high, limits) in STAGES.items():
        o, label = load("damico2014").find(arm=arm)[0], load("damico2014").arm(arm).label
        dead = (percent(f[arm].dead(1826.0)) for f in of_stage)
        rows.append((label, f"{low:g}-{high:g}", limits or "-", f"{o.value:g}", *dead))
    return [
        "Stages 1 to 3 are by definition without jaundice, encephalopathy and ascites, so that labs are those of "
        "compensated cirrhosis; under some draws a few of a low degree have a liver that fails (bilirubin 18 mg/dL, "
        "INR 1.6). They are nobody's stage 1, and the last column counts them in.",
        "",
        *table(
            "stage, degrees (assumed), labs as in, published % dead in 5 years, simulated %, whatever the labs %", rows
        ),
    ]


def learnt_deaths(account: Mapping[str, Any]) -> list[str]:
    """Deaths under the draws before and after the deaths of groups were learnt, from the draws' provenance."""
    rows = [
        (
            r["source"],
            r["variable"],
            f"{r['day']:g}",
            f"{100 * r['published']:.1f}",
            f"{100 * r['error']:.1f}",
            f"{100 * r['before']:.1f}",
            f"{100 * r['after']:.1f} ± {100 * r['monte_carlo']:.1f}",
            "learnt" if r["new"] else "held",
        )
        for r in account["deaths"]
    ]
    moved = [(k, f"{v['shift']:+.2f}", f"{v['sd_ratio']:.2f}") for k, v in account["moved"].items()]
    return [
        "`learnt` are deaths that the likelihood of the course does not hold; `held` are those that it does, which "
        "resist at their value before. The error is sampling, what cohorts differ by and Monte Carlo, visits of the "
        "same people counting as one.",
        "",
        *table("cohort, variable, day, published %, error, before %, after %, role", rows),
        "",
        "What moved, in SDs of the prior:",
        "",
        *table("parameter, mean, SD over that before", moved),
    ]


def weights(followed: Any, key: tuple[str, str]) -> Floats:
    """Weight of each simulated person in an arm: one, or what `PARTS` says of a part."""
    n = len(followed.free)
    if key not in PARTS:
        return np.ones(n)
    kind, low, high = PARTS[key]
    if kind in ("dead", "alive"):
        dead = followed.dead(low)
        return np.asarray(dead if kind == "dead" else 1 - dead)
    value = followed.score() if kind == "meld" else followed.patients.cohort.covariate(kind)
    return ((value >= low) & (value < high)).astype(float)


def simulated(followed: Any, variable: str, day: float, weight: Floats, kind: str) -> float:
    """Value, or change from day 0, of a published variable in the simulated people of an arm; NaN without a course."""
    if variable in EVENTS:
        dead = followed.dead(day)
        value = 100 * (dead if variable == "death" else 1 - dead)
        return float(np.average(value[weight > 0], weights=weight[weight > 0])) if weight.any() else float("nan")
    if variable != "meld" and variable not in followed.course:
        return float("nan")
    at = followed.score if variable == "meld" else lambda t: followed.at(variable, t)
    value = at(day) - at(0.0) if kind.startswith("change") else at(day)
    weight = weight * (1 - followed.dead(day)) if day else weight
    known = np.isfinite(value) & (weight > 0)
    if not known.any():
        return float("nan")
    if kind != "median":
        return float(np.average(value[known], weights=weight[known]))
    order = np.argsort(value[known])
    place = np.cumsum(weight[known][order]) - weight[known][order] / 2
    return float(np.interp(weight[known].sum() / 2, place, value[known][order]))


def untreated(publication: Publication, arm: Arm) -> bool:
    """True if nobody of an arm had cells or a named treatment beside standard care."""
    return not (arm.product or arm.donor or arm.co_treatment)


def cohorts(followed: Mapping[str, Any]) -> list[str]:
    """Every reading of every untreated arm whose people a population stands for, and what no population stands for."""
    rows, without = [], []
    for key, publication in load_all().items():
        for arm in publication.arms:
            readings = publication.find(arm=arm.id)
            if not readings or not untreated(publication, arm):
                continue
            population = arm.population or publication.population
            if population not in followed:
                if key not in ELSEWHERE:
                    without.append(f"{key} {arm.id}")
                continue
            weight = weights(followed[population], (key, arm.id))
            part = "" if (key, arm.id) in PARTS or not arm.subset_of else " (of all)"
            for o in readings:
                value = simulated(followed[population], o.variable, o.time, weight, o.kind)
                if np.isfinite(value):
                    name = f"change of {o.variable}" if o.kind.startswith("change") else o.variable
                    cells = (f"{o.time:g}", f"{o.value:.3g}", f"{value:.3g}")
                    rows.append((f"{key} {arm.id}{part}", population, name, *cells))
    return [
        "Deaths and survival in percent, labs in the units of the evidence. A part of a cohort is taken by its score, "
        "its cirrhosis or its outcome; `(of all)` marks a part that the model cannot tell, beside all of the "
        "population. No arm with cells or with a named treatment is here. Some of these are not used by the fit: they "
        "are of low quality, of other people, or overlap; each file says which.",
        "",
        *table("cohort, population, variable, day, published, simulated", rows),
        "",
        f"No population stands for the people of {', '.join(without)}.",
        "",
        f"Tables of their own: {', '.join(ELSEWHERE)}.",
    ]


def infected_between(f: Any, start: float, end: float) -> float:
    """Percent of all whose first infection falls between two days; who has died is no longer infected."""
    days = np.arange(start, end + 1)
    hazard = np.stack([f.at("infection_hazard", day) for day in days], axis=1)
    hazard = hazard - f.at("infection_hazard", 0.0)[:, None]
    free = np.stack([1 - f.dead(day) for day in days], axis=1)
    share = (np.exp(-hazard[:, :-1]) - np.exp(-hazard[:, 1:])) * (free[:, :-1] + free[:, 1:]) / 2
    return float(100 * np.nanmean(share.sum(axis=1)))


def early_change(untreated: Any, treated: Any) -> list[str]:
    """Alcoholic hepatitis with and without a corticosteroid: bilirubin, its early change, survival, infections."""
    rows = []
    for name, f, published in (("without", untreated, (-35, -45)), ("with", treated, (-76.5, -105))):
        for day, value in zip((7, 14), published, strict=True):
            change = UMOL * np.nanmedian(f.at("bilirubin", day) - f.at("bilirubin", 0))
            rows.append((f"median change of bilirubin by day {day}, umol/L, {name}", value, f"{change:.0f}"))
    rows += [
        (f"alive on day 28, %, {name}", printed, f"{100 * np.nanmean(1 - f.dead(28.0)):.1f}")
        for name, f, printed in (("without", untreated, 65.1), ("with", treated, 84.6))
    ]
    change, here = treated.at("bilirubin", 7) - treated.at("bilirubin", 0), 1 - treated.dead(7.0)
    fell = change < 0
    rows.append(("bilirubin falls within a week on steroid, %", 73, f"{100 * np.average(fell, weights=here):.0f}"))
    for day, printed in ((30, 85), (180, 64.3)):
        rows.append((f"alive on day {day} on steroid, %", printed, f"{100 * np.nanmean(1 - treated.dead(day)):.1f}"))
    for name, who, alive, moved in (("with", fell, 82.8, -4.94), ("without", ~fell, 23, 4.50)):
        if who.any():
            share = np.average((1 - treated.dead(180.0))[who])
            mean = np.average(change[who], weights=here[who])
            cells = (f"{100 * share:.1f}", f"{mean:+.2f}")
        else:
            cells = ("nobody", "nobody")
        rows.append((f"alive on day 180 on steroid, %, {name} an early fall", alive, cells[0]))
        rows.append((f"change by day 7, mg/dL, {name} an early fall", f"{moved:+.2f}", cells[1]))
    infected = [infected_between(f, 0.0, 28.0) for f in (untreated, treated)]
    rows.append(("infected within 28 days, %, both arms (Vergis2017)", 23.0, f"{np.mean(infected):.1f}"))
    for name, printed, value in zip(("without", "with"), (18.7, 21.4), infected, strict=True):
        rows.append((f"infected, %, {name} (meta-analysis of trials)", printed, f"{value:.1f}"))
    later = [infected_between(f, 28.0, 90.0) for f in (untreated, treated)]
    for name, printed, value in zip(("without", "with"), (6, 10), later, strict=True):
        rows.append((f"infected after treatment, days 28 to 90, %, {name} (Vergis2017)", printed, f"{value:.1f}"))
    return [
        "A corticosteroid for the whole course is simulated, four weeks were given; bilirubin and survival by "
        "Mathurin2002, an early fall by Mathurin2003.",
        "",
        *table("what, published, simulated", rows),
    ]


FIRST_WEEK = {
    "acute_liver_injury": (22, 36),
    "severe_acute_liver_injury": (12, 13),
}
"""People with acute injury and no plasma exchange in Yoshimura2025: without and with a pulse of steroid."""


def first_week(followed: Mapping[str, Any], treated: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Paired changes of albumin and ammonia in acute injury, in the shares of people with and without steroid."""
    printed = {("albumin", 1): -3.0, ("albumin", 3): -4.0, ("albumin", 7): -3.0}
    printed |= {("ammonia", 1): 9.5, ("ammonia", 3): 11.0, ("ammonia", 7): 3.0}
    rows, people = [], sum(sum(n) for n in FIRST_WEEK.values())
    for (lab, day), published in printed.items():
        shift = sum(
            n * np.nanmedian(f.at(lab, day) - f.at(lab, 0))
            for k, both in FIRST_WEEK.items()
            for n, f in zip(both, (followed[k], treated[k]), strict=True)
        )
        rows.append((f"change of {lab} by day {day}, acute injury", f"{published:+g}", f"{shift / people:+.2g}"))
    return rows
