"""Phantom of a body: lung, liver, spleen and muscle with known label, as PET series or SPECT with a segmentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from scipy.ndimage import gaussian_filter

from hepatica.imaging.phantoms.gamma import write_spect
from hepatica.imaging.phantoms.masks import write_segmentation
from hepatica.imaging.phantoms.objects import change, save
from hepatica.imaging.phantoms.pet import PetPhantom
from hepatica.imaging.quantification.error_model import SIGMA_PER_FWHM
from hepatica.imaging.readers.decay import to_injection
from hepatica.patients.streams import normals
from hepatica.therapy import TRACERS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
INJECTED = datetime(2025, 1, 1, 10, 0, 0)
SEGMENTS = "organs.dcm"
ORGANS = {
    "lung": ((0.70, 0.44, 0.50), (0.19, 0.22, 0.30)),
    "liver": ((0.36, 0.45, 0.36), (0.12, 0.22, 0.20)),
    "spleen": ((0.38, 0.60, 0.72), (0.07, 0.09, 0.08)),
    "muscle": ((0.12, 0.50, 0.50), (0.06, 0.16, 0.20)),
}
"""Centre and semi-axes of ellipsoids along slice, row and column, as shares of the image."""
BODY = ((0.5, 0.5, 0.5), (0.49, 0.38, 0.46))
BACKGROUND = "muscle"
SECONDS = 1200.0
NOISE_DRAWS = 1 << 20


@dataclass(frozen=True, kw_only=True)
class BodyPhantom:
    """Body phantom.

    Attributes
    ----------
    tracer : str
        One of the radioactive ``hepatica.therapy.TRACERS``.
    activity : float, Bq
        Injected.
    shape : tuple of int
        Slices, rows, columns.
    spacing : tuple of float, mm
        Of slice, row and column.
    fwhm : float, mm
        Resolution of the camera; 0 blurs nothing.
    noise : float
        SD of a voxel's noise, as a share of the mean of the body.
    sensitivity : float, counts per second per MBq
        Of the gamma camera of SPECT; PET is in Bq/mL.
    tags : mapping
        Attributes that every file carries besides.
    """

    tracer: str = "Zr89"
    activity: float = 5e6
    shape: tuple[int, int, int] = (48, 64, 64)
    spacing: tuple[float, float, float] = (12.0, 6.0, 6.0)
    fwhm: float = 0.0
    noise: float = 0.0
    sensitivity: float = 100.0
    tags: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_spect(self) -> bool:
        """True where a gamma camera sees the tracer."""
        return self.tracer in ("In111", "Tc99m")

    def masks(self) -> dict[str, Mask]:
        """Masks of organs and muscle.

        Examples
        --------
        >>> sorted(BodyPhantom().masks())
        ['liver', 'lung', 'muscle', 'spleen']
        """
        return {name: self._ellipsoid(*place) for name, place in ORGANS.items()}

    def _ellipsoid(self, centre: tuple[float, float, float], axes: tuple[float, float, float]) -> Mask:
        grid = np.meshgrid(*((np.arange(n) + 0.5) / n for n in self.shape), indexing="ij")
        parts = [((g - c) / a) ** 2 for g, c, a in zip(grid, centre, axes, strict=True)]
        return np.asarray(sum(parts) <= 1.0)

    def concentration(self, shares: Mapping[str, float], *, seed: int = 1) -> Floats:
        """Bq/mL at the time of injection, of shares of the label by organ; the rest of it is in the body.

        Parameters
        ----------
        shares : mapping of str to float
            Of lung, liver and spleen, 0 to 1.
        seed : int
            Of the noise.

        Examples
        --------
        >>> made = BodyPhantom(activity=1e6).concentration({"liver": 0.4})
        >>> float((made.sum() * 12 * 6 * 6 / 1000 / 1e6).round(6))
        1.0
        """
        masks, volume = self.masks(), float(np.prod(self.spacing)) / 1000.0
        organs = np.logical_or.reduce([masks[o] for o in shares])
        rest = self._ellipsoid(*BODY) & ~organs
        values = np.where(rest, max(1.0 - sum(shares.values()), 0.0) / rest.sum(), 0.0)
        for organ, share in shares.items():
            values[masks[organ]] = share / masks[organ].sum()
        values *= self.activity / volume
        if self.fwhm > 0:
            values = gaussian_filter(values, [self.fwhm * SIGMA_PER_FWHM / s for s in self.spacing], mode="constant")
        if self.noise > 0:
            mean = self.activity / (volume * max(int(self._ellipsoid(*BODY).sum()), 1))
            rows = values.size // NOISE_DRAWS + 1
            drawn = normals(seed, np.arange(min(values.size, NOISE_DRAWS)), "phantom:noise", rows).ravel()
            values = np.maximum(values + self.noise * mean * drawn[: values.size].reshape(values.shape), 0.0)
        return np.asarray(values)

    def write(self, folder: str | Path, shares: Mapping[str, float], *, hours: float, seed: int = 1) -> Path:
        """Write a scan with its segmentation, `organs.dcm`, hours after the injection.

        Parameters
        ----------
        folder : str or Path
            Where the files go; it is made.
        shares : mapping of str to float
            Of the label, corrected for decay.
        hours : float
            From the injection to the start of the scan.
        seed : int
            Of the noise.

        Examples
        --------
        >>> import tempfile
        >>> folder = BodyPhantom(shape=(8, 16, 16)).write(Path(tempfile.mkdtemp()) / "a", {"liver": 0.2}, hours=2.0)
        >>> len(list(folder.iterdir()))
        9
        """
        folder = Path(folder)
        half_life = TRACERS[self.tracer]["half_life"].internal_value * 86400.0
        start = INJECTED + timedelta(hours=hours)
        now = self.concentration(shares, seed=seed) / float(
            to_injection(np.log(2.0) / half_life, hours * 3600.0, SECONDS)
        )
        when = {"StudyDate": f"{start:%Y%m%d}", "SeriesDate": f"{start:%Y%m%d}", "AcquisitionDate": f"{start:%Y%m%d}"}
        when |= dict.fromkeys(("StudyTime", "SeriesTime", "AcquisitionTime"), f"{start:%H%M%S}.000000")
        injection = {
            "Radiopharmaceutical": self.tracer,
            "RadiopharmaceuticalStartDateTime": f"{INJECTED:%Y%m%d%H%M%S}.000000",
            "RadionuclideHalfLife": f"{half_life:.6g}",
        }
        self._segments(folder / SEGMENTS)
        if self.is_spect:
            self._spect(folder, now, when, injection)
        else:
            self._pet(folder, now, when, injection)
        return folder

    def _segments(self, path: Path) -> None:
        """Segmentation, with what the tags say of the patient."""
        write_segmentation(path, self.masks(), spacing=self.spacing)
        ds = dcmread(path)
        change(ds, {k: v for k, v in self.tags.items() if k.startswith("Patient")})
        save(ds, path)

    def _pet(self, folder: Path, now: Floats, when: dict[str, str], injection: dict[str, str]) -> None:
        tags = {"DecayCorrection": "NONE", "ActualFrameDuration": str(round(SECONDS * 1000)), "FrameReferenceTime": "0"}
        tags["CorrectedImage"] = ["NORM", "DTIM", "ATTN", "SCAT", "RAN"]  # type: ignore[assignment]
        dose = {
            "RadionuclideTotalDose": f"{self.activity:.6f}",
            "RadiopharmaceuticalStartTime": f"{INJECTED:%H%M%S}.000000",
        }
        PetPhantom(
            values=now, spacing=self.spacing, tags=tags | when | dict(self.tags), injection=injection | dose
        ).write(folder)

    def _spect(self, folder: Path, now: Floats, when: dict[str, str], injection: dict[str, str]) -> None:
        volume = float(np.prod(self.spacing)) / 1000.0
        counts = now * volume / 1e6 * self.sensitivity * SECONDS
        scale = 60_000.0 / max(float(counts.max()), 1.0)
        tags = when | {"RescaleSlope": f"{1.0 / scale:.10g}", "RescaleIntercept": "0"} | dict(self.tags)
        dose = {"RadionuclideTotalDose": f"{self.activity / 1e6:.8g}"}
        write_spect(
            folder / "spect.dcm",
            counts * scale,
            spacing=self.spacing,
            seconds=SECONDS,
            tags=tags,
            injection=injection | dose,
        )
