"""Score requests: what is computed is what the score's function says, and what does not fit is refused."""

import pytest

from hepatica.api.score import ScoreRequest
from hepatica.errors import InputError
from hepatica.outcomes.scores import SCORES, meld


def test_the_answer_is_the_score_of_the_converted_labs():
    answer = ScoreRequest(score="meld", inputs={"bilirubin": "54 umol/L", "creatinine": "170 umol/L", "inr": 2.0}).run()
    assert answer.value == float(meld(**answer.inputs, rounded=True)) == 25
    assert answer.inputs["bilirubin"] == pytest.approx(54 / 17.104, rel=1e-3) and answer.title == SCORES["meld"].title
    assert 0 < answer.readings["alive at 90 days"] < 1 and answer.cites == list(SCORES["meld"].cites)


@pytest.mark.parametrize(
    ("score", "inputs", "where"),
    [
        ("nope", {}, "score"),
        ("meld", {}, "bilirubin"),
        ("albi", {"bilirubin": "3 kg", "albumin": "28 g/L"}, "bilirubin"),
    ],
)
def test_what_does_not_fit_is_refused(score, inputs, where):
    with pytest.raises(InputError) as told:
        ScoreRequest(score=score, inputs=inputs).run()
    assert told.value.where == where
