"""Designs of dose finding by name: each runs from a file, numbers of the file reach it, misfits are refused."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.definition.dose_finding_table import WITH_PENDING, CountedAt, DesignName
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm
from hepatica.trials.virtual.escalation.designs import (
    design_of,
    feasible_rules,
    pending_design,
    shown_designs,
    skeleton_of,
)

ARMS = [{"name": n, "dose": f"{d} cells/kg"} for n, d in (("low", "1e5"), ("mid", "1e6"), ("high", "1e7"))]
RESPONSE = {"response": "alive == 1", "response_day": "28 d"}
TABLE = {"3": "E S D DU", "6": "E E S D DU DU DU", "9": "E E E S D DU DU DU DU DU", "12": "E " * 4 + "D " * 9}


@pytest.fixture
def trial(make_trial):
    def make(rule, **changes):
        given = {"target": 0.3, "toxicity": ["thrombosis"]} | rule
        return make_trial(arm=ARMS, patients=12, endpoint=[], dose_finding=given, **changes)

    return make


def rule_for(name):
    extra = RESPONSE if name in ("boin12", "uboin") else {"decisions": TABLE} if name == "table" else {}
    return {"design": name} | extra


@pytest.mark.parametrize("name", [d.value for d in DesignName])
def test_every_design_is_made_from_its_name(trial, name):
    t = trial(rule_for(name))
    made = pending_design(name, t) if DesignName(name) in WITH_PENDING else design_of(name, t)
    assert made.levels == 3 and shown_designs(t)[0].value == name
    if name != "3+3":
        assert made.max_patients == 12


def test_numbers_of_the_file_reach_the_design(trial):
    wide = design_of("boin", trial({"safe": 0.1, "toxic": 0.6, "extra_safe": True, "stop_at": 9}))
    plain = boin(0.3, 3, 12)
    assert wide.stop_at == 9 and (wide.table.cells != plain.table.cells).any()
    assert (wide.table.stop_lowest & ~plain.table.stop_lowest).any()
    assert design_of("boin", trial({})).table.cells.tolist() == plain.table.cells.tolist()
    own = design_of("table", trial(rule_for("table")))
    assert own.table.letters(3) == ["E", "S", "D", "DU"]
    crm = design_of("crm", trial({"design": "crm", "skeleton": [0.1, 0.2, 0.4], "prior_sd": 0.7}))
    assert crm.skeleton == (0.1, 0.2, 0.4) and crm.prior_sd == 0.7
    assert design_of("crm_likelihood", trial({"design": "crm_likelihood"})).prior_sd is None
    assert np.diff(design_of("ewoc", trial({"design": "ewoc"})).doses) == pytest.approx([1.0, 1.0])
    assert skeleton_of(trial({}))[1] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ({"design": "table"}, {}),
        ({"design": "table", "decisions": {"x": "E"}}, {}),
        ({"design": "table", "decisions": {"3": "E S D"}}, {}),
        ({"decisions": TABLE}, {}),
        ({"design": "boin12"}, {}),
        ({"response": "alive == 1"}, {}),
        ({"design": "boin12", "response": "hair < 5"}, {}),
        ({"design": "boin12"} | RESPONSE | {"response_day": "400 d"}, {}),
        ({"toxicity": ["odd"]}, {}),
        ({"toxicity": []}, {}),
        ({"design": "odd"}, {}),
        ({"skeleton": [0.1, 0.2]}, {}),
        ({"counted_at": "nearest"}, {}),
        ({"counted_at": "dose"}, {"batches": {"shares": [0.5], "chances": [0.2]}}),
        ({"counted_at": "nearest", "design": "crm"}, {"batches": {"shares": [0.5], "chances": [0.2]}}),
        ({"counted_at": "nearest", "design": "ewoc"}, {"batches": {"shares": [0.5], "chances": [0.2]}}),
        ({"counted_at": "nearest"}, {"batches": {"shares": [0.0], "chances": [0.2]}}),
    ],
)
def test_misfits_are_refused(trial, rule, changes):
    with pytest.raises(InputError):
        trial(rule, **changes)


def test_a_table_needs_every_number_that_cohorts_meet(trial):
    with pytest.raises(InputError, match="9 treated"):
        design_of("table", trial({"design": "table", "decisions": {k: TABLE[k] for k in ("3", "6")}}))


def test_ways_of_counting(trial):
    lots = {"batches": {"shares": [0.5], "chances": [0.2]}}
    assert list(feasible_rules(trial({}, **lots))) == [
        CountedAt.ASSIGNED,
        CountedAt.EVALUABLE,
        CountedAt.REACHED,
        CountedAt.NEAREST,
    ]
    made = feasible_rules(trial({"design": "crm"}, **lots))
    assert all(isinstance(r, ContinuousCrm) for r in made.values()) and made[CountedAt.DOSE].delivered
    assert feasible_rules(trial({"design": "ewoc"}, **lots)) == {}
