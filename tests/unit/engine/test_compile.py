"""Building the kernel: once, whole, in the cache; without a compiler, the reference engine."""

import errno
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from hepatica.engine import System, compile
from hepatica.engine import cache as engine_cache
from hepatica.errors import EngineError
from hepatica.model import function_source
from hepatica.model.assemble import assemble
from hepatica.model.modules.enzymes import enzymes


@pytest.fixture(scope="module")
def small():
    return assemble(
        [enzymes],
        constants={
            "hepatocytes_injured": 0.0,
            "injury_sublethal": 0.0,
            "hepatocytes": 1.0,
            "alcohol": 0.0,
            "death_flux": 0.01,
            "plasma_removed": 0.0,
            "plasma_given": 0.0,
        },
    )


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HEPATICA_CACHE", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


def entries(cache):
    return sorted(path.name for path in cache.iterdir())


def test_a_cached_kernel_needs_no_second_run_of_the_compiler(small, cache, monkeypatch):
    first = compile.build(small)
    before = [(p.name, p.stat().st_mtime_ns, p.stat().st_ino) for p in cache.iterdir()]

    def never(*_, **__):
        raise AssertionError("the compiler was run again")

    monkeypatch.setattr(subprocess, "run", never)
    assert compile.build(small) == first and first[:4] != b""
    assert before == [(p.name, p.stat().st_mtime_ns, p.stat().st_ino) for p in cache.iterdir()]


def test_a_cut_or_flipped_kernel_is_built_again_and_answers_the_same(small, cache):
    """A cut kernel used to end the process, and a flipped bit to change numbers."""
    good = compile.build(small)
    (entry,) = cache.iterdir()
    whole = entry.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for damaged in (whole[:-1], whole[: len(whole) // 2], b"", bytes(flipped), b"\0" * len(whole)):
        entry.write_bytes(damaged)
        assert hashlib.sha256(compile.build(small)).digest() == hashlib.sha256(good).digest()
        assert entry.read_bytes() == whole
    compile.load(small)


def test_a_kernel_is_loaded_from_a_copy_of_its_own(small, cache):
    """A later change of the file in the cache cannot reach a process that has loaded it."""
    code = (
        "import sys\nfrom pathlib import Path\nimport numpy as np\nfrom hepatica.engine import Events, Problem, System\n"
        "from hepatica.model.assemble import assemble\nfrom hepatica.model.modules.enzymes import enzymes\n"
        "s = System(assemble([enzymes], constants={'hepatocytes_injured': 0.0, 'injury_sublethal': 0.0, 'hepatocytes': 1.0, 'alcohol': 0.0, 'death_flux': 0.01, 'plasma_removed': 0.0, 'plasma_given': 0.0}))\n"
        "for path in Path(sys.argv[1]).glob('*.kernel'): open(path, 'r+b').truncate(0)\n"
        "p = s.typical()[None]\n"
        "x = Problem(p, s.healthy(p), np.array([1.0]), ('alt',), Events.none(1), np.zeros((1, 0, 8)))\n"
        "print(s.solve(x).status[0])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(cache)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


def test_without_anonymous_files_the_copy_is_in_a_private_folder(small, cache, monkeypatch):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    compile._load.cache_clear()
    assert compile.load(small).hepatica_lanes() in (2, 4, 8)
    (folder,) = set(engine_cache._private)
    assert folder.stat().st_mode & 0o777 == 0o700 and any(p.suffix == ".so" for p in folder.iterdir())


def test_first_users_at_once_get_one_whole_kernel(small, cache):
    with ThreadPoolExecutor(3) as pool:
        built = list(pool.map(lambda _: compile.build(small), range(3)))
    assert len(set(built)) == 1 and len(entries(cache)) == 1
    compile.load(small)


def test_first_processes_at_once_get_one_whole_kernel(cache):
    code = (
        "from hepatica.engine import compile\nfrom hepatica.model.assemble import assemble\n"
        "from hepatica.model.modules.enzymes import enzymes\n"
        "compile.load(assemble([enzymes], constants={'hepatocytes_injured': 0.0, 'injury_sublethal': 0.0, 'hepatocytes': 1.0, 'alcohol': 0.0, 'death_flux': 0.01, 'plasma_removed': 0.0, 'plasma_given': 0.0}))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    said = [r.communicate()[1] for r in running]
    assert [r.returncode for r in running] == [0, 0], said
    assert len(entries(cache)) == 1


def test_another_model_or_text_of_a_function_is_another_kernel(small, monkeypatch):
    other = assemble(
        [enzymes],
        constants={
            "hepatocytes_injured": 0.0,
            "injury_sublethal": 0.0,
            "hepatocytes": 1.0,
            "alcohol": 0.0,
            "death_flux": 0.02,
            "plasma_removed": 0.0,
            "plasma_given": 0.0,
        },
    )
    first = compile.kernel_name(small, ("cc",))
    assert compile.kernel_name(other, ("cc",)) != first != compile.kernel_name(small, ("gcc",))
    monkeypatch.setattr(function_source, "C_SOURCE", function_source.C_SOURCE + "/* changed */\n")
    assert compile.kernel_name(small, ("cc",)) != first


def test_a_failing_compiler_is_said_and_leaves_nothing(small, cache, monkeypatch):
    monkeypatch.setattr(
        compile, "find_compiler", lambda: (sys.executable, "-c", "import sys; sys.exit('no such flag')")
    )
    with pytest.raises(EngineError, match="failed: no such flag"):
        compile.build(small)
    assert not cache.exists() or entries(cache) == []


def test_a_full_temporary_folder_is_said(small, cache, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    with pytest.raises(EngineError, match="cannot be compiled .No space left on device.; free room"):
        compile.build(small)


def test_a_kernel_of_another_kind_of_machine_is_said():
    with pytest.raises(EngineError, match="compiled kernel cannot be loaded .*HEPATICA_NO_COMPILER=1"):
        compile._load(b"nonsense")


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
    assert len(entries(cache)) == 2
    np.testing.assert_allclose(*answers, rtol=1e-12)
