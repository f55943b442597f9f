"""The dossier: every part, as JSON has it."""

import json

from hepatica.qualify.dossier import as_record


def test_the_dossier_holds_every_part(q):
    told = as_record(q)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert [f["adequate"] for f in told["factors"]] == sorted(
        (f.adequate for f in q.factors), key=("no", "partly", "yes").index
    )
    assert len(told["code"]) == len(q.checks) and len(told["calculation"]) == len(q.errors)
    assert told["decision"]["top"] == q.decision.arms[q.decision.top].name
    assert told["risk"]["risk"] == q.risk.risk and told["run"]["model_hash"] == q.system.model.hash
