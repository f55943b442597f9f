"""Compilation of a model's kernel: once, kept in the user's cache, loaded from a private copy."""

from __future__ import annotations

import ctypes
import functools
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

from hepatica.engine import cache
from hepatica.engine.interface import c_header
from hepatica.errors import EngineError
from hepatica.model import function_source
from hepatica.model.structure import Model

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


def processor() -> str:
    """Instruction sets of the processor, so that a kernel built for one kind is never loaded on another."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line for line in lines if line.startswith(("flags", "Features")))
    except (OSError, StopIteration):
        return platform.processor()


def kernel_name(model: Model, compiler: tuple[str, ...]) -> str:
    """Name of a model's kernel in the cache, by all that decides its machine code."""
    texts = [_text(name) for name in (*SOURCES, "interface.py", "generate.py", "generate_c.py")]
    parts = (
        model.hash,
        *texts,
        function_source.C_SOURCE,
        *compiler,
        NATIVE,
        *FLAGS,
        platform.machine(),
        processor(),
        sys.platform,
    )
    return hashlib.blake2b("|".join(parts).encode(), digest_size=12).hexdigest() + ".kernel"


def build(model: Model) -> bytes:
    """Kernel of a model as a shared library: from the cache, else compiled and kept there.

    Raises
    ------
    EngineError
        If there is no compiler or it fails.
    """
    compiler = find_compiler()
    if compiler is None:
        raise EngineError("no C compiler was found; install one, or `pip install hepatica[zig]`")
    name = kernel_name(model, compiler)
    content = cache.read(name)
    if content is None:
        content = _compile(model, compiler)
        cache.write(name, content)
    return content


def _compile(model: Model, compiler: tuple[str, ...]) -> bytes:
    try:
        with tempfile.TemporaryDirectory(prefix="hepatica-") as folder:
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
                    return Path(folder, "kernel.out").read_bytes()
    except OSError as error:
        raise EngineError(
            f"the kernel cannot be compiled ({error.strerror or error}); free room in the temporary folder, "
            "or set TMPDIR"
        ) from error
    raise EngineError(f"the C compiler {compiler[0]} failed: {done.stderr.strip()[:400]}")


def _text(name: str) -> str:
    return (files("hepatica.engine") / name).read_text(encoding="utf-8")


def write_sources(model: Model, folder: Path) -> None:
    """Write all that a C compiler needs to make the kernel of a model into one folder."""
    from hepatica.engine.generate_c import c_source  # SymPy is slow to import, and not needed for a cached kernel

    for name in SOURCES:
        (folder / name).write_text(_text(name), encoding="utf-8")
    (folder / "interface.h").write_text(c_header(), encoding="utf-8")
    (folder / "model.h").write_text(c_source(model), encoding="utf-8")


def command(compiler: tuple[str, ...], flags: tuple[str, ...]) -> list[str]:
    """Command line of a compiler, in the folder of `write_sources`; it writes ``kernel.out``."""
    return [*compiler, *flags, '-DMODEL_HEADER="model.h"', "kernel.c", "-o", "kernel.out", "-lm"]


def load(model: Model) -> ctypes.CDLL:
    """Load the kernel of a model, once in a process, from a copy that nobody else can change.

    Raises
    ------
    EngineError
        If the kernel cannot be built or loaded.
    """
    return _load(build(model))


@functools.lru_cache(maxsize=64)
def _load(content: bytes) -> ctypes.CDLL:
    library = None
    for copy in (_in_memory, _in_private_folder):
        try:
            library = ctypes.CDLL(copy(content))
            break
        except OSError as error:
            reason = error
    if library is None:
        raise EngineError(
            f"the compiled kernel cannot be loaded ({reason}); HEPATICA_NO_COMPILER=1 takes the reference engine"
        ) from reason
    library.hepatica_solve.restype = library.hepatica_lanes.restype = ctypes.c_int
    return library


def _in_memory(content: bytes) -> str:
    """Path of an anonymous file, which stays open: its number must not come to mean another kernel."""
    if not hasattr(os, "memfd_create"):
        raise OSError("no anonymous files")
    handle = os.memfd_create("hepatica-kernel")
    with open(handle, "wb", closefd=False) as file:
        file.write(content)
    return f"/proc/self/fd/{handle}"


def _in_private_folder(content: bytes) -> str:
    handle, name = tempfile.mkstemp(dir=cache.private_folder(), suffix=".dll" if sys.platform == "win32" else ".so")
    with open(handle, "wb") as file:
        file.write(content)
    return name
