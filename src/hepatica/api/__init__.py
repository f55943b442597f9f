"""Typed requests and answers of every command: what ``--json`` prints, and what a notebook or a browser exchanges.

A request is checked when it is made and computes with ``run``; an answer carries codes and numbers, with NaN as null.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.api.base import Answer, Request

ROOMS = (
    "dose",
    "dosing",
    "simulate",
    "sensitivity",
    "calibrate",
    "validate",
    "person",
    "biomarkers",
    "qualify",
    "model",
    "score",
    "evidence",
    "manufacturing",
    "trials",
    "imaging",
)
"""Modules or folders with requests and answers, each in its tables ``REQUESTS`` and ``ANSWERS``."""


def requests() -> dict[str, type[Request]]:
    """Request models by the name of their command.

    Examples
    --------
    >>> requests()["score"].__name__
    'ScoreRequest'
    """
    return {name: model for room in _rooms() for name, model in room.REQUESTS.items()}


def answers() -> dict[str, type[Answer]]:
    """Answer models by name.

    Examples
    --------
    >>> sorted(answers()["score"].model_fields)[:3]
    ['cites', 'inputs', 'label']
    """
    return {name: model for room in _rooms() for name, model in room.ANSWERS.items()}


def _rooms() -> list[Any]:
    return [importlib.import_module(f"hepatica.api.{room}") for room in ROOMS]


def schema_of(name: str) -> dict[str, Any]:
    """JSON Schema of a file that people write, or of a request or an answer.

    Parameters
    ----------
    name : str
        ``study``, ``product``, ``trial``, ``population``, ``publication``, ``patient``, ``subject``, or such as
        ``dose-request`` and ``dose-answer``.

    Raises
    ------
    InputError
        If there is no such model.

    Examples
    --------
    >>> schema_of("score-request")["required"]
    ['score', 'inputs']
    """
    from hepatica.api.input_files import FILES, schema_of_file

    if name in FILES:
        return schema_of_file(name)
    models: dict[str, Any] = {f"{key}-request": model for key, model in requests().items()}
    models |= {f"{key}-answer": model for key, model in answers().items()}
    if name not in models:
        raise InputError("--of", name, f"one of {', '.join((*FILES, *models))}")
    mode = "serialization" if name.endswith("-answer") else "validation"
    schema: dict[str, Any] = models[name].model_json_schema(mode=mode)
    return schema
