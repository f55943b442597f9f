"""Error model of a quantified organ: noise, and relative errors shared by all organs or of each its own."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf

from hepatica.imaging.readers.faults import ImageError

Floats = NDArray[np.float64]
SIGMA_PER_FWHM = 1.0 / (2.0 * np.sqrt(2.0 * np.log(2.0)))


@functools.cache
def _table() -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads((files("hepatica.imaging.quantification") / "error_model.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class ErrorModel:
    """Errors of an organ's activity.

    Attributes
    ----------
    calibration, dose : float
        Relative SD of scanner and dose calibrator: the same in all organs and times.
    own : float
        Relative SD of delineation, recovery and attenuation: of each organ its own.
    fwhm : float, mm
        Resolution, which decides over how many voxels noise is shared.

    Examples
    --------
    >>> ErrorModel.of("pet").shared
    0.058...
    """

    calibration: float
    dose: float
    own: float
    fwhm: float = 6.0

    def __post_init__(self) -> None:
        """Refuse errors that are none."""
        for name in ("calibration", "dose", "own"):
            if not 0 <= getattr(self, name) < 1:
                raise ImageError(f"error model, {name}", repr(getattr(self, name)), "a relative SD of 0 to 1")
        if not 0 <= self.fwhm < 100:
            raise ImageError("error model, fwhm", repr(self.fwhm), "a width in mm")

    @classmethod
    def of(cls, kind: str, fwhm: float = 6.0) -> ErrorModel:
        """Errors of a kind of image from the table: ``"pet"``, ``"spect"``, ``"planar"`` or ``"iron"``.

        Raises
        ------
        ImageError
            If there is none of this name.
        """
        if kind not in _table():
            raise ImageError("error model", repr(kind), f"one of {', '.join(_table())}")
        values = {name: float(str(row["value"])) for name, row in _table()[kind].items()}
        return cls(fwhm=fwhm, **values)

    @property
    def shared(self) -> float:
        """Relative SD that all organs and times have in common."""
        return float(np.hypot(self.calibration, self.dose))

    def independent(self, volume: ArrayLike, voxel: float = 0.0) -> Floats:
        """Number of independent samples of noise in volumes, between 1 and the number of voxels.

        Parameters
        ----------
        volume : array_like, mL
            Of regions, each taken as a cube of side L.
        voxel : float, mL
            Of one voxel.

        Notes
        -----
        Noise that a Gaussian of standard deviation s has smoothed has a correlation of exp(-r^2 / 4 s^2) at distance r,
        whose mean over a segment L is 2 (L sqrt(pi) s erf(L / 2 s) - 2 s^2 (1 - exp(-L^2 / 4 s^2))) / L^2.

        Examples
        --------
        >>> ErrorModel.of("pet", fwhm=6.0).independent([0.001, 100.0]).round(1).tolist()
        [1.0, 164.4]
        """
        side, s = np.cbrt(np.asarray(volume, float) * 1000.0), max(self.fwhm * SIGMA_PER_FWHM, 1e-6)
        along = 2 * (side * np.sqrt(np.pi) * s * erf(side / (2 * s)) - 2 * s**2 * -np.expm1(-((side / (2 * s)) ** 2)))
        most = np.asarray(volume, float) / voxel if voxel > 0 else np.inf
        return np.asarray(np.clip((side**2 / along) ** 3, 1.0, most))
