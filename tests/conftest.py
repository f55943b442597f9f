"""Fixtures of all tests: the assembled model, both engines, one small admitted cohort, and a bench to solve on.

Frozen outputs in tests/regression/*.json are renewed with `pytest tests/regression --renew`; look at the
difference with git, and say in the changelog why they changed.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from hepatica import cli
from hepatica.admission import admit
from hepatica.engine import Events, Problem, System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.patients import load_population

settings.register_profile(
    "hepatica",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("hepatica")

YEAR = 365.25
ROOT = Path(__file__).parents[1]


# Under `-n`, a worker takes a whole file, so that what a module shares is made once; what shares seconds of fixtures goes
# to one worker, and these go first, longest first, so that no worker is left alone with a long one.
TOGETHER = {
    "calibration": ("tests/unit/calibrate/",),
    "answer and dossier": (
        "tests/unit/report/",
        "tests/unit/dose_summary/",
        "tests/unit/qualify/",
        "tests/unit/api/test_qualify.py",
    ),
    "individual": ("tests/unit/individual/",),
}
LONGEST_FIRST = (
    "calibration",
    "answer and dossier",
    "tests/reference/test_sbml.py",
    "individual",
    "tests/unit/test_docs.py",
    "tests/unit/experiments/test_posterior.py",
    "tests/unit/validation/test_predict.py",
    "tests/unit/cli/test_dose.py",
    "tests/unit/test_additions.py",
    "tests/unit/experiments/test_rank_calibration.py",
    "tests/unit/benchmarks/test_ensemble.py",
    "tests/physics/test_events.py",
    "tests/unit/cli/test_image.py",
    "tests/unit/experiments/test_known_truth.py",
    "tests/unit/cli/test_calibrate.py",
    "tests/unit/api/test_calibrate.py",
    "tests/unit/engine/test_store.py",
    "tests/unit/test_dose_study.py",
    "tests/unit/cli/test_cli.py",
    "tests/unit/cli/test_qualify.py",
    "tests/unit/test_output_folder.py",
    "tests/unit/engine/test_remote.py",
    "tests/unit/engine/test_generate.py",
    "tests/unit/test_ensemble.py",
)


def scope_of(nodeid):
    """Tests that one worker runs, in their order: those that share what is expensive, else a file."""
    path = nodeid.split("::")[0]
    return next((name for name, places in TOGETHER.items() if path.startswith(places)), path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByScope(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return scope_of(nodeid)

    return ByScope(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """One worker a core; each holds a model, a kernel and its courses, some 2 GB."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 8)


def pytest_configure(config):
    if config.getoption("numprocesses", None):  # workers share the cores: none is to spin in linear algebra
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a hundred processes of the tests, and the other workers, find
    sys.dont_write_bytecode = False  # every module compiled


class FromTheEnd(pytest.Dir):
    """A folder that is collected last file first."""

    def collect(self):
        return reversed(list(super().collect()))


def pytest_collect_directory(path, parent):
    """Of two workers, one collects from the end: what either compiles, asserts and all, the other finds compiled."""
    worker = getattr(parent.config, "workerinput", {"workerid": "gw0"})["workerid"]
    return FromTheEnd.from_parent(parent, path=path) if int(worker[2:]) % 2 else None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Collect without the garbage collector: all that collection makes stays, and each pass would visit all of it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()  # nor does a pass during tests visit it
        gc.enable()


def pytest_collection_modifyitems(config, items):
    """The same order for all workers, from whichever end they collected."""
    if hasattr(config, "workerinput"):
        rank = {scope: k for k, scope in enumerate(LONGEST_FIRST)}

        def place(item):
            path = item.nodeid.split("::")[0]
            return rank.get(scope_of(path), len(rank)), not path.startswith("tests/"), path

        items.sort(key=place)


def pytest_addoption(parser):
    parser.addoption("--renew", action="store_true", help="write the frozen outputs of tests/regression anew")


@pytest.fixture
def hepatica(monkeypatch, capsys):
    """The command as a user types it: exit code, what it printed, and what it said on standard error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["hepatica", *map(str, arguments)])
        code = 0
        try:
            code = cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def run_script():
    """Answer that a script of the tree prints with --json, run as a user runs it."""

    def run(path, *arguments):
        done = subprocess.run(
            [sys.executable, str(ROOT / path), *map(str, arguments), "--json"],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def renew(request):
    return request.config.getoption("--renew")


@pytest.fixture(scope="session")
def model():
    return assemble(MODULES)


@pytest.fixture(scope="session")
def system(model):
    return System(model, "compiled")


@pytest.fixture(scope="session")
def reference(model):
    return System(model, "reference")


@pytest.fixture(scope="session")
def smallest_calibration():
    """Sizes of the smallest calibration that can be looked at."""
    from hepatica.calibrate.course import Settings

    return Settings(
        draws=20, waves=(120, 60), people=5, particles=200, moves=1, last_moves=2, cell_draws=3, cell_people=4, seed=3
    )


@pytest.fixture(scope="session")
def population():
    return load_population("hbv_aclf")


@pytest.fixture(scope="session")
def admitted(system, population):
    """Forty patients, each with its own draw from the priors."""
    return admit(system, population, 40, seed=11, draws=40, known=None)


@dataclass(frozen=True)
class Bench:
    """One system and short ways to set parameters, wait and dose."""

    system: System

    def parameters(self, hypothesis="", **values):
        """Typical parameters (1, n) with some set."""
        p = self.system.typical(hypothesis)[None].copy()
        return self.set(p, **values)

    def set(self, p, **values):
        for name, value in values.items():
            p[:, self.system.parameters.index(name)] = value
        return p

    def state(self, y, **values):
        """A copy of states with some set."""
        y = np.array(y, float)
        for name, value in values.items():
            y[:, self.system.states.index(name)] = value
        return y

    def events(self, rows):
        """Events of one solve from (time, state name, amount, kind)."""
        return Events.gather([[(t, self.system.states.index(s), a, k) for t, s, a, k in rows]])

    def problem(self, p, y, times, outputs, *, events=None, thresholds=None, rtol=1e-6, start=0.0):
        n = len(p)
        if thresholds is None:
            thresholds = np.full((n, len(self.system.model.thresholds), 8), np.inf)
        return Problem(
            p, y, np.asarray(times, float), tuple(outputs), events or Events.none(n), thresholds, start=start, rtol=rtol
        )

    def follow(self, p, y, times, outputs, **extra):
        """Outputs by name, each (n, n_times); every solve must succeed."""
        done = self.system.solve(self.problem(p, y, times, outputs, **extra))
        assert not done.status.any(), done.status
        return {name: done.values[:, :, k] for k, name in enumerate(outputs)}

    def rest(self, p, years=8.0, rtol=1e-6):
        """States after a background of some years."""
        done = self.system.solve(self.problem(p, self.system.healthy(p), [years * YEAR], ("inr",), rtol=rtol))
        assert not done.status.any(), done.status
        return done.final


@pytest.fixture(scope="session")
def bench(system):
    return Bench(system)


@pytest.fixture(scope="session")
def make_bench():
    return Bench
