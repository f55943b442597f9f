"""PET phantoms as DICOM series, one file a slice, with any tag replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydicom.dataset import Dataset

from hepatica.imaging.phantoms.objects import change, new_object, save, set_pixels

Floats = NDArray[np.float64]
LARGEST = 32_000
INJECTION = {
    "Radiopharmaceutical": "FDG",
    "RadiopharmaceuticalStartTime": "100000.000000",
    "RadiopharmaceuticalStartDateTime": "20250101100000.000000",
    "RadionuclideTotalDose": "368080000.0",
    "RadionuclideHalfLife": "6586.2",
}
SERIES = {
    "Manufacturer": "Synthetic",
    "Units": "BQML",
    "DecayCorrection": "START",
    "CorrectedImage": ["NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"],
    "SeriesType": ["STATIC", "IMAGE"],
    "ActualFrameDuration": "300000",
    "FrameReferenceTime": "150000.0",
    "ImageOrientationPatient": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    "RescaleIntercept": "0",
}


def _nothing(_: int) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class PetPhantom:
    """PET series with known voxels.

    Attributes
    ----------
    values : (slice, row, column) array
        In the unit that the tags state.
    spacing : tuple of float, mm
        Of slice, row and column.
    tags, injection : mapping
        Attributes of the series and of its injection that replace the defaults; None removes one.
    private : mapping of (group, element) to str
        Vendors' attributes, without private creator unless one is given.
    by_slice : callable of int
        Attributes of one slice.
    slopes : sequence of float, optional
        Of each slice; else one that uses the range of 16 bits.
    series : int
        Its number.
    """

    values: Floats
    spacing: tuple[float, float, float] = (4.0, 4.0, 4.0)
    tags: Mapping[str, Any] = field(default_factory=dict)
    injection: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[tuple[int, int], str] = field(default_factory=dict)
    by_slice: Callable[[int], Mapping[str, Any]] = _nothing
    slopes: Sequence[float] | None = None
    series: int = 1

    @classmethod
    def uniform(cls, value: float, *, shape: Sequence[int] = (3, 4, 4), **changes: Any) -> PetPhantom:
        """Uniform volume: one value in each voxel.

        Examples
        --------
        >>> float(PetPhantom.uniform(5.0).values.sum())
        240.0
        """
        return cls(values=np.full(tuple(shape), float(value)), **changes)

    def write(self, folder: str | Path, first: int = 0) -> Path:
        """Write one file a slice.

        Parameters
        ----------
        folder : str or Path
            Where the files go; it is made.
        first : int
            Number of the first file, for a further frame in the same folder.

        Returns
        -------
        Path
            The folder.
        """
        folder = Path(folder)
        largest = float(np.abs(self.values).max()) or 1.0
        for k in range(len(self.values)):
            slope = float(f"{self.slopes[k] if self.slopes is not None else largest / LARGEST:.10g}")
            save(self._slice(k, slope, first), folder / f"slice_{first + k:04d}.dcm")
        return folder

    def _slice(self, k: int, slope: float, first: int) -> Dataset:
        ds = new_object("PT", first + k + 1, self.series)
        change(ds, SERIES | {"NumberOfSlices": len(self.values)})
        ds.PixelSpacing, ds.SliceThickness = [self.spacing[1], self.spacing[2]], str(self.spacing[0])
        ds.ImagePositionPatient, ds.RescaleSlope = [0.0, 0.0, k * self.spacing[0]], f"{slope:.10g}"
        item = Dataset()
        change(item, INJECTION | dict(self.injection))
        ds.RadiopharmaceuticalInformationSequence = [item]
        change(ds, self.tags)
        change(ds, self.by_slice(k))
        for (group, element), value in self.private.items():
            ds.add_new((group, element), "LO" if element < 0x100 else "DS" if group == 0x7053 else "DT", value)
        set_pixels(ds, stored(self.values[k], slope))
        return ds


def stored(values: ArrayLike, slope: float) -> NDArray[np.int16]:
    """Stored values of 16 bits, rounded as scanners do.

    Examples
    --------
    >>> stored([1.0, 2.6], 0.5).tolist()
    [2, 5]
    """
    return np.rint(np.asarray(values, float) / slope).astype(np.int16)
