"""EASL-CLIF: organ failures, ACLF grade, CLIF-C ACLF and CLIF-C AD with their mortality."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ParamSpec

import numpy as np

from hepatica.errors import InputError
from hepatica.outcomes.scores.labs import Array, Lab, done, flag, labs, numbers, over_patients, points_of

P = ParamSpec("P")


@dataclass(frozen=True, kw_only=True)
class Organs:
    """Subscores 1-3 of the organs by the CLIF-C criteria, and creatinine in mg/dL, of one patient or of many."""

    liver: Array
    kidney: Array
    brain: Array
    coagulation: Array
    circulation: Array
    lung: Array
    creatinine: Array

    @property
    def total(self) -> Array:
        """Sum of the subscores, 6-18; NaN where one is."""
        return self.liver + self.kidney + self.brain + self.coagulation + self.circulation + self.lung

    @property
    def failing(self) -> Array:
        """Number of organs that have failed, 0-6: the kidney fails at 2 points, the others at 3; NaN as in `total`."""
        others = (self.liver, self.brain, self.coagulation, self.circulation, self.lung)
        failed = (self.kidney > 1, *(points > 2 for points in others))
        return sum((np.asarray(f, dtype=np.float64) for f in failed), 0.0 * self.total)


def grade_organs(  # noqa: PLR0913 - as many inputs as the published score
    *,
    bilirubin: Lab,
    creatinine: Lab,
    encephalopathy: Lab,
    inr: Lab,
    arterial_pressure: Lab,
    dialysis: Lab = False,
    vasopressors: Lab = False,
    pao2_fio2: Lab | None = None,
    spo2_fio2: Lab | None = None,
) -> Organs:
    """Subscores of liver, kidney, brain, coagulation, circulation and lung; inputs as in `clif_c_of`."""
    bilirubin, creatinine, inr = labs(bilirubin=bilirubin, creatinine=creatinine, inr=inr)
    encephalopathy, pressure = labs(encephalopathy=encephalopathy, arterial_pressure=arterial_pressure)
    dialysis, vasopressors = flag(dialysis), flag(vasopressors)
    lung = np.asarray(1.0)
    if pao2_fio2 is not None:
        (ratio,) = labs(pao2_fio2=pao2_fio2)
        lung = points_of(ratio, ratio <= 300, ratio <= 200)
    elif spo2_fio2 is not None:
        (ratio,) = labs(spo2_fio2=spo2_fio2)
        lung = points_of(ratio, ratio <= 357, ratio <= 214)
    return Organs(
        liver=points_of(bilirubin, bilirubin >= 6, bilirubin >= 12),
        kidney=points_of(creatinine, (creatinine >= 2) | dialysis, (creatinine >= 3.5) | dialysis),
        brain=points_of(encephalopathy, encephalopathy >= 1, encephalopathy >= 3),
        coagulation=points_of(inr, inr >= 2.0, inr >= 2.5),
        circulation=points_of(pressure, (pressure < 70) | vasopressors, vasopressors),
        lung=lung,
        creatinine=creatinine,
    )


def _graded_by(grade: Callable[P, Organs]) -> Callable[[Callable[[Organs], Array]], Callable[P, Array]]:
    """Decorate a score of organs, so that it takes the labs by which `grade` grades them."""

    def decorate(score: Callable[[Organs], Array]) -> Callable[P, Array]:
        @functools.wraps(score)
        def of_labs(*args: P.args, **given: P.kwargs) -> Array:
            return score(grade(*args, **given))

        signature = inspect.signature(grade).replace(return_annotation="Array")
        of_labs.__signature__ = signature  # type: ignore[attr-defined]
        return over_patients(of_labs)

    return decorate


@_graded_by(grade_organs)
def clif_c_of(organs: Organs) -> Array:  # noqa: D417 - called with the labs of `grade_organs`
    """CLIF-C organ failure score, 6-18.

    Parameters
    ----------
    bilirubin, creatinine : mg/dL
        Serum.
    encephalopathy : grade
        West-Haven 0-4.
    inr : unitless
        Of prothrombin time.
    arterial_pressure : mmHg
        Mean.
    dialysis, vasopressors : bool
        Given now.
    pao2_fio2, spo2_fio2 : mmHg, %, optional
        One suffices; with neither the lungs count as normal.

    Raises
    ------
    InputError
        If a number is negative or a lone NaN.

    References
    ----------
    Jalan2014

    Examples
    --------
    >>> int(clif_c_of(bilirubin=13, creatinine=2.2, encephalopathy=1, inr=1.8, arterial_pressure=80))
    10
    """
    return done(organs.total)


@_graded_by(grade_organs)
def organ_failures(organs: Organs) -> Array:
    """Organs that have failed by the CLIF-C criteria, 0-6; inputs as in `clif_c_of`.

    References
    ----------
    Jalan2014

    Examples
    --------
    >>> int(organ_failures(bilirubin=13, creatinine=2.2, encephalopathy=1, inr=1.8, arterial_pressure=80))
    2
    """
    return done(organs.failing)


@_graded_by(grade_organs)
def aclf_grade(organs: Organs) -> Array:
    """EASL-CLIF grade of acute-on-chronic liver failure, 0-3; inputs as in `clif_c_of`.

    One failing organ is grade 1 if it is the kidney, if it is the brain with creatinine >= 1.5 mg/dL, or if
    it is another with creatinine >= 1.5 mg/dL or encephalopathy. Two are grade 2, three or more grade 3.

    References
    ----------
    Moreau2013

    Examples
    --------
    >>> stay = dict(bilirubin=13, inr=1.8, arterial_pressure=80, encephalopathy=0)
    >>> aclf_grade(**stay, creatinine=[1.0, 1.6, 2.2]).tolist()
    [0.0, 1.0, 2.0]
    """
    kidney_fails, brain_fails = organs.kidney > 1, organs.brain > 2
    others = organs.failing - kidney_fails - brain_fails
    one_counts = kidney_fails | (organs.creatinine >= 1.5) | ((others > 0) & (organs.brain > 1))
    return done(np.where(organs.failing == 1, one_counts, np.minimum(organs.failing, 3.0)))  # NaN stays NaN


@over_patients
def clif_c_aclf(*, organ_failure: Lab, age: Lab, white_cells: Lab) -> Array:
    """CLIF-C ACLF score, from `clif_c_of`, age (years) and white cells (1e9/L).

    References
    ----------
    Jalan2014

    Examples
    --------
    >>> round(float(clif_c_aclf(organ_failure=10, age=56, white_cells=9)), 3)
    49.243
    """
    organ_failure, age, white_cells = labs(organ_failure=organ_failure, age=age, white_cells=white_cells)
    return done(10.0 * (0.33 * organ_failure + 0.04 * age + 0.63 * np.log(white_cells) - 2.0))


_ACLF_RISK = {1: (0.0022, 0.0995), 3: (0.0079, 0.0869), 6: (0.0115, 0.0824), 12: (0.0231, 0.0731)}
_AD_RISK = {1: (0.00012, 0.1083), 3: (0.00056, 0.1007), 6: (0.00173, 0.0889), 12: (0.00879, 0.0698)}


def _clif_mortality(score: Lab, months: int, risk: Mapping[int, tuple[float, float]]) -> Array:
    if months not in risk:
        raise InputError("months", months, f"one of {', '.join(map(str, risk))}")
    baseline, slope = risk[months]
    return done(-np.expm1(-baseline * np.exp(slope * numbers("score", score))))


def clif_c_aclf_mortality(score: Lab, *, months: int) -> Array:
    """Probability of death within 1, 3, 6 or 12 months of a CLIF-C ACLF score.

    Raises
    ------
    InputError
        If `months` is none of these.

    References
    ----------
    Jalan2014

    Examples
    --------
    >>> round(float(clif_c_aclf_mortality(50, months=1)), 3)
    0.273
    """
    return _clif_mortality(score, months, _ACLF_RISK)


@over_patients
def clif_c_ad(*, age: Lab, creatinine: Lab, inr: Lab, white_cells: Lab, sodium: Lab) -> Array:
    """CLIF-C acute decompensation score: years, mg/dL, unitless, 1e9/L, mmol/L.

    References
    ----------
    Jalan2015

    Examples
    --------
    >>> round(float(clif_c_ad(age=57, creatinine=1.0, inr=1.5, white_cells=6.5, sodium=135)), 3)
    53.005
    """
    age, creatinine, inr, white_cells, sodium = labs(
        age=age, creatinine=creatinine, inr=inr, white_cells=white_cells, sodium=sodium
    )
    score = 0.03 * age + 0.66 * np.log(creatinine) + 1.71 * np.log(inr) + 0.88 * np.log(white_cells)
    return done(10.0 * (score - 0.05 * sodium + 8.0))


def clif_c_ad_mortality(score: Lab, *, months: int) -> Array:
    """Probability of death within 1, 3, 6 or 12 months of a CLIF-C AD score.

    Raises
    ------
    InputError
        If `months` is none of these.

    References
    ----------
    Jalan2015

    Examples
    --------
    >>> round(float(clif_c_ad_mortality(53.005, months=3)), 2)
    0.11
    """
    return _clif_mortality(score, months, _AD_RISK)
