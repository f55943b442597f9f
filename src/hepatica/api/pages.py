"""Reference page of the public names and of every request and answer, from their docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import hepatica
from hepatica.api import answers, requests
from hepatica.api.base import Strict
from hepatica.json_schema import sections
from hepatica.trials.methods import METHODS, find_method

HEAD = """# From Python

For research use. This page is written by `python -m hepatica.api --write docs` from the docstrings; every example runs
as a test.

    from hepatica import check_study, answer

Names are loaded when they are first used, so that `import hepatica` takes no time. Times are in days, doses in cells
or cells per kg, labs in the units that a Dataset carries.
"""
MODELS = """## Requests and answers

`hepatica.api` holds a typed request and answer of every command. `--json` prints the answer, with NaN as null;
`hepatica schema --of dose-answer` prints its JSON Schema. `Request.check(data)` takes untyped data, such as JSON from a
browser, and refuses it in one sentence. `Answer.of(result)` makes an answer of what was computed.
"""
TRIALS = """## Methods of trials

Designs, sizes and analyses below `hepatica.trials`, with arrays as arguments; [the exam](exam.md) has their numbers
beside those of other programs, [virtual trials](trials.md) the trial file.
"""
CONSTANTS = {
    "MODULES": (
        "Physiological modules of the shipped model, in the order of their assembly.",
        ">>> from hepatica import MODULES\n>>> MODULES[0].__name__\n'matrix'",
    )
}


def _entry(name: str, signature: str, text: str) -> str:
    """One name: heading, signature, summary, sections and example."""
    lines = [f"### `{name}`", ""]
    if signature:
        lines += ["```text", signature, "```", ""]
    for heading, body in sections(text).items():
        if heading == "Examples":
            lines += ["```pycon", body, "```", ""]
        elif heading:
            lines += [f"**{heading}**", "", *_items(body), ""]
        else:
            lines += [body, ""]
    return "\n".join(lines)


def _items(body: str) -> Iterator[str]:
    """Items of a section as a list; what is indented below an item continues it."""
    for block in re.split(r"\n(?=\S)", body.strip("\n")):
        first, *rest = block.split("\n")
        name, colon, kind = first.partition(" : ")
        rest_text = " ".join(line.strip() for line in rest if line.strip())
        head = f"`{name}`: {kind}" if colon else f"`{first}`"
        yield f"- {head}{'. ' + rest_text if rest_text else ''}"


def _signature(thing: Any, name: str) -> str:
    """Names of the parameters; their types and defaults stand in the docstring."""
    if not callable(thing):
        return ""
    parameters, star = [], False
    for p in inspect.signature(thing).parameters.values():
        if p.name.startswith("_"):
            continue
        if p.kind is p.KEYWORD_ONLY and not star:
            parameters.append("*")
            star = True
        parameters.append(p.name if p.default is p.empty else f"{p.name}=...")
    return f"{name}({', '.join(parameters)})"


def _model(model: type[Strict]) -> str:
    """One request or answer: summary, fields and example, all from its docstring."""
    return _entry(f"{model.__module__}.{model.__name__}", "", inspect.getdoc(model) or "")


def page() -> str:
    """Reference page as Markdown.

    Examples
    --------
    >>> "### `simulate`" in page() and "DoseAnswer" in page()
    True
    """
    parts = [HEAD, "## Public names\n"]
    for name in hepatica.__all__:
        if name in CONSTANTS:
            summary, example = CONSTANTS[name]
            parts.append(_entry(name, "", f"{summary}\n\nExamples\n--------\n{example}"))
        else:
            thing = getattr(hepatica, name)
            parts.append(_entry(name, _signature(thing, name), inspect.getdoc(thing) or ""))
    parts.append(TRIALS)
    for heading, places in METHODS.items():
        parts.append(f"### {heading}\n")
        for place in places:
            thing = find_method(place)
            entry = _entry(f"hepatica.trials.{place}", _signature(thing, thing.__name__), inspect.getdoc(thing) or "")
            parts.append(f"#{entry}")
    parts.append(MODELS)
    parts += [_model(m) for m in dict.fromkeys((*requests().values(), *answers().values()))]
    return "\n".join(parts).rstrip() + "\n"
