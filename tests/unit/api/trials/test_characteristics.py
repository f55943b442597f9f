"""Request and answer of trials."""

import json

import pytest

from hepatica.api.trials.characteristics import TrialAnswer, TrialRequest
from hepatica.errors import InputError
from hepatica.trials.virtual.characteristics import characterise


def test_an_answer_has_no_nan_and_comes_back(make_trial, flat_bank):
    trial = make_trial(look=[{"day": "50 d"}])
    found = characterise(trial, flat_bank(trial, (0.0, 0.0)), trials=250, secondary=250)
    answer = TrialAnswer.of(found, bank="key")
    text = answer.model_dump_json()
    assert "NaN" not in text and TrialAnswer.model_validate(json.loads(text)) == answer
    assert answer.critical[0] is None and answer.hypotheses[0].average.estimate == [None]
    assert answer.eligible == 40 and answer.purpose == "for research use"


def test_a_request_runs(make_trial, system, tmp_path):
    trial = make_trial(bank={"patients": 12, "draws": 4}, follow_up="30 d")
    told = []
    request = TrialRequest(trial=trial, trials=250, secondary=0, failure=0)
    bank = request.bank(tmp_path, system=system, progress=lambda *a: told.append(a[0]))
    found, shares = request.characterise(bank, progress=lambda *a: told.append(a[0]))
    assert found.hypotheses[0].average.trials == 250 and shares == () and (tmp_path / bank.key).is_dir()
    assert list(dict.fromkeys(told)) == ["admit", "bank", "trials_label_is_cells"]


def test_a_wrong_request_is_refused(make_trial):
    with pytest.raises(InputError, match="trials"):
        TrialRequest.check({"trial": make_trial(), "trials": 0})
