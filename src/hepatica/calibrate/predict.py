"""Predictions of published numbers that the model has not seen, and how they fared.

Patients, ignorance and the sampling of an arm of that size are all in a prediction. Virtual patients are weighted until
their mean labs at day 0 are those printed, as far as that leaves enough of them; later means are predicted from the
printed ones at day 0. Hypotheses stand side by side as halves of one mixture, and each by itself in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from hepatica.calibrate.arms import Predictable
from hepatica.calibrate.bank import Plan
from hepatica.calibrate.contrast import BETWEEN_TRIALS
from hepatica.calibrate.expected import MEASURED, SHARES, Wanted
from hepatica.calibrate.likelihood import BETWEEN_COHORTS, LEVELS, WITHIN
from hepatica.calibrate.reference import Reference
from hepatica.calibrate.score import Predictive, covered
from hepatica.calibrate.simulated import Arms, Simulated
from hepatica.engine import System
from hepatica.evidence import Publication
from hepatica.evidence.publications import Observation
from hepatica.patients import Draws
from hepatica.patients.streams import normals, uniforms

Floats = NDArray[np.float64]
REFERENCES = ("no_effect", "pooled_effect")


@dataclass(frozen=True)
class Record:
    """One published number and what was predicted of it.

    Attributes
    ----------
    publication, arm, against, endpoint, unit : str
        `against` names the arm from which it is a difference; empty for an arm by itself.
    time, observed : float
    quantiles : (5,)
    crps, log_score : float
    by_hypothesis : dict of str to (median, crps, log score)
    references : dict of str to (q05, q95, crps, log score)
    cells : bool
        Whether cells were given in the arm.
    """

    publication: str
    arm: str
    against: str
    endpoint: str
    unit: str
    time: float
    observed: float
    quantiles: Floats
    crps: float
    log_score: float
    by_hypothesis: dict[str, tuple[float, float, float]]
    references: dict[str, tuple[float, float, float, float]]
    cells: bool

    def json(self) -> dict[str, Any]:
        """As one flat record."""
        q = dict(zip(("q05", "q25", "median", "q75", "q95"), map(float, self.quantiles), strict=True))
        own = {
            f"{n}_{k}": v
            for n, row in self.references.items()
            for k, v in zip(("q05", "q95", "crps", "logscore"), row, strict=True)
        }
        mine = {
            f"{h}_{k}": v
            for h, row in self.by_hypothesis.items()
            for k, v in zip(("median", "crps", "logscore"), row, strict=True)
        }
        return {
            "publication": self.publication,
            "arm": self.arm,
            "against": self.against,
            "endpoint": self.endpoint,
            "time": self.time,
            "unit": self.unit,
            "observed": self.observed,
            **q,
            "crps": self.crps,
            "logscore": self.log_score,
            **own,
            **mine,
            "cells": self.cells,
        }


@dataclass(frozen=True)
class Validation:
    """Records, what could not be predicted and why, and how well each arm's patients could be made to look like it.

    `shapes` are Pareto k of publications that were left out of what was learnt; from 0.7 on it was learnt anew without
    them. `in_sample` names those that were learnt from.
    """

    records: tuple[Record, ...]
    left: dict[str, str] = field(default_factory=dict)
    alike: dict[str, float] = field(default_factory=dict)
    shapes: dict[str, float] = field(default_factory=dict)
    in_sample: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One row a record."""
        return pd.DataFrame([r.json() for r in self.records])

    def totals(self) -> pd.DataFrame:
        """One row a publication and one for all of them, each counting once: coverage, scores, and the references' scores."""
        frame = self.frame()
        if frame.empty:
            return frame
        scale = np.maximum(frame["observed"].abs(), 1.0)
        rows = pd.DataFrame(
            {
                "publication": frame["publication"],
                "numbers": 1.0,
                "in_50": (frame["q25"] <= frame["observed"]) & (frame["observed"] <= frame["q75"]),
                "in_90": (frame["q05"] <= frame["observed"]) & (frame["observed"] <= frame["q95"]),
                "crps": frame["crps"] / scale,
                "logscore": frame["logscore"],
                "width_90": (frame["q95"] - frame["q05"]) / scale,
                **{f"{n}_crps": frame[f"{n}_crps"] / scale for n in REFERENCES},
                **{f"{n}_logscore": frame[f"{n}_logscore"] for n in REFERENCES},
                **{f"{n}_width_90": (frame[f"{n}_q95"] - frame[f"{n}_q05"]) / scale for n in REFERENCES},
            }
        )
        numbers = rows.groupby("publication")["numbers"].sum()
        each = rows.drop(columns="numbers").groupby("publication").mean()
        each.insert(0, "numbers", numbers)
        whole = each.mean().to_frame("all, each once").T
        whole["numbers"] = numbers.sum()
        return pd.concat([each, whole]).rename_axis("publication").reset_index()


