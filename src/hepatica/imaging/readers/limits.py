"""Bounds of what is read: bytes of a file, files of a folder, voxels of an image, and safe expansion of gzip."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from hepatica.imaging.readers.faults import ImageError

MAX_FILE_BYTES = 2**30
"""Largest file that is opened."""
MAX_TEXT_BYTES = 16 * 2**20
"""Largest sidecar or table."""
MAX_FILES = 20_000
"""Most files of a folder."""
MAX_VOXELS = 300_000_000
"""Most voxels of an image, all frames together: 1.2 GB in single precision."""
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"


def checked_file(path: Path, most: int = MAX_FILE_BYTES) -> Path:
    """The path, if it is a file of an allowed size.

    Raises
    ------
    ImageError
        If it does not exist, is no file, is empty or is larger.

    Examples
    --------
    >>> checked_file(Path("nowhere.nii"))
    Traceback (most recent call last):
        ...
    hepatica.imaging.readers.faults.ImageError: nowhere.nii: no such file; give a file that exists and can be read
    """
    try:
        is_file, size = path.is_file(), path.stat().st_size
    except OSError as error:
        why = "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or "unreadable")
        raise ImageError(path.name, why, "give a file that exists and can be read") from error
    if not is_file:
        raise ImageError(path.name, "not a file", "give a file that exists and can be read")
    if size == 0:
        raise ImageError(path.name, "the file is empty", "copy it anew from where it was made")
    if size > most:
        raise ImageError(path.name, f"{size / 2**20:.0f} MiB", f"give a file of at most {most // 2**20} MiB")
    return path


def checked_voxels(where: str, *sizes: int) -> int:
    """Number of voxels, if it is above 0 and within `MAX_VOXELS`.

    Raises
    ------
    ImageError
        Otherwise.

    Examples
    --------
    >>> checked_voxels("made.nii", 2, 3, 4)
    24
    """
    count = 1
    for size in sizes:
        count *= max(int(size), 0)
    if not 0 < count <= MAX_VOXELS:
        shape = " x ".join(str(int(s)) for s in sizes)
        raise ImageError(where, f"an image of {shape} voxels", f"give one of 1 to {MAX_VOXELS:,} voxels")
    return count


def read_bounded(path: Path, most: int) -> bytes:
    """Bytes of a file, expanded where it is compressed by gzip, never beyond a bound.

    Parameters
    ----------
    path : Path
        The file.
    most : int
        Bytes, after expansion.

    Raises
    ------
    ImageError
        If the file is damaged, is a ZIP archive, or holds more.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "bomb.gz"
    >>> _ = path.write_bytes(gzip.compress(b"0" * 10_000))
    >>> read_bounded(path, 1000)
    Traceback (most recent call last):
        ...
    hepatica.imaging.readers.faults.ImageError: bomb.gz: it expands to more than 1000 bytes; give the image itself
    """
    checked_file(path)
    with path.open("rb") as file:
        start = file.read(4)
        if start == ZIP_MAGIC:
            raise ImageError(path.name, "a ZIP archive", "unpack it and give the folder or file inside")
        file.seek(0)
        packed = start[:2] == GZIP_MAGIC
        try:
            raw = gzip.GzipFile(fileobj=file).read(most + 1) if packed else file.read(most + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ImageError(
                path.name, "the compressed file is damaged or cut short", "copy it anew from where it was made"
            ) from error
    if len(raw) > most:
        grows = "it expands to" if packed else "it holds"
        raise ImageError(path.name, f"{grows} more than {most} bytes", "give the image itself")
    return raw
