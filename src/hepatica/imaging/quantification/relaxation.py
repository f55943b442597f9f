"""Iron oxide: R2* from echoes, and cells per mL from R2* by a calibration with its limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.volume import ImageVolume, Quantity

Floats = NDArray[np.float64]
NINETY = 1.6449
DETECTED = 3.0
"""SDs of unlabelled tissue from which label is told from none."""
MOST_VOID = 0.05
"""Share of an organ's voxels without signal beyond which mean R2* is a lower bound: dense iron leaves no signal."""


def fit_relaxation(signal: ArrayLike, echo_times: ArrayLike, *, noise: float = 0.0) -> Floats:
    """R2* by least squares of the logarithm of the signal, weighted by its square.

    Parameters
    ----------
    signal : (echo, ...) array_like
        Magnitudes.
    echo_times : (echo,) array_like, s
        Increasing.
    noise : float
        Signal of air: echoes at or below three times it are left out, NaN where fewer than two stay.

    Returns
    -------
    (...) array, 1/s

    Raises
    ------
    ImageError
        If there are fewer than two echoes, or times are not increasing.

    Examples
    --------
    >>> float(fit_relaxation(1000 * np.exp(-50 * np.array([0.002, 0.006, 0.012])), [0.002, 0.006, 0.012]).round(6))
    50.0
    """
    times, seen = np.asarray(echo_times, float), np.asarray(signal, float)
    if len(times) < 2 or len(times) != len(seen) or not (np.diff(times) > 0).all() or times[0] < 0:
        raise ImageError("EchoTime (0018,0081)", f"{len(times)} echoes", "give two or more, one to each image")
    kept = seen > 3.0 * noise if noise > 0 else seen > 0
    weight = np.where(kept, seen, 0.0) ** 2
    log = np.log(np.where(kept, seen, 1.0))
    time = times.reshape(-1, *([1] * (seen.ndim - 1)))
    with np.errstate(invalid="ignore", divide="ignore"):
        total = weight.sum(axis=0)
        mean_t, mean_s = (weight * time).sum(axis=0) / total, (weight * log).sum(axis=0) / total
        spread = (weight * (time - mean_t) ** 2).sum(axis=0)
        rate = -(weight * (time - mean_t) * (log - mean_s)).sum(axis=0) / spread
    return np.asarray(np.where(kept.sum(axis=0) >= 2, rate, np.nan))


def relaxation_map(image: ImageVolume, *, noise: float = 0.0) -> ImageVolume:
    """Map of R2* of a multi-echo image; voxels without signal are 0.

    Parameters
    ----------
    image : ImageVolume
        MR signal, one frame an echo.
    noise : float
        Signal of air.

    Raises
    ------
    ImageError
        If the image is no MR signal.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.mr import write_echoes
    >>> from hepatica.imaging.readers import read_dicom
    >>> folder = write_echoes(tempfile.mkdtemp(), np.full((1, 4, 4), 60.0), echo_times=[0.002, 0.006, 0.012])
    >>> round(float(relaxation_map(read_dicom(folder)).values.mean()), 1)
    60.0
    """
    if image.quantity is not Quantity.SIGNAL:
        raise ImageError("image", f"{image.quantity}, not MR signal", "give a multi-echo MR series")
    rates = np.stack([fit_relaxation(image.values[:, k], image.echo_times, noise=noise) for k in range(image.shape[0])])
    return replace(
        image,
        values=np.nan_to_num(rates)[None].astype(np.float32),
        quantity=Quantity.RELAXATION,
        starts=image.starts[:1],
        durations=image.durations[:1],
        echo_times=np.empty(0),
    )


def mean_rate(rates: ImageVolume, region: Region) -> float:
    """Mean R2* of the voxels of a region that have a signal, 1/s.

    Parameters
    ----------
    rates : ImageVolume
        R2*, 0 in voxels without signal.
    region : Region
        Of an organ.

    Raises
    ------
    ImageError
        If the image is no map of R2*, or no voxel has a signal.
    """
    each = _rates(rates, region)
    if not each.any():
        raise ImageError(
            f"region '{region.name}'", "no voxel with a signal", "draw it within the body, or take shorter echoes"
        )
    return float(each[each != 0].mean(dtype=float))


def _rates(rates: ImageVolume, region: Region) -> NDArray[np.float32]:
    if rates.quantity is not Quantity.RELAXATION:
        raise ImageError("image", f"{rates.quantity}, not R2*", "give a map of R2*")
    return np.asarray(rates.values[0][region.box][region.mask])


