"""One small answer, one small dossier, a made-up trial with its bank, of which reports are made, and a Dask cluster."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.resources import files

import pytest

from hepatica.dose_study import answer
from hepatica.evidence import load
from hepatica.qualify.dossier import qualify
from hepatica.qualify.validation import ValidationEvidence
from hepatica.study import check_study
from hepatica.validation.simulated import PredictionSettings

SMALL = {
    "title": "A small <question>",
    "patients": 40,
    "draws": 40,
    "horizon": "90 d",
    "grid": {
        "dose": ["1e5 cells/kg", "2e6 cells/kg"],
        "infusions": [1, 4],
        "route": ["peripheral_vein", "portal_vein"],
    },
}


@pytest.fixture(scope="session")
def found(system):
    return answer(check_study(SMALL), system=system)


@pytest.fixture(scope="session")
def ask(system):
    """An answer to a tiny study with some keys changed."""

    def make(**changes):
        grid = changes.pop("grid", {})
        small = SMALL | {"patients": 4, "draws": 4, "horizon": "22 d"} | changes
        return answer(check_study(small | {"grid": SMALL["grid"] | grid}), system=system)

    return make


@pytest.fixture(scope="session")
def q(system):
    """The dossier of a tiny study, with a publication that was learnt from and the same as unseen."""
    question = {
        "title": "A small <question>",
        "patients": 40,
        "draws": 40,
        "horizon": "30 d",
        "hypotheses": ["label_is_cells", "lung_only"],
        "grid": {
            "dose": ["3e5 cells/kg", "5e7 cells/kg"],
            "infusions": [4],
            "route": ["peripheral_vein", "hepatic_artery"],
        },
    }
    unseen = load("lin2017").model_copy(update={"key": "unseen"})
    asked = ValidationEvidence(predicted=(load("lin2017"),), blind=(unseen,))
    sizes = PredictionSettings(people=4, draws=20)
    return qualify(check_study(question), system, evidence=asked, prediction=sizes)


@pytest.fixture
def unseen(tmp_path):
    """File of a publication that the model learnt from, under the key of one that it has not seen."""
    text = (files("hepatica.evidence") / "publications" / "lin2017.toml").read_text(encoding="utf-8")
    path = tmp_path / "unseen.toml"
    path.write_text(text.replace('"lin2017"', '"unseen"', 1), encoding="utf-8")
    return path


TRIAL = {
    "title": "A made-up trial",
    "question": "Do cells prolong life?",
    "patients": 100,
    "follow_up": "100 d",
    "hypotheses": ["label_is_cells"],
    "estimand": {"population": "p", "treatment": "t", "variable": "death", "summary": "hazard_ratio"},
    "arm": [{"name": "care"}, {"name": "cells", "dose": "1e6 cells/kg"}],
    "centre": [{"name": "a", "per_month": 10}],
    "visits": {"days": ["7 d", "28 d"], "window": "0 d", "missed": 0.0},
    "dropout": {"per_month": 0.0},
    "endpoint": [{"name": "death", "kind": "survival", "primary": True}],
    "variation": {"between_trials": 0.0, "effect_between_trials": 0.0},
    "bank": {"patients": 40, "draws": 8},
}


@pytest.fixture
def make_trial():
    """A checked trial with some keys changed."""

    import copy

    from hepatica.trials.definition.trial_file import check_trial

    def make(**changes):
        return check_trial(copy.deepcopy(TRIAL) | changes)

    return make


@pytest.fixture
def flat_bank():
    """A bank of constant hazards of death by regimen, and of transplant, with labs that stay."""
    import numpy as np

    from hepatica.trials.bank.build import Bank
    from hepatica.trials.bank.outcomes import PotentialOutcomes
    from hepatica.trials.bank.plan import HAZARDS, plan_bank

    def make(trial, death, *, transplant=0.0, labs=None):
        plan = plan_bank([trial])
        regimens, patients, days = len(plan.regimens), plan.patients, plan.days + 1
        time = np.arange(days, dtype=np.float32)
        hazards = {name: np.zeros((regimens, patients, days), np.float32) for name in HAZARDS}
        hazards["death_by_liver"] += np.asarray(death, np.float32)[:, None, None] * time
        hazards["transplant"] += np.float32(transplant) * time
        values = dict.fromkeys(plan.labs, 0.0) | (labs or {})
        outcomes = PotentialOutcomes(
            hazards,
            np.full((regimens, patients), np.inf, np.float32),
            {
                name: np.broadcast_to(np.asarray(v, np.float32), (regimens, patients, days)).copy()
                for name, v in values.items()
            },
        )
        baseline = {"age": np.linspace(20, 70, patients), "meld": np.linspace(10, 35, patients)}
        draw = np.arange(patients) % plan.draws
        return Bank(plan, "made up", draw, baseline, dict.fromkeys(plan.hypotheses, outcomes), {})

    return make


@pytest.fixture
def cluster(tmp_path):
    """Makes a Dask scheduler and workers, each a process of its own, on this machine only: gives address and workers."""

    @contextmanager
    def make(count):
        from distributed import Client

        note = tmp_path / "scheduler.json"
        python = [sys.executable, "-W", "ignore", "-m"]
        common = ["--scheduler-file", str(note), "--host", "127.0.0.1", "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        scheduler = subprocess.Popen([*python, "distributed.cli.dask_scheduler", "--port", "0", *common], **quiet)
        workers = [
            subprocess.Popen(
                [
                    *python,
                    "distributed.cli.dask_worker",
                    "--nthreads",
                    "1",
                    "--no-nanny",
                    "--local-directory",
                    str(tmp_path),
                    *common,
                ],
                **quiet,
            )
            for _ in range(count)
        ]
        try:
            for _ in range(600):
                if note.exists() and note.stat().st_size:
                    break
                time.sleep(0.1)
            address = json.loads(note.read_text())["address"]
            with Client(address, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=120)
            yield address, workers
        finally:
            for p in (*workers, scheduler):
                p.kill()
                p.wait()

    return make
