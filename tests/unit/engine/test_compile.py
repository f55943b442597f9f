"""Building the kernel: once, whole, in the cache; without a compiler, the reference engine."""

import os
import struct
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
    code = (
        "from hepatica.engine import compile\nfrom hepatica.model.assemble import assemble\n"
        "from hepatica.model.modules.enzymes import enzymes\n"
        "compile.load(compile.build(assemble([enzymes], constants={'death_flux': 0.01, 'plasma_removed': 0.0, 'plasma_given': 0.0})))"
    )
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
    monkeypatch.setattr(
        compile, "find_compiler", lambda: (sys.executable, "-c", "import sys; sys.exit('no such flag')")
    )
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


TARGETS = {  # what the file of each begins with; only the machine that runs the tests ever runs one
    "x86_64-linux-gnu": b"\x7fELF",
    "aarch64-linux-gnu": b"\x7fELF",
    "x86_64-macos": b"\xcf\xfa\xed\xfe",
    "aarch64-macos": b"\xcf\xfa\xed\xfe",
}
WINDOWS = {"x86_64-windows-gnu": 0x8664, "aarch64-windows-gnu": 0xAA64}  # machine in the header of an object
C_RUNTIME = {"calloc", "free", "memcpy", "memset", "__fpclassify", "___chkstk_ms", "__chkstk"}  # of mingw's libraries


def build_for(target, model, folder, *more):
    """Bytes that zig cc makes for a target; it carries the headers of every system."""
    compile.write_sources(model, folder)
    zig = (sys.executable, "-m", "ziglang", "cc", "-target", target)
    done = subprocess.run(compile.command(zig, (*compile.FLAGS, *more)), cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (folder / "kernel.out").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_the_kernel_builds_for_other_machines(small, target, tmp_path):
    """Built and linked, not run, but for the one that this is."""
    built = build_for(target, small, tmp_path)
    assert built.startswith(TARGETS[target]) and b"hepatica_solve" in built


@pytest.mark.parametrize("target", WINDOWS)
def test_the_kernel_builds_for_windows(small, target, tmp_path):
    """An object that needs nothing that mingw's C runtime lacks; linking would build all of that runtime first."""
    built = build_for(target, small, tmp_path, "-c")
    assert int.from_bytes(built[:2], "little") == WINDOWS[target] and b"hepatica_solve" in built
    needed = undefined_symbols(built)
    assert "calloc" in needed and needed <= C_RUNTIME


def undefined_symbols(coff):
    """Names that an object in COFF needs from elsewhere: external, in no section, of no size."""
    start, count = struct.unpack_from("<II", coff, 8)
    strings, names, k = start + 18 * count, set(), 0
    while k < count:
        raw, value, section, _, storage, auxiliary = struct.unpack_from("<8sIhHBB", coff, start + 18 * k)
        if (value, section, storage) == (0, 0, 2):
            at = strings + int.from_bytes(raw[4:], "little")
            names.add((coff[at : coff.index(b"\0", at)] if raw[:4] == bytes(4) else raw.rstrip(b"\0")).decode())
        k += 1 + auxiliary
    return names


def test_zig_builds_what_runs_here(small, cache, monkeypatch):
    """The compiler of the `zig` extra gives the same numbers, to rounding, as the one of the system."""
    import numpy as np

    from hepatica.engine import Events, Problem

    answers = []
    for compiler in (compile.find_compiler(), (sys.executable, "-m", "ziglang", "cc")):
        monkeypatch.setattr(compile, "find_compiler", lambda compiler=compiler: compiler)
        system = System(small)
        p = system.typical()[None]
        y = system.healthy(p) * 1.5
        answers.append(
            system.solve(
                Problem(p, y, np.array([1.0, 30.0]), system.outputs, Events.none(1), np.zeros((1, 0, 8)), rtol=1e-9)
            ).values
        )
    assert len(os.listdir(cache)) == 2
    np.testing.assert_allclose(*answers, rtol=1e-12)
