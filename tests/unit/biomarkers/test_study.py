"""The study of biomarkers: every part, the regimen that is asked for, and questions that are refused."""

import pytest

from hepatica.biomarkers.study import evaluate, find_biomarkers
from hepatica.errors import InputError


def test_parts(made, question):
    found = evaluate(question, made, {"model_hash": "m"})
    assert [d.day for d in found.days] == [0.0, 3.0] and len(found.days[0].panels) == 3
    assert found.cut_marker == 1 and found.potential.measurables[1].name == found.first_by_hypothesis["lung_only"]
    assert found.false_calls <= 0.05 and len(found.trials) == 3 and found.provenance["draws"] == 60


def test_a_simulated_study(system, question):
    told = []
    label = question.arms()[2].name
    found = find_biomarkers(
        question, patients=100, regimen=label, system=system, workers=1, progress=lambda *r: told.append(r)
    )
    assert found.potential.regimen.label == label and len(found.values) >= 25
    assert {stage for stage, *_ in told} == {"admit", "markers"}


@pytest.mark.parametrize(
    "change, given, match",
    [({}, {"patients": 5}, "patients"), ({}, {"regimen": "none"}, "regimen"), ({"horizon": "10 d"}, {}, "horizon")],
)
def test_refused(system, question, change, given, match):
    from hepatica.study import check_study

    data = {
        "title": "t",
        "patients": 100,
        "draws": 40,
        "horizon": "30 d",
        "grid": {"dose": ["1e6 cells/kg"], "infusions": [1]},
    }
    with pytest.raises(InputError, match=match):
        find_biomarkers(check_study(data | change), **({"patients": 100} | given), system=system)
