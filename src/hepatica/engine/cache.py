"""Cache of compiled kernels and assembled models, verified on reading and replaced as a whole on writing.

An entry begins with the SHA-256 of the rest. It is used only if it and its folder belong to this user or to root, if
nobody else may write to them, and if the checksum is right; otherwise it counts as missing and is made again. Owner,
mode and content are read from one open file, so that nothing can change between check and use. Where the folder cannot
serve, a private temporary one does until the process ends, and one sentence on standard error says so.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path

import platformdirs

from hepatica.words import preferred_language, say

CHECKSUM_BYTES = 32
MAX_ENTRY_BYTES = 2**28
MAX_TEMPORARY_AGE = 86_400.0  # seconds after which what a killed process left is removed
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_private: list[Path] = []  # the one private folder of this process, once there is need of it
_reported: set[Path] = set()
_lock = threading.Lock()


class Unsafe(OSError):
    """A place that cannot be trusted; `reason` is a key of ``words/engine.toml``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cache_folder() -> Path:
    """Folder of the cache; ``HEPATICA_CACHE`` overrides the user's cache directory."""
    return Path(os.environ.get("HEPATICA_CACHE") or platformdirs.user_cache_dir("hepatica"))


def read(name: str) -> bytes | None:
    """Content of an entry, or None where there is none that can be trusted."""
    folder = cache_folder()
    for place in (folder, *_private):
        try:
            if place == folder:
                _check_folder(folder)
            content = _verified(place / name)
        except FileNotFoundError:
            continue
        except OSError as error:
            _report(folder, error)
            continue
        if content is not None:
            return content
    return None


def write(name: str, content: bytes) -> None:
    """Keep an entry, in the private folder where the cache cannot take it; no error where neither can."""
    folder = cache_folder()
    try:
        if folder.parts[:1] == ("~",):
            raise Unsafe("no_home")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_folder(folder)
        _replace(folder / name, content)
    except OSError as error:
        _report(folder, error)
        try:
            _replace(private_folder() / name, content)
        except OSError:
            return  # what was made stays in memory for this process


def private_folder() -> Path:
    """Temporary folder that nobody else may read or write, removed when the process ends.

    Raises
    ------
    OSError
        If there is no temporary folder that can be written.
    """
    with _lock:
        if not _private:
            made = Path(tempfile.mkdtemp(prefix="hepatica-"))  # mode 0700
            atexit.register(shutil.rmtree, made, ignore_errors=True)
            _private.append(made)
    return _private[0]


def _check_folder(folder: Path) -> None:
    """Raise OSError unless the folder is this user's or root's and nobody else's to write."""
    info = os.stat(folder)
    if not stat.S_ISDIR(info.st_mode):
        raise Unsafe("not_a_folder")
    _check_owner(info)


def _check_owner(info: os.stat_result) -> None:
    if not hasattr(os, "getuid"):  # Windows: the user's own folder has its own access list
        return
    if info.st_uid not in (os.getuid(), 0):
        raise Unsafe("foreign")
    if info.st_mode & OTHERS_MAY_WRITE:
        raise Unsafe("open_to_others")


def _verified(path: Path) -> bytes | None:
    """Content of a file that is whole and nobody else's to write; None where it is not."""
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
        info = os.fstat(file.fileno())
        try:
            _check_owner(info)
        except Unsafe:
            return None
        if not stat.S_ISREG(info.st_mode) or info.st_size > MAX_ENTRY_BYTES:
            return None
        data = file.read(MAX_ENTRY_BYTES)
    content = data[CHECKSUM_BYTES:]
    return content if data[:CHECKSUM_BYTES] == hashlib.sha256(content).digest() else None


def _replace(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all, readable by this user alone."""
    _remove_leftovers(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")  # mode 0600
    try:
        with open(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob(".writing-*"):
        try:
            if time.time() - path.stat().st_mtime > MAX_TEMPORARY_AGE:
                path.unlink()
        except OSError:
            continue  # another process was faster


def _report(folder: Path, error: OSError) -> None:
    """Say once on standard error that a folder cannot serve as the cache."""
    if folder not in _reported:
        _reported.add(folder)
        lang = preferred_language()
        why = say(f"engine.{error.reason}", lang) if isinstance(error, Unsafe) else error.strerror or str(error)
        print(say("engine.cache_private", lang, folder=folder, why=why), file=sys.stderr)
