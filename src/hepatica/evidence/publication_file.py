"""Files of publications: one TOML file each, in a folder of the package."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import TypeVar

from pydantic import ValidationError

from hepatica.errors import InputError
from hepatica.evidence.observations import Row

P = TypeVar("P", bound=Row)


def read_publication(kind: type[P], text: str, name: str) -> P:
    """Publication from TOML.

    Parameters
    ----------
    kind : type
        Of the publication.
    text : str
        TOML.
    name : str
        Of the file, for the sentence of an error.

    Raises
    ------
    InputError
        If the text is no TOML or no publication of this kind.
    """
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(name, str(error), "write valid TOML") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        got = first["input"] if isinstance(first["input"], str | int | float) else place
        raise InputError(f"{name} {place}".strip(), got, first["msg"].removeprefix("Value error, ")) from error


def shipped_keys(folder: str) -> tuple[str, ...]:
    """Keys of the publications of a folder of the package, sorted."""
    names = (path.name for path in files("hepatica.evidence").joinpath(folder).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def shipped_text(folder: str, key: str, keys: Sequence[str]) -> str:
    """Text of a publication's file.

    Parameters
    ----------
    folder : str
        Of the package's evidence.
    key : str
        File name without its suffix.
    keys : sequence of str
        Those there are.

    Raises
    ------
    InputError
        If there is no such key.
    """
    if key not in keys:
        raise InputError("publication", key, f"use one of {', '.join(keys)}")
    return files("hepatica.evidence").joinpath(folder, f"{key}.toml").read_text(encoding="utf-8")


def template() -> str:
    """Commented file of a publication that does not exist, with every field once.

    Examples
    --------
    >>> tomllib.loads(template())["key"]
    'new_trial'
    """
    return files("hepatica.evidence").joinpath("publication.template.toml").read_text(encoding="utf-8")
