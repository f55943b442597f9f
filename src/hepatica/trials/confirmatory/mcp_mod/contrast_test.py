"""Multiple contrast test of MCP-Mod: statistics, adjusted p-values, critical value, power and size.

The statistics are jointly t with the contrasts' correlation, which is singular with more contrasts than arms less
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod.contrasts import checked_doses, contrast_correlation, optimal_contrasts
from hepatica.trials.confirmatory.mcp_mod.models import DoseResponse
from hepatica.trials.confirmatory.multivariate import equicoordinate_quantile, rectangle_probability

Floats = NDArray[np.float64]
MAX_PER_ARM = 100_000


@dataclass(frozen=True)
class DoseMeans:
    """Estimates of the arms.

    Attributes
    ----------
    doses, means : (arms,)
    covariance : (arms, arms)
        Of the means.
    df : float
        Degrees of freedom of the residual variance; infinite if known.
    """

    doses: Floats
    means: Floats
    covariance: Floats
    df: float

    @classmethod
    def of_groups(cls, doses: ArrayLike, means: ArrayLike, patients: ArrayLike, sd: float) -> DoseMeans:
        """Means of groups with a common residual standard deviation.

        Parameters
        ----------
        doses, means, patients : (arms,)
            Doses of the arms.
        sd : float
            Pooled within the arms, with patients less arms degrees of freedom.
        """
        d = checked_doses(doses)
        n = np.broadcast_to(np.asarray(patients, float), d.shape)
        mu = np.asarray(means, float)
        if mu.shape != d.shape or not (n > 0).all() or not sd > 0 or n.sum() <= len(d):
            raise InputError(
                "means", mu.tolist(), f"give {len(d)} means, patients above 0 in each arm, and a positive sd"
            )
        return cls(d, mu, np.diag(sd**2 / n), float(n.sum() - len(d)))

    @classmethod
    def of_data(cls, dose: ArrayLike, response: ArrayLike) -> DoseMeans:
        """Means of patients' responses (n,) at their doses (n,), one-way analysis of variance."""
        d, y = np.asarray(dose, float), np.asarray(response, float)
        if d.shape != y.shape or d.ndim != 1 or not (np.isfinite(d).all() and np.isfinite(y).all()):
            raise InputError("response", y.shape, f"give one finite response for each of {d.shape} doses")
        levels, arm, n = np.unique(d, return_inverse=True, return_counts=True)
        means = np.bincount(arm, y) / n
        df = len(y) - len(levels)
        if df < 1:
            raise InputError("response", len(y), "give more patients than doses")
        return cls.of_groups(levels, means, n, float(np.sqrt(((y - means[arm]) ** 2).sum() / df)))


@dataclass(frozen=True)
class ContrastTest:
    """Multiple contrast test.

    Attributes
    ----------
    models : tuple of DoseResponse
    contrasts : (models, arms)
    t, adjusted_p : (models,)
        One-sided.
    critical : float
        Value that a statistic has to reach.
    """

    models: tuple[DoseResponse, ...]
    contrasts: Floats
    t: Floats
    adjusted_p: Floats
    critical: float

    @property
    def significant(self) -> tuple[DoseResponse, ...]:
        """Models whose statistic reaches the critical value."""
        return tuple(m for m, t in zip(self.models, self.t, strict=True) if t >= self.critical)


def contrast_test(data: DoseMeans, models: Sequence[DoseResponse], *, alpha: float = 0.025) -> ContrastTest:
    """Test for a dose response with optimal contrasts, one-sided.

    Parameters
    ----------
    data : DoseMeans
        Larger is better; multiply by -1 otherwise.
    models : sequence of DoseResponse
        Candidate shapes.
    alpha : float
        One-sided.

    Returns
    -------
    ContrastTest

    Examples
    --------
    >>> from hepatica.trials.confirmatory.mcp_mod.models import Linear
    >>> data = DoseMeans.of_groups([0, 1, 2], [0.0, 0.3, 0.8], 20, 1.0)
    >>> contrast_test(data, [Linear()]).t.round(4).tolist()
    [2.5298]
    """
    contrasts = optimal_contrasts(models, data.doses, data.covariance)
    t = contrasts @ data.means / np.sqrt(np.einsum("ma,ab,mb->m", contrasts, data.covariance, contrasts))
    correlation = contrast_correlation(contrasts, data.covariance)
    p = [1 - rectangle_probability(-np.inf, float(v), correlation, df=data.df).value for v in t]
    critical = equicoordinate_quantile(1 - alpha, correlation, df=data.df)
    return ContrastTest(tuple(models), contrasts, t, np.clip(p, 0.0, 1.0), critical)


