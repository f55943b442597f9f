"""Files of the user's that several commands read: publications and leave-one-out posteriors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.errors import InputError
from hepatica.evidence.publications import Publication, read
from hepatica.patients import Draws


def left_out(folder: Path, publications: Sequence[Publication]) -> dict[str, Draws]:
    """Draws of a folder that were learnt without a publication."""
    paths = {p.key: folder / f"{p.key}.parquet" for p in publications}
    found = {key: Draws.read(path) for key, path in paths.items() if path.exists()}
    if not found:
        raise InputError("--left-out", str(folder), "the folder `without` of `hepatica calibrate --leave-out`")
    return found


def read_file(path: Path) -> Publication:
    """A publication from a file of the user's."""
    try:
        return read(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("PATH", str(path), f"a text file that can be read ({type(error).__name__})") from error
