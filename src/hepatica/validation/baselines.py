"""Baselines of a prediction by random-effects meta-analysis of the calibration evidence: no effect, pooled effect.

Without cells, a share is what untreated arms of the same population had at the nearest time, pooled, and a mean stays
where it was at day 0 but for what untreated arms changed, pooled. *No effect* says that cells change nothing; *pooled
effect* adds what cells did in the calibration trials, pooled. Pooling is by random effects (DerSimonian & Laird 1986).
*Meta-regression* predicts the untreated course by severity at day 0, time and population, and adds the pooled effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.contrast import contrasts
from hepatica.calibrate.contrast_likelihood import Contrast
from hepatica.calibrate.endpoints import DEATHS, DIRECTION, SHARES
from hepatica.calibrate.error_model.spread import LEVELS, between_people_sd
from hepatica.calibrate.matching import simulated_arm, study_population
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation
from hepatica.outcomes.scores import meld
from hepatica.validation.meta_regression import Outcome, predict

PRIOR_SD = {"share": 1.0, "log": 0.4, "level": 4.0}
"""SD without evidence: of a log odds, of a logarithm, of a level."""


@dataclass(frozen=True)
class Pooled:
    """Pooled value and the predictive SD of a new study's true value, on one scale."""

    value: float
    sd: float
    studies: int


def pool(values: Sequence[float], errors: Sequence[float], prior_sd: float) -> Pooled:
    """Random-effects mean (DerSimonian & Laird 1986) and the predictive SD of a new study's true value.

    Parameters
    ----------
    values, errors : sequence of float
        One a study, with their standard errors.
    prior_sd : float
        SD without any study.

    Examples
    --------
    >>> pool([0.0, 0.0], [1.0, 1.0], 9.0).value
    0.0
    """
    if not values:
        return Pooled(0.0, prior_sd, 0)
    y, v = np.asarray(values), np.asarray(errors) ** 2
    if len(y) == 1:
        return Pooled(float(y[0]), float(np.hypot(errors[0], prior_sd / 2)), 1)
    w = 1 / v
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    between = max(0.0, (q - (len(y) - 1)) / (w.sum() - (w**2).sum() / w.sum()))
    w = 1 / (v + between)
    return Pooled(float((w * y).sum() / w.sum()), float(np.sqrt(1 / w.sum() + between)), len(y))


