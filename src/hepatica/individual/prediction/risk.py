"""Risk of death and of transplant by time: the model's, recalibrated on people where there are some, beside scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.individual.learning.learnt import Learnt
from hepatica.individual.learning.risk import shift_hazard
from hepatica.individual.library.candidates import LABS, at_times
from hepatica.individual.people import Treatment
from hepatica.individual.posterior.observations import Observations
from hepatica.individual.posterior.posterior import Posterior
from hepatica.outcomes.scores import clif_c_aclf, clif_c_aclf_mortality, clif_c_of, meld, meld3, meld_na
from hepatica.outcomes.scores.meld_family import meld3_survival, meld_survival_90d

Floats = NDArray[np.float64]
DAYS = (7.0, 14.0, 28.0, 60.0, 90.0, 180.0, 365.0, 730.0, 1826.0)
"""Days at which risks are shown, as far as the horizon reaches."""
MIN_ALIVE = 1e-4


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Risk of one person by time under one course.

    Attributes
    ----------
    days : (t,)
    death, transplant : (t,)
        Cumulative incidence from the last lab on, recalibrated where the kind has people.
    low, high : (t,)
        90 % interval of the risk of either.
    raw : (t,)
        Risk of either before recalibration.
    """

    days: Floats
    death: Floats
    transplant: Floats
    low: Floats
    high: Floats
    raw: Floats

    @property
    def either(self) -> Floats:
        """Risk of death or transplant, (t,)."""
        return np.asarray(self.death + self.transplant)


def risk_days(observations: Observations, horizon: float) -> Floats:
    """Days at which risks are shown: those of `DAYS` after the last lab, and the horizon."""
    return np.unique([*(d for d in DAYS if observations.last_day < d < horizon), horizon])


def conditional_incidence(posterior: Posterior, days: Floats, course: int) -> tuple[Floats, Floats]:
    """Incidence of death and of transplant after the last lab, for each candidate, (n, t) each."""
    c, start = posterior.candidates, [posterior.observations.last_day]
    died, grafted = (at_times(x[course], days, 1) for x in (c.died, c.grafted))
    died0, grafted0 = (at_times(x[course], start, 1) for x in (c.died, c.grafted))
    alive = np.maximum(1 - died0 - grafted0, MIN_ALIVE)
    return np.clip((died - died0) / alive, 0, 1), np.clip((grafted - grafted0) / alive, 0, 1)


def person_risk(posterior: Posterior, learnt: Learnt, days: Floats, course: int = 0) -> Risk:
    """Risk of one person by time.

    Parameters
    ----------
    posterior : Posterior
        By the weights of the outcome.
    learnt : Learnt
        What people of the kind taught.
    days : (t,)
        After the last lab.
    course : int
        Course to forecast.
    """
    died, grafted = conditional_incidence(posterior, days, course)
    either = posterior.probability(np.minimum(died + grafted, 1.0))
    mean = posterior.mean(either)
    low, high = posterior.quantile(either, (0.05, 0.95))
    share = posterior.mean(posterior.sample(died)) / np.maximum(posterior.mean(posterior.sample(died + grafted)), 1e-9)
    before, after = recalibration(posterior, learnt)
    raw = mean
    mean, low, high = (shift_hazard(x, before, after) for x in (mean, low, high))
    return Risk(
        days=days,
        death=mean * np.clip(share, 0, 1),
        transplant=mean * (1 - np.clip(share, 0, 1)),
        low=low,
        high=high,
        raw=raw,
    )


def mix_risks(care: Risk, parts: Sequence[Risk], null_effect: Sequence[float]) -> Risk:
    """Risk over hypotheses that count alike, each with the chance that cells do nothing.

    Parameters
    ----------
    care : Risk
        Without cells.
    parts : sequence of Risk
        With cells, by hypothesis.
    null_effect : sequence of float
        Probability of no effect, by hypothesis.
    """

    def mixed(name: str) -> Floats:
        each = [p * getattr(care, name) + (1 - p) * getattr(r, name) for r, p in zip(parts, null_effect, strict=True)]
        return np.asarray(np.mean(each, axis=0))

    return Risk(days=care.days, **{name: mixed(name) for name in ("death", "transplant", "low", "high", "raw")})


