"""USDM: valid by the published schema of version 4.0, every reference leads somewhere, and the rules that matter hold."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hepatica.exchange.cdisc.usdm import usdm, write_usdm

SCHEMA = json.loads((Path(__file__).parents[3] / "reference/data/usdm_v4_schema.json").read_text(encoding="utf-8"))


def instances(x):
    if isinstance(x, dict):
        if "instanceType" in x:
            yield x
        for v in x.values():
            yield from instances(v)
    elif isinstance(x, list):
        for v in x:
            yield from instances(v)


@pytest.fixture(params=["confirmatory", "bare", "escalation"])
def definition(request, make_trial, simulated):
    if request.param == "confirmatory":
        return usdm(simulated().trial)
    if request.param == "bare":
        return usdm(make_trial())
    arms = [{"name": "low", "dose": "1e6 cells/kg"}, {"name": "high", "dose": "2e6 cells/kg"}]
    return usdm(make_trial(arm=arms, dose_finding={}, patients=30, endpoint=[]))


def test_valid_by_the_published_schema(definition):
    errors = [f"{list(e.path)}: {e.message}" for e in Draft202012Validator(SCHEMA).iter_errors(definition)]
    assert errors == []


def test_the_schema_refuses_what_is_wrong(definition):
    del definition["study"]["versions"][0]["titles"]
    assert list(Draft202012Validator(SCHEMA).iter_errors(definition))


def test_identifiers_are_unique_and_references_lead_to_them(definition):
    every = [(x["instanceType"], x["id"]) for x in instances(definition) if x["id"] is not None]
    assert len(set(every)) == len(every)
    known = {i for _, i in every}
    for x in instances(definition):
        for key, value in x.items():
            if key.endswith("Ids"):
                assert set(value) <= known, key
            elif key.endswith("Id") and value is not None:
                assert value in known, key


def test_rules_of_the_model(definition):
    design = definition["study"]["versions"][0]["studyDesigns"][0]
    cells = [(c["armId"], c["epochId"]) for c in design["studyCells"]]
    assert sorted(cells) == sorted((a["id"], e["id"]) for a in design["arms"] for e in design["epochs"])
    levels = [o["level"]["decode"] for o in design["objectives"]]
    assert levels.count("Primary Objective") == 1 and levels[0] == "Primary Objective"
    for e in design["estimands"]:
        endpoints = {p["id"]: p for o in design["objectives"] for p in o["endpoints"]}
        assert endpoints[e["variableOfInterestId"]]["level"]["decode"] == "Primary Endpoint"
    for chain in (design["epochs"], design["encounters"], design["eligibilityCriteria"]):
        for before, after in zip(chain, chain[1:], strict=False):
            assert before["nextId"] == after["id"] and after["previousId"] == before["id"]


def test_the_file_is_what_the_trial_says(make_trial, tmp_path):
    trial = make_trial()
    made = json.loads(write_usdm(tmp_path / "usdm.json", trial).read_text(encoding="utf-8"))
    design = made["study"]["versions"][0]["studyDesigns"][0]
    assert design["population"]["plannedEnrollmentNumber"]["value"] == 100 and made["usdmVersion"] == "4.0"
    assert [a["name"] for a in design["arms"]] == ["care", "cells"] and "research use" in made["study"]["description"]
