"""Sensitivity requests and answers: the question of a request, and an answer without indices where none were asked."""

import pytest

from hepatica.api.sensitivity import SensitivityRequest
from hepatica.errors import InputError
from hepatica.study import check_study

DOSES = ["1e5 cells/kg", "1e6 cells/kg", "2e6 cells/kg", "5e6 cells/kg"]
GRID = {"dose": DOSES, "infusions": [1], "route": ["peripheral_vein"]}
STUDY = check_study({"title": "t", "patients": 40, "draws": 40, "horizon": "20 d", "grid": GRID})


def test_the_question_has_the_doses_asked_for(system):
    question = SensitivityRequest(study=STUDY, regimens=2, patients=5).question(system, 1)
    assert [a.regimen.gives_cells for a in question.arms] == [False, True, True]
    assert (question.seed, question.patients, question.workers) == (STUDY.seed, 5, 1)
    assert question.times[-1] == 20.0 and question.hypotheses == STUDY.hypotheses


def test_an_answer_lists_what_was_screened(system):
    asked = SensitivityRequest(
        study=STUDY, trajectories=1, patients=4, parameters=["death_mass", "efficacy_recruitment"], top=0
    )
    result = asked.compute(system=system, workers=1)
    answer = result.answer()
    assert result.tornado is None and answer.dose is None and answer.sobol is None
    assert set(answer.ranked) == {"death_mass", "efficacy_recruitment"} and answer.ranked[0] == "death_mass"
    assert set(answer.negligible) <= set(answer.ranked) and answer.bases == 1
    assert {row["parameter"] for row in answer.effects} == set(answer.ranked)
    assert answer.run.study_hash == STUDY.hash and answer.run.population == STUDY.population


@pytest.mark.parametrize(
    ("key", "value"), [("trajectories", 0), ("patients", 3), ("samples", 1), ("over", "nothing"), ("top", -1)]
)
def test_a_bad_request_is_an_input_error(key, value):
    with pytest.raises(InputError, match=f"^{key}: got "):
        SensitivityRequest.check({"study": STUDY, key: value})
