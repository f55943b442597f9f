"""Request of a sensitivity analysis: its question, the screen by the function below it, and the rows of the answer."""

import numpy as np
import pytest

from hepatica.api.sensitivity import SensitivityAnswer, SensitivityRequest
from hepatica.errors import InputError
from hepatica.sensitivity.screen import screen
from hepatica.study import check_study

GRID = {"dose": ["1e5 cells/kg", "5e5 cells/kg", "2e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein"]}
STUDY = check_study({"title": "t", "horizon": "22 d", "hypotheses": ["lung_only"], "grid": GRID, "seed": 3})
REQUEST = SensitivityRequest(
    study=STUDY,
    trajectories=1,
    patients=20,
    regimens=2,
    top=1,
    parameters=["hazards:death_mass", "efficacy_recruitment"],
)


def test_the_question_is_that_of_the_study(system):
    q = REQUEST.question(system, 2)
    assert (q.hypotheses, q.seed, q.patients, q.workers) == (("lung_only",), 3, 20, 2)
    assert [a.regimen.dose for a in q.arms] == [0.0, 1e5, 2e6] and q.times[-1] == 22.0


def test_the_screen_is_that_of_the_function_and_its_leader_ranks_the_doses(system):
    got = REQUEST.compute(system=system)
    expected = screen(REQUEST.question(system, None), bases=1, patterns=tuple(REQUEST.parameters))
    assert got.screen.frame(system).equals(expected.frame(system)) and got.study_hash == STUDY.hash
    leader = got.screen.moved[got.screen.ranked()[0]]
    assert got.tornado.parameters == (leader.name,) and got.tornado.doses == (0.0, 1e5, 5e5, 2e6)
    assert got.variance is None and np.isfinite(got.screen.statistics.mu_star).any()


@pytest.mark.parametrize("wrong", [{"trajectories": 0}, {"patients": 3}, {"samples": 1}, {"over": "posterior"}])
def test_sizes_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        SensitivityRequest.check({"study": STUDY, **wrong})


def test_negligible_parameters_are_those_of_the_screen(system):
    got = REQUEST.compute(system=system)
    answer = got.answer()
    frame = got.screen.frame(system)
    assert isinstance(answer, SensitivityAnswer) and answer.negligible == list(
        dict.fromkeys(frame[frame["is_negligible"]]["parameter"])
    )
    assert answer.bases == 1 and answer.regimen == got.screen.regimen and answer.run.study_hash == STUDY.hash


DOSES = ["1e5 cells/kg", "1e6 cells/kg", "2e6 cells/kg", "5e6 cells/kg"]
FOUR = {"dose": DOSES, "infusions": [1], "route": ["peripheral_vein"]}
FOUR_DOSES = check_study({"title": "t", "patients": 40, "draws": 40, "horizon": "20 d", "grid": FOUR})


def test_the_question_has_the_doses_asked_for(system):
    question = SensitivityRequest(study=FOUR_DOSES, regimens=2, patients=5).question(system, 1)
    assert [a.regimen.gives_cells for a in question.arms] == [False, True, True]
    assert (question.seed, question.patients, question.workers) == (FOUR_DOSES.seed, 5, 1)
    assert question.times[-1] == 20.0 and question.hypotheses == FOUR_DOSES.hypotheses


def test_an_answer_lists_what_was_screened(system):
    asked = SensitivityRequest(
        study=FOUR_DOSES, trajectories=1, patients=4, parameters=["death_mass", "efficacy_recruitment"], top=0
    )
    result = asked.compute(system=system, workers=1)
    answer = result.answer()
    assert result.tornado is None and answer.dose is None and answer.sobol is None
    assert set(answer.ranked) == {"death_mass", "efficacy_recruitment"} and answer.ranked[0] == "death_mass"
    assert set(answer.negligible) <= set(answer.ranked) and answer.bases == 1
    assert {row["parameter"] for row in answer.effects} == set(answer.ranked)
    assert answer.run.study_hash == FOUR_DOSES.hash and answer.run.population == FOUR_DOSES.population


@pytest.mark.parametrize(
    ("key", "value"), [("trajectories", 0), ("patients", 3), ("samples", 1), ("over", "nothing"), ("top", -1)]
)
def test_a_bad_request_is_an_input_error(key, value):
    with pytest.raises(InputError, match=f"^{key}: got "):
        SensitivityRequest.check({"study": FOUR_DOSES, key: value})
