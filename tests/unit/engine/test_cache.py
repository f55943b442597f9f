"""The cache: verified on reading, whole on writing, and a private folder where it cannot serve."""

import os
import stat
import subprocess
import sys
import time

import pytest

from hepatica.engine import cache


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An own cache folder, and no private one yet."""
    monkeypatch.setenv("HEPATICA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_private", [])
    monkeypatch.setattr(cache, "_reported", set())
    return tmp_path / "cache"


def test_what_is_written_is_read(folder):
    assert cache.read("a") is None
    cache.write("a", b"content")
    assert cache.read("a") == b"content" and [p.name for p in folder.iterdir()] == ["a"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and stat.S_IMODE((folder / "a").stat().st_mode) == 0o600


def test_every_flipped_bit_and_every_cut_is_seen(folder):
    cache.write("a", b"content")
    whole = (folder / "a").read_bytes()
    for k in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[k // 8] ^= 1 << k % 8
        (folder / "a").write_bytes(damaged)
        assert cache.read("a") is None
    for k in range(len(whole)):
        (folder / "a").write_bytes(whole[:k])
        assert cache.read("a") is None
    (folder / "a").write_bytes(whole)
    assert cache.read("a") == b"content"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_can_write_is_not_read(folder, mode):
    cache.write("a", b"content")
    (folder / "a").chmod(mode)
    assert cache.read("a") is None
    cache.write("a", b"content")
    assert cache.read("a") == b"content"


def test_an_entry_of_another_user_is_not_read(folder, monkeypatch):
    cache.write("a", b"content")
    mine = os.getuid()
    real = os.fstat

    class Foreign:
        def __init__(self, info):
            self.st_uid, self.st_mode, self.st_size = mine + 1, info.st_mode, info.st_size

    monkeypatch.setattr(os, "fstat", lambda handle: Foreign(real(handle)))
    assert cache.read("a") is None


def test_a_link_is_not_followed(folder, tmp_path):
    cache.write("a", b"content")
    (folder / "a").rename(tmp_path / "elsewhere")
    (folder / "a").symlink_to(tmp_path / "elsewhere")
    assert cache.read("a") is None


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_that_others_can_write_is_not_used(folder, capsys, mode):
    cache.write("a", b"content")
    folder.chmod(mode)
    assert cache.read("a") is None
    cache.write("a", b"other")
    assert cache.read("a") == b"other" and [p.name for p in folder.iterdir()] == ["a"]
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "others may write to it; `chmod go-w`" in said and str(folder) in said
    assert (cache._private[0] / "a").is_file() and stat.S_IMODE(cache._private[0].stat().st_mode) == 0o700


def test_a_folder_of_another_user_is_not_used(folder, capsys, monkeypatch):
    folder.mkdir(mode=0o700)
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    if mine == 0:  # what belongs to root may be used by all
        real = os.stat
        monkeypatch.setattr(
            cache.os, "stat", lambda path, **more: os.stat_result([*real(path, **more)[:4], 4242, *real(path)[5:]])
        )
    cache.write("a", b"content")
    assert "it belongs to another user" in capsys.readouterr().err and list(folder.iterdir()) == []


def test_a_file_in_the_place_of_the_folder(folder, capsys):
    folder.write_text("")
    cache.write("a", b"content")
    assert cache.read("a") == b"content"
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")])
def test_a_full_or_read_only_folder(folder, capsys, monkeypatch, error):
    real = cache.tempfile.mkstemp

    def refuse(*, dir, **more):
        if str(dir) == str(folder):
            raise error
        return real(dir=dir, **more)

    monkeypatch.setattr(cache.tempfile, "mkstemp", refuse)
    cache.write("a", b"content")
    cache.write("b", b"content")
    assert cache.read("a") == b"content" and list(folder.iterdir()) == []
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and error.strerror in said


def test_a_folder_that_is_read_only_is_still_read(folder, monkeypatch, capsys):
    cache.write("a", b"content")
    monkeypatch.setattr(cache.tempfile, "mkstemp", lambda **_: 1 / 0)
    assert cache.read("a") == b"content" and capsys.readouterr().err == ""


def test_no_place_at_all_is_no_error(folder, capsys, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(cache.tempfile, "mkstemp", refuse)
    monkeypatch.setattr(cache.tempfile, "mkdtemp", refuse)
    cache.write("a", b"content")
    assert cache.read("a") is None and capsys.readouterr().err.count("\n") == 1


def test_without_a_home_folder(monkeypatch, capsys, folder, tmp_path):
    monkeypatch.delenv("HEPATICA_CACHE")
    monkeypatch.setattr(cache.platformdirs, "user_cache_dir", lambda name: f"~/.cache/{name}")
    monkeypatch.chdir(tmp_path)
    cache.write("a", b"content")
    assert cache.read("a") == b"content" and "there is no home folder" in capsys.readouterr().err
    assert not (tmp_path / "~").exists()


def test_the_sentence_is_in_the_language_of_the_user(folder, capsys, monkeypatch):
    monkeypatch.setattr(cache, "preferred_language", lambda: "zh")
    folder.write_text("")
    cache.write("a", b"content")
    assert "未使用缓存文件夹" in capsys.readouterr().err


def test_a_write_that_is_interrupted_leaves_what_was(folder, monkeypatch):
    cache.write("a", b"old")

    def interrupted(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(cache.os, "replace", interrupted)
    cache.write("a", b"new")
    monkeypatch.undo()
    monkeypatch.setenv("HEPATICA_CACHE", str(folder))
    assert [p.name for p in folder.iterdir()] == ["a"] and cache.read("a") == b"old"


def test_what_killed_writers_left_is_removed(folder):
    cache.write("a", b"content")
    old, new = folder / ".writing-old", folder / ".writing-new"
    for path in (old, new):
        path.write_text("")
    long_ago = time.time() - 2 * cache.MAX_TEMPORARY_AGE
    os.utime(old, (long_ago, long_ago))
    cache.write("b", b"content")
    assert not old.exists() and new.exists()


def test_the_private_folder_is_gone_at_the_end(tmp_path):
    (tmp_path / "cache").write_text("")
    code = "from hepatica.engine import cache\ncache.write('a', b'x')\nprint(cache.private_folder(), end='')"
    env = {**os.environ, "HEPATICA_CACHE": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.returncode == 0 and done.stdout.startswith(str(tmp_path)) and done.stderr.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["cache"]
