"""Workers elsewhere give the same bytes: threads, processes, a real Dask cluster, a worker killed in the middle."""

import os
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from hepatica.engine import Events, Problem, System, remote
from hepatica.engine.reference import Reference
from hepatica.errors import EngineError, InputError
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.therapy import Regimen

FIELDS = ("values", "final", "status", "steps", "rejected", "crossings", "retried")


@pytest.fixture(scope="module")
def problem(system, admitted):
    """160 solves, some with infections; more than any first chunk."""
    n = 160
    rows = np.arange(n) % 40
    given = Regimen(1e6, infusions=4, duration=1 / 24).events(65.0, viability=0.9)
    one = [(t, system.states.index(s), a, k) for t, s, a, k in given]
    return Problem(
        admitted.cohort.parameters()[rows],
        admitted.initial[rows],
        np.array([1.0, 28.0, 90.0]),
        ("bilirubin", "cells_liver"),
        Events.gather([one if i % 2 else [] for i in range(n)]),
        admitted.cohort.thresholds()[rows],
    )


@pytest.fixture(scope="module")
def here(system, problem):
    return system.solve(problem, workers=1)


def same(a, b):
    return all(np.asarray(getattr(a, f)).tobytes() == np.asarray(getattr(b, f)).tobytes() for f in FIELDS)


@pytest.mark.parametrize("size", [7, 50, 1000])
def test_threads_in_any_chunks(system, problem, here, size, monkeypatch):
    monkeypatch.setattr(remote, "FIRST", size)
    monkeypatch.setattr(remote, "MOST", size)
    seen = []

    def see(*report):
        seen.append(report)

    with ThreadPoolExecutor(2) as pool:
        assert same(here, System(system.model, executor=pool).solve(problem, progress=see))
    assert seen == sorted(seen) and seen[-1] == ("solve", problem.n, problem.n)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 4])
def test_processes(system, problem, here, count):
    with remote.workers_at(f"processes:{count}") as pool:
        assert same(here, System(system.model, executor=pool).solve(problem))


def test_a_process_that_dies_is_replaced_and_its_patients_sent_again(system, problem, here, monkeypatch):
    monkeypatch.setattr(remote, "FIRST", 20)
    monkeypatch.setattr(remote, "MOST", 20)
    killed = []

    def kill_one(*_):
        if not killed:
            victim = next(iter(pool._pool._processes.values()))
            os.kill(victim.pid, signal.SIGKILL)
            killed.append(victim.pid)

    with remote.workers_at("processes:2") as pool:
        found = System(system.model, executor=pool).solve(problem, progress=kill_one)
    assert killed and same(here, found)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # distributed warns of its own event loop and of large messages
def test_a_dask_cluster_and_workers_killed_in_the_middle(system, problem, here, cluster, monkeypatch):
    with cluster(4) as (address, workers):
        with remote.workers_at(address) as pool:
            assert same(here, System(system.model, executor=pool).solve(problem))
            monkeypatch.setattr(remote, "FIRST", 10)
            monkeypatch.setattr(remote, "MOST", 10)
            for left in (2, 1):  # 4 become 2, then 1
                seen = []

                def kill(_, done, total, seen=seen, left=left):
                    seen.append(done)
                    for w in workers[left:]:
                        if w.poll() is None:
                            w.send_signal(signal.SIGKILL)

                found = System(system.model, executor=pool).solve(problem, progress=kill)
                assert seen[-1] == problem.n and same(here, found)
                assert sum(w.poll() is None for w in workers) == left
        assert all(w.wait(10) == -signal.SIGKILL for w in workers[1:])


class Deadly:
    """An executor all of whose workers die."""

    def submit(self, *_):
        future = Future()
        future.set_exception(BrokenProcessPool("a worker died"))
        return future


def test_workers_that_always_die_are_said(system, problem):
    with pytest.raises(
        EngineError,
        match="workers died 4 times on patients [0-9]+ to [0-9]+ .BrokenProcessPool.; give each more memory",
    ):
        System(system.model, executor=Deadly()).solve(problem)


class Forgotten:
    """A Dask executor whose scheduler is gone: the client has forgotten its futures, which never end."""

    class _client:
        status = "closed"
        nthreads = staticmethod(lambda: {"a": 1})

    def submit(self, *_):
        return Future()


def test_a_scheduler_that_is_gone_is_said(system, problem, monkeypatch):
    monkeypatch.setattr(remote, "LOOK", 0.01)
    with pytest.raises(EngineError, match="the scheduler of the workers is gone; start it again"):
        System(system.model, executor=Forgotten()).solve(problem)


class Closed:
    """An executor that takes no more work."""

    def submit(self, *_):
        raise ValueError("Tried sending message after closing. Status: closed")


def test_an_executor_that_takes_no_more_work_is_said(system, problem):
    with pytest.raises(EngineError, match="workers cannot be reached any more .ValueError.; start it again"):
        System(system.model, executor=Closed()).solve(problem)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_dask_scheduler_killed_in_the_middle_is_one_sentence(system, problem, cluster, monkeypatch, capfd):
    from distributed import Client

    monkeypatch.setattr(remote, "FIRST", 5)
    monkeypatch.setattr(remote, "MOST", 5)
    with cluster(1) as (address, _):
        with Client(address, set_as_default=False) as client:
            scheduler = client.run_on_scheduler(os.getpid)
        capfd.readouterr()

        def kill(_, done, total):
            if done == 5:
                os.kill(scheduler, signal.SIGKILL)

        with pytest.raises(EngineError, match="start it again"), remote.workers_at(address) as pool:
            System(system.model, executor=pool).solve(problem, progress=kill)
        assert "Traceback" not in capfd.readouterr().err


def test_an_error_of_the_work_is_the_work_s(system, problem, monkeypatch):
    monkeypatch.setattr(remote, "_engine", lambda recipe: 1 / 0)
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        System(system.model, executor=pool).solve(problem)


def test_a_recipe_makes_the_same_model():
    model = assemble(MODULES, without=["label", "treatments"])
    recipe = remote.Recipe.of(model, Reference)
    assert remote._engine(recipe).model.hash == model.hash
    other = remote.Recipe(recipe.modules, recipe.constants, "another", Reference)
    with pytest.raises(EngineError, match="another version of the model; install the same"):
        remote._engine(other)


def test_a_module_of_one_s_own_cannot_travel(model):
    import dataclasses

    mine = dataclasses.replace(model, modules=(*model.modules, "mine"))
    with pytest.raises(EngineError, match="module 'mine' is not one of Hepatica's own"):
        remote.Recipe.of(mine, Reference)


@pytest.mark.parametrize(
    "place, words", [("nowhere", "tcp://host:port"), ("processes:0", "from 1 on"), ("processes:x", "from 1 on")]
)
def test_a_place_that_is_none(place, words):
    with pytest.raises(InputError, match=words), remote.workers_at(place):
        pass


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(remote, "CONNECT", 1.0)
    with (
        pytest.raises(InputError, match="address of a Dask scheduler that answers"),
        remote.workers_at("tcp://127.0.0.1:9"),
    ):
        pass
