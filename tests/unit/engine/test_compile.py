"""Building the kernel: once, whole, in the cache; without a compiler, the reference engine."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from hepatica.engine import System, compile
from hepatica.errors import EngineError, InputError
from hepatica.model import functions
from hepatica.model.assemble import assemble
from hepatica.model.modules.enzymes import enzymes


@pytest.fixture(scope="module")
def small():
    return assemble([enzymes], constants={"death_flux": 0.01, "plasma_removed": 0.0, "plasma_given": 0.0})


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HEPATICA_CACHE", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


def test_the_second_build_loads_the_same_file(small, cache):
    first = compile.build(small)
    before = first.stat()
    assert compile.build(small) == first and first.parent == cache
    assert first.stat().st_mtime_ns == before.st_mtime_ns and first.stat().st_ino == before.st_ino
    assert os.listdir(cache) == [first.name]
    compile.load(first)


def test_a_cached_kernel_needs_no_second_run_of_the_compiler(small, cache, monkeypatch):
    first = compile.build(small)

    def never(*_, **__):
        raise AssertionError("the compiler was run again")

    monkeypatch.setattr(subprocess, "run", never)
    assert compile.build(small) == first


def test_first_users_at_once_get_one_whole_kernel(small, cache):
    with ThreadPoolExecutor(6) as pool:
        built = list(pool.map(lambda _: compile.build(small), range(6)))
    assert len(set(built)) == 1 and os.listdir(cache) == [built[0].name]
    compile.load(built[0])


def test_first_processes_at_once_get_one_whole_kernel(cache):
    code = ("from hepatica.engine import compile\nfrom hepatica.model.assemble import assemble\n"
            "from hepatica.model.modules.enzymes import enzymes\n"
            "compile.load(compile.build(assemble([enzymes], constants={'death_flux': 0.01, 'plasma_removed': 0.0, 'plasma_given': 0.0})))")
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    said = [r.communicate()[1] for r in running]
    assert [r.returncode for r in running] == [0, 0], said
    assert len(os.listdir(cache)) == 1


def test_another_model_is_another_kernel(small, cache):
    other = assemble([enzymes], constants={"death_flux": 0.02, "plasma_removed": 0.0, "plasma_given": 0.0})
    assert compile.build(other) != compile.build(small)


def test_another_text_of_a_function_is_another_kernel(small, cache, monkeypatch):
    first = compile.build(small)
    monkeypatch.setattr(functions, "C_SOURCE", functions.C_SOURCE + "/* changed */\n")
    assert compile.build(small) != first


def test_without_a_compiler_the_reference_engine_answers(small, monkeypatch):
    monkeypatch.setenv("HEPATICA_NO_COMPILER", "1")
    assert compile.find_compiler() is None
    assert System(small).engine == "reference"
    with pytest.raises(EngineError, match="no C compiler was found; install one"):
        System(small, "compiled")


def test_with_a_compiler_the_compiled_engine_answers(small, cache):
    assert System(small).engine == "compiled"


def test_an_engine_that_does_not_exist(small):
    with pytest.raises(InputError, match="engine: got 'fast'; one of compiled, reference"):
        System(small, "fast")


def test_a_failing_compiler_is_said_and_leaves_nothing(small, cache, monkeypatch):
    monkeypatch.setattr(compile, "find_compiler", lambda: (sys.executable, "-c", "import sys; sys.exit('no such flag')"))
    with pytest.raises(EngineError, match="failed: no such flag"):
        compile.build(small)
    assert os.listdir(cache) == []


def test_a_broken_kernel_is_said(tmp_path):
    broken = tmp_path / "x.so"
    broken.write_bytes(b"nonsense")
    with pytest.raises(EngineError, match="x.so cannot be loaded .* delete it"):
        compile.load(broken)


def test_the_compiler_that_is_asked_for_is_taken(monkeypatch, tmp_path):
    mine = tmp_path / "mycc"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("CC", str(mine))
    assert compile.find_compiler() == (str(mine),)
