"""A calibration from beginning to end, small: what is learnt, from what, and the same whatever stops it."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.calibrate.bank import Plan, fill, stamped
from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.cells import draw_cell_parameters, learn_cells
from hepatica.calibrate.contrast_likelihood import RESIDUAL_SHARE
from hepatica.calibrate.course import Settings
from hepatica.calibrate.diagnostics.contraction import agreement, contraction, informative_data
from hepatica.calibrate.error_model.bias import BiasPrior
from hepatica.calibrate.run import calibrate, plans, used, write
from hepatica.calibrate.unknowns import cell_only_parameters
from hepatica.errors import EngineError, InputError
from hepatica.evidence import evidence_hash, load, load_all
from hepatica.patients import DrawKey, DrawKind, Draws, posterior
from hepatica.patients.draws import BETWEEN_STUDY_SD, VARIABILITY
from hepatica.words import LANGUAGES, say

EFFECT = BETWEEN_STUDY_SD["effect_share"]
FEW = ("lin2017", "alss2019")


def test_parameters_that_matter_only_with_cells_are_learnt_with_them(model, made):
    cells = cell_only_parameters(model)
    assert {"death_lung", "secretion_works", "cells_half", "efficacy_repair"} <= cells
    assert not cells & {"liver_rate", "alarm", "factor_consumption", "infection_rate", "tnf_half"}
    for name in made.draws.columns:
        if name.kind in (DrawKind.COORDINATE, DrawKind.SPIKE):
            assert (name.name in cells) == bool(name.hypothesis), name


def test_draws_are_whole_and_say_where_they_come_from(made, system, publications, small):
    p = made.draws.provenance
    assert made.draws.n == small.draws and all(np.isfinite(v).all() for v in made.draws.columns.values())
    assert (
        p["model"] == system.model.hash
        and p["evidence"] == evidence_hash(publications)
        and p["settings"]["people"] == 5
    )
    survival = p["effects"]["lung_only"]["lin2017 msc survival day 168"]
    simulated = made.cells["lung_only"].contrasts[:, :, 0]
    assert survival["prior_mean"] == pytest.approx(np.nanmean(simulated)) and survival["sd"] > 0
    assert p["publications"] == sorted(FEW) and p["r_hat_largest"] >= 1.0
    rows = contraction(made.course, made.cells)
    assert set(rows["hypothesis"]) == {"", "label_is_cells", "lung_only"} and (rows["sd"] > 0).all()
    shares = informative_data(made.course, top=len(made.course.terms))["liver_rate"]
    survival = [share for label, share in shares if "survival" in label]
    assert sum(share for _, share in shares) == pytest.approx(1.0)
    assert survival and max(survival) > 2 / len(shares)  # twice the average datum: five people an arm rank no closer


def test_the_same_again_and_from_what_was_finished(made, system, publications, tmp_path, small):
    again = calibrate(system, publications, tmp_path, small, hypotheses=("label_is_cells", "lung_only"))
    write(made, tmp_path / "a"), write(again, tmp_path / "b")
    assert (tmp_path / "a" / "posterior.parquet").read_bytes() == (tmp_path / "b" / "posterior.parquet").read_bytes()
    blocks = sorted(tmp_path.glob("*/*.npy"))
    stamps = {path: path.stat().st_mtime_ns for path in blocks}
    blocks[0].write_bytes(b"")
    blocks[-1].write_bytes(blocks[-1].read_bytes()[:-9])  # two damaged, the others as they were
    once_more = calibrate(system, publications, tmp_path, small, hypotheses=("label_is_cells", "lung_only"))
    write(once_more, tmp_path / "c")
    assert (tmp_path / "a" / "posterior.parquet").read_bytes() == (tmp_path / "c" / "posterior.parquet").read_bytes()
    assert {path for path in blocks if path.stat().st_mtime_ns != stamps[path]} == {blocks[0], blocks[-1]}
    notes = json.loads((tmp_path / "a" / "calibration.json").read_text())
    assert notes["provenance"]["purpose"] == "for research use" and len(notes["contrasts"]) == 2


def test_the_emulator_is_held_against_the_engine(made):
    rows = agreement(made.course)
    assert (
        len(rows)
        and set(rows["publication"]) >= set(FEW)
        and (rows["allowed"] > 0).all()
        and (rows["draws"] > 10).all()
    )
    k = int(rows.index[rows["output"] == "survival day 168, share"][0])
    u = made.course
    o = next(o for o in u.statistics if u.check.plan.lines[o.line].endpoint.time == 168.0 and o.kind == "share")
    engine, chance = o.of(u.check)
    emulated = u.emulator(u.emulator.space.points(u.draws))[:, u.statistics.index(o)]
    assert rows["engine"][k] == pytest.approx(engine.mean()) and rows["emulator"][k] == pytest.approx(emulated.mean())
    assert rows["apart"][k] == pytest.approx(np.sqrt(max(np.var(engine - emulated) - chance.mean(), 0.0)))
    told = made.draws.provenance["emulator_error_over_allowed"]
    assert 0 < told["median"] <= told["largest"]


def found_places(system, settings):
    """Places in the prior of how much trials differ in what cells do to shares."""
    return draw_cell_parameters(system.model, settings.draws, settings.cell_draws, settings.seed)[
        DrawKey.between_study("effect_share")
    ]


def test_cells_are_chosen_by_what_people_showed(system, publications, tmp_path, small):
    """If published cells had done wonders, the draws under which cells do much are taken."""
    settings = replace(small, draws=30, cell_draws=8, cell_people=6)
    plan, told, cells, between = plans(publications)
    course = Draws(
        {
            k: v
            for k, v in Draws.prior(system.model, 30, seed=5).columns.items()
            if k.name not in cell_only_parameters(system.model)
        }
    )
    gain = {}
    for value in (-3.0, 3.0):
        survival = [
            replace(c, value=value, error=0.3, samples=(), bias=BiasPrior(0.0, 0.0))
            for c in between
            if c.label.startswith("survival")
        ]
        found = learn_cells(
            system,
            cells,
            survival,
            course,
            hypothesis="label_is_cells",
            settings=settings,
            execution=Execution(tmp_path),
        )
        gain[value] = found.contrasts[np.arange(30), found.chosen, 0].mean()
        assert (found.effective >= 1).all() and (found.effective <= 8).all()
        apart = np.exp(np.log(EFFECT[0]) + EFFECT[1] * found_places(system, settings))  # trials differ, draw by draw
        own = RESIDUAL_SHARE * EFFECT[0]
        wide = np.sqrt(apart**2 + own**2 + 0.3**2 + found.noise[0] ** 2)
        plain = sum(norm(c.value, wide).logpdf(found.contrasts[..., i]) for i, c in enumerate(survival))
        apart = found.log_likelihood - plain
        assert np.ptp(apart[np.isfinite(apart)]) < 1e-5  # but for a constant
    assert gain[3.0] > gain[-3.0] + 0.1


def test_finished_work_is_known_by_what_is_simulated(system, publications):
    """Variation between cohorts is simulated by nobody; any other draw, setting, plan or order of draws makes other work."""
    plan, d = Plan.of(publications), Draws.prior(system.model, 4, seed=1)
    name = stamped(system, plan, d, [1])

    def other(key, value):
        return stamped(system, plan, Draws({**d.columns, key: value}), [1])

    assert (
        other(DrawKey.between_study("share"), np.full(4, 9.0))
        == name
        == stamped(system, plan, Draws(dict(d.columns)), [1])
    )
    assert (
        len(
            {
                name,
                stamped(system, plan, d, [2]),
                stamped(system, Plan.of(publications[:1]), d, [1]),
                other(VARIABILITY, np.full(4, 9.0)),
                stamped(system, plan, d.take(np.array([1, 0, 2, 3])), [1]),
            }
        )
        == 5
    )


def test_a_bank_has_the_same_patients_with_and_without_cells(system, publications, tmp_path):
    plan = Plan.of(publications)
    d = Draws.prior(system.model, 4, seed=1)
    still = [
        k for k in d.columns if k.kind is DrawKind.SPIKE or k.name in ("unexplained_survival", "unexplained_infection")
    ]
    nothing = Draws({**d.columns, **{k: np.zeros(4) for k in still}})  # all spikes hit, nothing unexplained: no effect
    bank = fill(system, plan, nothing, Execution(tmp_path), people=4, seed=9, hypothesis="label_is_cells")
    at = {(x.publication, x.arm, x.endpoint.variable, x.endpoint.time): k for k, x in enumerate(plan.lines)}
    a, b = (bank.summary.mean[:, at["lin2017", arm, "severe_infection", 168.0]] for arm in ("smt", "msc"))
    assert np.abs(a - b).max() < 0.05 and np.isfinite(a).any()


def test_every_stage_has_words():
    stages = [f"wave {k + 1}" for k in range(len(Settings().waves))] + [
        "posterior 1",
        "posterior 2",
        "check",
        "without",
        "predict",
    ]
    assert all(say(f"cli.{stage}", lang) for stage in stages for lang in LANGUAGES)


def test_too_few_draws_are_said(system, publications, tmp_path, small):
    with pytest.raises(EngineError, match="draws made patients in some population, 50 are needed; use more draws"):
        calibrate(system, publications, tmp_path, replace(small, waves=(20,)), hypotheses=("lung_only",))


def test_alternatives_and_publications_left_out():
    assert {p.key for p in load_all().values()} - {p.key for p in used(without=["zekri2015"])} == {"zekri2015"}
    other = next(p for p in used(alternatives=["lin2017:dose_1e6"]) if p.key == "lin2017")
    assert other.arm("msc").dose_high == 1e7 and evidence_hash([other]) != evidence_hash([load("lin2017")])
    with pytest.raises(InputError, match="lin2017:dose_1e6"):
        used(alternatives=["lin2017:nothing"])
    with pytest.raises(InputError, match="one of"):
        used(without=["nobody"])


def test_a_publication_of_day_0_alone_is_refused_with_the_reason():
    other = load("carithers1989")
    first = [o.model_copy(update={"time": 0.0}) for o in other.observations if o.kind == "mean_sd"][:1]
    own = other.model_copy(update={"key": "own", "observations": first})
    with pytest.raises(InputError, match="teaches nothing; of day 0 only crp, .* are learnt from"):
        used(without=["carithers1989"], own=[own])


def _command(folder):
    without = [x for k, p in load_all().items() if k not in FEW and p.role == "calibration" for x in ("--without", k)]
    return [
        sys.executable,
        "-m",
        "hepatica",
        "calibrate",
        "--quick",
        "--out",
        str(folder),
        "--hypothesis",
        "lung_only",
        *without,
    ]


@pytest.mark.slow
def test_killed_at_five_random_points_it_ends_with_the_same_draws(tmp_path):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    done = subprocess.run(_command(tmp_path / "whole"), **quiet)
    assert done.returncode == 0, done.stderr[-2000:]
    work, chance = tmp_path / "killed" / "work", random.Random(5)
    seen = killed = 0
    for _ in range(5):
        process = subprocess.Popen(_command(tmp_path / "killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        began, patience = time.time(), chance.uniform(0.0, 1.5)
        while time.time() - began < 120 and process.poll() is None and len(list(work.rglob("*.npy"))) <= seen:
            time.sleep(0.02)
        time.sleep(patience)  # somewhere after the next block
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        seen = len(list(work.rglob("*.npy")))
    assert killed and seen  # it was stopped in the midst of work, some of it finished
    done = subprocess.run(_command(tmp_path / "killed"), **quiet)
    assert done.returncode == 0, done.stderr[-2000:]
    names = ("posterior.parquet", "calibration.json")
    assert all((tmp_path / "whole" / n).read_bytes() == (tmp_path / "killed" / n).read_bytes() for n in names)


def test_the_draws_that_ship_are_of_this_model_and_this_evidence(model):
    """After a change of either: `hepatica calibrate`, then copy calibration/posterior.parquet to src/hepatica/patients."""
    p = posterior().provenance
    assert p["model"] == model.hash and p["evidence"] == evidence_hash(used())
    assert (
        posterior().n >= 400
        and p["settings"]["seed"] == Settings.seed
        and set(p["hypotheses"]) == {"label_is_cells", "lung_only"}
    )
