"""Answer of a lot's release: it is what was decided, with infinities as null."""

import json

from hepatica.api.manufacturing.lot import LotAnswer, LotRequest
from hepatica.files import to_json
from hepatica.manufacturing.quality.release.lot import release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot

LOT = """
title = "t"
lot = "1"
dose = { planned = 1e6, largest = 2e6 }
attribute = [
  { name = "potency", role = "potency", values = [0.75], assay_sd = 0.1, lower = 0.7, scale = "log" },
  { name = "sterility", passed = true },
]
"""


def test_the_answer_is_the_verdict(tmp_path):
    path = tmp_path / "lot.toml"
    path.write_text(LOT, encoding="utf-8")
    request = LotRequest.check({"file": str(path)})
    answer, found = request.run(), request.compute()
    assert answer.verdict == found.verdict and answer.factor == found.factor
    text = json.loads(to_json(answer.model_dump()))
    assert text["verdict"] == "conditional" and text["attributes"][0]["upper"] is None
    assert text["attributes"][1]["chance"] is None and text["linked"] is None and text["losses"] == {}


def test_losses_by_action():
    loss = {"days": 4, "low": 1, "high": 7, "linked": 0.5, "rejection": 2, "source": "a belief"}
    potency = {"name": "p", "role": "potency", "values": [0.75], "assay_sd": 0.1, "lower": 0.7, "scale": "log"}
    lot = {"title": "t", "lot": "1", "dose": {"planned": 1e6, "largest": 2e6}, "attribute": [potency], "loss": loss}
    answer = LotAnswer.of(release_lot(check_lot(lot)))
    assert set(answer.losses) == {"release", "conditional", "reject"} and answer.losses["reject"].mean == 2.0
