"""MR phantoms: gradient-echo series of known R2*, one file a slice and echo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from hepatica.imaging.phantoms.objects import new_object, save, set_pixels


def write_echoes(
    folder: str | Path,
    relaxation: ArrayLike,
    *,
    echo_times: Sequence[float],
    signal: float = 20_000.0,
    spacing: tuple[float, float, float] = (4.0, 2.0, 2.0),
) -> Path:
    """Write a multi-echo series whose signal falls as exp(-TE R2*).

    Parameters
    ----------
    folder : str or Path
        Where the files go; it is made.
    relaxation : (slice, row, column) array_like, 1/s
        R2*.
    echo_times : sequence of float, s
        Of each echo.
    signal : float
        At echo time 0.
    spacing : tuple of float, mm
        Of slice, row and column.

    Returns
    -------
    Path
        The folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = write_echoes(Path(tempfile.mkdtemp()) / "mr", np.full((1, 2, 2), 50.0), echo_times=[0.002, 0.01])
    >>> len(list(folder.iterdir()))
    2
    """
    folder, rates = Path(folder), np.asarray(relaxation, float)
    for e, time in enumerate(echo_times):
        for k, plane in enumerate(rates):
            ds = new_object("MR", e * len(rates) + k + 1)
            ds.EchoTime, ds.PixelSpacing, ds.SliceThickness = f"{time * 1000:g}", list(spacing[1:]), str(spacing[0])
            ds.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
            ds.ImagePositionPatient = [0.0, 0.0, k * spacing[0]]
            set_pixels(ds, np.rint(signal * np.exp(-time * plane)).astype(np.uint16))
            save(ds, folder / f"echo_{e}_{k:04d}.dcm")
    return folder
