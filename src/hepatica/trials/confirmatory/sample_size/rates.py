"""Sample size for two event rates: Poisson or negative binomial counts.

Zhu and Lakkis 2014, Stat Med 33:376: the log rate ratio, its variance under the null hypothesis at the common rate of
maximum likelihood. With dispersion k, a count of mean m has variance m + k m^2; 0 is Poisson.
"""

from __future__ import annotations

import math

from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.size import ERRORS, Errors, SampleSize, positive


def _variance(treated: float, control: float, exposure: float, dispersion: float, ratio: float) -> float:
    """Variance of the log rate ratio, times the number of control patients."""
    return (1 / (exposure * treated) + dispersion) / ratio + 1 / (exposure * control) + dispersion


def _variances(treated: float, control: float, exposure: float, dispersion: float, ratio: float) -> tuple[float, float]:
    positive(treated=treated, control=control, exposure=exposure, ratio=ratio)
    if not 0 <= dispersion < math.inf:
        raise InputError("dispersion", dispersion, "give 0 for Poisson counts, or a positive number")
    common = (ratio * treated + control) / (1 + ratio)
    return (
        _variance(common, common, exposure, dispersion, ratio),
        _variance(treated, control, exposure, dispersion, ratio),
    )


def sample_size_rates(
    treated: float, control: float, *, exposure: float = 1.0, dispersion: float = 0.0, ratio: float = 1.0,
    margin: float = 1.0, errors: Errors = ERRORS,
) -> SampleSize:  # fmt: skip
    """Sample size for two event rates.

    Parameters
    ----------
    treated, control : float
        Events per patient and time.
    exposure : float
        Time of each patient.
    dispersion : float
        Of the negative binomial distribution; 0 is Poisson.
    ratio : float
        Treated patients for one control.
    margin : float
        Rate ratio on the boundary of the null hypothesis.
    errors : Errors
        Type I and type II error, one- or two-sided.

    Returns
    -------
    SampleSize

    Raises
    ------
    InputError
        If the rates are on the boundary of the null hypothesis.

    Examples
    --------
    >>> round(sample_size_rates(0.7, 1.0, dispersion=0.5).total, 1)
    416.5
    """
    positive(margin=margin)
    null, alternative = _variances(treated, control, exposure, dispersion, ratio)
    distance = math.log(treated / control / margin)
    if distance == 0:
        raise InputError("treated", treated, "the rate ratio equals the margin; no size shows a difference")
    n = ((errors.z_alpha * math.sqrt(null) + errors.z_beta * math.sqrt(alternative)) / distance) ** 2
    return SampleSize.of(n * (1 + ratio), ratio)


def power_rates(
    rates: tuple[float, float], patients: tuple[float, float], *, exposure: float = 1.0, dispersion: float = 0.0,
    margin: float = 1.0, errors: Errors = ERRORS,
) -> float:  # fmt: skip
    """Power for two event rates, in the direction of the effect.

    Parameters
    ----------
    rates, patients : tuple of treated and control
        Events per patient and time, and patients.
    exposure, dispersion, margin :
        As in `sample_size_rates`.
    errors : Errors
        Beta is not used.
    """
    ratio = patients[0] / patients[1]
    null, alternative = _variances(*rates, exposure, dispersion, ratio)
    distance = abs(math.log(rates[0] / rates[1] / margin)) * math.sqrt(patients[1])
    return float(ndtr((distance - errors.z_alpha * math.sqrt(null)) / math.sqrt(alternative)))
