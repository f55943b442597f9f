"""Blocks of a work folder: read when they are sound, computed again when they are not."""

import subprocess
import sys

import numpy as np
import pytest

from hepatica.calibrate.blocks import read_block, read_or_compute, write_block
from hepatica.errors import InputError

VALUES = np.random.default_rng(1).standard_normal((3, 4, 5))
VALUES[0, 0, 0] = np.nan


@pytest.fixture
def path(tmp_path):
    write_block(tmp_path / "work" / "0.npy", VALUES)
    return tmp_path / "work" / "0.npy"


def test_a_sound_block_is_read_and_not_computed(path):
    np.testing.assert_array_equal(read_block(path, VALUES.shape), VALUES)

    def never():
        raise AssertionError("computed though it is there")

    np.testing.assert_array_equal(read_or_compute(path, VALUES.shape, never), VALUES)
    assert [p.name for p in path.parent.iterdir()] == ["0.npy"]


def flipped(content):
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


DAMAGE = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "one byte short": lambda content: content[:-1],
    "one byte more": lambda content: content + b"0",
    "one bit": flipped,
    "zeros": lambda content: bytes(len(content)),
    "checksum": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "another kind of file": lambda content: b"PAR1" * 40,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_a_damaged_block_is_computed_again(path, damage):
    path.write_bytes(damage(path.read_bytes()))
    assert read_block(path, VALUES.shape) is None
    calls = []
    for _ in range(2):
        again = read_or_compute(path, VALUES.shape, lambda: calls.append(1) or VALUES)
        np.testing.assert_array_equal(again, VALUES)
    assert len(calls) == 1  # the second time it is sound


@pytest.mark.parametrize("other", [VALUES[:2], VALUES.transpose(1, 0, 2), VALUES.astype(np.float32), VALUES[0]])
def test_a_block_of_another_shape_or_type_is_computed_again(path, other):
    write_block(path, other)
    assert read_block(path, VALUES.shape) is None


def test_the_same_size_in_another_shape_is_not_taken(tmp_path):
    write_block(tmp_path / "0.npy", np.zeros((2, 3)))
    assert read_block(tmp_path / "0.npy", (3, 2)) is None and read_block(tmp_path / "0.npy", (2, 3)) is not None
    write_block(tmp_path / "0.npy", np.zeros((2, 3), np.int64))
    assert read_block(tmp_path / "0.npy", (2, 3)) is None


def test_what_is_no_file_or_not_there_is_not_read(tmp_path):
    assert read_block(tmp_path / "nowhere.npy", (2,)) is None and read_block(tmp_path, (2,)) is None


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "work").write_text("a file")
    with pytest.raises(InputError, match="output"):
        read_or_compute(tmp_path / "work" / "0.npy", (2,), lambda: np.zeros(2))


KILLED = """
import os, sys
from pathlib import Path
import numpy as np
from hepatica.calibrate.blocks import write_block
os.replace = lambda *_: os.kill(os.getpid(), 9)
write_block(Path(sys.argv[1]), np.zeros((3, 4, 5)))
"""


def test_a_killed_run_leaves_nothing_that_the_next_does_not_clean(tmp_path):
    path = tmp_path / "0.npy"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    left = list(tmp_path.iterdir())
    assert killed.returncode == -9 and len(left) == 1 and left[0] != path
    read_or_compute(path, VALUES.shape, lambda: VALUES)
    assert list(tmp_path.iterdir()) == [path]
