"""TOML files of manufacturing: strict tables, read whole, refused in one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hepatica.errors import InputError

MAX_BYTES = 1_000_000
LARGEST = 1e100  # beyond which squares overflow; no attribute of a lot is so large


def _bounded(value: float) -> float:
    if abs(value) > LARGEST:
        raise ValueError(f"a number of at most {LARGEST:g}")
    return value


Finite = Annotated[float, Field(allow_inf_nan=False, strict=True), AfterValidator(_bounded)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True), AfterValidator(_bounded)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True), AfterValidator(_bounded)]
Share = Annotated[float, Field(gt=0, lt=1)]
Chance = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """Table of a file, in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Table = TypeVar("Table", bound=Part)


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Tables of a TOML file as untyped data.

    Parameters
    ----------
    path : Path
        UTF-8, at most 1,000,000 bytes.
    name : str
        Kind of file, for errors.

    Raises
    ------
    InputError
        If the file cannot be read, is too large or is no TOML.

    Examples
    --------
    >>> read_toml(Path("nowhere.toml"), "lot")
    Traceback (most recent call last):
    hepatica.errors.InputError: lot: got 'nowhere.toml'; a TOML file that can be read (No such file or directory)
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(name, str(path), f"a TOML file that can be read ({error.strerror})") from error
    if len(raw) > MAX_BYTES:
        raise InputError(name, f"more than {MAX_BYTES:,} bytes", f"a file of one {name}")
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(name, str(path), f"TOML in UTF-8 ({error})") from error


def check_table(model: type[Table], data: Mapping[str, Any], name: str) -> Table:
    """Checked table of untyped data.

    Parameters
    ----------
    model : type of Part
        Whose keys they are.
    data : mapping
        As `read_toml` gives it.
    name : str
        Kind of file, for errors that no key has.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type, or values contradict each other.

    Examples
    --------
    >>> class Bag(Part):
    ...     cells: Positive
    >>> check_table(Bag, {"cells": 1e6}, "bag").cells
    1000000.0
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"]) or name
        said = first["msg"]
        own = said.removeprefix("Value error, ")  # begins with the name of an attribute, in its own case
        got = "the file" if isinstance(first["input"], dict | BaseModel) else first["input"]
        raise InputError(where, got, own if own != said else said[:1].lower() + said[1:]) from error
