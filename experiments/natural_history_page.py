"""Page of the natural history: every table of docs/natural-history.md from what was simulated."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from natural_history_cohorts import cohorts, early_change, first_week, learnt_deaths, percent, stages, table

from hepatica.calibrate.natural_history import intensity
from hepatica.calibrate.natural_history.courses import Met, Target
from hepatica.calibrate.natural_history.groups import (
    CIRRHOTIC,
    STRATA,
    WAITING_LIST,
    concordance,
)
from hepatica.evidence import load
from hepatica.outcomes.scores import clif_c_aclf_mortality, clif_c_ad_mortality
from hepatica.patients import posterior

Floats = np.ndarray
BEFORE = tomllib.loads(Path(__file__).with_name("natural_history_before.toml").read_text(encoding="utf-8"))
PEOPLE = tomllib.loads(Path(__file__).with_name("natural_history_people.toml").read_text(encoding="utf-8"))
EVENTS = ("death", "survival", "transplant_free_survival")
COURSE = ("bilirubin", "inr", "alt", "albumin", "ammonia", "creatinine")
DAYS = (0, 7, 28, 90, 365)
SCORE3 = (0.6, 6.7, 24.8, 41.9, 51.1)  # percent dead in three months by stratum of MELD 3.0, Kim2021 as for MELD
CAUSES = ("liver", "infection", "circulation", "brain", "bleeding", "tumour", "other")


def deaths(followed: Mapping[str, Any]) -> list[str]:
    """Deaths, or survival, of every cohort without cells that a population is held to or compared with."""
    rows = []
    for key, f in followed.items():
        seen = set()
        for source in (*f.population.fit.deaths, *f.population.external_cohorts):
            if (source.publication, source.arm) in seen or load(source.publication).arm(source.arm).mixture:
                continue
            seen.add((source.publication, source.arm))
            for e in intensity.published(source):
                if e.variable in EVENTS:
                    dead = f.dead(e.time)
                    shown = dead if e.variable == "death" else 1 - dead
                    cohort = f"{source.publication} {source.arm}"
                    old = BEFORE.get(key, {}).get("events", {}).get(f"{cohort} {e.variable} {e.time:g}")
                    if old is not None and e.variable != "death":
                        old = round(100 - old, 1)
                    rows.append(
                        (key, cohort, e.variable, f"{e.time:g}", f"{100 * e.value:.1f}", old or "-", percent(shown))
                    )
    return table("population, cohort, variable, day, published %, before %, simulated %", rows)


def mixtures(followed: Mapping[str, Any]) -> list[str]:
    """Cohorts whose people are of several populations."""
    rows = []
    for key, arm in (("canonic", "aclf"), ("nuthalapati", "all"), ("correa2016", "decompensated")):
        shares = load(key).arm(arm).mixture
        for o in load(key).find(arm=arm):
            if o.variable == "death" and o.time > 0:
                dead = sum(w * np.nanmean(followed[k].dead(o.time)) for k, w in shares.items()) / sum(shares.values())
                rows.append((f"{key} {arm}", f"{o.time:g}", f"{o.value:.1f}", f"{100 * dead:.1f}"))
    return table("cohort, day, published %, simulated %", rows)


def survivors(hbv: Any) -> list[str]:
    """Survivors of HBV-ACLF beyond day 90, with and without cirrhosis."""
    degree, rows = hbv.patients.cohort.covariate("cirrhosis"), []
    start = 1 - hbv.dead(90)
    for arm, chosen in (("chb", degree < CIRRHOTIC), ("cir", degree >= CIRRHOTIC)):
        for o in load("zhu2018").find(arm=arm):
            alive = np.nansum((1 - hbv.dead(o.time))[chosen]) / np.nansum(start[chosen])
            label = load("zhu2018").arm(arm).label
            rows.append((label, f"{o.time / 30.44:.0f}", f"{o.value:.1f}", f"{100 * alive:.1f}"))
    five = np.nansum(1 - hbv.dead(1826)) / np.nansum(start)
    rows.append(("all (LinSu2019: another centre, with another figure)", 60, 97.2, f"{100 * five:.1f}"))
    return [
        *table("survivors at day 90, month, published %, simulated %", rows),
        "",
        "The two centres disagree: 74 % of survivors with cirrhosis were alive after 50 months in one (Zhu2018), 97.2 "
        "% of all survivors after 60 in the other (LinSu2019). Both stand here; their distance is the variance between "
        "centres, and neither is averaged with the other.",
    ]


def waiting_list(followed: Mapping[str, Any]) -> list[str]:
    """Deaths in three months by stratum of MELD and of MELD 3.0 on the waiting list, and concordance."""
    dead = np.concatenate([followed[k].dead(90.0) for k in WAITING_LIST])
    weight = np.concatenate(
        [np.full(len(followed[k].free), w / len(followed[k].free)) for k, w in WAITING_LIST.items()]
    )
    shares = ", ".join(f"{k} {100 * w:.0f} %" for k, w in WAITING_LIST.items())
    rows, found = [], []
    for name, method in (("MELD", "score"), ("MELD 3.0", "score3")):
        score = np.concatenate([getattr(followed[k], method)() for k in WAITING_LIST])
        known = np.isfinite(dead) & np.isfinite(score)
        found.append(f"{name} {concordance(score[known], dead[known], weight[known]):.2f}")
        for i, (low, high) in enumerate(STRATA):
            inside = (score >= low) & (score < high) & known
            mean = f"{100 * np.average(dead[inside], weights=weight[inside]):.1f}" if inside.any() else "-"
            published = load("meld_waiting_list").find(arm=f"meld_{i}")[0].value if name == "MELD" else SCORE3[i]
            rows.append((name, f"{low:g} to {high:g}", f"{100 * weight[inside].sum():.0f}", f"{published:g}", mean))
    within = [
        (k, f"{concordance(f.score(), f.dead(90.0), np.ones(len(f.free))):.2f}", f"{_c3(f):.2f}")
        for k, f in followed.items()
        if np.isfinite(f.score()).all()
    ]
    return [
        f"Mixture, assumed: {shares}.",
        "",
        *table("score, points, share %, published %, simulated %", rows),
        "",
        f"Concordance with death by day 90 on the list: {', '.join(found)}. Within populations:",
        "",
        *table("population, MELD, MELD 3.0", within),
    ]


def _c3(f: Any) -> float:
    return concordance(f.score3(), f.dead(90.0), np.ones(len(f.free)))


PREDICTORS: Mapping[str, tuple[str, Callable[[Floats], Floats]]] = {
    "age, per 10 years": ("age", lambda x: x / 10),
    "ln creatinine": ("creatinine", np.log),
    "encephalopathy, per grade": ("encephalopathy", lambda x: x),
    "ln bilirubin": ("bilirubin", np.log),
    "ln INR": ("inr", np.log),
    "sodium, per 5 mmol/L": ("sodium", lambda x: x / 5),
    "infected": ("infected", lambda x: x),
}


def signs(followed: Mapping[str, Any]) -> list[str]:
    """Slope of the log cumulative hazard of death by day 90 on each predictor alone, and rank correlation."""
    rows = [(key, *_slopes([(f, 1.0)])) for key, f in followed.items()]
    shares = load("canonic").arm("aclf").mixture
    rows.append(("ACLF of all grades, as in CANONIC", *_slopes([(followed[k], w) for k, w in shares.items()])))
    per_ad = _slope(clif_c_ad_mortality, 55.0)
    per_aclf = _slope(clif_c_aclf_mortality, 45.0)
    step = 10 * 0.33 * per_aclf  # one point of the organ-failure score
    rows.append(
        ("CLIF-C AD", f"{3.0 * per_ad:+.2f}", f"{6.6 * per_ad:+.2f}", "", "", f"{17.1 * per_ad:+.2f}")
        + (f"{-2.5 * per_ad:+.2f}", "")
    )
    rows.append(
        ("CLIF-C ACLF", f"{4.0 * per_aclf:+.2f}", f"{step / np.log(2):+.2f}", f"{step / 1.5:+.2f}")
        + (f"{step / np.log(2):+.2f}", f"{step / np.log(1.6):+.2f}", "", "")
    )
    return [
        "Slope of the log cumulative hazard of death by day 90 on each predictor by itself, in brackets the rank "
        "correlation with the risk. Below, the same by the formulae of the CLIF-C scores: a point of an organ counts "
        "as a doubling of bilirubin or creatinine, 1.6 times the INR, 1.5 grades of encephalopathy. Within one grade "
        "of ACLF an organ that works is chosen against another that fails, so that a sign can turn; the score was "
        "made in all grades together.",
        "",
        *table(", ".join(("population", *(n.replace(",", "") for n in PREDICTORS))), rows),
    ]


def _slopes(parts: list[tuple[Any, float]]) -> list[str]:
    """Slope and rank correlation of each predictor in people of several populations, each with its share."""
    cells = []
    free = np.concatenate([np.clip(1 - f.dead(90.0), 1e-9, 1 - 1e-9) for f, _ in parts])
    weight = np.concatenate([np.full(len(f.free), w / len(f.free)) for f, w in parts])
    risk = np.log(-np.log(free))
    for name, scale in PREDICTORS.values():
        x = np.concatenate(
            [scale(f.patients.cohort.covariate("age") if name == "age" else f.at(name, 0.0)) for f, _ in parts]
        )
        known = np.isfinite(x) & np.isfinite(risk)
        if x[known].std() < 1e-6:
            cells.append("-")
            continue
        slope = np.polyfit(x[known], risk[known], 1, w=np.sqrt(weight[known]))[0]
        ranks = [v[known].argsort().argsort().astype(float) for v in (x, risk)]
        covariance = np.cov(*ranks, aweights=weight[known])
        rank = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
        cells.append(f"{slope:+.2f} ({rank:+.2f})")
    return cells


def _slope(mortality: Callable[..., Any], score: float) -> float:
    """Log hazard per point of a score at three months."""
    low, high = (float(mortality(s, months=3)) for s in (score, score + 1))
    return float(np.log(np.log1p(-high) / np.log1p(-low)))


def labs(followed: Mapping[str, Any], wanted: Mapping[str, list[tuple[str, Target]]]) -> list[str]:
    """Published labs beside simulated ones, of those alive."""
    rows = []
    for key, f in followed.items():
        for source, t in wanted[key]:
            if t.variable == "meld":
                value = f.score(t.time)
            elif t.variable in f.course:
                value = f.at(t.variable, t.time)
            else:
                continue
            weight = 1 - f.dead(t.time)
            known = np.isfinite(value) & np.isfinite(weight)
            if t.median:
                simulated = float(np.median(value[known]))
            else:
                simulated = float(np.average(value[known], weights=weight[known]))
            spread = "-" if not np.isfinite(t.sd) else f"{t.sd:.3g}"
            sd = f"{value[known].std():.3g}"
            rows.append((key, source, t.variable, f"{t.time:g}", f"{t.value:.3g}", f"{simulated:.3g}", spread, sd))
    return table("population, publication, lab, day, published, simulated, published SD, simulated SD", rows)


def courses(followed: Mapping[str, Any]) -> list[str]:
    """Median labs over time beside those of the model before."""
    rows = []
    for key, f in followed.items():
        for name in COURSE:
            before = BEFORE.get(key, {}).get(name, ())
            old = ", ".join(f"{v:.3g}" for v in before) or "-"
            rows.append((key, name, old, ", ".join(f"{np.nanmedian(f.at(name, d)):.3g}" for d in DAYS)))
    days = ", ".join(map(str, DAYS))
    return [f"Medians on days {days}.", "", *table("population, lab, before, now", rows)]


def inflammation(followed: Mapping[str, Any]) -> list[str]:
    """Spread of cytokines and of what laboratories print of inflammation, between patients on day 0."""
    rows = []
    for key, f in followed.items():
        cells = []
        for name in ("tnf", "il6", "crp", "white_cells"):
            low, mid, high = np.nanquantile(f.at(name, 0.0), (0.05, 0.5, 0.95))
            cells.append(f"{mid:.3g} ({low:.3g} to {high:.3g})")
        rows.append((key, *cells))
    published = "IL-6 of 201 outpatients with cirrhosis: median 9 pg/mL (Labenz2019)."
    real = []
    for name, row in PEOPLE.items():
        low, mid, high = row["rank"]
        (m1, m2, m3), (i1, i2, i3) = row["measured"], row["implied"]
        ranks = (f"{mid:+.2f} ({low:+.2f} to {high:+.2f})", f"{row['rank_meld']:+.2f}")
        real.append((name, row["people"], f"{m2:g} ({m1:g} to {m3:g})", f"{i2:g} ({i1:g} to {i3:g})", *ranks))
    return [
        "Median and 5 to 95 % of patients on day 0.",
        "",
        *table("population, TNF pg/mL, IL-6 pg/mL, CRP mg/dL, white cells 1e9/L", rows),
        "",
        published,
        "",
        "Real people with acute injury on day 0 (`hepatica validate --people`, the shared part of Yoshimura2025): what",
        "was measured, what the model infers from their labs, their rank correlation. Labs hardly tell inflammation.",
        "",
        *table("reading, people, measured, inferred, rank of inferred with measured, rank of MELD", real),
    ]


def causes(followed: Mapping[str, Any], treated: Any) -> list[str]:
    """Deaths by cause at day 90, and the contrast by corticosteroid in alcoholic hepatitis at day 28."""
    rows = [(k, *(f"{100 * f.dead_of(c, 90.0):.1f}" for c in CAUSES)) for k, f in followed.items()]
    untreated, contrast = followed["alcoholic_hepatitis"], []
    published = {"liver": "0.46 (0.24-0.87)", "infection": "1.19 (0.38-3.73)", "bleeding": "0.90 (0.43-1.87)"}
    for cause, printed in published.items():
        with_it, without = (x.dead_of(cause, 28.0) for x in (treated, untreated))
        odds = with_it / (1 - with_it) / (without / (1 - without))
        contrast.append((cause, printed, f"{odds:.2f}"))
    return [
        "Percent dead by day 90 of each cause.",
        "",
        *table(", ".join(("population", *CAUSES)), rows),
        "",
        "Odds ratio of death by cause by day 28 with corticosteroid in alcoholic hepatitis, published (a meta-analysis "
        "of 1062 people) and simulated:",
        "",
        *table("cause, published, simulated", contrast),
    ]


def acute(followed: Mapping[str, Any], exchanged: Floats, paired: list[tuple[str, str, str]]) -> list[str]:
    """Albumin and ammonia of acute injury in the first week, ammonia by outcome, bilirubin after plasma exchange."""
    rows: list[tuple[Any, ...]] = list(paired)
    for label, keys, day, died, alive in (
        ("acute failure (Bhatia2006)", ("alf_indeterminate", "alf_paracetamol"), 21, 174.7, 105.0),
        ("HBV-ACLF (Hu2020)", ("hbv_aclf",), 28, 83.5, 67.1),
    ):
        level = np.concatenate([followed[k].at("ammonia", 0) for k in keys])
        dead = np.concatenate([followed[k].dead(day) for k in keys])
        known = np.isfinite(level) & np.isfinite(dead)
        for name, published, weight in (("died", died, dead), ("survived", alive, 1 - dead)):
            mean = np.average(level[known], weights=weight[known])
            rows.append((f"ammonia on day 0 of those who {name}, {label}", f"{published:g}", f"{mean:.0f}"))
    for when, published, value in zip(("at once", "day 1", "day 3"), (-42, -14, -15), exchanged, strict=True):
        rows.append((f"bilirubin after one plasma exchange, %, {when}", published, f"{value:.0f}"))
    return [
        "Albumin in g/L, ammonia in umol/L (the file's unit of ammonia is uncertain, so its change may be in ug/dL: "
        "times 0.59), paired changes of people of whom 59 % had a pulse of steroid, simulated in these shares. What "
        "came after a plasma exchange is one session in HBV-ACLF (Yao2019).",
        "",
        *table("what, published, simulated", rows),
    ]


def own_quantities(followed: Mapping[str, Any]) -> list[str]:
    """Quantities that are a population's own, before and after."""
    rows = []
    for key, f in followed.items():
        old = BEFORE.get(key)
        before = "-" if old is None else f"{old['quantities']}, of which biology {len(old['biology'])}"
        rows.append((key, before, f"{len(f.population.own)}, of which biology 0", ", ".join(f.population.own)))
    return [
        "No population sets a constant of human biology: `patients.population.OWN` is the closed list.",
        "",
        *table("population, before, now, which now", rows),
    ]


