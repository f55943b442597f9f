"""Sobol' indices on the model: same patients at every point, what fails is left out as stated, the command shows them."""

import json
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hepatica import cli
from hepatica.patients import DrawKey, Draws
from hepatica.sensitivity.evaluate import rising_doses
from hepatica.sensitivity.screen import movable_parameters
from hepatica.sensitivity.variance import MOST_FAILED, MOST_PER_DRAW, PER_DRAW, _candidates, _Evaluator, variance
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

ARMS = (Arm("standard care"), *(Arm(f"{d:g}", Regimen(d, infusions=2, interval=7.0)) for d in (1e5, 1e6)))


@pytest.fixture(scope="module")
def question(question):
    """The folder's question with one dose fewer, in one thread."""
    return replace(question, arms=rising_doses(ARMS, 1), workers=1)


@pytest.fixture(scope="module")
def moved(question):
    by = {m.name: m for m in movable_parameters(question)[0]}
    return [by["death_mass"], by["efficacy_recruitment"]]


@pytest.fixture(scope="module")
def found(question, moved):
    return variance(question, moved, question.arms[1], samples=4)


def test_a_parameter_of_the_cells_does_not_touch_standard_care(found, moved):
    assert [m.reaches for m in moved] == ["after admission", "with cells"]
    assert found.indices.total[1, 0] == 0 and found.indices.total[0, 0] > 0.5 and found.indices.total[1, 1:].max() > 0
    assert (found.values[:, 2, 0] == found.values[:, 0, 0]).all()  # only the cells were elsewhere
    assert (found.values[:, 1, 0] == found.values[:, -1, 0]).all()
    assert found.failed == 0 and found.indices.lost == 0 and found.evaluations == 16
    frame = found.frame()
    assert len(frame) == 2 * 5 and set(frame["over"]) == {"prior"} and (frame["total_low"] <= frame["total_high"]).all()


def test_what_is_kept_is_what_would_be_simulated(found, question, moved):
    from hepatica.sensitivity.sobol import design

    cohort = _candidates(question, None)
    assert PER_DRAW <= len(cohort.patient) / question.patients <= MOST_PER_DRAW
    u = design(2, 4, 5)
    for i, j in ((0, 3), (3, 2)):
        alone = _Evaluator(question, cohort, question.arms[:2], moved).point(u[i, j])
        assert (alone == found.values[i, j]).all()


def test_over_learnt_draws_a_parameter_stays_among_them(question, moved, model):
    draws = Draws.prior(model, 8, seed=1)
    held = Draws(dict(draws.columns) | {DrawKey.coordinate("death_mass"): np.full(8, 0.3)})
    v = variance(question, moved[:1], question.arms[1], samples=2, known=held)
    assert v.over == "learnt" and (v.indices.total == 0).all() and np.ptp(v.values[..., 0]) < 1e-9


def test_patients_who_fail_are_left_out_until_they_weigh_too_much(question):
    n = 100
    asked = _Evaluator(question, None, question.arms[:2], [])
    pool = SimpleNamespace(weight=np.ones(n), initial=np.zeros((n, 2)))
    alive, net = np.linspace(0, 1, n)[None], np.linspace(10, 20, n)[None]
    care, cells = (SimpleNamespace(survival=s, net=d) for s, d in ((alive, net), (alive + 0.1, net + 3)))
    plain = asked._means(pool, care, [cells, cells])
    assert plain == pytest.approx([50, 10, 10, 3, 3]) and asked.failed == 0
    few = net.copy()
    few[0, : int(MOST_FAILED * n)] = np.nan  # the same five under one arm: all arms lose them
    some = asked._means(pool, care, [SimpleNamespace(survival=alive + 0.1, net=few + 3), cells])
    assert asked.failed == 5 and some == pytest.approx([100 * alive[0, 5:].mean(), 10, 10, 3, 3])
    few[0, :6] = np.nan
    assert np.isnan(asked._means(pool, care, [SimpleNamespace(survival=alive, net=few), cells])).all()
    lost = SimpleNamespace(
        weight=np.r_[np.zeros(6), np.ones(94)], initial=np.r_[np.full((6, 2), np.nan), np.zeros((94, 2))]
    )
    short = [SimpleNamespace(survival=w.survival[:, 6:], net=w.net[:, 6:]) for w in (care, cells)]
    assert np.isnan(asked._means(lost, short[0], [short[1]] * 2)).all()  # histories that failed count too


def test_a_point_where_hardly_anybody_is_plausible_has_no_answer(question, moved, monkeypatch):
    asked = _Evaluator(question, None, question.arms[:2], moved)
    monkeypatch.setattr("hepatica.sensitivity.variance.weighted_candidates", lambda *_: replace_pool(0.0))
    monkeypatch.setattr("hepatica.sensitivity.variance.replace", lambda thing, **_: thing)
    assert np.isnan(asked.point(np.array([0.5, 0.5]))).all()


def replace_pool(effective):
    return SimpleNamespace(effective=effective, weight=np.zeros(3), initial=np.zeros((3, 1)))


def test_the_command(tmp_path, monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["hepatica", *map(str, arguments)])
        try:
            code = cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capsys.readouterr()

    study = tmp_path / "study.toml"
    assert run("init", study)[0] == 0
    small = ["sensitivity", study, "--set", "dose='1e6 cells/kg'", "--days", "30 d", "--out", tmp_path / "s"]
    small += ["--set", "infusions=1", "--trajectories", 1, "--patients", 4, "--top", 0, "--sobol", 2, "--samples", 2]
    small += ["--parameters", "hazards:death_mass", "--parameters", "efficacy_recruitment"]
    small += ["--over", "learnt", "--workers", 1]
    code, out, _ = run(*small, "--json")
    found = json.loads(out)["sobol"]
    assert code == 0 and found["blocks"] == 2 and found["over"] == "learnt" and len(found["indices"]) == 10
    assert {"sobol.csv", "sobol.json", "sobol.svg", "sobol.png"} <= {p.name for p in (tmp_path / "s").iterdir()}
    picture = (tmp_path / "s" / "sobol.svg").read_text(encoding="utf-8")
    assert all(row["parameter"] in picture for row in found["indices"]) and "in all" in picture
    before = (tmp_path / "s" / "sobol.csv").read_bytes()
    code, out, _ = run(*small, "--lang", "zh")
    assert code == 0 and "Sobol" in out and (tmp_path / "s" / "sobol.csv").read_bytes() == before
    assert run(*small, "--samples", 3)[0] == 2 and run(*small, "--over", "nothing")[0] == 2


def test_another_number_of_workers(found, question, moved):
    again = variance(replace(question, workers=2), moved, question.arms[1], samples=4)
    assert again.values.tobytes() == found.values.tobytes()
