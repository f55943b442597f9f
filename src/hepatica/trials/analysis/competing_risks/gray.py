"""Gray's test of equal cumulative incidence in several groups, with strata and weights over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history
from hepatica.trials.analysis.log_rank import quadratic_form

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class GrayTest:
    """Result of Gray's test.

    Attributes
    ----------
    groups : (group,)
        In the order of the arrays below.
    score : (group,)
        Events of the cause less those expected with equal cumulative incidence.
    covariance : (group, group)
        Of the score.
    chi_square, df, p : float
    """

    groups: NDArray[np.generic]
    score: Array
    covariance: Array
    chi_square: float
    df: int
    p: float


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    of: int,
    strata: ArrayLike | None = None,
    rho: float = 0.0,
) -> GrayTest:
    """Gray's test of the subdistribution of one cause.

    Parameters
    ----------
    time : (patient,)
        Of the event or of censoring.
    cause : (patient,) int
        0 censored, otherwise the cause of the event.
    group : (patient,)
        At least two values.
    of : int
        The cause compared.
    strata : (patient,), optional
        Scores and covariances are added over strata.
    rho : float
        Weight (1 - F(t-))^rho; above 0 looks at early differences.

    Returns
    -------
    GrayTest

    Raises
    ------
    InputError
        If the shapes differ, there is one group only, or the cause is 0.

    References
    ----------
    Gray1988

    Examples
    --------
    >>> found = gray_test([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 1, 2, 1, 0, 0], [0, 0, 0, 1, 0, 1, 1, 1], of=1)
    >>> round(found.chi_square, 3), found.df
    (0.715, 1)
    """
    if of == 0:
        raise InputError("of", of, "a cause of events; 0 means censored")
    time, causes = checked_history(time, cause)
    groups, code = np.unique(np.asarray(group), return_inverse=True)
    if groups.size < 2 or code.shape != time.shape:
        raise InputError("group", groups.tolist(), "a group for every patient, and two groups or more")
    stratum = np.zeros(time.size, dtype=int)
    if strata is not None:
        stratum = np.unique(np.asarray(strata), return_inverse=True)[1]
    score, covariance = np.zeros(groups.size), np.zeros((groups.size, groups.size))
    for k in range(stratum.max() + 1):
        mine = stratum == k
        part = _Stratum.of(time[mine], causes[mine], code[mine], groups.size, of)
        if part is not None:
            weight = (1.0 - part.pooled_before) ** rho
            score += part.score(weight)
            covariance += part.covariance(weight)
    chi_square, df = quadratic_form(score, covariance)
    df = min(df, groups.size - 1)
    return GrayTest(
        groups=groups,
        score=score,
        covariance=covariance,
        chi_square=chi_square,
        df=df,
        p=float(chi2.sf(chi_square, df)) if df else 1.0,
    )


@dataclass(frozen=True)
class _Stratum:
    """Counts and curves of one stratum at its event times, (time, group).

    The pooled incidence F0 has increments d1 / sum(h) with h = Y / S(t-); it is the common one under the hypothesis.
    """

    at_risk: Array
    own: Array
    other: Array
    survival: Array
    incidence_before: Array
    pooled_before: Array
    pooled: Array

    @classmethod
    def of(cls, time: Array, cause: NDArray[np.int_], code: NDArray[np.intp], n: int, of: int) -> _Stratum | None:
        times = np.unique(time[cause != 0])
        if not times.size:
            return None
        at_risk, own, other = np.zeros((3, times.size, n))
        for g in range(n):
            mine = code == g
            at_risk[:, g] = mine.sum() - np.searchsorted(np.sort(time[mine]), times, side="left")
            for into, which in ((own, cause == of), (other, (cause != of) & (cause != 0))):
                into[:, g] = np.bincount(np.searchsorted(times, time[mine & which]), minlength=times.size)
        with np.errstate(divide="ignore", invalid="ignore"):
            alive = np.where(at_risk > 0, 1 - (own + other) / at_risk, 1.0)
            survival: Array = np.asarray(np.cumprod(alive, axis=0), dtype=np.float64)
        before = np.vstack([np.ones(n), survival[:-1]])
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.where(at_risk > 0, before * own / at_risk, 0.0)
            size = np.where(at_risk > 0, at_risk / before, 0.0).sum(axis=1)
        pooled = np.cumsum(own.sum(axis=1) / size)
        shifted = np.concatenate(([0.0], pooled[:-1]))
        return cls(at_risk, own, other, survival, np.cumsum(steps, axis=0) - steps, shifted, pooled)

    @property
    def before(self) -> Array:
        """Survival of any event just before each time."""
        return np.vstack([np.ones(self.survival.shape[1]), self.survival[:-1]])

    @property
    def size(self) -> Array:
        """Numbers at risk divided by the survival just before, h."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.at_risk > 0, self.at_risk / self.before, 0.0)

    def score(self, weight: Array) -> Array:
        """Weighted events less expected events, (group,): risk sets are Y (1 - F(t-)) / S(t-)."""
        r = self.size * (1.0 - self.incidence_before)
        d = self.own.sum(axis=1)
        return np.asarray(weight @ (self.own - r * (d / r.sum(axis=1))[:, None]))

    def covariance(self, weight: Array) -> Array:
        """Covariance of the score from its martingales of both kinds of events in each group.

        With a[k, j] = K h_k (1{k = j} - h_j / h) and B[k, j](t) = sum over u > t of a dF0 / (1 - F0(u-)), an event of
        the cause in group j moves score k by S_j (a + (1 - (1 - F0) / S_j) B) / Y_j, another by -(1 - F0) B / Y_j.
        """
        h, total, d = self.size, self.size.sum(axis=1), self.own.sum(axis=1)
        n = h.shape[1]
        a = weight[:, None, None] * h[:, :, None] * (np.eye(n) - h[:, None, :] / total[:, None, None])
        jump = a * (d / (total * (1.0 - self.pooled_before)))[:, None, None]
        ahead = jump.sum(axis=0) - np.cumsum(jump, axis=0)
        alive, before, y = self.survival, self.before, self.at_risk
        left = np.divide((1.0 - self.pooled)[:, None], alive, out=np.zeros_like(alive), where=alive > 0)
        of_own = a + (1.0 - left)[:, None, :] * ahead
        of_other = -left[:, None, :] * ahead
        with np.errstate(divide="ignore", invalid="ignore"):
            ties = 1.0 - np.where(d[:, None] > 1, (d[:, None] - 1) / (total[:, None] * before - 1), 0.0)
            own = np.where(y > 0, ties * before * (d / total)[:, None] / y, 0.0)
            ties = 1.0 - np.where(self.other > 1, (self.other - 1) / np.maximum(y - 1, 1), 0.0)
            other = np.where(y > 0, ties * before**2 * self.other / y**2, 0.0)
        return np.asarray(
            np.einsum("tkj,tj,tlj->kl", of_own, own, of_own) + np.einsum("tkj,tj,tlj->kl", of_other, other, of_other)
        )
