"""Verdict of an answer: the numbers of its judgements, and JSON there and back."""

from dataclasses import fields

from hepatica.api.verdict import VerdictAnswer, VerdictRow
from hepatica.dosing import Form, Judgement
from hepatica.dosing.information.sample import TrialValue
from hepatica.dosing.verdict import Reason

NUMBERS = {f.name: k / 10 for k, f in enumerate(fields(Judgement)) if f.type == "float"}
JUDGED = Judgement(
    hypothesis="h",
    reader="neutral",
    form=Form.TRIAL,
    reasons=(Reason.TRIAL_PAYS,),
    harm_chance={"thrombosis": 0.2},
    harm_chance_error={"thrombosis": 0.01},
    trial=TrialValue(400, 0.5, 3000.0, 250.0, 0.04),
    **NUMBERS,
)


def test_a_row_has_the_numbers_of_its_judgement():
    row = VerdictRow.of(JUDGED)
    assert {name: getattr(row, name) for name in NUMBERS} == NUMBERS
    assert (row.form, row.reasons) == ("only_within_a_trial", ["trial_pays"])
    assert (row.trial_people, row.trial_value, row.trial_net) == (400, 0.5, 3000.0)
    assert (row.trial_value_error, row.trial_net_error) == (0.04, 250.0)
    assert VerdictRow.model_validate_json(row.model_dump_json()) == row


def test_the_verdict_of_a_decision_goes_through_json(found):
    told, c = VerdictAnswer.of(found.decision), found.decision.conclusion
    assert told.form == c.form.value and told.dose == found.decision.arms[c.dose].name
    assert [x.arm for x in told.leaders] == [found.decision.arms[x.arm].name for x in c.leaders]
    assert VerdictAnswer.model_validate_json(told.model_dump_json()) == told
