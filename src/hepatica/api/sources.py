"""Files of the user's that several requests name: publications, and posteriors without one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.evidence.publications import Publication
    from hepatica.patients import Draws


def read_leave_one_out(folder: Path, publications: Sequence[Publication]) -> dict[str, Draws]:
    """Posterior draws of a folder, each learnt without one publication, by the key of this publication.

    Raises
    ------
    InputError
        If the folder has none of them.
    """
    from hepatica.patients import Draws

    paths = {p.key: folder / f"{p.key}.parquet" for p in publications}
    draws = {key: Draws.read(path) for key, path in paths.items() if path.exists()}
    if not draws:
        raise InputError("--left-out", str(folder), "the folder `without` of `hepatica calibrate --leave-out`")
    return draws


def read_publication(path: Path) -> Publication:
    """Publication from a file of the user's.

    Raises
    ------
    InputError
        If it cannot be read, or is no publication.
    """
    from hepatica.evidence.publications import read

    try:
        return read(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise InputError("PATH", str(path), f"a text file that can be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError("PATH", str(path), "a text file in UTF-8") from error
