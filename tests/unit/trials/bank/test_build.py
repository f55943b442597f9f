"""Building a bank: the same bytes on any number of workers and after any kill."""

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.bank import build
from hepatica.trials.bank.build import build_bank
from hepatica.trials.bank.plan import HAZARDS, plan_bank

SMALL = {
    "follow_up": "20 d",
    "visits": {},
    "bank": {"patients": 24, "draws": 6},
    "hypotheses": ["label_is_cells", "lung_only"],
}
KILLED = """
import os, signal, sys
from pathlib import Path
from hepatica.engine import shipped_system
from hepatica.trials.bank import build, plan, store
from hepatica.trials.definition.trial_file import load_trial
build.BLOCK = plan.BLOCK = 8
trial, system = load_trial(Path(sys.argv[1])), shipped_system()
for kill_at in range(1, 6):
    child = os.fork()
    if child == 0:
        place = [0]
        def counted(function):
            def call(*arguments, **named):
                place[0] += 1
                if place[0] == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **named)
            return call
        build.simulate = counted(build.simulate)
        store.write_whole = counted(store.write_whole)
        build.build_bank(plan.plan_bank([trial]), system, Path(sys.argv[2]), workers=1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
TRIAL = """
title = "t"
question = "q"
patients = 20
follow_up = "20 d"
bank = { patients = 24, draws = 6 }
estimand = { population = "p", treatment = "t", variable = "v", summary = "hazard_ratio" }
arm = [{ name = "care" }, { name = "cells", dose = "1e6 cells/kg" }]
centre = [{ name = "a", per_month = 9 }]
endpoint = [{ name = "death", kind = "survival" }]
"""


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*.parquet"))}


@pytest.fixture
def small_blocks(monkeypatch):
    for module in ("build", "plan"):
        monkeypatch.setattr(f"hepatica.trials.bank.{module}.BLOCK", 8)


def test_no_byte_depends_on_workers_or_on_the_block_where_it_stopped(make_trial, system, tmp_path, small_blocks):
    plan = plan_bank([make_trial(**SMALL)])
    banks = {w: build_bank(plan, system, tmp_path / str(w), workers=w) for w in (1, 2, 4)}
    assert digests(tmp_path / "1") == digests(tmp_path / "2") == digests(tmp_path / "4")
    assert len(digests(tmp_path / "1")) == 1 + 2 * 3
    for bank in banks.values():
        assert (bank.outcomes["lung_only"].infection == banks[1].outcomes["lung_only"].infection).all()


@pytest.mark.slow
def test_a_run_killed_at_five_points_goes_on_without_loss(make_trial, system, tmp_path, small_blocks):
    path, folder = tmp_path / "trial.toml", tmp_path / "killed"
    path.write_text(TRIAL)
    from hepatica.trials.definition.trial_file import load_trial

    plan = plan_bank([load_trial(path)])
    build_bank(plan, system, tmp_path / "whole")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), str(folder)], capture_output=True, text=True)
    assert done.stdout.split() == [str(-signal.SIGKILL)] * 5, done.stderr[-500:]
    left = len(digests(folder))
    began = time.perf_counter()
    build_bank(plan, system, folder)
    assert left >= 3 and time.perf_counter() - began < 60
    assert digests(folder) == digests(tmp_path / "whole")


def test_a_damaged_block_is_made_again(make_trial, system, tmp_path, small_blocks, monkeypatch):
    plan = plan_bank([make_trial(**SMALL | {"hypotheses": ["label_is_cells"]})])
    build_bank(plan, system, tmp_path)
    before, calls = digests(tmp_path), []
    monkeypatch.setattr(build, "simulate", lambda *a, f=build.simulate, **k: calls.append(1) or f(*a, **k))
    build_bank(plan, system, tmp_path)
    assert calls == []
    victim = next(tmp_path.rglob("label_is_cells-00001.parquet"))
    victim.write_bytes(victim.read_bytes()[:-40])
    bank = build_bank(plan, system, tmp_path)
    assert calls == [1] and digests(tmp_path) == before
    assert set(bank.outcomes["label_is_cells"].hazards) == set(HAZARDS)
    assert bank.solved.all() and len(bank.baseline["meld"]) == 24 and np.isfinite(bank.baseline["age"]).all()


def test_a_lab_that_the_model_lacks_is_refused(make_trial, system, tmp_path):
    from dataclasses import replace

    plan = replace(plan_bank([make_trial()]), labs=("hvpg",))
    assert "hvpg" in plan.outputs
    odd = replace(plan, labs=("crp",))

    class Without:
        outputs = frozenset(set(system.outputs) - {"crp"})

    with pytest.raises(InputError, match="crp"):
        build_bank(odd, Without(), tmp_path)
