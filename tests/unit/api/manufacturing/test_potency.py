"""The request and answer of potency assays: options, nulls for what is refused."""

import json

import pytest

from hepatica.api.manufacturing.potency import PotencyRequest
from hepatica.errors import InputError
from hepatica.files import to_json


def write(tmp_path, bend=1.0):
    rows = [
        f"{run},{s},{d},{(d * r) ** (bend if s == 'T' else 1) + n}"
        for run in "ab"
        for s, r in (("S", 1), ("T", 2))
        for d in (1, 2, 3, 4)
        for n in (-0.1, 0, 0.1)
    ]
    path = tmp_path / "x.csv"
    path.write_text("run,sample,dose,response\n" + "\n".join(rows))
    return str(path)


def test_answer_of_a_suitable_file(tmp_path):
    request = PotencyRequest(file=write(tmp_path), transform="ln", assumed={"T": 10.0}, weighting="unweighted")
    answer = request.run()
    row = answer.assays[0].potencies[0]
    assert answer.suitable and row.reported and row.potency == pytest.approx(20, rel=0.03)
    assert row.ratio * 10 == pytest.approx(row.potency) and row.percent_low < 100 < row.percent_high
    runs = answer.runs[0]
    assert runs.weighting == "unweighted" and runs.potency == pytest.approx(row.potency) and runs.runs == ["a", "b"]
    assert answer.assays[0].standard == "S" and answer.assays[0].design == "completely randomised"
    assert (
        answer.outlier_rule == "studentised"
        and request.model_copy(update={"outliers": "esd"}).run().outlier_rule == "esd"
    )


def test_what_is_refused_is_null_everywhere(tmp_path):
    answer = PotencyRequest(file=write(tmp_path, bend=2.0), transform="ln").run()
    loaded = json.loads(to_json(answer.model_dump()))
    row = loaded["assays"][0]["potencies"][0]
    assert not loaded["suitable"] and not row["reported"]
    assert all(row[k] is None for k in ("potency", "low", "high", "ratio", "percent_low", "percent_high"))
    failed = [c["key"] for c in loaded["assays"][0]["checks"] if c["decides"] and not c["passed"]]
    assert "non_parallelism" in failed and loaded["runs"][0]["potency"] is None
    assert loaded["runs"][0]["refused"] == ["a", "b"] and loaded["assays"][0]["checks"][0]["sample"] is None


@pytest.mark.parametrize(
    "wrong",
    [{"model": "lines"}, {"level": 2.0}, {"slope_margin": [1.5, 2.0]}, {"assumed": {"": -1.0}}, {"nonsense": 1}],
)
def test_wrong_options_are_refused(wrong):
    with pytest.raises(InputError):
        PotencyRequest.check({"file": "x.csv"} | wrong).options()
