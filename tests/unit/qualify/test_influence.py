"""Influence: from a finished screen, or from the draws."""

import json

import pytest

from hepatica.errors import InputError
from hepatica.qualify.influence import read_screen


def test_influence_from_a_finished_screen(q, tmp_path, model):
    rows = [{"parameter": n, "influence": s} for n, s in (("damp_scar", 1.0), ("alarm_half", 0.5), ("alarm_half", 0.5))]
    told = {
        "ranked": ["damp_scar", "alarm_half"],
        "effects": rows,
        "run": {"model_hash": model.hash, "population": "hbv_aclf"},
    }
    (tmp_path / "sensitivity.json").write_text(json.dumps(told), encoding="utf-8")
    found = read_screen(tmp_path, model, "hbv_aclf")
    assert found.rows == ((1, "damp_scar", 1.0), (2, "alarm_half", 0.5)) and found.same_model and found.same_population
    assert [n for _, n, _ in found.assumed(model)] == [
        n for n in ("damp_scar", "alarm_half") if model.parameters[n].entry.grade == "assumed"
    ]
    assert not read_screen(tmp_path, model, "alf_paracetamol").same_population
    with pytest.raises(InputError, match="sensitivity.json"):
        read_screen(tmp_path / "none", model, "hbv_aclf")
    strengths = [abs(s) for *_, s in q.influence.rows]
    assert strengths == sorted(strengths, reverse=True) and not q.influence.screened and 0.2 < q.influence.unclear < 0.4
