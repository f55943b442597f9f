"""Build the kernel for a model once, keep it in the user's cache, load it from there."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import platformdirs

from hepatica.engine.generate_c import c_source
from hepatica.errors import EngineError
from hepatica.model import functions
from hepatica.model.assemble import Model

NATIVE = "-march=native"  # a fifth faster; a compiler that does not know it builds without
FLAGS = (
    "-O3",
    "-std=gnu11",
    "-shared",
    "-fPIC",
    "-fno-math-errno",
    "-ffp-contract=fast",
    "-fvisibility=hidden",
    "-Wno-psabi",
)
SOURCES = ("kernel.c", "lanes.h")


def find_compiler() -> tuple[str, ...] | None:
    """Command of a C compiler: $CC, a system one, else the ``zig`` extra; None if there is none.

    Examples
    --------
    >>> find_compiler() is None or isinstance(find_compiler(), tuple)
    True
    """
    if os.environ.get("HEPATICA_NO_COMPILER"):
        return None
    chosen = os.environ.get("CC")
    for name in ([chosen] if chosen else []) + ["cc", "gcc", "clang"]:
        path = shutil.which(name)
        if path:
            return (path,)
    if importlib.util.find_spec("ziglang") is not None:
        return (sys.executable, "-m", "ziglang", "cc")
    return None


def cache_folder() -> Path:
    """Where compiled kernels are kept; ``HEPATICA_CACHE`` overrides the user's cache directory."""
    return Path(os.environ.get("HEPATICA_CACHE") or platformdirs.user_cache_dir("hepatica"))


def processor() -> str:
    """What the processor can do, so that a kernel built for one kind is never loaded on another."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line for line in lines if line.startswith(("flags", "Features")))
    except (OSError, StopIteration):
        return platform.processor()


def build(model: Model) -> Path:
    """Compile the kernel for a model, unless the cache holds it.

    Returns
    -------
    Path
        The shared library.

    Raises
    ------
    EngineError
        If there is no compiler or it fails.
    """
    compiler = find_compiler()
    if compiler is None:
        raise EngineError("no C compiler was found; install one, or `pip install hepatica[zig]`")
    texts = {name: _text(name) for name in (*SOURCES, "generate.py", "generate_c.py")}
    key = "|".join(
        (
            model.hash,
            *texts.values(),
            functions.C_SOURCE,
            *compiler,
            NATIVE,
            *FLAGS,
            platform.machine(),
            processor(),
            sys.platform,
        )
    )
    name = hashlib.blake2b(key.encode(), digest_size=12).hexdigest()
    target = cache_folder() / f"{name}.{'dll' if sys.platform == 'win32' else 'so'}"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        write_sources(model, Path(folder))
        for flags in ((NATIVE, *FLAGS), FLAGS):
            done = subprocess.run(
                command(compiler, flags),
                cwd=folder,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            if done.returncode == 0:
                break
        else:
            raise EngineError(f"the C compiler {compiler[0]} failed: {done.stderr.strip()[:400]}")
        os.replace(Path(folder, "kernel.out"), target)  # whole or not at all, also with two first users
    return target


def _text(name: str) -> str:
    return (files("hepatica.engine") / name).read_text(encoding="utf-8")


def write_sources(model: Model, folder: Path) -> None:
    """Everything that a C compiler needs to make the kernel of a model, in one folder."""
    for name in SOURCES:
        (folder / name).write_text(_text(name), encoding="utf-8")
    (folder / "model.h").write_text(c_source(model), encoding="utf-8")


def command(compiler: tuple[str, ...], flags: tuple[str, ...]) -> list[str]:
    """How a compiler is called, in the folder of `write_sources`; it writes ``kernel.out``."""
    return [*compiler, *flags, '-DMODEL_HEADER="model.h"', "kernel.c", "-o", "kernel.out", "-lm"]


def load(path: Path) -> ctypes.CDLL:
    """Load a compiled kernel."""
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise EngineError(
            f"the compiled kernel {path.name} cannot be loaded ({error}); delete it and run again"
        ) from error
    library.hepatica_solve.restype = library.hepatica_lanes.restype = ctypes.c_int
    return library
