"""Donor qualification and pooling strategy from stated variance components.

A lot pooled of m donors in shares w has variance sigma_donor^2 sum w^2 + sigma_batch^2, and its result sigma_assay^2
/ r more. Qualification selects donors by a measured value; what is gained is the mean of a truncated bivariate normal
(Cochran 1951, Proc Second Berkeley Symp 449).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr
from scipy.stats import chi2, nbinom, norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, ordered_limits, positive, probability, whole
from hepatica.manufacturing.quality.release.guard_band import bivariate_cdf
from hepatica.patients.streams import uniforms

LARGEST_POOL = 1_000


class Components(NamedTuple):
    """Variance components of an attribute, as standard deviations, on its scale or that of its logarithm.

    Attributes
    ----------
    mean : float
    donor, batch, assay : float
        Between donors, between batches of one donor or pool, and of one replicate of the assay.
    """

    mean: float
    donor: float
    batch: float
    assay: float

    def check(self) -> Components:
        """Itself, if it makes sense.

        Raises
        ------
        InputError
            If a component is negative or not finite, or all are 0.
        """
        if not (np.isfinite(self).all() and min(self[1:]) >= 0.0 and self.donor + self.batch > 0.0):
            raise InputError("variance components", tuple(self), "finite, not negative, donor or batch above 0")
        return self


class Pool(NamedTuple):
    """Lots pooled of several donors.

    Attributes
    ----------
    donors : int
    effective : float
        1 / sum of squared shares: fewer than `donors` where shares are unequal.
    sd : float
        Of true values of lots.
    share_from_donors : float
        Of the variance of lots, what donors still make.
    chance_within : float
        That a lot lies within the specification; NaN without one.
    infection : float
        Chance that at least one donor carries what screening misses.
    """

    donors: int
    effective: float
    sd: float
    share_from_donors: float
    chance_within: float
    infection: float


def pool_donors(
    components: Components,
    shares: ArrayLike,
    *,
    lower: float | None = None,
    upper: float | None = None,
    missed_infection: float = 0.0,
) -> Pool:
    """Variance of lots pooled of donors in stated shares.

    Parameters
    ----------
    components : Components
        On the scale on which a pool is the mean of its donors.
    shares : array_like, (m,)
        Cells of each donor; scaled to sum to 1.
    lower, upper : float, optional
        Specification of the true value.
    missed_infection : float
        Chance that one donor carries an infection in spite of screening.

    Raises
    ------
    InputError
        If a share is not positive, or the chance is outside [0, 1).

    Examples
    --------
    >>> one, four = (pool_donors(Components(1.0, 0.3, 0.1, 0.1), [1] * m, lower=0.7) for m in (1, 4))
    >>> round(one.sd, 3), round(four.sd, 3), round(four.chance_within, 3)
    (0.316, 0.18, 0.952)
    """
    w = finite(shares, "shares")
    if (w <= 0.0).any() or w.size > LARGEST_POOL:
        raise InputError("shares", float(w.min()), f"positive shares of at most {LARGEST_POOL} donors")
    if not 0.0 <= missed_infection < 1.0:
        raise InputError("missed infection", missed_infection, "a chance from 0 to below 1")
    c = components.check()
    squares = float(np.sum((w / w.sum()) ** 2))
    from_donors = c.donor**2 * squares
    sd = float(np.sqrt(from_donors + c.batch**2))
    inside = float("nan")
    if lower is not None or upper is not None:
        low, high = ordered_limits(lower, upper)
        inside = (
            float(ndtr((high - c.mean) / sd) - ndtr((low - c.mean) / sd)) if sd > 0 else float(low <= c.mean <= high)
        )
    share = from_donors / sd**2 if sd > 0.0 else 0.0
    infection = -np.expm1(w.size * np.log1p(-missed_infection))
    return Pool(w.size, 1.0 / squares, sd, share, inside, float(infection))


def fewest_donors(
    components: Components, *, lower: float | None = None, upper: float | None = None, chance: float = 0.95
) -> int:
    """Fewest donors in equal shares for a chance that a lot meets its specification.

    Raises
    ------
    InputError
        If no number does: batches vary too much, or the mean lies too near the limit.

    Examples
    --------
    >>> fewest_donors(Components(1.0, 0.3, 0.1, 0.1), lower=0.7)
    4
    """
    asked = probability(chance, "chance")
    for m in range(1, LARGEST_POOL + 1):
        if pool_donors(components, np.ones(m), lower=lower, upper=upper).chance_within >= asked:
            return m
    raise InputError(
        "chance", chance, f"one that {LARGEST_POOL} donors can give: batches vary too much, or the mean is too near"
    )


class Qualification(NamedTuple):
    """Donors chosen by a measured value.

    Attributes
    ----------
    share : float
        Of donors that qualify.
    reliability : float
        Squared correlation of the measured with the donor's true value.
    mean, sd : float
        True values of donors that qualify.
    good_given_qualified : float
        Chance that a qualified donor is truly at or above the threshold.
    qualified_given_good : float
        Chance that such a donor qualifies.
    screened : float
        Expected number of donors to screen for those that are asked.
    screened_surely : int
        Number that is enough with a chance of 95 %.
    """

    share: float
    reliability: float
    mean: float
    sd: float
    good_given_qualified: float
    qualified_given_good: float
    screened: float
    screened_surely: int


def qualify_donors(
    components: Components, threshold: float, *, donors: int = 1, batches: int = 1, replicates: int = 1
) -> Qualification:
    """Donor qualification: keep donors whose measured value is at or above a threshold.

    Parameters
    ----------
    components : Components
        Of one attribute, donors normal.
    threshold : float
        Of the mean of `batches` trial batches, each measured in `replicates`.
    donors : int
        Qualified donors that are needed.
    batches, replicates : int
        Trial batches of each donor, and replicates of the assay on each.

    Raises
    ------
    InputError
        If donors do not vary, or fewer than one in a million qualifies.

    Examples
    --------
    >>> found = qualify_donors(Components(1.0, 0.3, 0.1, 0.2), 1.0)
    >>> found.share, round(found.mean, 3), found.screened
    (0.5, 1.192, 2.0)
    """
    c = components.check()
    sd = positive(c.donor, "standard deviation of donors")
    noise = (c.batch**2 + c.assay**2 / whole(replicates, "replicates")) / whole(batches, "batches")
    seen = float(np.sqrt(sd**2 + noise))
    z, rho = (threshold - c.mean) / seen, sd / seen
    share = float(ndtr(-z))
    if share < 1e-6:
        raise InputError("threshold", threshold, "one that at least one donor in a million reaches")
    ratio = float(norm.pdf(z)) / share
    true = float(ndtr((c.mean - threshold) / sd))
    both = min(bivariate_cdf(-(threshold - c.mean) / sd, -z, rho), share, true) if rho < 1.0 else min(share, true)
    needed = whole(donors, "donors")
    return Qualification(
        share=share,
        reliability=rho**2,
        mean=c.mean + sd * rho * ratio,
        sd=sd * float(np.sqrt(1.0 - rho**2 * ratio * (ratio - z))),
        good_given_qualified=both / share,
        qualified_given_good=both / true if true > 0.0 else float("nan"),
        screened=needed / share,
        screened_surely=needed + int(nbinom.ppf(0.95, needed, share)),
    )


def sd_draws(sd: float, n: int, draws: int, *, seed: int = 1, purpose: str = "sd") -> Floats:
    """Draws of a population standard deviation from that of few donors, (draws,): sd sqrt((n - 1) / chi2).

    Parameters
    ----------
    sd : float
        Of the sample.
    n : int
        Donors in the sample; from two the posterior is so wide that its mean does not exist.
    draws : int
        Draws that are made.
    seed : int
        Of the random streams.
    purpose : str
        Key of the stream, so that two components are drawn apart.

    Examples
    --------
    >>> np.quantile(sd_draws(6.0, 5, 20_000), [0.025, 0.975]).round(1).tolist()
    [3.6, 16.9]
    """
    df = whole(n, "donors", least=2) - 1
    u = uniforms(seed, np.arange(whole(draws, "draws")), f"quality:{purpose}")[:, 0]
    return np.asarray(positive(sd, "standard deviation") * np.sqrt(df / chi2.ppf(u, df)))
