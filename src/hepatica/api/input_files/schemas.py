"""JSON Schema of each input file, with the names that only the model, or another table, knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from hepatica.json_schema import one_of

Schema = dict[str, Any]
PUBLICATION_TEXTS = {
    "Publication": {
        "title": "as printed",
        "country": "in words",
        "design": "in words, such as 'randomised, open'",
        "disease": "in words",
        "bias": "reason of risk_of_bias",
        "note": "what was reported beside the numbers, and what is doubtful",
    },
    "Alternative": {"arm": "id of the arm"},
    "Arm": {"note": "what else is known of the arm"},
    "Finding": {
        "value": "of a difference or ratio, by the scale",
        "low": "lower end of the interval",
        "high": "upper end of the interval",
        "note": "where it stands, and what is doubtful about it",
    },
    "Observation": {
        "unit": "the one in which the variable is written",
        "value": "in this unit",
        "note": "where the number stands, and what is doubtful about it",
    },
}
"""Texts of keys that speak for themselves in a docstring."""
TOML = {"type": "string", "pattern": r"\.toml$"}


def _study() -> Schema:
    from hepatica.study import Study

    return _with_product_file(_schema(Study))


def _trial() -> Schema:
    from hepatica.trials.definition.trial import Trial

    return _with_product_file(_schema(Trial))


def _product() -> Schema:
    from hepatica.study_fields import ProductTable

    return _schema(ProductTable)


def _patient() -> Schema:
    from hepatica.individual.readers.patient_toml import schema

    return schema()


def _subject() -> Schema:
    """Tracers, routes, populations, hypotheses and surroundings are those that ship."""
    from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of
    from hepatica.imaging.subject.subject_file import Subject
    from hepatica.patients import populations
    from hepatica.study import HYPOTHESES
    from hepatica.therapy import ROUTES, TRACERS

    schema = _schema(Subject)
    own, defs = schema["properties"], schema["$defs"]
    own["population"] |= one_of(populations())
    own["hypotheses"]["propertyNames"] = one_of(HYPOTHESES)
    own["surroundings"]["propertyNames"] = one_of(surroundings_of(submodel()))
    cells = defs["CellsEntry"]["properties"]
    cells["tracer"] |= one_of(TRACERS)
    cells["route"] |= one_of(ROUTES)
    defs["NextEntry"]["properties"]["route"]["items"] |= one_of(ROUTES)
    return schema


def _population() -> Schema:
    """Keys of tables are states, controls and labs of the shipped model, and sources those that ship."""
    from hepatica.engine import shipped_system
    from hepatica.evidence.publications import keys
    from hepatica.patients import populations
    from hepatica.patients.population import Population
    from hepatica.patients.population_check import (
        NEEDED,
        control_names,
        covariate_names,
        inclusion_names,
        insult_names,
        treatment_names,
    )

    schema, model = _schema(Population), shipped_system().model
    tables = {"insult": insult_names(model), "before": control_names(model), "treatment": treatment_names(model)}
    for owner in (schema, schema["$defs"]["Cause"]):
        for table, names in tables.items():
            owner["properties"][table]["propertyNames"] = one_of(names)
    own = schema["properties"]
    own["covariate"] |= {"propertyNames": one_of(covariate_names(model))}
    own["inclusion"]["propertyNames"] = one_of(inclusion_names())
    own["like"] |= one_of(("", *populations()))
    own["baseline"] |= one_of(keys())
    own["shown"]["items"] |= one_of(keys())
    schema["$defs"]["Published"]["properties"]["publication"] |= one_of(keys())
    own["covariate"]["description"] += f" Without `like`, {', '.join(NEEDED)} are required."
    complete = {"required": [name for name in schema["required"] if name != "key"]}
    schema["required"] = ["key"]
    schema["anyOf"] = [{"required": ["like"]}, complete]
    return schema


def _publication() -> Schema:
    """Each variable has one unit; treatments and populations are those that ship."""
    from hepatica.evidence import references
    from hepatica.evidence.publications import Publication
    from hepatica.patients import populations
    from hepatica.therapy import TREATMENTS

    schema = _schema(Publication)
    arm, own = schema["$defs"]["Arm"]["properties"], schema["properties"]
    for choice in arm["treatments"]["anyOf"]:
        if choice["type"] == "array":
            choice["items"] |= one_of(TREATMENTS)
    arm["mixture"]["propertyNames"] = one_of(populations())
    for table in (own, arm):
        table["population"] |= one_of(("", "none", *populations()))
    own["cite"] |= one_of(sorted(references()))
    for name, texts in PUBLICATION_TEXTS.items():
        table = schema if name == "Publication" else schema["$defs"][name]
        for key, text in texts.items():
            table["properties"][key].setdefault("description", text)
    _suit_units(schema["$defs"]["Observation"])
    _suit_units(schema["$defs"]["Finding"])
    return schema


def _suit_units(table: Schema) -> None:
    """Each variable of a row has one unit."""
    from hepatica.evidence.observations import VARIABLES

    by_unit: dict[str, list[str]] = {}
    for name, unit in VARIABLES.items():
        by_unit.setdefault(unit, []).append(name)
    table["properties"]["unit"] |= one_of(by_unit)
    table["allOf"] = [
        {"if": {"properties": {"variable": one_of(names)}}, "then": {"properties": {"unit": one_of([unit])}}}
        for unit, names in by_unit.items()
    ]


FILES: dict[str, Callable[[], Schema]] = {
    "study": _study,
    "product": _product,
    "trial": _trial,
    "population": _population,
    "publication": _publication,
    "patient": _patient,
    "subject": _subject,
}
"""Makers of the schema of each file, by its name."""


def schema_of_file(name: str) -> Schema:
    """JSON Schema of a file that people write, with the allowed values of every key.

    Parameters
    ----------
    name : str
        One of `FILES`.

    Examples
    --------
    >>> schema_of_file("product")["properties"]["donor"]["enum"]
    ['allogeneic', 'autologous']
    """
    return FILES[name]()


def _schema(model: type[BaseModel]) -> Schema:
    """Schema of a file as written, where keys go by their alias."""
    return model.model_json_schema(by_alias=True, mode="validation")


def _with_product_file(schema: Schema) -> Schema:
    """A study or a trial may name a product file in the place of the table."""
    entry = schema["properties"]["product"]
    table = {"$ref": entry.pop("$ref")}
    entry["anyOf"] = [table, TOML]
    return schema
