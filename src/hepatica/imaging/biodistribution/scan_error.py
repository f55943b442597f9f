"""Error of a planned scan, by tracer and time: what an image of these days would say about an organ's label."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.likelihood import LEAST_SD, Observed
from hepatica.imaging.quantification.error_model import ErrorModel
from hepatica.imaging.quantification.organs import DETECTED
from hepatica.therapy import TRACERS

Floats = NDArray[np.float64]
SEEN_SHARE = 0.05
"""Share of the label in an organ that a scan is asked to see."""
MOST = 1e6
"""Largest noise, in labels given: an image that says nothing."""


@functools.cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("hepatica.imaging.biodistribution") / "scan_error.toml").read_text(encoding="utf-8"))


class ScanError(NamedTuple):
    """Error of a planned scan.

    Attributes
    ----------
    noise : float
        SD of an organ's share at the injection.
    own, shared : float
        Relative SDs of each organ, and of all together.
    half_life : float, day
    """

    noise: float
    own: float
    shared: float
    half_life: float

    def sd(self, share: ArrayLike, day: ArrayLike) -> Floats:
        """Standard deviation of shares at days after the injection, what all have in common left out.

        Examples
        --------
        >>> ScanError(0.001, 0.0, 0.0, 1.0).sd(0.1, [0.0, 1.0, 2.0]).tolist()
        [0.001, 0.002, 0.004]
        """
        grown = self.noise * 2.0 ** np.minimum(np.asarray(day, float) / self.half_life, 900.0)
        return np.asarray(np.hypot(np.minimum(grown, MOST), self.own * np.asarray(share, float)))

    def last_day(self, share: float = SEEN_SHARE) -> float:
        """Last day on which an organ with this share is told from none.

        Examples
        --------
        >>> ScanError(0.01 / 3.29 / 4, 0.0, 0.0, 1.0).last_day(0.01)
        2.0
        """
        return float(max(self.half_life * np.log2(share / (DETECTED * self.noise)), 0.0))


def planned_error(tracer: str, seen: Observed | None = None) -> ScanError:
    """Error of a scan with a tracer: of the table, or with the noise of the subject's own scans.

    Parameters
    ----------
    tracer : str
        One of ``hepatica.therapy.TRACERS``.
    seen : Observed, optional
        The subject's scans with this tracer; their limits of detection say the noise.

    Raises
    ------
    InputError
        If the tracer is unknown.

    Examples
    --------
    >>> planned_error("Zr89").last_day() > planned_error("F18").last_day()
    True
    """
    if tracer not in _table():
        raise InputError("tracer", tracer, f"one of {', '.join(_table())}")
    row, half_life = _table()[tracer], TRACERS[tracer]["half_life"].internal_value
    kind, noise = ErrorModel.of(row["kind"]), float(row["noise"]["value"])
    if seen is not None:
        at_injection = [r.limit * 2.0 ** -min(r.time / half_life, 900.0) for r in seen.labels if np.isfinite(r.limit)]
        noise = max(float(np.median(at_injection)) / DETECTED, LEAST_SD) if at_injection else noise
    return ScanError(noise, kind.own, kind.shared if seen is None else seen.shared_sd, half_life)