class Reference:
    """Meta-analysis of the calibration evidence: untreated courses and the effect of cells."""

    def __init__(self, publications: Sequence[Publication]) -> None:
        self.publications = [p for p in publications if p.role == "calibration"]
        self.plan = Plan.of(self.publications)
        self.contrasts: tuple[Contrast, ...] = contrasts(self.plan, self.publications)
        self._pooled: dict[tuple[str, str, float], Pooled] = {}
        self._outcomes: dict[str, list[Outcome]] = {}

    def untreated(self, population: str, variable: str, time: float) -> Pooled:
        """Pooled untreated outcome: log odds of a proportion, or change of a mean since day 0 on its scale."""
        asked = (population, variable, time)
        if asked not in self._pooled:
            self._pooled[asked] = self._untreated(*asked)
        return self._pooled[asked]

    def _untreated(self, population: str, variable: str, time: float) -> Pooled:
        rows: dict[str, tuple[float, float, float]] = {}
        kind = "share" if variable in SHARES else "level" if variable in LEVELS else "log"
        for p in self.publications:
            for arm in p.arms:
                simulated = simulated_arm(p, arm)
                mixed = {} if isinstance(simulated, str) else dict(simulated.populations)
                same = study_population(p, arm) == population or population in mixed
                if arm.gives_cells or arm.subset_of or not same:
                    continue
                for o in p.find(arm=arm.id):
                    read = self._one(p, o, variable, kind)
                    if read is None:
                        continue
                    away, key = abs(np.log(max(o.time, 0.5) / max(time, 0.5))), f"{p.key} {arm.id}"
                    if away < np.log(2.5) and (key not in rows or away < rows[key][0]):
                        rows[key] = (float(away), *read)
        return pool([r[1] for r in rows.values()], [r[2] for r in rows.values()], PRIOR_SD[kind])

    @staticmethod
    def _one(p: Publication, o: Observation, variable: str, kind: str) -> tuple[float, float] | None:
        """Observation on the scale with its standard error, None where it is of another variable."""
        if o.time <= 0 or o.kind == "change":
            return None
        if kind == "share":
            n = p.people(o)
            value = {o.variable: o.value / 100}
            if o.variable == "death":
                value["survival"] = 1 - o.value / 100
            if o.variable == "survival":
                value["death"] = 1 - o.value / 100
            if n is None or variable not in value:
                return None
            x = value[variable] * n + 0.5
            return float(np.log(x / (n + 1 - x))), float(np.sqrt(1 / x + 1 / (n + 1 - x)))
        if o.variable != variable or o.lacks:
            return None
        first = next((b for b in p.find(arm=o.arm, variable=variable, time=0.0) if b.kind == o.kind), None)
        sd = between_people_sd(o)
        if first is None or sd is None or o.n is None:
            return None
        if kind == "level":
            return o.value - first.value, sd / np.sqrt(o.n)
        if min(o.value, first.value) <= 0:
            return None
        return float(np.log(o.value / first.value)), sd / o.value / np.sqrt(o.n)

    def regressed(self, p: Publication, arm: str, population: str, variable: str, time: float) -> Pooled:
        """Untreated outcome by meta-regression on severity at day 0, time and population, scaled as by `untreated`."""
        kind = "share" if variable in SHARES else "level" if variable in LEVELS else "log"
        rows = self._untreated_outcomes(variable)
        new = (severity(p, arm), float(np.log(max(time, 0.5))))
        mean, sd = predict(rows, new, population, PRIOR_SD[kind])
        return Pooled(mean, sd, len({r.publication for r in rows}))

    def _untreated_outcomes(self, variable: str) -> list[Outcome]:
        """Every untreated outcome of a variable, with what it is regressed on."""
        if variable in self._outcomes:
            return self._outcomes[variable]
        kind = "share" if variable in SHARES else "level" if variable in LEVELS else "log"
        rows = []
        for other in self.publications:
            for a in other.arms:
                if a.gives_cells or a.subset_of:
                    continue
                key = study_population(other, a)
                for o in other.find(arm=a.id):
                    read = self._one(other, o, variable, kind)
                    if read is not None:
                        covariates = (severity(other, a.id), float(np.log(max(o.time, 0.5))))
                        rows.append(Outcome(*read, covariates, key, other.key))
        self._outcomes[variable] = rows
        return rows

    def effect(self, variable: str) -> Pooled:
        """Pooled effect of cells, one value a publication: log odds ratio, or difference of the change since day 0."""
        kind = "share" if variable in SHARES else "level" if variable in LEVELS else "log"
        each: dict[str, list[tuple[float, float]]] = {}
        for c in self.contrasts:
            if c.statement is not None:  # says too little to be pooled
                continue
            own = self.plan.lines[c.lines[0]].endpoint.variable
            if own == variable or (own in DEATHS and variable in DEATHS):
                sign = 1.0 if own == variable else DIRECTION[own].value * DIRECTION[variable].value
                each.setdefault(c.publication, []).append((sign * c.value, c.error))
        values = [
            float(np.average([v for v, _ in rows], weights=[1 / e**2 for _, e in rows])) for rows in each.values()
        ]
        errors = [float(np.mean([e for _, e in rows])) for rows in each.values()]
        return pool(values, errors, PRIOR_SD[kind])


def severity(p: Publication, arm: str) -> float:
    """MELD of an arm at day 0: as printed, or of its mean labs; NaN where it cannot be told."""
    first = {o.variable: o.value for o in p.find(arm=arm, time=0.0) if o.kind in ("mean_sd", "mean", "median")}
    if "meld" in first:
        return first["meld"]
    bilirubin, inr, creatinine = (first.get(n, 0.0) for n in ("bilirubin", "inr", "creatinine"))
    if min(bilirubin, inr, creatinine) <= 0:
        return float("nan")
    return float(np.asarray(meld(bilirubin=bilirubin, inr=inr, creatinine=creatinine)))
