"""Text of a table: bounded reading and decoding, and the error that states a fault by line and column.

Size is bounded before anything is parsed, and a compressed file is never expanded beyond the bound.
"""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from hepatica.errors import HepaticaError, InputError

MAX_BYTES = 64 * 2**20
"""Largest file, and largest text of a compressed one."""
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_GZIP_MAGIC = b"\x1f\x8b"


class TableError(InputError):
    """A fault of a table, stated by line and column, without the content of a cell.

    Parameters
    ----------
    where : str
        File, and line where there is one.
    fault : str
        What is wrong.
    remedy : str
        What to do.
    """

    def __init__(self, where: str, fault: str, remedy: str) -> None:
        self.where, self.got, self.allowed = where, fault, remedy
        HepaticaError.__init__(self, f"{where}: {fault}; {remedy}")


def read_bytes(path: Path) -> bytes:
    """Bytes of the text, expanded where it is compressed, never beyond the bound.

    Parameters
    ----------
    path : Path
        Plain or compressed by gzip; at most `MAX_BYTES`, of text where it is compressed.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = "it does not exist" if isinstance(error, FileNotFoundError) else getattr(error, "strerror", str(error))
        raise InputError("people", str(path), f"a CSV file that exists and can be read ({why})") from error
    if raw.startswith(_GZIP_MAGIC):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                raw = packed.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise TableError(
                path.name, "the compressed file is damaged", "compress the CSV file anew, by gzip"
            ) from error
    if len(raw) > MAX_BYTES:
        raise TableError(
            path.name, f"more than {MAX_BYTES // 2**20} MiB of text", "divide it by people into several files"
        )
    return raw


def decode(name: str, raw: bytes, encoding: str) -> str:
    """Text of a file.

    Parameters
    ----------
    name : str
        Of the file, for an error.
    raw : bytes
        Content.
    encoding : str
        Of the text; UTF-8 with or without a byte order mark unless said.

    Raises
    ------
    TableError
        If the text is in another encoding, or none.

    Examples
    --------
    >>> decode("made.csv", "无".encode("gb18030"), "gb18030")
    '无'
    """
    remedy = "save it as CSV in UTF-8"
    if encoding != "utf-8":
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise TableError(f"{name}, line {line}", f"the text is not in {encoding}", "correct the mapping") from error
    if raw.startswith(_BYTE_ORDER_MARKS):
        raise TableError(name, "the text is in UTF-16", remedy)
    if b"\0" in raw:
        raise TableError(name, "the file is binary, not text", remedy)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TableError(f"{name}, line {line}", "the text is not in UTF-8", remedy) from error
