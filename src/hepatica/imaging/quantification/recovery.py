"""Partial-volume and spill correction: recovery coefficients by volume, or a geometric transfer matrix."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.volume import ImageVolume

Floats = NDArray[np.float64]
SIGMA_PER_FWHM = 1.0 / (2.0 * np.sqrt(2.0 * np.log(2.0)))
REACH = 4.0
"""Standard deviations to which a point spreads."""
WORST_CONDITION = 100.0
"""Condition number of a transfer matrix beyond which regions cannot be told apart."""


class Recovery(ABC):
    """Correction of regions' means for limited resolution; a class is one method."""

    @abstractmethod
    def matrix(self, image: ImageVolume, regions: Sequence[Region], background: Region | None) -> Floats:
        """Matrix (regions + 1, regions + 1) from measured means to true ones; the last is that of the background."""


@dataclass(frozen=True)
class NoRecovery(Recovery):
    """Means as measured.

    Examples
    --------
    >>> NoRecovery().matrix(None, [Region("liver", (0, 0, 0), np.ones((1, 1, 1), bool))], None).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def matrix(self, image: ImageVolume, regions: Sequence[Region], background: Region | None) -> Floats:
        """Unit matrix."""
        return np.eye(len(regions) + 1)


@dataclass(frozen=True)
class RecoveryCurve(Recovery):
    """Recovery coefficients of spheres of a phantom, interpolated in the logarithm of volume.

    What a region loses, its surroundings give back: measured = RC true + (1 - RC) background.

    Attributes
    ----------
    volumes : sequence of float, mL
        Increasing.
    coefficients : sequence of float
        Above 0, at most 1.2 (edges overshoot after resolution recovery).

    Raises
    ------
    ImageError
        If there are fewer than two, or one is out of bounds.

    References
    ----------
    Recovery by sphere volume of the NEMA NU 2 image-quality phantom.

    Examples
    --------
    >>> RecoveryCurve([0.5, 2, 16], [0.3, 0.6, 0.9]).at([1.0, 100.0]).round(3).tolist()
    [0.45, 0.9]
    """

    volumes: Sequence[float]
    coefficients: Sequence[float]

    def __post_init__(self) -> None:
        """Refuse curves that are none."""
        volumes, values = np.asarray(self.volumes, float), np.asarray(self.coefficients, float)
        if len(volumes) < 2 or len(volumes) != len(values) or not (np.diff(volumes) > 0).all() or volumes[0] <= 0:
            raise ImageError("recovery curve", f"{len(volumes)} volumes", "give two or more, increasing, one to each")
        if not ((values > 0) & (values <= 1.2)).all():
            raise ImageError("recovery curve", "a coefficient out of bounds", "give coefficients above 0, at most 1.2")

    def at(self, volume: ArrayLike) -> Floats:
        """Coefficient of volumes in mL; that of the largest sphere beyond it.

        Raises
        ------
        ImageError
            If a volume is below that of the smallest sphere.
        """
        volumes = np.asarray(volume, float)
        if (volumes < self.volumes[0] * (1 - 1e-9)).any():
            raise ImageError(
                "recovery curve",
                f"a region of {float(volumes.min()):g} mL, below its smallest sphere of {self.volumes[0]:g} mL",
                "measure a smaller sphere, or take a larger region",
            )
        return np.asarray(np.interp(np.log(volumes), np.log(self.volumes), self.coefficients))

    def matrix(self, image: ImageVolume, regions: Sequence[Region], background: Region | None) -> Floats:
        """Inverse of recovery, less what the background spills in."""
        made = np.eye(len(regions) + 1)
        for k, region in enumerate(regions):
            coefficient = float(self.at(region.voxels * image.voxel_volume))
            made[k, k] = 1.0 / coefficient
            if background is not None:
                made[k, -1] = -(1.0 - coefficient) / coefficient
        return made


@dataclass(frozen=True)
class GeometricTransfer(Recovery):
    """Geometric transfer matrix: each region's share in each other's mean, by a Gaussian point spread.

    Attributes
    ----------
    fwhm : float, mm
        Full width at half maximum of a point.

    References
    ----------
    Rousset OG, Ma Y, Evans AC (1998) Correction for partial volume effects in PET, J Nucl Med 39:904.
    """

    fwhm: float

    def __post_init__(self) -> None:
        """Refuse a width that is none."""
        if not 0 < self.fwhm < 100:
            raise ImageError("resolution", f"{self.fwhm!r} mm", "give a full width at half maximum in mm")

    def spread(self, image: ImageVolume, regions: Sequence[Region], background: Region | None) -> Floats:
        """Matrix (regions + 1, regions + 1) from true means to measured ones.

        The last column is everything that is no region: it has the background's concentration, 0 without one.
        """
        targets = [*regions, *([background] if background is not None else [])]
        made = np.eye(len(regions) + 1)
        for j, source in enumerate(regions):
            blurred, corner = self._blur(image, source)
            for i, target in enumerate(targets):
                made[i, j] = _mean_within(blurred, corner, target)
        for i in range(len(targets)):
            made[i, -1] = 1.0 - made[i, :-1].sum() if background is not None else 0.0
        return made

    def matrix(self, image: ImageVolume, regions: Sequence[Region], background: Region | None) -> Floats:
        """Inverse of `spread`.

        Raises
        ------
        ImageError
            If regions are too small or too close for the resolution.
        """
        spread = self.spread(image, regions, background)
        if not np.linalg.cond(spread) < WORST_CONDITION:
            raise ImageError("regions", "too small or too close for the resolution", "join them, or draw them larger")
        return np.asarray(np.linalg.inv(spread))

    def _blur(self, image: ImageVolume, region: Region) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
        """Blurred mask with its margin, and the index at which it begins (may be outside the grid)."""
        sigma = self.fwhm * SIGMA_PER_FWHM / image.spacing
        margin = np.ceil(REACH * sigma).astype(int)
        padded = np.pad(region.mask.astype(np.float32), [(m, m) for m in margin])
        return ndimage.gaussian_filter(padded, sigma, truncate=REACH), np.asarray(region.origin) - margin


def _mean_within(blurred: NDArray[np.float32], corner: NDArray[np.intp], target: Region) -> float:
    """Mean of a blurred mask over another region."""
    start = np.maximum(corner, target.origin)
    end = np.minimum(corner + blurred.shape, np.asarray(target.origin) + target.mask.shape)
    if (end <= start).any():
        return 0.0
    in_blurred = tuple(slice(s - c, e - c) for s, e, c in zip(start, end, corner, strict=True))
    in_target = tuple(slice(s - o, e - o) for s, e, o in zip(start, end, target.origin, strict=True))
    return float(blurred[in_blurred][target.mask[in_target]].sum(dtype=float) / target.voxels)
