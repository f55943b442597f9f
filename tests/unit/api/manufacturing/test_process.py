"""Request and answer of a product's process: rows of steps and laws, both findings on thaw, errors of one step."""

import json

import pytest

from hepatica.api.manufacturing.process import ProcessRequest
from hepatica.errors import InputError

FROZEN = [{"kind": k} for k in ("harvest", "cryopreservation", "thaw", "delivery")]


def test_the_answer_has_every_step_law_and_both_findings():
    answer = ProcessRequest.check({"product": {"source": "adipose", "step": FROZEN}}).run()
    assert len(answer.steps) == 4 * 7 and {r["grade"] for r in answer.laws} == {"in vitro", "assumed"}
    assert [(r["finding"], r["thawed"]) for r in answer.alternatives] == [("impaired", True), ("unchanged", False)]
    last = {r["attribute"]: r["value"] for r in answer.steps if r["step"] == 4}
    assert last["viability"] == answer.product["viability"] and last["delivered"] == answer.product["delivered"]
    assert "NaN" not in answer.model_dump_json() and json.loads(answer.model_dump_json())["purpose"]


def test_nothing_thawed_no_findings():
    assert ProcessRequest.check({"product": {"step": FROZEN[:1]}}).run().alternatives == []


@pytest.mark.parametrize(
    ("product", "said"),
    [
        ({}, r"no steps.*\[\[step\]\]"),
        ({"step": [{"kind": "hold", "hours": -1.0}]}, r"step 1 \(hold\), hours"),
        ({"colour": 1, "step": FROZEN[:1]}, "colour"),
        ({"source": "moon", "step": FROZEN[:1]}, "product.source: got 'moon'"),
        (3, "product"),
    ],
)
def test_what_is_refused(product, said):
    with pytest.raises(InputError, match=said):
        ProcessRequest.check({"product": product}).compute()
