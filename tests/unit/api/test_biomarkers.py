"""Request and answer of biomarkers."""

import json

import pytest

from hepatica.api.biomarkers import BiomarkersAnswer, BiomarkersRequest
from hepatica.errors import InputError

STUDY = {
    "title": "t", "patients": 100, "draws": 40, "horizon": "30 d", "posterior": "prior",
    "grid": {"dose": ["1e6 cells/kg"], "infusions": [1]},
}  # fmt: skip


def test_the_answer():
    answer = BiomarkersRequest(study=STUDY, patients=100).run()
    assert len(answer.values) >= 25 and answer.regimen.startswith("1e6/kg") and [d.day for d in answer.days] == [0.0]
    assert BiomarkersAnswer.model_validate(json.loads(answer.model_dump_json())) == answer
    with pytest.raises(InputError, match="patients"):
        BiomarkersRequest(study=STUDY, patients=3).run()
