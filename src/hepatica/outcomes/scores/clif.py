"""EASL-CLIF: organ failures, ACLF grade, CLIF-C ACLF and CLIF-C AD with their mortality."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hepatica.errors import InputError
from hepatica.outcomes.scores.labs import (
    Array,
    Lab,
    done,
    flag,
    labs,
    numbers,
    over_patients,
    points_of,
)


def _clif_organs(  # noqa: PLR0913 - as many inputs as the published score
    bilirubin: Lab,
    creatinine: Lab,
    encephalopathy: Lab,
    inr: Lab,
    arterial_pressure: Lab,
    dialysis: Lab,
    vasopressors: Lab,
    pao2_fio2: Lab | None,
    spo2_fio2: Lab | None,
) -> tuple[Array, ...]:
    """Subscores 1-3 of liver, kidney, brain, coagulation, circulation and lung."""
    bilirubin, creatinine, encephalopathy, inr, arterial_pressure = labs(
        bilirubin=bilirubin,
        creatinine=creatinine,
        encephalopathy=encephalopathy,
        inr=inr,
        arterial_pressure=arterial_pressure,
    )
    dialysis, vasopressors = flag(dialysis), flag(vasopressors)
    lung = np.asarray(1.0)
    if pao2_fio2 is not None:
        (ratio,) = labs(pao2_fio2=pao2_fio2)
        lung = points_of(ratio, ratio <= 300, ratio <= 200)
    elif spo2_fio2 is not None:
        (ratio,) = labs(spo2_fio2=spo2_fio2)
        lung = points_of(ratio, ratio <= 357, ratio <= 214)
    return (
        points_of(bilirubin, bilirubin >= 6, bilirubin >= 12),
        points_of(creatinine, (creatinine >= 2) | dialysis, (creatinine >= 3.5) | dialysis),
        points_of(encephalopathy, encephalopathy >= 1, encephalopathy >= 3),
        points_of(inr, inr >= 2.0, inr >= 2.5),
        points_of(arterial_pressure, (arterial_pressure < 70) | vasopressors, vasopressors),
        lung,
    )


@over_patients
def clif_c_of(  # noqa: PLR0913 - as many inputs as the published score
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
) -> Array:
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
    labs = (bilirubin, creatinine, encephalopathy, inr, arterial_pressure)
    return done(sum(_clif_organs(*labs, dialysis, vasopressors, pao2_fio2, spo2_fio2)))


def _failing(organs: tuple[Array, ...]) -> Array:
    """Organs that have failed; the kidney fails at 2 points, the others at 3."""
    liver, kidney, brain, coagulation, circulation, lung = organs
    failed = (liver > 2, kidney > 1, brain > 2, coagulation > 2, circulation > 2, lung > 2)
    return np.asarray(sum(np.asarray(f, dtype=np.float64) for f in failed), dtype=np.float64)


@over_patients
def organ_failures(  # noqa: PLR0913 - as many inputs as the published score
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
) -> Array:
    """Organs that have failed by the CLIF-C criteria, 0-6; inputs as in `clif_c_of`.

    References
    ----------
    Jalan2014

    Examples
    --------
    >>> int(organ_failures(bilirubin=13, creatinine=2.2, encephalopathy=1, inr=1.8, arterial_pressure=80))
    2
    """
    labs = (bilirubin, creatinine, encephalopathy, inr, arterial_pressure)
    organs = _clif_organs(*labs, dialysis, vasopressors, pao2_fio2, spo2_fio2)
    return done(_failing(organs) + 0.0 * sum(organs))  # NaN stays NaN


@over_patients
def aclf_grade(  # noqa: PLR0913 - as many inputs as the published score
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
) -> Array:
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
    labs = (bilirubin, creatinine, encephalopathy, inr, arterial_pressure)
    organs = _clif_organs(*labs, dialysis, vasopressors, pao2_fio2, spo2_fio2)
    _, kidney, brain, *_ = organs
    failures = _failing(organs)
    others = failures - (kidney > 1) - (brain > 2)
    impaired = numbers("creatinine", creatinine) >= 1.5
    one_counts = (kidney > 1) | impaired | ((others > 0) & (brain > 1))
    grade = np.where(failures == 1, one_counts, np.minimum(failures, 3.0))
    return done(grade + 0.0 * sum(organs))  # NaN stays NaN


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


# Asia-Pacific
