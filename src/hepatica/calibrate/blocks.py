"""Blocks of finished simulations in a work folder: verified when they are read, computed again where damaged."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.files import write_whole
from hepatica.progress import Progress, ignore_progress

Floats = NDArray[np.float64]
DIGEST_BYTES = 32  # SHA-256, at the end of the file


@dataclass(frozen=True)
class Execution:
    """Work folder, cores and progress of the simulations of a calibration.

    Attributes
    ----------
    folder : Path
        Work folder of finished blocks, to go on from.
    workers : int or None
        Processor cores; None takes all.
    progress : Progress
    """

    folder: Path
    workers: int | None = None
    progress: Progress = ignore_progress


def write_block(path: Path, values: Floats) -> None:
    """Write a block atomically, its checksum behind it.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    payload = _payload(values)
    write_whole(path, lambda p: p.write_bytes(payload + hashlib.sha256(payload).digest()))


def read_block(path: Path, shape: tuple[int, ...]) -> Floats | None:
    """Block of a shape in double precision; None where it is missing, cut, altered or of another shape.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "0.npy"
    >>> write_block(path, np.ones((2, 3)))
    >>> read_block(path, (2, 3)).sum(), read_block(path, (3, 2)) is None
    (np.float64(6.0), True)
    """
    size = len(_payload(np.zeros(shape))) + DIGEST_BYTES
    try:
        if path.stat().st_size != size:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    payload, digest = content[:-DIGEST_BYTES], content[-DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        return None
    values = np.load(io.BytesIO(payload), allow_pickle=False)
    return np.asarray(values) if values.shape == shape and values.dtype == np.float64 else None


def read_or_compute(path: Path, shape: tuple[int, ...], compute: Callable[[], Floats]) -> Floats:
    """Block of a shape from the work folder, or computed and written there."""
    values = read_block(path, shape)
    if values is None:
        values = np.asarray(compute(), np.float64)
        write_block(path, values)
    return values


def _payload(values: Floats) -> bytes:
    memory = io.BytesIO()
    np.save(memory, values, allow_pickle=False)
    return memory.getvalue()