class IronCells(NamedTuple):
    """Labelled cells of an organ by R2*.

    Attributes
    ----------
    cells, low, high : float
        With a 90 % interval; 0 where the concentration is below the limit.
    limit : float
        Least number told from none in this volume.
    concentration : float
        Per mL; below 0 where R2* is below that of tissue, NaN where no voxel has a signal.
    volume : float, mL
    in_range : bool
        False below the limit, above the range of the calibration, and where voxels have no signal: then the number is
        a bound only.
    is_beyond : bool
        True above the range, or where voxels have no signal: the number is a lower bound.
    """

    cells: float
    low: float
    high: float
    limit: float
    concentration: float
    volume: float
    in_range: bool
    is_beyond: bool


@dataclass(frozen=True, kw_only=True)
class IronCalibration:
    """Linear calibration of R2* against labelled cells per mL, of the user's own phantom.

    R2* says iron, not living cells: what died, and what phagocytes took, counts alike.

    Attributes
    ----------
    slope : float, 1/s per cell/mL
    slope_sd, tissue_sd : float
        Standard deviations of the slope, and of R2* of the organ without label.
    tissue : float, 1/s
        R2* of the organ without label, before the infusion.
    largest : float, cell/mL
        End of the range in which it was linear.
    """

    slope: float
    slope_sd: float
    tissue: float
    tissue_sd: float
    largest: float

    def __post_init__(self) -> None:
        """Refuse a slope that is within its error, and numbers that are none."""
        numbers = (self.slope, self.slope_sd, self.tissue, self.tissue_sd, self.largest)
        if not (np.isfinite(numbers).all() and self.slope > DETECTED * self.slope_sd >= 0):
            raise ImageError("calibration of R2*", "no rise beyond its error", "measure more tubes")
        if not (self.tissue_sd > 0 and self.tissue >= 0 and self.largest > 0):
            raise ImageError("calibration of R2*", "no R2* of tissue, its SD or range", "give numbers above 0")

    @classmethod
    def fit(cls, concentration: ArrayLike, rates: ArrayLike, *, tissue: float, tissue_sd: float) -> IronCalibration:
        """Calibration by ordinary least squares of a phantom's R2* on its cells per mL.

        Parameters
        ----------
        concentration : array_like, cell/mL
            Of each tube, three or more.
        rates : array_like, 1/s
            R2* of each tube.
        tissue, tissue_sd : float, 1/s
            R2* of the organ before the infusion, and its SD between voxels' means or repeats.

        Raises
        ------
        ImageError
            If there are fewer than three tubes, or R2* does not rise.

        Examples
        --------
        >>> IronCalibration.fit([0, 1e6, 2e6], [20, 70, 120], tissue=40.0, tissue_sd=2.0).slope
        5e-05
        """
        dose, seen = np.asarray(concentration, float), np.asarray(rates, float)
        if len(dose) < 3 or len(dose) != len(seen) or np.ptp(dose) <= 0 or not np.isfinite([*dose, *seen]).all():
            raise ImageError("calibration of R2*", f"{len(dose)} tubes", "give three or more, of different numbers")
        centred = dose - dose.mean()
        slope = float((centred * seen).sum() / (centred**2).sum())
        rest = seen - seen.mean() - slope * centred
        sd = float(np.sqrt((rest**2).sum() / (len(dose) - 2) / (centred**2).sum()))
        return cls(slope=slope, slope_sd=sd, tissue=tissue, tissue_sd=tissue_sd, largest=float(dose.max()))

    def count(self, rates: ImageVolume, region: Region) -> IronCells:
        """Labelled cells of a region.

        Parameters
        ----------
        rates : ImageVolume
            R2*.
        region : Region
            Of the organ.

        Raises
        ------
        ImageError
            If the image is no map of R2*.
        """
        volume = region.voxels * rates.voxel_volume
        void = float((_rates(rates, region) == 0).mean())
        density = (mean_rate(rates, region) - self.tissue) / self.slope if void < 1 else np.nan
        sd = float(np.hypot(self.tissue_sd / self.slope, density * self.slope_sd / self.slope))
        limit = DETECTED * self.tissue_sd / self.slope
        low, high = (float(np.maximum(0.0, density + z * sd)) for z in (-NINETY, NINETY))
        seen = 0.0 if density < limit else density
        beyond = density > self.largest or void > MOST_VOID
        return IronCells(
            cells=seen * volume,
            low=low * volume,
            high=high * volume,
            limit=limit * volume,
            concentration=density,
            volume=volume,
            in_range=density >= limit and not beyond,
            is_beyond=beyond,
        )
