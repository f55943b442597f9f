"""Risk of death and of transplant by time: the model's, recalibrated on people where there are some, beside scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
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
from hepatica.individual.prediction.expectation import draw_share, expect
from hepatica.outcomes.scores import clif_c_aclf, clif_c_aclf_mortality, clif_c_of, meld, meld3, meld_na
from hepatica.outcomes.scores.meld_family import meld3_survival, meld_survival_90d

Floats = NDArray[np.float64]
UNDERSTATED = 1.8
"""SD over draws of the expected risk over what pairs of candidates near the person show: 0.110 against 0.061 in 120
synthetic people of 12 draws (`experiments/person_expected_risk.py`); pairs are too few to see it closer."""
DAYS = (7.0, 14.0, 28.0, 60.0, 90.0, 180.0, 365.0, 730.0, 1826.0)
"""Days at which risks are shown, as far as the horizon reaches."""
MIN_ALIVE = 1e-4
MILD, SEVERE = 0.2, 0.8
"""Own risks below and above which people are counted."""


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Risk of one person by time under one course.

    Attributes
    ----------
    days : (t,)
    death, transplant : (t,)
        Expected cumulative incidence from the last lab on, recalibrated where the kind has people: the mean over what
        the labs leave open in the person.
    low, high : (t,)
        90 % interval of the expected risk of either, over what is not known of the model and the size of the library.
    person_low, person_high : (t,)
        90 % interval of the own risk of people with such labs.
    mild, severe : (t,)
        Shares of people with such labs whose own risk is below `MILD`, and above `SEVERE`.
    raw : (t,)
        Expected risk of either before recalibration.
    """

    days: Floats
    death: Floats
    transplant: Floats
    low: Floats
    high: Floats
    person_low: Floats
    person_high: Floats
    mild: Floats
    severe: Floats
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


def either_incidence(posterior: Posterior, days: Floats, course: int) -> Floats:
    """Risk of death or transplant after the last lab, for each candidate, (n, t)."""
    died, grafted = conditional_incidence(posterior, days, course)
    return np.minimum(died + grafted, 1.0)


def person_risk(
    posterior: Posterior, learnt: Learnt, days: Floats, course: int = 0, *, share: Floats | None = None
) -> Risk:
    """Risk of one person by time.

    Parameters
    ----------
    posterior : Posterior
        Of the outcome (`by_scores`).
    learnt : Learnt
        What people of the kind taught.
    days : (t,)
        After the last lab.
    course : int
        Course to forecast.
    share : (t,), optional
        Share of the variance of the own risk that lies between parameter draws; by the candidates unless given.
    """
    died, grafted = conditional_incidence(posterior, days, course)
    own = np.minimum(died + grafted, 1.0)
    either = posterior.probability(own)
    near = draw_share(posterior, own, days[-1]) if share is None else share
    expected = expect(posterior, either, np.minimum(UNDERSTATED**2 * near, 1.0))
    low, high = expected.probability_interval()
    part = posterior.mean(posterior.sample(died)) / np.maximum(posterior.mean(posterior.sample(died + grafted)), 1e-9)
    part = np.clip(part, 0, 1)
    before, after = recalibration(posterior, learnt)
    mean, low, high, people = (shift_hazard(x, before, after) for x in (expected.mean, low, high, either))
    person_low, person_high = posterior.quantile(people, (0.05, 0.95))
    return Risk(
        days=days,
        death=mean * part,
        transplant=mean * (1 - part),
        low=low,
        high=high,
        person_low=person_low,
        person_high=person_high,
        mild=posterior.mean((people < MILD).astype(float)),
        severe=posterior.mean((people > SEVERE).astype(float)),
        raw=expected.mean,
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

    return Risk(days=care.days, **{f.name: mixed(f.name) for f in fields(Risk) if f.name != "days"})


def recalibration(posterior: Posterior, learnt: Learnt) -> tuple[float, float]:
    """Risk without cells by the day of the people's outcome, before and after recalibration; equal without people.

    The recalibration was learnt of risks by importance weights, and is applied to those.
    """
    start = posterior.observations.last_day
    if learnt.risk is None or start >= learnt.horizon:
        return 0.5, 0.5
    own = either_incidence(posterior, np.array([learnt.horizon]), posterior.course)[:, 0]
    before = float(posterior.mean(posterior.probability(own)))
    after = learnt.risk.recalibrate(np.array([posterior.weight @ own]), features_of(posterior.observations))
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