def left_out(met: list[Met], key: str) -> list[str]:
    """A population that the joint fit had not seen."""
    rows = []
    for m in met:
        share = m.variable in (*EVENTS, "transplanted")
        published, simulated = (100 * v if share else v for v in (m.published, m.simulated))
        rows.append((m.variable, f"{m.time:g}", f"{published:.3g}", f"{simulated:.3g}", m.source))
    return [
        f"The joint fit was repeated without {key}; its own quantities were then fitted to its labs at admission, and "
        "everything later is a prediction from the shared biology.",
        "",
        *table("variable, day, published, predicted, publication", rows),
    ]


def page(
    followed: Mapping[str, Any],
    of_stage: tuple[Mapping[str, Any], Mapping[str, Any]],
    treated: Mapping[str, Any],
    exchanged: Floats,
    wanted: Mapping[str, list[tuple[str, Target]]],
    met: list[Met],
    options: argparse.Namespace,
    *,
    learnt: bool,
) -> str:
    """The whole page."""
    source = "the draws that ship" if learnt else "the priors, since the draws that ship were learnt with another model"
    parts = {
        "Deaths beside cohorts without cells": deaths(followed),
        "Mixtures": mixtures(followed),
        "Survivors of HBV-ACLF": survivors(followed["hbv_aclf"]),
        "Five years by stage of cirrhosis": stages(of_stage),
        "A waiting list": waiting_list(followed),
        "Signs": signs(followed),
        "Labs": labs(followed, wanted),
        "Courses": courses(followed),
        "Inflammation": inflammation(followed),
        "Causes of death": causes(followed, treated["alcoholic_hepatitis"]),
        "Corticosteroid in alcoholic hepatitis": early_change(
            followed["alcoholic_hepatitis"], treated["alcoholic_hepatitis"]
        ),
        "The first week": acute(followed, exchanged, first_week(followed, treated)),
        "All cohorts without cells": cohorts(followed),
        "What is a population's own": own_quantities(followed),
    }
    if account := posterior().provenance.get("deaths"):
        parts["Deaths of groups in the draws"] = learnt_deaths(account)
    if met:
        parts["A population left out"] = left_out(met, options.left_out)
    command = (
        f"python experiments/natural_history.py --patients {options.patients} --draws {options.draws} --write docs"
    )
    text = [
        "# Natural history",
        "",
        f"Written by `{command}`.",
        f"Untreated patients of every population, {options.patients} each, from {source}; for research use.",
        "Deaths count transplants as deaths. The error is that of sampling patients. `before` is the model in which "
        "populations had constants of biology of their own.",
    ]
    for title, lines in parts.items():
        text += ["", f"## {title}", "", "\n".join(lines)]
    return "\n".join(text) + "\n"
