"""Linear mixed model of one lab over time, and its best linear unbiased prediction for a new person.

The logarithm of the lab is linear in day between knots (the days with enough visits), age, encephalopathy, plasma
exchange and corticosteroid, the last three also by time; each person has a random intercept and a random slope over
log(1 + day). It is fitted by restricted maximum likelihood to all visits of the training people. A new person is
predicted by the conditional expectation of a later value given the earlier ones, with the conditional variance; the
uncertainty of the fixed effects is neglected.

Policy on the optimiser's warnings
----------------------------------
A variance at the boundary (hardly any slope left) is an estimate and is used. A Hessian that is not positive definite
spoils standard errors, which are not used. A fit that did not converge, or that cannot be inverted, is tried with the
next optimiser, then without the random slope; if none converges, the lab has no forecast by this model, and the
evaluation says so. Any other warning is passed on.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning, SingularMatrixWarning

from hepatica.individual.regressions import standardisation, standardise

Floats = NDArray[np.float64]
METHODS = ("bfgs", "lbfgs", "powell")
MIN_VISITS = 10
"""Visits on a day, for it to be a knot."""
N_TIME_VARYING = 3
"""Of the last covariates, how many also act by time."""


@dataclass(frozen=True)
class MixedModel:
    """Fitted linear mixed model of one lab.

    Attributes
    ----------
    knots : (k,) day
    centre, scale : (c,)
        Of the covariates; an infinite scale removes one that does not vary.
    kept : (p,) of bool
        Linearly independent columns of the fixed design.
    fixed : (p kept,)
        Fixed effects.
    random : (2, 2)
        Covariance of the random intercept and slope.
    residual : float
        Residual variance.
    slope : bool
        True with a random slope, False with a random intercept alone.
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
    def fit(cls, values: Floats, days: Floats, covariates: Floats) -> MixedModel | None:
        """Fit by restricted maximum likelihood; None if no fit converges.

        Parameters
        ----------
        values : (n, days)
            Of n people; NaN where not measured.
        days : (days,)
            Days of the measurements.
        covariates : (n, c)
            NaN is imputed by the mean; the last three also act by time.

        Examples
        --------
        >>> rng = np.random.default_rng(1)
        >>> own = 0.5 * rng.standard_normal((60, 1))
        >>> values = own + 0.1 * rng.standard_normal((60, 3))
        >>> made = MixedModel.fit(values, np.array([0.0, 1.0, 3.0]), np.zeros((60, 4)))
        >>> bool(abs(np.sqrt(made.random[0, 0]) - 0.5) < 0.1), bool(abs(np.sqrt(made.residual) - 0.1) < 0.03)
        (True, True)
        """
        measured: NDArray[np.bool_] = np.isfinite(values)
        knots: Floats = days[measured.sum(axis=0) >= MIN_VISITS]
        if not len(knots):
            return None
        centre, scale = standardisation(covariates)
        person, visit = np.nonzero(measured)
        design = _fixed_design(knots, covariates[person], days[visit], centre, scale)
        kept = _independent(design)
        for slope in (True, False):
            fit = _converged(values[measured], design[:, kept], _by_time(days[visit])[:, : 1 + slope], person)
            if fit is not None:
                fixed, covariance, residual = fit
                random = np.zeros((2, 2))
                random[: 1 + slope, : 1 + slope] = covariance
                return cls(knots, centre, scale, kept, fixed, random, residual, slope)
        return None

    def predict(self, values: Floats, days: Sequence[float], covariates: Floats, day: float) -> tuple[Floats, Floats]:
        """Best linear unbiased prediction of new people on a day: mean and SD, (n,) each.

        Parameters
        ----------
        values : (n, days)
            Measured so far; NaN where not measured.
        days : sequence of float
            Days of the measurements.
        covariates : (n, c)
            As in `fit`.
        day : float
            Day of the measurement.
        """
        n, times = len(values), np.asarray(days, float)
        mean = self._mean(covariates, np.full(n, day))
        expected = np.stack([self._mean(covariates, np.full(n, t)) for t in times], axis=1)
        z, ahead = _by_time(times), _by_time(np.array([day]))[0]
        marginal = float(ahead @ self.random @ ahead) + self.residual
        sd = np.full(n, np.sqrt(marginal))
        for i in range(n):
            seen = np.isfinite(values[i])
            if seen.any():
                cover = z[seen] @ self.random @ z[seen].T + self.residual * np.eye(int(seen.sum()))
                gain = np.linalg.solve(cover, z[seen] @ self.random @ ahead)
                mean[i] += gain @ (values[i, seen] - expected[i, seen])
                sd[i] = np.sqrt(max(marginal - gain @ (z[seen] @ self.random @ ahead), self.residual))
        return mean, sd

    def _mean(self, covariates: Floats, days: Floats) -> Floats:
        """Population mean (n,) of people with these covariates (n, c), each on a day (n,)."""
        design = _fixed_design(self.knots, covariates, days, self.centre, self.scale)
        return np.asarray(design[:, self.kept] @ self.fixed, float)


def _fixed_design(knots: Floats, covariates: Floats, days: Floats, centre: Floats, scale: Floats) -> Floats:
    """Design of the fixed effects: linear interpolation between knots, covariates, and the last of them by time."""
    level = np.stack([np.interp(days, knots, row) for row in np.eye(len(knots))], axis=1)
    given = standardise(covariates, centre, scale)
    return np.column_stack([level, given, given[:, -N_TIME_VARYING:] * _by_time(days)[:, 1:]])


def _by_time(days: Floats) -> Floats:
    """Design of the random intercept and slope, (n, 2)."""
    return np.column_stack([np.ones(len(days)), np.log1p(days)])


def _independent(x: Floats) -> NDArray[np.bool_]:
    """Columns that are not linear combinations of those before them (Gram-Schmidt, orthogonalised twice)."""
    kept, basis = np.zeros(x.shape[1], bool), np.empty((len(x), 0))
    for k in range(x.shape[1]):
        rest = x[:, k] - basis @ (basis.T @ x[:, k])
        rest = rest - basis @ (basis.T @ rest)
        size = float(np.linalg.norm(rest))
        if size > 1e-6 * max(1.0, float(np.linalg.norm(x[:, k]))):
            kept[k], basis = True, np.column_stack([basis, rest / size])
    return kept


def _converged(y: Floats, x: Floats, z: Floats, person: NDArray[np.int64]) -> tuple[Floats, Floats, float] | None:
    """Fixed effects, random covariance and residual variance by the first optimiser that converges."""
    for method in METHODS:
        with warnings.catch_warnings():
            # a trial point may have no likelihood; what comes of it is checked on the result: see the policy
            warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning, r"scipy\.optimize")
            for expected in (ConvergenceWarning, SingularMatrixWarning):
                warnings.simplefilter("ignore", expected)
            try:
                done = MixedLM(y, x, groups=person, exog_re=z).fit(reml=True, method=[method])
            except np.linalg.LinAlgError:
                continue
        random = np.atleast_2d(np.asarray(done.cov_re, float))
        if done.converged and np.isfinite(random).all() and np.isfinite(done.scale):
            return np.asarray(done.fe_params, float), random, float(done.scale)
    return None
