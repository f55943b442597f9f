"""Error of a lab about the model: assay error, and a model discrepancy that persists in time.

A log lab y at times t is y = f(t) + b(t) + e, with b a Gaussian process of covariance d^2 exp(-|t - t'| / m) (model
discrepancy, Kennedy & O'Hagan 2001, J R Stat Soc B 63:425) and e independent with SD s. Measurements of one person are
therefore not counted as independent, and what a person is off by today carries over to tomorrow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.special import log_ndtr

from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.observations import Series
from hepatica.variables import variable

Floats = NDArray[np.float64]
MAX_SQUARED_DISTANCE = 25.0
"""Bound on the squared standardised distance in one lab, so that no single lab excludes a candidate."""
DISCREPANCY, MEMORY = 0.3, 30.0
"""SD (log scale) and memory (day) of the discrepancy of a lab of which nothing was learnt; assumed."""
NARROW = {"sodium": 0.02, "albumin": 0.1, "white_cells": 0.5, "crp": 1.0}
"""SD of the discrepancy of labs that vary less or more than others, of which nothing was learnt; assumed."""
ASSAY = {"sodium": 0.01, "white_cells": 0.1, "crp": 0.1}
"""Assay error of labs for which the table of variables states none, SD on the log scale; assumed."""
IGNORED = frozenset({"white_cells", "crp"})
"""Labs without weight unless learnt: the model's inflammation is checked against them, not led by them."""


@dataclass(frozen=True)
class LabError:
    """Error of one log lab.

    Attributes
    ----------
    assay : float
        SD of independent error.
    discrepancy : float
        SD of the model discrepancy.
    memory : float
        Days over which the discrepancy is correlated.
    weighs : bool
        True where the lab enters the weights; a lab that the model relates wrongly to the others carries its own
        discrepancy on, and tells nothing else.
    """

    assay: float
    discrepancy: float
    memory: float = MEMORY
    weighs: bool = True

    @property
    def sd(self) -> float:
        """SD of one measurement about the model."""
        return math.hypot(self.assay, self.discrepancy)

    def covariance(self, days: Floats, other: Floats | None = None) -> Floats:
        """Covariance of measurements on some days, or of the discrepancy between two sets of days.

        Examples
        --------
        >>> LabError(0.0, 1.0, 1.0).covariance(np.array([0.0, 1.0])).round(3).tolist()
        [[1.0, 0.368], [0.368, 1.0]]
        """
        lag = np.abs(days[:, None] - (days if other is None else other)[None])
        smooth = self.discrepancy**2 * np.exp(-lag / self.memory)
        return np.asarray(smooth + self.assay**2 * np.eye(len(days)) if other is None else smooth)

    def log_likelihood(self, residual: Floats, days: Floats, signs: NDArray[np.int64]) -> Floats:
        """Log likelihood of a person's series under each candidate, up to a constant, (n,).

        Measurements beyond a limit enter one by one, by the probability of being there.

        Parameters
        ----------
        residual : (n, m)
            Measurement less the candidate's log lab.
        days, signs : (m,)
            As in `Series`.
        """
        exact = signs == 0
        total = np.zeros(len(residual))
        if exact.any():
            factor = cholesky(self.covariance(days[exact]), lower=True)
            white = solve_triangular(factor, residual[:, exact].T, lower=True)
            total -= 0.5 * np.minimum((white**2).sum(axis=0), MAX_SQUARED_DISTANCE + exact.sum() - 1)
        for k in np.flatnonzero(~exact):
            inside = log_ndtr(-signs[k] * residual[:, k] / self.sd)
            total += np.maximum(inside, -MAX_SQUARED_DISTANCE / 2)
        return total

    def carry(self, residual: Floats, days: Floats, later: Floats) -> tuple[Floats, Floats]:
        """Conditional mean (n, k) and variance (k,) of the discrepancy on later days, given residuals (n, m) so far.

        Parameters
        ----------
        residual : (n, m)
            As in `log_likelihood`.
        days : (m,)
            Days.
        later : (k,)
            As in `Series`.
        """
        prior = np.full(len(later), self.discrepancy**2)
        if not len(days):
            return np.zeros((len(residual), len(later))), prior
        cross = self.covariance(days, later)
        factor = cholesky(self.covariance(days), lower=True), True
        gain = cho_solve(factor, cross)
        return residual @ gain, np.maximum(prior - (cross * gain).sum(axis=0), 0.0)


Errors = Mapping[str, LabError]
"""Error of each lab of the library."""


def assay_error(lab: str) -> float:
    """Assay error of a lab, SD on the log scale."""
    return float(ASSAY.get(lab, variable(lab).error))


def default_errors() -> dict[str, LabError]:
    """Errors of labs of which nothing was learnt.

    Examples
    --------
    >>> default_errors()["inr"].weighs, default_errors()["crp"].weighs
    (True, False)
    """
    return {lab: LabError(assay_error(lab), NARROW.get(lab, DISCREPANCY), weighs=lab not in IGNORED) for lab in LABS}


def exact_residual(series: Series, course: Floats) -> tuple[Floats, Floats]:
    """Residuals (n, m) and days (m,) of the exact measurements of a series about candidates' log labs (n, m)."""
    exact = series.signs == 0
    return series.values[exact] - course[:, exact], series.days[exact]
