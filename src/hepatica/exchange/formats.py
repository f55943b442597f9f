"""Exchange formats by the ending of a file's name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hepatica.errors import InputError
from hepatica.exchange.omex import write_omex
from hepatica.exchange.run import Run
from hepatica.exchange.sbml import write_sbml
from hepatica.files import write_whole
from hepatica.model.structure import Model


class Format(NamedTuple):
    """Exchange format: its name, the endings of its files, and its writer."""

    name: str
    endings: tuple[str, ...]
    write: Callable[[Path, Model, Run], object]


FORMATS: tuple[Format, ...] = (
    Format("SBML", (".xml", ".sbml"), write_sbml),
    Format("COMBINE archive", (".omex",), write_omex),
)


def format_of(path: Path) -> Format:
    """Format of a file by the ending of its name.

    Raises
    ------
    InputError
        If no format has that ending.

    Examples
    --------
    >>> format_of(Path("model.omex")).name
    'COMBINE archive'
    """
    for made in FORMATS:
        if path.suffix.lower() in made.endings:
            return made
    known = ", ".join(f"{ending} ({made.name})" for made in FORMATS for ending in made.endings)
    raise InputError("--export", path.name, f"a file name that ends in {known}")


def export(path: Path, model: Model, run: Run) -> Path:
    """Write a model with one simulation atomically, in the format that the file's name asks for.

    Raises
    ------
    InputError
        If no format has that ending, the run does not fit the model, or the file cannot be written.
    """
    made = format_of(path)
    return write_whole(path, lambda p: made.write(p, model, run))
