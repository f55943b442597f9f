"""JSON Schema of input files: every key is described, every shipped file conforms, and what is not allowed does not."""

import copy
import json
import tomllib
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from hepatica.api.input_files import FILES, schema_of_file

ROOT = Path(__file__).parents[4]
PACKAGE = files("hepatica")
SHIPPED = {
    "study": [*(ROOT / "studies").glob("*.toml"), PACKAGE / "study.template.toml"],
    "trial": [
        *(ROOT / "studies" / "trials").glob("*.toml"),
        *(p for p in (PACKAGE / "trials" / "published").iterdir() if p.name.endswith(".toml")),
        PACKAGE / "trial.template.toml",
    ],
    "product": sorted((ROOT / "studies" / "products").glob("product*.toml")),
    "population": list((PACKAGE / "patients" / "populations").iterdir()),
    "publication": list((PACKAGE / "evidence" / "publications").iterdir()),
    "subject": [ROOT / "studies" / "imaging" / "subject.toml"],
}
ALLOWED = {"enum", "const", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "pattern", "maxLength"}


@pytest.fixture(scope="module")
def schemas():
    return {name: schema_of_file(name) for name in FILES}


def tables(schema):
    return [schema, *schema.get("$defs", {}).values()]


def states_allowed(entry):
    """True where a schema says what a value may be, or describes it."""
    if "properties" in entry:
        return all(map(states_allowed, entry["properties"].values()))
    if entry.keys() & (ALLOWED | {"$ref", "description"}) or entry.get("type") in ("boolean", "null"):
        return True
    inside = [entry[key] for key in ("items", "additionalProperties") if isinstance(entry.get(key), dict)]
    return bool(inside + entry.get("anyOf", [])) and all(map(states_allowed, inside + entry.get("anyOf", [])))


@pytest.mark.parametrize("name", FILES)
def test_every_key_has_its_allowed_values_or_a_description(schemas, name):
    jsonschema.Draft202012Validator.check_schema(schemas[name])
    keys = [(key, e) for table in tables(schemas[name]) for key, e in table.get("properties", {}).items()]
    assert len(keys) >= 10 and [key for key, entry in keys if not states_allowed(entry)] == []
    json.loads(json.dumps(schemas[name], allow_nan=False))  # no infinity, which JSON does not have


@pytest.mark.parametrize("name", [name for name, paths in SHIPPED.items() if paths])
def test_files_that_ship_conform(schemas, name):
    validator = jsonschema.Draft202012Validator(schemas[name])
    for path in SHIPPED[name]:
        data = json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8")), default=str))
        if path.parent.name == "published":
            del data["result"]  # what the trial reported, beside its definition
        assert [f"{path.name}: {e.json_path} {e.message}" for e in validator.iter_errors(data)] == []


def changed(data, change):
    """Copy of a file's data with one value at a path of keys."""
    *way, last = change[0]
    copied = copy.deepcopy(data)
    place = copied
    for key in way:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
    place[last] = change[1]
    return copied


REFUSED = {
    "study": [
        (("population",), "martians"),
        (("hypotheses",), ["label_is_label"]),
        (("grid", "route"), ["nose"]),
        (("product",), {"source": "moon"}),
        (("product",), {"viability": 1.5}),
        (("product",), {"passage": 40}),
        (("utility", "limit"), {"sadness": 0.1}),
        (("verdict", "reader"), "believer"),
        (("grid", "dosage"), ["1e6 cells/kg"]),
    ],
    "trial": [
        (("together_with",), ["magic"]),
        (("randomisation", "method"), "coin"),
        (("stopping", "efficacy"), "never"),
        (("analysis", "multiplicity"), "none"),
        (("dropout", "by"), "mood"),
        (("population",), "martians"),
    ],
    "population": [
        (("insult",), {"inr": 1.0}),
        (("before",), {"no_control": 1.0}),
        (("fitted",), {"clot_cells": {"value": 1.0, "reason": "r"}}),
        (("inclusion",), {"shoe_size": {"low": 1.0, "high": 2.0, "unit": "", "reason": "r"}}),
        (("baseline",), "unknown2000"),
        (("like",), "martians"),
    ],
    "publication": [
        (("arm", 0, "treatments"), ["magic"]),
        (("observation", 0, "unit"), "furlong"),
        (("observation", 0, "variable"), "mood"),
        (("risk_of_bias",), "none"),
        (("population",), "martians"),
    ],
    "subject": [
        (("cells", "tracer"), "C11"),
        (("cells", "route"), "nose"),
        (("scan", 0, "kind"), "ct"),
        (("scan", 0, "fwhm"), -1.0),
        (("next", "route"), ["nose"]),
        (("hypotheses",), {"label_is_label": 0.5}),
        (("surroundings",), {"weather": 1.0}),
        (("name",), "Smith"),
    ],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_file_may_not_say_does_not_conform(schemas, name):
    validator = jsonschema.Draft202012Validator(schemas[name])
    data = json.loads(json.dumps(tomllib.loads(SHIPPED[name][0].read_text(encoding="utf-8"))))
    assert not list(validator.iter_errors(data))
    for change in REFUSED[name]:
        assert list(validator.iter_errors(changed(data, change))), change


def test_a_variable_goes_with_its_unit_alone(schemas):
    validator = jsonschema.Draft202012Validator(schemas["publication"])
    data = tomllib.loads((PACKAGE / "evidence" / "publications" / "lin2017.toml").read_text(encoding="utf-8"))
    other = next(
        o["unit"]
        for path in SHIPPED["publication"]
        for o in tomllib.loads(path.read_text(encoding="utf-8")).get("observation", [])
        if o["unit"] != data["observation"][0]["unit"]
    )
    data["observation"][0]["unit"] = other
    assert [e.json_path for e in validator.iter_errors(data)] == ["$.observation[0].unit"]
