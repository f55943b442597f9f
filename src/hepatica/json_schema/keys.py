"""JSON Schema of files that people write: descriptions from docstrings, names and bounds from tables."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

HEADINGS = ("Attributes", "Parameters")


def sections(text: str) -> dict[str, str]:
    """Parts of a numpydoc docstring by heading; what comes before the first heading has the heading "".

    Parameters
    ----------
    text : str
        Cleaned docstring.

    Examples
    --------
    >>> sections("Mean.\\n\\nReturns\\n-------\\nfloat")
    {'': 'Mean.', 'Returns': 'float'}
    """
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.M)
    return {"": parts[0].strip()} | {k: v.rstrip() for k, v in zip(parts[1::2], parts[2::2], strict=True)}


def attribute_texts(kind: type) -> dict[str, str]:
    """Texts of the attributes, or of the parameters, in a class's numpydoc docstring, by name.

    Parameters
    ----------
    kind : type
        Class with a section "Attributes" or "Parameters"; without one, nothing.

    Examples
    --------
    >>> class Arm:
    ...     '''Arm.
    ...
    ...     Attributes
    ...     ----------
    ...     low, high : float
    ...         Cells at each infusion.
    ...     '''
    >>> attribute_texts(Arm)["high"]
    'Cells at each infusion.'
    """
    parts = sections(inspect.cleandoc(kind.__doc__ or ""))
    return {name: text for heading in HEADINGS for name, text in _items(parts.get(heading, ""))}


def _items(section: str) -> Iterator[tuple[str, str]]:
    """Names of a section with the text below them."""
    for block in re.split(r"\n(?=\S)", section.strip("\n")):
        first, *below = block.split("\n")
        text = " ".join(line.strip() for line in below if line.strip())
        for name in first.partition(" : ")[0].split(",") if text else ():
            yield name.strip(), text


def describe_keys(schema: dict[str, Any], kind: type) -> None:
    """Descriptions of keys from the docstring of their model; goes to Pydantic as `json_schema_extra`.

    Parameters
    ----------
    schema : dict
        Of the model; keys that have a description keep it.
    kind : type
        The model; what its docstring leaves out is taken from those of its bases.
    """
    texts = {name: text for base in reversed(kind.__mro__) for name, text in attribute_texts(base).items()}
    for name, entry in schema.get("properties", {}).items():
        if "description" not in entry and name in texts:
            entry["description"] = texts[name]


def one_of(names: Iterable[str]) -> dict[str, Any]:
    """Schema of one name among some.

    Examples
    --------
    >>> one_of(("a", "b"))
    {'enum': ['a', 'b']}
    """
    return {"enum": list(names)}


def within(bounds: tuple[float, float]) -> dict[str, Any]:
    """Schema of a number from a lower to an upper bound, both allowed; an infinite one is left out.

    Examples
    --------
    >>> within((0.0, 1.0)), within((1.0, float("inf")))
    ({'minimum': 0.0, 'maximum': 1.0}, {'minimum': 1.0})
    """
    ends = dict(zip(("minimum", "maximum"), bounds, strict=True))
    return {name: value for name, value in ends.items() if math.isfinite(value)}


def bound_keys(schema: dict[str, Any], bounds: Mapping[str, tuple[float, float]]) -> None:
    """Add bounds to the numbers among the keys of a schema, also where null is allowed beside the number."""
    for name, entry in schema.get("properties", {}).items():
        if name in bounds:
            for choice in entry.get("anyOf", [entry]):
                if choice.get("type") in ("number", "integer"):
                    choice.update(within(bounds[name]))
