"""Population files: those that ship, by key, and a user's own, by path."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hepatica.errors import InputError
from hepatica.patients.population import Population

ENDING = ".toml"
MAX_FILE_BYTES = 1 << 20  # of an own file; those that ship have 8,000
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def populations() -> tuple[str, ...]:
    """Keys of the populations that ship."""
    folder = files("hepatica.patients") / "populations"
    return tuple(sorted(p.name.removesuffix(ENDING) for p in folder.iterdir() if p.name.endswith(ENDING)))


def is_own(key: str) -> bool:
    """True of the path of a population file, False of the key of a population that ships.

    Examples
    --------
    >>> is_own("mine.toml"), is_own("hbv_aclf")
    (True, False)
    """
    return key.endswith(ENDING)


def load_population(key: str, *, transplant_rate: float | None = None) -> Population:
    """Read a population that ships, or a file of the user's own.

    Parameters
    ----------
    key : str
        Key, or the path of a TOML file that ends with ``.toml``. What a file does not state is taken from the shipped
        population that it names as ``like``; `hepatica.patients.population_check` compares it with the model.
    transplant_rate : float, 1/day, optional
        Access to transplant in place of the population's own.

    Raises
    ------
    InputError
        If there is no such population, or the file cannot be read or states what no population may.

    Examples
    --------
    >>> load_population("hbv_aclf").baseline
    'alss2019'
    >>> load_population("hbv_aclf", transplant_rate=0.1).treatment["transplant_rate"]
    0.1
    """
    population = _checked(key)
    if transplant_rate is None:
        return population
    return population.model_copy(update={"treatment": population.treatment | {"transplant_rate": transplant_rate}})


def _checked(key: str) -> Population:
    """Population of a key or a file, every key of it checked."""
    try:
        return Population(**(_read_own(key) if is_own(key) else _read(key)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        if first["type"] == "missing":
            raise InputError(f"population {key}: {where}", None, "this key is required") from error
        if first["type"] == "extra_forbidden":
            raise InputError(f"population {key}: {where}", first["input"], "a known key") from error
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(f"population {key}: {where}", first.get("input"), message) from error
    except TypeError as error:
        raise InputError(f"population {key}", "", str(error)) from error


def _read(key: str) -> dict[str, Any]:
    """A shipped population's file, on top of the one it is like; tables are merged by key."""
    if key not in populations():
        allowed = f"one of {', '.join(populations())}, or the path of an own file that ends with {ENDING}"
        raise InputError("population", key, allowed)
    return _over_like(tomllib.loads(_shipped_text(key)))


def _shipped_text(key: str) -> str:
    return (files("hepatica.patients") / "populations" / f"{key}{ENDING}").read_text(encoding="utf-8")


def _over_like(own: dict[str, Any]) -> dict[str, Any]:
    """Tables of a population on top of those of the one it is like."""
    if not own.get("like"):
        return own
    base = {k: v for k, v in _read(own["like"]).items() if k != "aliases"}
    return base | {
        k: base[k] | v if isinstance(v, dict) and isinstance(base.get(k), dict) else v for k, v in own.items()
    }


def _read_own(path: str) -> dict[str, Any]:
    """Tables of a user's own file, of a bounded size."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError("population", path, f"a file that can be read ({error})") from None
    if len(content) > MAX_FILE_BYTES:
        raise InputError("population", path, f"a file of at most {MAX_FILE_BYTES} bytes")
    try:
        own = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError("population", path, f"valid TOML in UTF-8; reading stopped: {error}") from None
    key, like = own.get("key"), own.get("like", "")
    if not isinstance(key, str) or not KEY.fullmatch(key) or key in populations():
        allowed = "a name in small letters, digits and _, which no population that ships has"
        raise InputError(f"population {path}: key", key, allowed)
    if like and (not isinstance(like, str) or like not in populations()):
        raise InputError(f"population {path}: like", like, f"one of {', '.join(populations())}")
    return _over_like(own)
