"""Likelihood of a subject's scans: Gaussian errors of each organ and time, and one relative error that all share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.biodistribution.submodel import IMAGE, organs_of, submodel
from hepatica.imaging.quantification.organ_label import OrganLabel
from hepatica.imaging.readers.faults import ImageError

Floats = NDArray[np.float64]
LEAST_SD = 1e-3
"""Least standard deviation of a share: 0.1 % of the label given, whatever a scan without background says."""


class Observed(NamedTuple):
    """Observations that the model can be fitted to.

    Attributes
    ----------
    labels : tuple of OrganLabel
        By time and organ.
    unfitted : tuple of str
        Organs that were measured and that the model does not give.
    """

    labels: tuple[OrganLabel, ...]
    unfitted: tuple[str, ...]

    @property
    def times(self) -> Floats:
        """Times of scans, day, increasing."""
        return np.unique([r.time for r in self.labels])

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs of the model that were seen."""
        organs = [o for o in organs_of(submodel()) if any(r.organ == o for r in self.labels)]
        return tuple(IMAGE + o for o in organs)

    @property
    def share(self) -> Floats:
        """Shares seen, (observation,)."""
        return np.array([r.share for r in self.labels])

    @property
    def noise(self) -> Floats:
        """Standard deviation of each observation's noise, which does not grow with label, (observation,)."""
        variance = np.array([r.sd**2 - (r.relative_sd * r.share) ** 2 for r in self.labels])
        return np.asarray(np.sqrt(np.maximum(variance, LEAST_SD**2)))

    def sd(self, shares: Floats) -> Floats:
        """Standard deviation of each observation's own error where the truth is `shares`, as these are shaped.

        Relative errors are of the label there is, not of that seen: of two errors of one size, the one downwards would
        otherwise weigh more, and fits would lie too low.

        Examples
        --------
        >>> seen = observed([OrganLabel("liver", 1.0, 0.1, 0.01, relative_sd=0.1)])
        >>> seen.sd(np.array([[0.0], [0.1]])).round(4).ravel().tolist()
        [0.001, 0.01]
        """
        return np.asarray(np.hypot(self.noise, np.array([r.relative_sd for r in self.labels]) * shares))

    @property
    def shared_sd(self) -> float:
        """Relative standard deviation that all have in common."""
        return max(r.shared_sd for r in self.labels)

    def pick(self, values: Floats) -> Floats:
        """Model's shares of the observations, (draw, observation), from `values` (draw, time, output)."""
        t = np.searchsorted(self.times, [r.time for r in self.labels])
        o = [self.outputs.index(IMAGE + r.organ) for r in self.labels]
        return np.asarray(values[:, t, o])

    def log_likelihood(self, shares: Floats, seen: Floats | None = None) -> Floats:
        """Log likelihood (draw,) of model shares (draw, observation); minus infinity where one is not finite.

        `seen` (draw, observation) takes the place of the shares that were seen.

        Notes
        -----
        With own variances D and model m the covariance is D + s^2 m m'; its determinant and inverse are those of
        Sherman and Morrison.

        Examples
        --------
        >>> seen = observed([OrganLabel("liver", 1.0, 0.1, 0.1)])
        >>> float(seen.log_likelihood(np.array([[0.1]]))[0].round(4))  # -log(0.1 sqrt(2 pi))
        1.3836
        """
        sd, residual = self.sd(shares), (self.share if seen is None else seen) - shares
        white, mean = residual / sd, shares / sd
        own = (white**2).sum(axis=1)
        s2 = self.shared_sd**2
        grown = 1.0 + s2 * (mean**2).sum(axis=1)
        quadratic = own - s2 * (mean * white).sum(axis=1) ** 2 / grown
        value = -0.5 * (quadratic + np.log(grown)) - np.log(sd).sum(axis=1)
        value -= 0.5 * sd.shape[1] * np.log(2.0 * np.pi)
        return np.where(np.isfinite(value), value, -np.inf)

    def before(self, count: int) -> Observed:
        """Observations of the first scans."""
        last = self.times[count - 1]
        return Observed(tuple(r for r in self.labels if r.time <= last), self.unfitted)


def observed(labels: Sequence[OrganLabel]) -> Observed:
    """Observations of one subject, any organs at any times, checked.

    Parameters
    ----------
    labels : sequence of OrganLabel
        Organs that the model does not give are set aside.

    Raises
    ------
    ImageError
        If none can be fitted, an organ is there twice at a time, or a number is not finite.

    Examples
    --------
    >>> observed([OrganLabel("liver", 1.0, 0.1, 0.01), OrganLabel("kidney", 1.0, 0.1, 0.01)]).unfitted
    ('kidney',)
    """
    known = organs_of(submodel())
    kept = sorted((r for r in labels if r.organ in known), key=lambda r: (r.time, r.organ))
    if not kept:
        raise ImageError("label of organs", "none of lung, liver or spleen", f"measure one of {', '.join(known)}")
    if len({(r.organ, r.time) for r in kept}) < len(kept):
        raise ImageError("label of organs", "an organ twice at one time", "give each organ once at every time")
    numbers = np.array([[r.time, r.share, r.sd, r.shared_sd] for r in kept])
    if not (np.isfinite(numbers).all() and (numbers[:, [0, 2, 3]] >= 0).all() and (np.abs(numbers) < 1e6).all()):
        raise ImageError("label of organs", "a share, SD or time that is none", "give finite numbers, times from 0 on")
    others = tuple(dict.fromkeys(r.organ for r in labels if r.organ not in known))
    return Observed(tuple(kept), others)