def recalibration(posterior: Posterior, learnt: Learnt) -> tuple[float, float]:
    """Risk without cells by the day of the people's outcome, before and after recalibration; equal without people."""
    start = posterior.observations.last_day
    if learnt.risk is None or start >= learnt.horizon:
        return 0.5, 0.5
    died, grafted = conditional_incidence(posterior, np.array([learnt.horizon]), posterior.course)
    before = float(posterior.mean(posterior.probability(np.minimum(died + grafted, 1.0)))[0])
    after = learnt.risk.recalibrate(np.array([before]), features_of(posterior.observations))
    return before, float(after[0])


def features_of(observations: Observations) -> Floats:
    """Features of the labs' logistic model, (1, k), as `hepatica.individual.learning.learn.risk_features`."""
    with np.errstate(invalid="ignore"):
        last = [math.log(v) if (v := observations.last(lab)) > 0 else math.nan for lab in LABS]
    given = [float(t.value in observations.background) for t in Treatment]
    return np.array([[*last, observations.age, observations.encephalopathy, *given]])


def score_table(observations: Observations, learnt: Learnt, pressure: float = math.nan) -> pd.DataFrame:
    """Published scores of the last labs with the risk of death that they stand for, and the labs' logistic model.

    Parameters
    ----------
    observations : Observations
        What is known of the person.
    learnt : Learnt
        What people of the kind taught.
    pressure : float
        Mean arterial pressure (mmHg), NaN where not known; CLIF-C takes circulation and lung as sound without it.

    Returns
    -------
    DataFrame
        ``score``, ``points``, ``day`` and ``risk``, NaN where not known, and ``lacks``, the inputs that are missing.
    """
    o = observations
    labs = {lab: o.last(lab) for lab in ("bilirubin", "creatinine", "inr", "sodium", "albumin", "white_cells")}
    signs = {"female": o.female, "age": o.age, "encephalopathy": o.encephalopathy}
    known = labs | signs
    rows = [
        _score("MELD", ("bilirubin", "creatinine", "inr"), known, 90.0, meld, lambda m: 1 - meld_survival_90d(m)),
        _score("MELD-Na", ("bilirubin", "creatinine", "inr", "sodium"), known, math.nan, meld_na, None),
        _score(
            "MELD 3.0",
            ("bilirubin", "creatinine", "inr", "sodium", "albumin", "female"),
            known,
            90.0,
            meld3,
            lambda m: 1 - meld3_survival(m),
        ),
    ]
    rows += [_clif(known, pressure)]
    if learnt.risk is not None:
        risk = float(learnt.risk.by_labs(features_of(o))[0])
        rows.append(
            {"score": "labs' logistic model", "points": math.nan, "day": learnt.horizon, "risk": risk, "lacks": ""}
        )
    return pd.DataFrame(rows)


def _score(
    name: str,
    needs: Sequence[str],
    known: dict[str, float],
    day: float,
    function: Callable[..., Any],
    risk: Callable[[float], Any] | None,
) -> dict[str, Any]:
    """Row of one score."""
    lacks = [n for n in needs if math.isnan(known[n])]
    row: dict[str, Any] = {"score": name, "points": math.nan, "day": day, "risk": math.nan, "lacks": ", ".join(lacks)}
    if not lacks:
        points = float(function(**{n: known[n] for n in needs}))
        row |= {"points": points, "risk": math.nan if risk is None else float(risk(points))}
    return row


def _clif(known: dict[str, float], pressure: float) -> dict[str, Any]:
    """Row of CLIF-C ACLF: organs that nobody measured count as sound."""
    needs = ("bilirubin", "creatinine", "inr", "encephalopathy", "age", "white_cells")
    lacks = [n for n in needs if math.isnan(known[n])]
    row = {"score": "CLIF-C ACLF", "points": math.nan, "day": 90.0, "risk": math.nan, "lacks": ", ".join(lacks)}
    if lacks:
        return row
    grade = min(max(float(known["encephalopathy"]), 0.0), 4.0)
    organs = {n: known[n] for n in ("bilirubin", "creatinine", "inr")} | {"encephalopathy": round(grade)}
    try:
        failure = clif_c_of(**organs, arterial_pressure=90.0 if math.isnan(pressure) else pressure, pao2_fio2=400.0)
        points = float(clif_c_aclf(organ_failure=failure, age=known["age"], white_cells=known["white_cells"]))
        risk = float(clif_c_aclf_mortality(points, months=3))
    except InputError:
        return row | {"lacks": "plausible values"}
    return row | {"points": points, "risk": risk}