def critical_value(
    models: Sequence[DoseResponse], doses: ArrayLike, patients: ArrayLike, *, alpha: float = 0.025,
    df: float | None = None,
) -> float:  # fmt: skip
    """Critical value of the multiple contrast test.

    Parameters
    ----------
    models : sequence of DoseResponse
        Candidate shapes.
    doses, patients : (arms,)
        Doses of the arms.
    alpha : float
        One-sided.
    df : float, or None
        None: patients less arms.
    """
    d = checked_doses(doses)
    n = np.broadcast_to(np.asarray(patients, float), d.shape)
    contrasts = optimal_contrasts(models, d, n)
    freedom = float(n.sum() - len(d)) if df is None else df
    return equicoordinate_quantile(1 - alpha, contrast_correlation(contrasts, np.diag(1 / n)), df=freedom)


def power_contrasts(
    models: Sequence[DoseResponse], doses: ArrayLike, patients: ArrayLike, *, max_effect: float, sd: float,
    alpha: float = 0.025, truths: Sequence[DoseResponse] | None = None,
) -> Floats:  # fmt: skip
    """Power (truths,) of the multiple contrast test under each true shape.

    Parameters
    ----------
    models : sequence of DoseResponse
        Candidates that the test uses.
    doses : (arms,)
        Doses of the arms.
    patients : (arms,), or one number for all
        Number of patients.
    max_effect : float
        Largest effect over the range of doses, positive.
    sd : float
        Residual.
    alpha : float
        One-sided.
    truths : sequence of DoseResponse, or None
        None: the candidates.

    Returns
    -------
    (truths,)
    """
    d = checked_doses(doses)
    n = np.broadcast_to(np.asarray(patients, float), d.shape)
    contrasts, covariance = optimal_contrasts(models, d, n), np.diag(sd**2 / n)
    correlation, df = contrast_correlation(contrasts, covariance), float(n.sum() - len(d))
    critical = equicoordinate_quantile(1 - alpha, correlation, df=df)
    se = np.sqrt(np.einsum("ma,ab,mb->m", contrasts, covariance, contrasts))
    p_values = []
    for truth in models if truths is None else truths:
        shift = contrasts @ truth.scaled(d, float(d[-1]), max_effect=max_effect) / se
        p_values.append(1 - rectangle_probability(-np.inf, critical, correlation, df=df, shift=shift).value)
    return np.array(p_values)


def sample_size_contrasts(
    models: Sequence[DoseResponse], doses: ArrayLike, *, max_effect: float, sd: float, power: float = 0.8,
    alpha: float = 0.025, smallest: bool = False,
) -> int:  # fmt: skip
    """Patients of each arm with which the mean (or smallest) power over the candidates reaches a target.

    Parameters
    ----------
    models, doses, max_effect, sd, alpha :
        As in `power_contrasts`.
    power : float
        Target.
    smallest : bool
        True for the smallest power instead of the mean.
    """
    if not 0 < power < 1:
        raise InputError("power", power, "give a number between 0 and 1")

    def enough(n: int) -> bool:
        powers = power_contrasts(models, doses, n, max_effect=max_effect, sd=sd, alpha=alpha)
        return float(powers.min() if smallest else powers.mean()) >= power

    n, step = max(2, _near(models, doses, max_effect / sd, power, alpha)), 1
    if enough(n):
        while n - step >= 2 and enough(n - step):
            n, step = n - step, 2 * step
        low, high = max(1, n - step), n
    else:
        while not enough(n + step):
            n, step = n + step, 2 * step
            if n > MAX_PER_ARM:
                raise InputError("max_effect", max_effect, f"more than {MAX_PER_ARM} patients an arm are needed")
        low, high = n, n + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _near(models: Sequence[DoseResponse], doses: ArrayLike, effect: float, power: float, alpha: float) -> int:
    """Patients of each arm with which the best contrast alone has the power, on average."""
    d = checked_doses(doses)
    contrasts = optimal_contrasts(models, d, np.ones(len(d)))
    critical = equicoordinate_quantile(1 - alpha, contrast_correlation(contrasts, np.eye(len(d))))
    own = [float(c @ m.scaled(d, float(d[-1]), max_effect=effect)) for c, m in zip(contrasts, models, strict=True)]
    root_size = (critical + float(ndtri(power))) / float(np.mean(own))
    return int(min(max(root_size, 0.0) ** 2, MAX_PER_ARM))