def validate(
    system: System,
    publications: Sequence[Publication],
    evidence: Sequence[Publication],
    known: Draws | None,
    *,
    hypotheses: Sequence[str],
    people: int = 40,
    draws: int = 200,
    seed: int = 1,
    left_out: Mapping[str, Draws] | None = None,
    workers: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Validation:
    """Predict every number of some publications before looking at it, then look.

    Parameters
    ----------
    evidence : sequence of Publication
        From which the references are made.
    known : Draws or None
        What was learnt; None predicts from the priors.
    people : int
        Virtual patients of each population for each draw.
    left_out : mapping of str to Draws, optional
        What was learnt without a publication (`leave_out.leave_out`); it is predicted with these, and the references
        are made without it.
    """
    plan, reference = Plan.of(publications), Reference(evidence)
    everything = Simulated(system, known, people, draws, seed, workers)
    records: list[Record] = []
    left, alike = dict(plan.left), dict[str, float]()
    for k, p in enumerate(publications):
        if progress is not None:
            progress("predict", k, len(publications))
        arms = [a for a in plan.arms if a.publication == p.key]
        simulated, seen = everything, reference
        if left_out and p.key in left_out:
            simulated = Simulated(system, left_out[p.key], people, draws, seed, workers)
            seen = Reference([x for x in evidence if x.key != p.key and x.key not in p.shares_people_with])
        drawn = {a.arm: {h: simulated.arm(plan, p, a, h) for h in (hypotheses if a.cells else hypotheses[:1])} for a in arms}
        alike |= {f"{p.key} {arm}": next(iter(rows.values())).alike for arm, rows in drawn.items()}
        found = _Publication(p, {a.arm: a for a in arms}, drawn, seen, seed, draws, tuple(hypotheses))
        records += found.records()
        left |= found.left
    if progress is not None:
        progress("predict", len(publications), len(publications))
    shapes = {k: float(d.provenance.get("pareto_k", 0.0)) for k, d in (left_out or {}).items()}
    learnt = set(known.provenance.get("publications", ())) if known is not None else set()
    inside = tuple(p.key for p in publications if p.key in learnt and p.key not in shapes)
    return Validation(tuple(records), left, alike, shapes, inside)


class _Publication:
    """Predictions of one publication from its simulated arms."""

    def __init__(
        self,
        p: Publication,
        arms: dict[str, Predictable],
        drawn: dict[str, dict[str, Arms]],
        reference: Reference,
        seed: int,
        draws: int,
        hypotheses: tuple[str, ...],
    ) -> None:
        self.p, self.arms, self.drawn, self.reference, self.hypotheses = p, arms, drawn, reference, hypotheses
        self.seed, self.draws = seed, draws
        self.left: dict[str, str] = {}

    def records(self) -> list[Record]:
        """Every number after day 0, arm by arm, then every difference between arms."""
        found: list[Record] = []
        control = next((a for a, x in self.arms.items() if not x.cells and not self.p.arm(a).subset_of), "")
        for arm in self.arms:
            for o in self.p.find(arm=arm):
                w = Wanted(o.variable, o.time, o.kind == "change")
                if o.time <= 0 or not w.modelled:
                    continue
                n = o.n or self.p.arm(arm).n
                if n is None:
                    self.left[f"{self.p.key} {arm} {o.variable} day {o.time:g}"] = "the number of people is not known"
                    continue
                found.append(self._record(o, arm, "", {h: self.arm(o, w, n, h) for h in self._of(arm)}, self.plain(o, w, n)))
        for arm in self.arms:
            if not control or not self.arms[arm].cells:
                continue
            for o in self.p.find(arm=arm):
                w = Wanted(o.variable, o.time, o.kind == "change")
                other = next((b for b in self.p.find(arm=control, variable=o.variable, time=o.time) if b.kind == o.kind), None)
                if o.time <= 0 or not w.modelled or other is None:
                    continue
                n, m = o.n or self.p.arm(arm).n, other.n or self.p.arm(control).n
                if n is None or m is None:
                    continue
                mine = {h: self.difference(o, w, other, n, m, h) for h in self._of(arm)}
                found.append(
                    self._record(o, arm, control, mine, self.plain_difference(o, w, other, n, m), o.value - other.value)
                )
        return found

    def _of(self, arm: str) -> tuple[str, ...]:
        return tuple(self.drawn[arm])

    def _noise(self, *what: object) -> tuple[Floats, Floats, Floats]:
        """Standard normal, standard normal and uniform numbers, one a draw, its own for each number predicted."""
        purpose, rows = "validate:" + ":".join(map(str, (self.p.key, *what))), np.arange(self.draws)
        both = normals(self.seed, rows, purpose, 2)
        return both[:, 0], both[:, 1], uniforms(self.seed, rows, purpose + ":u")[:, 0]

    def arm(self, o: Observation, w: Wanted, n: int, hypothesis: str) -> Predictive:
        """A number of one arm."""
        mean, sd = self._mean(o.arm, w, hypothesis)
        cohort, _, _ = self._noise("cohort", o.variable)  # shared by the arms and visits of a publication
        _, z, u = self._noise(o.arm, o.variable, o.time)
        if o.variable in SHARES:
            p = expit(logit(np.clip(mean, 1e-3, 1 - 1e-3)) + BETWEEN_COHORTS["share"] * cohort)
            return Predictive.share(p, n, u)
        anchored = self._anchor(o, w) is not None
        error = sd * np.sqrt((1 - WITHIN**2 if anchored else 1.0) / n)
        return Predictive.normal(mean + BETWEEN_COHORTS["sd"] * sd * cohort, np.maximum(error, 1e-9), z)

    def _anchor(self, o: Observation, w: Wanted) -> float | None:
        """The printed mean at day 0 of the same variable and kind."""
        if w.change or o.variable not in MEASURED:
            return None
        return next(
            (
                b.value
                for b in self.p.find(arm=o.arm, variable=o.variable, time=0.0)
                if (b.kind == "median") == (o.kind == "median")
            ),
            None,
        )

    def _mean(self, arm: str, w: Wanted, hypothesis: str, observation: Observation | None = None) -> tuple[Floats, Floats]:
        summary = self.drawn[arm].get(hypothesis, next(iter(self.drawn[arm].values()))).summary
        mean, sd = summary[w]
        known = np.isfinite(mean)
        mean, sd = np.where(known, mean, np.nanmean(mean)), np.where(np.isfinite(sd), sd, np.nanmean(sd))
        o = observation or next((x for x in self.p.find(arm=arm, variable=w.variable, time=w.time)), None)
        start = None if o is None else self._anchor(o, w)
        if start is None or Wanted(w.variable, 0.0) not in summary:
            return mean, sd
        first = summary[Wanted(w.variable, 0.0)][0]
        first = np.where(np.isfinite(first), first, np.nanmean(first))
        if w.variable in LEVELS:
            return mean - first + start, sd
        return mean / first * start, sd / first * start

    def difference(self, o: Observation, w: Wanted, other: Observation, n: int, m: int, hypothesis: str) -> Predictive:
        """A treated arm less its control."""
        (a, sa), (b, sb) = self._mean(o.arm, w, hypothesis), self._mean(other.arm, w, hypothesis)
        cohort, _, _ = self._noise("cohort", o.variable)
        trial, z, _ = self._noise("difference", o.arm, o.variable, o.time)
        if o.variable in SHARES:
            la, lb = (logit(np.clip(x, 1e-3, 1 - 1e-3)) + BETWEEN_COHORTS["share"] * cohort for x in (a, b))
            pa, pb = expit(la + BETWEEN_TRIALS["share"] * trial), expit(lb)
            return Predictive.normal(100 * (pa - pb), 100 * np.sqrt(pa * (1 - pa) / n + pb * (1 - pb) / m), z)
        between = BETWEEN_TRIALS["level"] if o.variable in LEVELS or w.change else BETWEEN_TRIALS["log"] * np.abs(b)
        return Predictive.normal(a - b + between * trial, np.maximum(np.sqrt(sa**2 / n + sb**2 / m), 1e-9), z)

    def plain(self, o: Observation, w: Wanted, n: int) -> dict[str, Predictive]:
        """A number of one arm by the references."""
        a = self.arms[o.arm]
        base, effect = self.reference.untreated(a.populations[0][0], o.variable, o.time), self.reference.effect(o.variable)
        z, z2, u = self._noise("reference", o.arm, o.variable, o.time)
        found = {}
        for name in REFERENCES:
            use = a.cells and name == "pooled_effect"
            value, sd = base.value + (effect.value if use else 0.0), float(np.hypot(base.sd, effect.sd if use else 0.0))
            if o.variable in SHARES:
                found[name] = Predictive.share(expit(value + sd * z), n, u)
                continue
            _, spread = self._mean(o.arm, w, self.hypotheses[0])
            start, people = self._anchor(o, w), float(np.mean(spread)) / np.sqrt(n)
            level = start if start is not None else float(np.mean(self._mean(o.arm, w, self.hypotheses[0])[0]))
            if w.change:
                found[name] = Predictive.normal(np.zeros_like(z), np.full_like(z, np.hypot(people, float(np.mean(spread)))), z2)
            elif o.variable in LEVELS:
                found[name] = Predictive.normal(level + value + sd * z, np.full_like(z, people), z2)
            else:
                found[name] = Predictive.normal(level * np.exp(value + sd * z), np.full_like(z, people), z2)
        return found

    def plain_difference(self, o: Observation, w: Wanted, other: Observation, n: int, m: int) -> dict[str, Predictive]:
        """A difference between arms by the references."""
        a = self.arms[o.arm]
        base, effect = self.reference.untreated(a.populations[0][0], o.variable, o.time), self.reference.effect(o.variable)
        z, z2, _ = self._noise("reference difference", o.arm, o.variable, o.time)
        _, sa = self._mean(o.arm, w, self.hypotheses[0])
        found = {}
        for name in REFERENCES:
            move = effect.value + effect.sd * z if name == "pooled_effect" else np.zeros_like(z)
            if o.variable in SHARES:
                p = expit(np.full_like(z, base.value))
                q = expit(base.value + move)
                found[name] = Predictive.normal(100 * (q - p), 100 * np.sqrt(p * (1 - p) / m + q * (1 - q) / n), z2)
                continue
            people = float(np.mean(sa)) * np.sqrt(1 / n + 1 / m)
            if not (o.variable in LEVELS or w.change):
                move = (self._anchor(other, w) or float(np.mean(self._mean(other.arm, w, "")[0]))) * np.expm1(move)
            found[name] = Predictive.normal(move, np.full_like(z, people), z2)
        return found

    def _record(
        self,
        o: Observation,
        arm: str,
        against: str,
        mine: dict[str, Predictive],
        plain: dict[str, Predictive],
        observed: float | None = None,
    ) -> Record:
        value = o.value if observed is None else observed
        parts = list(mine.values())
        whole = Predictive(
            np.concatenate([x.samples for x in parts]),
            np.concatenate([x.mean for x in parts]),
            np.concatenate([x.sd for x in parts]),
            parts[0].people,
        )
        references = {}
        for name, x in plain.items():
            q = x.quantiles()
            references[name] = (float(q[0]), float(q[4]), x.crps(value), x.log_score(value))
        unit = "percentage points" if against and o.unit == "percent" else o.unit
        return Record(
            self.p.key,
            arm,
            against,
            o.variable + (" (change)" if o.kind == "change" else ""),
            unit,
            o.time,
            float(value),
            whole.quantiles(),
            whole.crps(value),
            whole.log_score(value),
            {h: (float(np.median(x.samples)), x.crps(value), x.log_score(value)) for h, x in mine.items()},
            references,
            self.arms[arm].cells,
        )


def coverage(v: Validation) -> tuple[float, float]:
    """Shares of numbers in their 50 and 90 % intervals, each publication counting once."""
    each: dict[str, list[tuple[bool, bool]]] = {}
    for r in v.records:
        each.setdefault(r.publication, []).append(covered(r.observed, r.quantiles))
    means = [np.mean(rows, axis=0) for rows in each.values()]
    both = np.mean(means, axis=0)
    return float(both[0]), float(both[1])
