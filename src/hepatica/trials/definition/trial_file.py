"""Trial file: reading and checking, every error one sentence that names the key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from hepatica.errors import InputError
from hepatica.study import MAX_FILE_BYTES, with_product
from hepatica.trials.definition.trial import Trial


def load_trial(path: Path | str) -> Trial:
    """Read and check a trial file.

    Parameters
    ----------
    path : Path or str
        TOML of at most 1 MiB.

    Raises
    ------
    InputError
        One sentence that names the key, what was got and what is allowed.

    Examples
    --------
    >>> from importlib.resources import as_file, files
    >>> with as_file(files("hepatica") / "trial.template.toml") as path:
    ...     load_trial(path).patients
    200
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise InputError("trial", str(path), "a file that exists; `hepatica trial init` writes one") from None
    except (OSError, ValueError) as error:
        raise InputError("trial", str(path), f"a file that can be read ({error})") from None
    if len(content) > MAX_FILE_BYTES:
        raise InputError("trial", str(path), f"a file of at most {MAX_FILE_BYTES} bytes")
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError("trial", str(path), "a text file in UTF-8, this one is binary") from None
    except RecursionError:
        raise InputError("trial", str(path), "valid TOML; its brackets are nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise InputError("trial", str(path), f"valid TOML; reading stopped: {error}") from None
    return check_trial(with_product(data, path.parent))


def check_trial(data: dict[str, Any]) -> Trial:
    """Check a trial given as a dictionary.

    Raises
    ------
    InputError
        One sentence that names the key, what was got and what is allowed.
    """
    try:
        return Trial(**data)
    except ValidationError as error:
        errors = error.errors()
        first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])  # a misspelt key is missing too
        parts = [part for part in first["loc"] if part != "[key]"]
        where = ".".join(str(p + 1) if isinstance(p, int) else ascii(p).strip("'") for p in parts)[:100] or "trial"
        if first["type"] == "extra_forbidden":
            raise InputError(where, first["input"], f"a known key: {', '.join(_siblings(first['loc']))}") from None
        if first["type"] == "missing":
            raise InputError(where, None, "this key is required") from None
        raise InputError(where, first["input"], first["msg"].removeprefix("Value error, ")) from None
    except (TypeError, OverflowError, RecursionError) as error:
        raise InputError("trial", sorted(map(str, data)), str(error)) from None


def _siblings(loc: tuple[int | str, ...]) -> list[str]:
    """Keys of the table that a key stands in."""
    table: type[BaseModel] = Trial
    for part in loc[:-1]:
        field = table.model_fields.get(str(part))
        for kind in getattr(field.annotation, "__args__", ()) if field else ():
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                table = kind
        if field and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            table = field.annotation
    return list(table.model_fields)
