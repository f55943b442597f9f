"""Tables to files: written whole or not at all, CSV and Parquet from one frame."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from hepatica.errors import InputError


def write_whole(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file through a temporary neighbour, so that it is there whole or not at all.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    except OSError as error:
        raise InputError("output", str(path), f"a folder that can be written ({error.strerror})") from error
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError("output", str(path), f"a place with room that can be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_table(frame: pd.DataFrame, stem: Path) -> list[Path]:
    """Write ``stem.csv`` and ``stem.parquet``."""
    csv = write_whole(stem.parent / f"{stem.name}.csv", lambda p: frame.to_csv(p, index=False))
    parquet = write_whole(stem.parent / f"{stem.name}.parquet", lambda p: frame.to_parquet(p, index=False))
    return [csv, parquet]
