"""Summary statistics of a lab in a group of people, as observations of a publication.

Labs except albumin are means of a lognormal: from mean and SD of the logarithms, which are nearly symmetric where ALT,
AST and bilirubin are not, so that a few people do not determine the mean. The quantity compared with it, a mean of
virtual survivors, is the same; a median would not be. Albumin varies little and is also summarised by its paired change
since day 0. Measurement error is subtracted from the variance between people, on day 0 also from the SD, which informs
how people differ; later SDs, which give standard errors only, keep it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hepatica.evidence.observations import VARIABLES, Observation
from hepatica.individual.weights import MEASUREMENT_SD

Floats = NDArray[np.float64]
MIN_MEASURED = 3
"""Measurements for a mean with an SD."""
ADDITIVE = ("albumin",)
"""Labs summarised on their own scale; all others on that of the logarithm."""
MEDIAN_NOTE = "the mean of the same people stands for them"


def lab_observations(
    arm: str, lab: str, day: float, values: Floats, *, baseline: Floats, unusable: str = ""
) -> Iterator[Observation]:
    """Mean with SD, median with quartiles, and mean change of a lab on a day.

    Parameters
    ----------
    arm, lab : str
        Name of the lab.
    day : float
        Day of the measurement.
    values, baseline : (n,)
        On the day and on day 0, in the model's units; NaN where not measured.
    unusable : str
        Why the numbers must not enter a likelihood; empty if they may.

    Yields
    ------
    Observation

    Examples
    --------
    >>> x = np.array([30.0, 34.0, 38.0])
    >>> [(o.kind, o.value) for o in lab_observations("a", "albumin", 7.0, x - np.arange(3), baseline=x)]
    [('mean_sd', 33.0), ('change', -1.0)]
    """
    measured = np.isfinite(values)
    if measured.sum() < MIN_MEASURED or np.ptp(values[measured]) == 0:
        return
    x = values[measured]
    row = {"arm": arm, "variable": lab, "unit": VARIABLES[lab], "time": day}
    mean, total, true = _moments(lab, x)
    sd = float(np.sqrt(true if day == 0 else total))
    use = {"usable": not unusable, "note": unusable}
    yield Observation(**row, kind="mean_sd", value=short(mean), sd=short(sd), n=len(x), **use)
    if lab not in ADDITIVE:
        q1, median, q3 = (short(float(q)) for q in np.quantile(x, (0.25, 0.5, 0.75)))
        yield Observation(**row, kind="median", value=median, q1=q1, q3=q3, n=len(x), usable=False, note=MEDIAN_NOTE)
    change = (values - baseline)[measured & np.isfinite(baseline)]
    if lab in ADDITIVE and day > 0 and len(change) >= MIN_MEASURED and np.ptp(change) > 0:
        size = short(float(change.std(ddof=1)))
        yield Observation(**row, kind="change", value=short(float(change.mean())), sd=size, n=len(change), **use)


def short(x: float) -> float:
    """Number rounded to six significant digits."""
    return float(f"{x:.6g}")


def _moments(lab: str, x: Floats) -> tuple[float, float, float]:
    """Mean, variance between people, and that variance without measurement error."""
    error = MEASUREMENT_SD[lab] ** 2
    if lab in ADDITIVE:
        mean, variance = float(x.mean()), float(x.var(ddof=1))
        return mean, variance, _without_error(variance, error * mean**2)
    log = np.log(x)
    s2 = float(log.var(ddof=1))
    mean = float(np.exp(log.mean() + _without_error(s2, error) / 2))
    variance, true = (mean**2 * float(np.expm1(s)) for s in (s2, _without_error(s2, error)))
    return mean, variance, true


def _without_error(variance: float, error: float) -> float:
    """Variance less that of measurement; at least half of it stays, since both are estimates."""
    return max(variance - error, variance / 2)
