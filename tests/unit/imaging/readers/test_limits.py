"""Bounds: nothing large is opened or expanded."""

import gzip

import pytest

from hepatica.imaging.readers import limits
from hepatica.imaging.readers.faults import ImageError


def test_a_gzip_bomb_is_not_expanded(tmp_path):
    bomb = tmp_path / "bomb.nii.gz"
    bomb.write_bytes(gzip.compress(bytes(50_000_000)))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(ImageError, match="expands to more than 1000000 bytes"):
        limits.read_bounded(bomb, 1_000_000)


@pytest.mark.parametrize(
    "content, words",
    [(b"", "empty"), (b"PK\x03\x04rest", "ZIP"), (gzip.compress(b"abc" * 99, mtime=0)[:20], "cut short")],
)
def test_refuses(tmp_path, content, words):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=words):
        limits.read_bounded(path, 1000)


def test_refuses_size_and_folders(tmp_path):
    (tmp_path / "x").write_bytes(b"12345")
    with pytest.raises(ImageError, match="at most 0 MiB"):
        limits.checked_file(tmp_path / "x", 4)
    with pytest.raises(ImageError, match="not a file"):
        limits.checked_file(tmp_path)
    assert limits.read_bounded(tmp_path / "x", 5) == b"12345"


@pytest.mark.parametrize("sizes", [(0, 4), (-1, 3), (100_000, 100_000, 100_000)])
def test_refuses_numbers_of_voxels(sizes):
    with pytest.raises(ImageError, match="voxels"):
        limits.checked_voxels("x", *sizes)
