"""Request of a calibration: sizes, and one from two publications as the functions below it make it."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hepatica.api.calibrate import CalibrateAnswer, CalibrateRequest
from hepatica.calibrate.course import Settings
from hepatica.calibrate.run import calibrate, used
from hepatica.errors import InputError
from hepatica.evidence import load_all
from hepatica.patients import Draws
from hepatica.study import HYPOTHESES

FEW = ("lin2017", "alss2019")
OTHERS = [key for key in load_all() if key not in FEW]


@pytest.fixture
def small(monkeypatch, smallest_calibration):
    monkeypatch.setattr(CalibrateRequest, "settings", property(lambda self: smallest_calibration))
    return smallest_calibration


def test_sizes_are_those_of_the_shipped_draws_or_a_few():
    assert CalibrateRequest().settings == Settings()
    assert CalibrateRequest(seed=7).settings == replace(Settings(), seed=7)
    quick = CalibrateRequest(quick=True, seed=7).settings
    assert quick.draws == 40 < Settings().draws and quick.seed == 7


def test_draws_are_those_of_the_function_and_stand_in_the_folder(small, system, tmp_path):
    """With those that leave a publication out, each without it in its provenance.

    The function goes on from the solves that the request has finished: that they are the same anew is tested of
    `calibrate` itself, and if the request simulated anything else, its draws would not be those.
    """
    stages = set()
    request = CalibrateRequest(without=OTHERS, hypotheses=["lung_only"], leave_out=True)
    got = request.run(tmp_path / "a", system=system, progress=lambda stage, *_: stages.add(stage))
    made = calibrate(system, used((), OTHERS), tmp_path / "a" / "work", small, hypotheses=["lung_only"])
    written = Draws.read(tmp_path / "a" / "posterior.parquet")
    assert set(written.columns) == set(made.draws.columns)
    for key, values in made.draws.columns.items():
        assert np.array_equal(written.columns[key], np.asarray(values, np.float32)), key
    assert got == CalibrateAnswer.of(made, tmp_path / "a" / "posterior.parquet", tmp_path / "a" / "calibration.json")
    assert got.publications == sorted(FEW) and {r.hypothesis for r in got.parameters} == {"", "lung_only"} and stages
    for key in FEW:
        assert Draws.read(tmp_path / "a" / "without" / f"{key}.parquet").provenance["without"][0] == key


def test_what_cannot_be_learnt_from_is_refused(small, system, tmp_path):
    with pytest.raises(InputError, match="none2000"):
        CalibrateRequest(without=["none2000"]).run(tmp_path, system=system)
    with pytest.raises(InputError, match="hypotheses"):
        CalibrateRequest.check({"hypotheses": []})


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
