"""CUSUM chart: tabular cumulative sums (Page 1954, Biometrika 41:100), and their exact run length.

Average run length of one side by Page's integral equation, solved by Gauss-Legendre nodes with the mass at zero apart
(Goel and Wu 1971, Technometrics 13:221); of two sides by 1/L = 1/L+ + 1/L- (Kemp 1961), and with a head start by the
same identity for sums that start elsewhere (Lucas and Crosier 1982, Technometrics 24:199).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, positive

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(81)


class Cusum(NamedTuple):
    """Two-sided tabular CUSUM in standard errors.

    Attributes
    ----------
    high, low : ndarray, (n,)
        Upper sum, not negative, and lower sum, not positive.
    decision : float
        Decision interval.
    reference : float
        Half of the shift that is looked for.
    onset : ndarray of int, (n,)
        Point, from 0, at which the larger sum last left zero: where a shift seems to have begun.
    """

    high: Floats
    low: Floats
    decision: float
    reference: float
    onset: NDArray[np.int64]

    @property
    def beyond(self) -> NDArray[np.intp]:
        """Points at which a sum is beyond the decision interval, from 0."""
        return np.flatnonzero((self.high > self.decision) | (self.low < -self.decision))


def cusum_chart(
    values: ArrayLike,
    centre: float,
    sigma: float,
    *,
    size: int = 1,
    shift: float = 1.0,
    decision: float = 5.0,
    head_start: float = 0.0,
) -> Cusum:
    """Tabular CUSUM chart.

    Parameters
    ----------
    values : array_like, (n,)
        Lots, or means of groups of `size`.
    centre, sigma : float
        Of phase I; sigma within groups.
    size : int
        Values behind each point.
    shift : float
        Shift to be found, in standard errors; the reference value is half of it.
    decision : float
        Decision interval, in standard errors.
    head_start : float
        Sums at the start, from 0 to the decision interval (Lucas and Crosier 1982, Technometrics 24:199).

    Raises
    ------
    InputError
        If sigma, shift or decision is not positive, or the head start is not below the decision interval.

    Examples
    --------
    >>> cusum_chart([0.0, 2.0, 2.0, 2.0, 2.0], 0.0, 1.0, decision=4.0).beyond.tolist()
    [3, 4]
    """
    x = finite(values, "values")
    if not 0.0 <= head_start < positive(decision, "decision"):
        raise InputError("head start", head_start, "from 0 to below the decision interval")
    z = (x - centre) / (positive(sigma, "sigma") / np.sqrt(size))
    k = 0.5 * positive(shift, "shift")
    high, low = np.empty_like(z), np.empty_like(z)
    up = down = head_start
    began_up = began_down = 0
    onset = np.empty(z.size, np.int64)
    for i, value in enumerate(z):
        began_up, began_down = (began_up if up > 0 else i), (began_down if down > 0 else i)
        up, down = max(0.0, up + value - k), max(0.0, down - value - k)
        high[i], low[i] = up, -down
        onset[i] = began_up if up >= down else began_down
    return Cusum(high, low, decision, k, onset)


def cusum_run_length(
    shift: float, *, reference: float = 0.5, decision: float = 5.0, head_start: float = 0.0, two_sided: bool = True
) -> float:
    """Average run length of a CUSUM, known centre and sigma.

    Parameters
    ----------
    shift : float
        Of the mean, in standard errors of a point.
    reference, decision, head_start : float
        In standard errors.
    two_sided : bool
        Both sums; with a head start both start at it.

    Raises
    ------
    InputError
        If the head start is not below the decision interval, or both sums could leave it at once: with two sides it is
        at most half the decision interval and the reference value.

    References
    ----------
    Lucas JM, Crosier RB, Technometrics 1982;24:199.

    Examples
    --------
    >>> round(cusum_run_length(0.0), 0), round(cusum_run_length(1.0), 1)
    (465.0, 10.4)
    >>> round(cusum_run_length(0.0, head_start=2.5), 0), round(cusum_run_length(1.0, head_start=2.5), 2)
    (430.0, 6.35)
    """
    h, k = positive(decision, "decision"), float(reference)
    if not 0.0 <= head_start < h:
        raise InputError("head start", head_start, "from 0 to below the decision interval")
    if not two_sided:
        return _one_side(shift, k, h, head_start)
    if head_start > 0.5 * h + k:
        raise InputError(
            "head start", head_start, "at most half the decision interval plus the reference value, for two sides"
        )
    (up, up_at), (down, down_at) = ((_one_side(s, k, h, 0.0), _one_side(s, k, h, head_start)) for s in (shift, -shift))
    return float((up_at * down + down_at * up - up * down) / (up + down))


def _one_side(shift: float, k: float, h: float, start: float) -> float:
    """L(u) = 1 + L(0) Phi(k - u - shift) + integral over (0, h) of L(y) phi(y - u + k - shift) dy."""
    y, weight = 0.5 * h * (_NODES + 1.0), 0.5 * h * _WEIGHTS
    at = np.append(0.0, y)
    kernel = np.empty((at.size, at.size))
    kernel[:, 0] = norm.cdf(k - at - shift)
    kernel[:, 1:] = norm.pdf(y - at[:, None] + k - shift) * weight
    length = np.linalg.solve(np.eye(at.size) - kernel, np.ones(at.size))
    return float(1.0 + norm.cdf(k - start - shift) * length[0] + norm.pdf(y - start + k - shift) * weight @ length[1:])


def cusum_decision(run_length: float, *, reference: float = 0.5, two_sided: bool = True) -> float:
    """Decision interval for an in-control average run length.

    Examples
    --------
    >>> round(cusum_decision(465.4435, reference=0.5), 2)
    5.0
    """
    if not 3.0 <= run_length <= 1e6:
        raise InputError("run length", run_length, "from 3 to 1,000,000")

    def miss(h: float) -> float:
        return cusum_run_length(0.0, reference=reference, decision=h, two_sided=two_sided) - run_length

    return float(brentq(miss, 1e-3, 30.0, xtol=1e-10))
