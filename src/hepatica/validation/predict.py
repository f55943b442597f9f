"""Predictions of published numbers that the model has not seen, and how they fared.

Patients, ignorance and the sampling of an arm of that size are all in a prediction. Virtual patients are weighted until
their mean labs at day 0 are those printed, as far as that leaves enough of them; later means are predicted from the
printed ones at day 0. Hypotheses stand side by side as halves of one mixture, and each by itself in the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import binom

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import MEASURED, SHARES, Endpoint
from hepatica.calibrate.likelihood import LEVELS, WITHIN_PERSON_CORRELATION
from hepatica.calibrate.matching import SimulatedArm
from hepatica.calibrate.terms import between_people_sd
from hepatica.engine import System
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation
from hepatica.patients import DrawKey, Draws
from hepatica.patients.draws import BETWEEN
from hepatica.patients.streams import normals, uniforms
from hepatica.progress import Progress
from hepatica.validation.baselines import Reference
from hepatica.validation.records import REFERENCES, Record, Validation
from hepatica.validation.scores import Predictive
from hepatica.validation.simulated import Arms, Simulated

Floats = NDArray[np.float64]


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
    progress: Progress | None = None,
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
    rows = np.arange(draws)
    ignorant = Draws(
        {DrawKey.between_study(what): normals(seed, rows, f"prior:between:{what}")[:, 0] for what in BETWEEN}
    )
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
        drawn = {
            a.arm: {h: simulated.arm(plan, p, a, h) for h in (hypotheses if a.cells else hypotheses[:1])} for a in arms
        }
        alike |= {f"{p.key} {arm}": next(iter(rows.values())).alike for arm, rows in drawn.items()}
        differs = simulated.known or ignorant
        found = _Publication(p, {a.arm: a for a in arms}, drawn, seen, differs, seed, draws, tuple(hypotheses))
        records += found.records()
        left |= found.left
    if progress is not None:
        progress("predict", len(publications), len(publications))
    shapes = {k: float(d.provenance.get("pareto_k", 0.0)) for k, d in (left_out or {}).items()}
    learnt = set(known.provenance.get("publications", ())) if known is not None else set()
    inside = tuple(p.key for p in publications if p.key in learnt and p.key not in shapes)
    return Validation(tuple(records), left, alike, shapes, inside)


def moved(mean: Floats, beside: Floats, sd: Floats, by: Floats, w: Endpoint) -> Floats:
    """A mean moved by so many SDs between people (about a mean `beside`); as a factor where means are compared as logarithms.

    Examples
    --------
    >>> mean, sd = np.array([10.0]), np.array([2.0])
    >>> [float(moved(mean, mean, sd, np.array([-9.0]), Endpoint(v, 28.0))[0].round(2)) for v in ("meld", "bilirubin")]
    [-8.0, 1.68]
    """
    if w.change or w.variable in LEVELS:
        return np.asarray(mean + by * sd)
    return np.asarray(mean * np.exp(by * np.sqrt(np.log1p((sd / beside) ** 2))))


class _Publication:
    """Predictions of one publication from its simulated arms."""

    def __init__(
        self,
        p: Publication,
        arms: dict[str, SimulatedArm],
        drawn: dict[str, dict[str, Arms]],
        reference: Reference,
        known: Draws,
        seed: int,
        draws: int,
        hypotheses: tuple[str, ...],
    ) -> None:
        self.p, self.arms, self.drawn, self.reference, self.hypotheses = p, arms, drawn, reference, hypotheses
        self.known, self.seed, self.draws = known, seed, draws
        self.left: dict[str, str] = {}

    def records(self) -> list[Record]:
        """Every number after day 0, arm by arm, then every difference between arms."""
        found: list[Record] = []
        control = next((a for a, x in self.arms.items() if not x.cells and not self.p.arm(a).subset_of), "")
        for arm in self.arms:
            for o in self.p.find(arm=arm):
                w = Endpoint(o.variable, o.time, o.kind == "change")
                if o.time <= 0 or not w.modelled:
                    continue
                n = o.n or self.p.arm(arm).n
                if n is None:
                    self.left[f"{self.p.key} {arm} {o.variable} day {o.time:g}"] = "the number of people is not known"
                    continue
                found.append(
                    self._record(o, arm, "", {h: self.arm(o, w, n, h) for h in self._of(arm)}, self.plain(o, w, n))
                )
        for arm in self.arms:
            if not control or not self.arms[arm].cells:
                continue
            for o in self.p.find(arm=arm):
                w = Endpoint(o.variable, o.time, o.kind == "change")
                other = next(
                    (b for b in self.p.find(arm=control, variable=o.variable, time=o.time) if b.kind == o.kind), None
                )
                if o.time <= 0 or not w.modelled or other is None:
                    continue
                n, m = o.n or self.p.arm(arm).n, other.n or self.p.arm(control).n
                if n is None or m is None:
                    continue
                mine = {h: self.difference(o, w, other, n, m, h) for h in self._of(arm)}
                one = self._record(
                    o, arm, control, mine, self.plain_difference(o, w, other, n, m), o.value - other.value
                )
                found.append(replace(one, odds=self.odds(o, w, other, n, m)) if o.variable in SHARES else one)
        return found

    def _of(self, arm: str) -> tuple[str, ...]:
        return tuple(self.drawn[arm])

    def _normal(self, *what: object) -> Floats:
        """Standard normal numbers, one a draw, its own for each thing that differs."""
        return np.asarray(normals(self.seed, np.arange(self.draws), self._purpose(*what))[:, 0])

    def _purpose(self, *what: object) -> str:
        return "validate:" + ":".join(map(str, (self.p.key, *what)))

    def arm(self, o: Observation, w: Endpoint, n: int, hypothesis: str) -> Predictive:
        """A number of one arm."""
        mean, sd = self._mean(o.arm, w, hypothesis)
        move = self._cohort(o.variable) + (self._trial(o, hypothesis) if self.arms[o.arm].cells else 0.0)
        if o.variable in SHARES:
            return Predictive.share(expit(logit(np.clip(mean, 1e-3, 1 - 1e-3)) + move), n)
        error = sd * np.sqrt(self._left(o, w) / n)
        return Predictive.normal(moved(mean, mean, sd, move, w), np.maximum(error, 1e-9))

    def _cohort(self, variable: str) -> Floats:
        """What this cohort differs by, alike in its arms and visits: logarithm of odds of a share, SDs of people for a mean."""
        sd = self.known.between("share" if variable in SHARES else "mean", np.arange(self.draws))
        return np.asarray(sd * self._normal("cohort", variable))

    def _trial(self, o: Observation, hypothesis: str) -> Floats:
        """What the effect of cells in this trial differs by, on the same scales."""
        what = "effect_share" if o.variable in SHARES else "effect_mean"
        sd = self.known.between(what, np.arange(self.draws), hypothesis)
        return np.asarray(sd * self._normal("difference", o.arm, o.variable, o.time))

    def _anchor(self, o: Observation, w: Endpoint) -> Observation | None:
        """What is printed at day 0 of the same variable and kind."""
        if w.change or o.variable not in MEASURED:
            return None
        known = self.p.find(arm=o.arm, variable=o.variable, time=0.0)
        return next((b for b in known if (b.kind == "median") == (o.kind == "median")), None)

    def _left(self, o: Observation, w: Endpoint) -> float:
        """Share of the variance between people that is left once the mean at day 0 is printed."""
        return 1.0 if self._anchor(o, w) is None else 1 - WITHIN_PERSON_CORRELATION**2

    def _mean(self, arm: str, w: Endpoint, hypothesis: str) -> tuple[Floats, Floats]:
        """Mean and SD between people, (draws,) each, made to start from what is printed at day 0."""
        summary = self.drawn[arm].get(hypothesis, next(iter(self.drawn[arm].values()))).summary
        mean, sd = summary[w]
        known = np.isfinite(mean)
        mean, sd = np.where(known, mean, np.nanmean(mean)), np.where(np.isfinite(sd), sd, np.nanmean(sd))
        o = next((x for x in self.p.find(arm=arm, variable=w.variable, time=w.time)), None)
        if w.change:  # people's labs vary from day to day as well, which virtual patients' do not
            at_start = next(
                (s for b in self.p.find(arm=arm, variable=w.variable, time=0.0) if (s := between_people_sd(b))), 0.0
            )
            return mean, np.maximum(sd, at_start * np.sqrt(2 * (1 - WITHIN_PERSON_CORRELATION)))
        printed = None if o is None else self._anchor(o, w)
        if printed is None or Endpoint(w.variable, 0.0) not in summary:
            return mean, sd
        first, wide = summary[Endpoint(w.variable, 0.0)]
        first = np.where(np.isfinite(first), first, np.nanmean(first))
        people, alike = between_people_sd(printed), np.full_like(first, np.nanmean(wide))
        if w.variable in LEVELS:
            mean = mean - first + printed.value
        else:
            mean, sd, alike = (x / first * printed.value for x in (mean, sd, alike))
        if people is not None and np.all(
            alike > 0
        ):  # never narrower than virtual people: an SD that small may be an error's
            sd = sd * np.maximum(people / alike, 1.0)
        return mean, sd

    def difference(
        self, o: Observation, w: Endpoint, other: Observation, n: int, m: int, hypothesis: str
    ) -> Predictive:
        """A treated arm less its control."""
        if o.variable in SHARES:
            pa, pb = self._shares(o, w, other, hypothesis)
            return Predictive.normal(100 * (pa - pb), 100 * np.sqrt(pa * (1 - pa) / n + pb * (1 - pb) / m))
        (a, sa), (b, sb) = self._mean(o.arm, w, hypothesis), self._mean(other.arm, w, hypothesis)
        trial = self._trial(o, hypothesis)
        error = np.sqrt(sa**2 * self._left(o, w) / n + sb**2 * self._left(other, w) / m)
        return Predictive.normal(moved(a, b, np.sqrt((sa**2 + sb**2) / 2), trial, w) - b, np.maximum(error, 1e-9))

    def _shares(self, o: Observation, w: Endpoint, other: Observation, hypothesis: str) -> tuple[Floats, Floats]:
        """Shares of a treated arm and its control, of one cohort and with what cells do in this trial."""
        cohort, trial = self._cohort(o.variable), self._trial(o, hypothesis)
        la, lb = (logit(np.clip(self._mean(x, w, hypothesis)[0], 1e-3, 1 - 1e-3)) + cohort for x in (o.arm, other.arm))
        return np.asarray(expit(la + trial)), np.asarray(expit(lb))

    def odds(self, o: Observation, w: Endpoint, other: Observation, n: int, m: int) -> tuple[float, ...]:
        """The odds ratio of a treated arm and its control as it would be seen: observed, median, 5 and 95 % quantiles."""
        rows = np.arange(self.draws)
        u, v = (
            uniforms(self.seed, rows, self._purpose("odds", x.arm, o.variable, o.time) + ":u")[:, 0] for x in (o, other)
        )

        def ratio(x: Floats | float, y: Floats | float) -> Floats:
            return np.asarray((x + 0.5) / (n - x + 0.5) / ((y + 0.5) / (m - y + 0.5)))

        drawn = [self._shares(o, w, other, h) for h in self._of(o.arm)]
        seen = np.concatenate([ratio(binom.ppf(u, n, a), binom.ppf(v, m, b)) for a, b in drawn])
        return (
            float(ratio(n * o.value / 100, m * other.value / 100)),
            *map(float, np.quantile(seen, (0.5, 0.05, 0.95))),
        )

    def plain(self, o: Observation, w: Endpoint, n: int) -> dict[str, Predictive]:
        """A number of one arm by the references."""
        a = self.arms[o.arm]
        base, effect = (
            self.reference.untreated(a.populations[0][0], o.variable, o.time),
            self.reference.effect(o.variable),
        )
        z = self._normal("reference", o.arm, o.variable, o.time)
        found = {}
        for name in REFERENCES:
            use = a.cells and name == "pooled_effect"
            value, sd = base.value + (effect.value if use else 0.0), float(np.hypot(base.sd, effect.sd if use else 0.0))
            if o.variable in SHARES:
                found[name] = Predictive.share(expit(value + sd * z), n)
                continue
            _, wide = self._mean(o.arm, w, self.hypotheses[0])
            start, people = self._anchor(o, w), float(np.mean(wide)) / np.sqrt(n)
            level = start.value if start is not None else float(np.mean(self._mean(o.arm, w, self.hypotheses[0])[0]))
            if w.change:
                found[name] = Predictive.normal(
                    np.zeros_like(z), np.full_like(z, np.hypot(people, float(np.mean(wide))))
                )
            elif o.variable in LEVELS:
                found[name] = Predictive.normal(level + value + sd * z, np.full_like(z, people))
            else:
                found[name] = Predictive.normal(level * np.exp(value + sd * z), np.full_like(z, people))
        return found

    def plain_difference(
        self, o: Observation, w: Endpoint, other: Observation, n: int, m: int
    ) -> dict[str, Predictive]:
        """A difference between arms by the references."""
        a = self.arms[o.arm]
        base, effect = (
            self.reference.untreated(a.populations[0][0], o.variable, o.time),
            self.reference.effect(o.variable),
        )
        z = self._normal("reference difference", o.arm, o.variable, o.time)
        _, sa = self._mean(o.arm, w, self.hypotheses[0])
        found = {}
        for name in REFERENCES:
            move = effect.value + effect.sd * z if name == "pooled_effect" else np.zeros_like(z)
            if o.variable in SHARES:
                p = expit(np.full_like(z, base.value))
                q = expit(base.value + move)
                found[name] = Predictive.normal(100 * (q - p), 100 * np.sqrt(p * (1 - p) / m + q * (1 - q) / n))
                continue
            people = float(np.mean(sa)) * np.sqrt(1 / n + 1 / m)
            if not (o.variable in LEVELS or w.change):
                start = self._anchor(other, w)
                level = float(np.mean(self._mean(other.arm, w, "")[0])) if start is None else start.value
                move = level * np.expm1(move)
            found[name] = Predictive.normal(move, np.full_like(z, people))
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
            o.variable,
            unit,
            o.time,
            float(value),
            whole.quantiles(),
            whole.crps(value),
            whole.log_score(value),
            {h: (float(np.median(x.samples)), x.crps(value), x.log_score(value)) for h, x in mine.items()},
            references,
            self.arms[arm].cells,
            change=o.kind == "change",
        )
