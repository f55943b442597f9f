"""Answer of an escalation: JSON that comes back."""

import json

import numpy as np

from hepatica.api.trials.escalation import EscalationAnswer
from hepatica.trials.virtual.escalation.characteristics import characterise_escalation

ARMS = [{"name": "low", "dose": "1e6 cells/kg"}, {"name": "high", "dose": "2e6 cells/kg"}]


def test_it_comes_back(make_trial, flat_bank):
    trial = make_trial(arm=ARMS, patients=6, endpoint=[], dose_finding={"target": 0.2})
    found = characterise_escalation(trial, flat_bank(trial, np.zeros(3)), trials=200)
    answer = EscalationAnswer.of(found, "key")
    assert EscalationAnswer.model_validate(json.loads(answer.model_dump_json())) == answer
    h = answer.hypotheses[0]
    assert h.best == 1 and h.toxicity == [0.0, 0.0] and h.designs["boin"].selection == [0.0, 1.0] or h.best is not None
    assert answer.bank == "key" and sum(h.selection) + h.none == 1
