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


def read_publications(paths: Sequence[Path]) -> tuple[list[Publication], dict[str, str]]:
    """Publications from files of the user's, and of each file that is none the reason, by its path.

    Raises
    ------
    InputError
        If there are files and none is a publication: that of the first.
    """
    publications: list[Publication] = []
    unread: dict[str, str] = {}
    first: InputError | None = None
    for path in paths:
        try:
            p = read_publication(path)
        except InputError as error:
            first, unread[str(path)] = first or error, str(error)
            continue
        if p.key in {other.key for other in publications}:
            unread[str(path)] = f"another file has the key '{p.key}' too: give each its own"
            continue
        publications.append(p)
    if first is not None and not publications:
        raise first
    return publications, unread
