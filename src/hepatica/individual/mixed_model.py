"""A linear mixed model of one lab, and what it foretells of somebody new.

The logarithm of the lab goes by day (linear between the days that people were seen on, so free on each of them), age, coma
grade, plasma exchange and steroid, these last three also by time; each person has an own intercept and an own slope over
the logarithm of 1 + day. It is fitted by restricted maximum likelihood to every visit of the people learnt from. A new
person is foretold by the conditional expectation of a later value given the ones so far: the best linear unbiased
prediction, with the variance that remains. What is not known of the fixed effects themselves is left out.

Policy for what the optimiser says
----------------------------------
A variance at the edge of what it can be (little of a slope left) is an estimate and is used as it is. A Hessian that is
not positive definite spoils standard errors, which are not used. A fit that did not converge, or cannot be inverted, is
tried with the next optimiser, then without the slope; if nothing converges, the lab is not foretold, and the validation
says so. Any other warning goes on to whoever asked.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning, SingularMatrixWarning

Floats = NDArray[np.float64]
METHODS = ("bfgs", "lbfgs", "powell")
LEAST_VISITS = 10  # on a day, for it to have a level of its own
TIMED = 3  # of the last covariates, how many also act by time


@dataclass(frozen=True)
class Mixed:
    """A fitted linear mixed model of one lab.

    Attributes
    ----------
    knots : (k,) day
    centre, scale : (c,)
        Of the covariates; infinite scale: did not vary.
    kept : (p,) of bool
        Columns of the fixed part that could be told from others.
    fixed : (p kept,)
    random : (2, 2)
        Covariance of intercept and slope between people.
    residual : float
        Variance between visits of a person.
    slope : bool
        Whether people have slopes of their own.
    """

    knots: Floats
    centre: Floats
    scale: Floats
    kept: NDArray[np.bool_]
    fixed: Floats
    random: Floats
    residual: float
    slope: bool

    @classmethod
    def fit(cls, values: Floats, days: Floats, covariates: Floats) -> Mixed | None:
        """Fit values (n, days) of n people, NaN where not measured; None if no fit converges.

        Parameters
        ----------
        covariates : (n, c)
            NaN counts as the mean; the last three also act by time.

        Examples
        --------
        >>> rng = np.random.default_rng(1)
        >>> own = 0.5 * rng.standard_normal((60, 1))
        >>> made = Mixed.fit(own + 0.1 * rng.standard_normal((60, 3)), np.array([0.0, 1.0, 3.0]), np.zeros((60, 4)))
        >>> bool(abs(np.sqrt(made.random[0, 0]) - 0.5) < 0.1), bool(abs(np.sqrt(made.residual) - 0.1) < 0.03)
        (True, True)
        """
        seen: NDArray[np.bool_] = np.isfinite(values)
        knots: Floats = days[seen.sum(axis=0) >= LEAST_VISITS]
        if not len(knots):
            return None
        some: NDArray[np.bool_] = np.asarray(np.isfinite(covariates).any(axis=0))
        centre, scale = np.zeros(len(some)), np.zeros(len(some))
        centre[some], scale[some] = np.nanmean(covariates[:, some], axis=0), np.nanstd(covariates[:, some], axis=0)
        scale = np.where(scale > 1e-9, scale, np.inf)
        person, visit = np.nonzero(seen)
        empty = cls(knots, centre, scale, np.empty(0, bool), np.empty(0), np.zeros((2, 2)), 0.0, True)
        x = empty._fixed_part(covariates[person], days[visit])
        kept = _independent(x)
        for slope in (True, False):
            found = _converged(values[seen], x[:, kept], _by_time(days[visit])[:, : 1 + slope], person)
            if found is not None:
                fixed, random, residual = found
                whole = np.zeros((2, 2))
                whole[: 1 + slope, : 1 + slope] = random
                return cls(knots, centre, scale, kept, fixed, whole, residual, slope)
        return None

    def predict(self, values: Floats, days: Sequence[float], covariates: Floats, day: float) -> tuple[Floats, Floats]:
        """Mean and SD (n,) on a day of new people whose values (n, days) are known so far; NaN where not measured."""
        n, times = len(values), np.asarray(days, float)
        mean = self._mean(covariates, np.full(n, day))
        known = np.stack([self._mean(covariates, np.full(n, t)) for t in times], axis=1)
        z, ahead = _by_time(times), _by_time(np.array([day]))[0]
        own = float(ahead @ self.random @ ahead) + self.residual
        sd = np.full(n, np.sqrt(own))
        for i in range(n):
            seen = np.isfinite(values[i])
            if seen.any():
                cover = z[seen] @ self.random @ z[seen].T + self.residual * np.eye(int(seen.sum()))
                gain = np.linalg.solve(cover, z[seen] @ self.random @ ahead)
                mean[i] += gain @ (values[i, seen] - known[i, seen])
                sd[i] = np.sqrt(max(own - gain @ (z[seen] @ self.random @ ahead), self.residual))
        return mean, sd

    def _mean(self, covariates: Floats, days: Floats) -> Floats:
        """Of people with these covariates (n, c), each on a day (n,)."""
        return np.asarray(self._fixed_part(covariates, days)[:, self.kept] @ self.fixed, float)

    def _fixed_part(self, covariates: Floats, days: Floats) -> Floats:
        """A column for each day that is a knot, each covariate, and each timed one times time."""
        level = np.stack([np.interp(days, self.knots, row) for row in np.eye(len(self.knots))], axis=1)
        given = np.nan_to_num((covariates - self.centre) / self.scale, nan=0.0)
        return np.column_stack([level, given, given[:, -TIMED:] * _by_time(days)[:, 1:]])


def _by_time(days: Floats) -> Floats:
    """What a person's own intercept and slope stand at, (n, 2)."""
    return np.column_stack([np.ones(len(days)), np.log1p(days)])


def _independent(x: Floats) -> NDArray[np.bool_]:
    """Columns that are no combination of those before them."""
    kept, basis = np.zeros(x.shape[1], bool), np.empty((len(x), 0))
    for k in range(x.shape[1]):
        rest = x[:, k] - basis @ (basis.T @ x[:, k])
        rest = rest - basis @ (basis.T @ rest)  # twice is enough
        size = float(np.linalg.norm(rest))
        if size > 1e-6 * max(1.0, float(np.linalg.norm(x[:, k]))):
            kept[k], basis = True, np.column_stack([basis, rest / size])
    return kept


def _converged(y: Floats, x: Floats, z: Floats, person: NDArray[np.int64]) -> tuple[Floats, Floats, float] | None:
    """Fixed effects, covariance between people and residual variance by the first optimiser that converges."""
    for method in METHODS:
        with warnings.catch_warnings():
            for known in (
                ConvergenceWarning,
                SingularMatrixWarning,
            ):  # what they say is asked of the result; see the policy
                warnings.simplefilter("ignore", known)
            try:
                done = MixedLM(y, x, groups=person, exog_re=z).fit(reml=True, method=[method])
            except np.linalg.LinAlgError:
                continue
        random = np.atleast_2d(np.asarray(done.cov_re, float))
        if done.converged and np.isfinite(random).all() and np.isfinite(done.scale):
            return np.asarray(done.fe_params, float), random, float(done.scale)
    return None
