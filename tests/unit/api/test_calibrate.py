"""Calibration requests and answers: limits of a request, and rows of the posterior with NaN as null."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from hepatica.api.calibrate import CalibrateAnswer, CalibrateRequest
from hepatica.errors import InputError
from hepatica.study import HYPOTHESES


def test_a_request_has_both_hypotheses_unless_it_names_one():
    assert CalibrateRequest().hypotheses == list(HYPOTHESES)
    assert CalibrateRequest.check({"hypotheses": ["lung_only"], "seed": 0}).hypotheses == ["lung_only"]


@pytest.mark.parametrize(
    ("data", "where"), [({"seed": -1}, "seed"), ({"hypotheses": []}, "hypotheses"), ({"sede": 1}, "sede")]
)
def test_a_bad_request_is_an_input_error(data, where):
    with pytest.raises(InputError, match=f"^{where}: "):
        CalibrateRequest.check(data)


def test_an_answer_has_a_row_per_parameter(monkeypatch):
    frame = pd.DataFrame(
        {"parameter": ["k", "w"], "hypothesis": ["", "lung_only"], "mean": [0.5, -1.0], "sd": [0.2, 0.9]}
        | {"r_hat": [1.01, float("nan")], "learnt": [True, False]}
    )
    monkeypatch.setattr("hepatica.calibrate.diagnostics.contraction.contraction", lambda course, cells: frame)
    draws = SimpleNamespace(provenance={"publications": ["lin2017", "alss2019"]})
    made = SimpleNamespace(course=None, cells=None, draws=draws, terms=range(7), contrasts=range(2))
    answer = CalibrateAnswer.of(made, Path("a") / "posterior.parquet")
    assert (answer.data, answer.contrasts, answer.publications) == (7, 2, ["lin2017", "alss2019"])
    assert answer.posterior == str(Path("a") / "posterior.parquet") and answer.notes is None
    first, second = answer.parameters
    assert (first.parameter, first.mean, first.r_hat, first.is_learnt) == ("k", 0.5, 1.01, True)
    assert (second.hypothesis, second.r_hat, second.is_learnt) == ("lung_only", None, False)
