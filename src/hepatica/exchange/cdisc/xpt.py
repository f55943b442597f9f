"""Transport file, version 5: written from the published record layout (SAS Technical Support document TS-140).

Records of 80 bytes: header of the library, of the member, descriptors of 140 bytes for each variable, then rows one
after the other. Numbers are floating-point numbers of IBM System/370: a sign, a power of 16 in excess of 64, 56 bits.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.exchange.cdisc.dataset import DataSet, Kind
from hepatica.files import write_whole

RECORD = 80
NAMESTR = 140
SOFTWARE = b"9.4     "
SYSTEM = b"HEPATICA"
CREATED = b"01JAN60:00:00:00"  # the same for all, so that equal data are equal bytes
MOST = 16.0**63  # below it numbers can be written
MISSING = b"." + bytes(7)


def ibm_double(values: NDArray[np.floating]) -> NDArray[np.uint64]:
    """Numbers as IBM System/370 doubles, in the bits of unsigned integers; NaN is the missing value ``.``.

    Every double of the machine is exact but those beyond 16 to the 63rd, which are refused, and those below 16 to the
    -65th, which are zero.

    Parameters
    ----------
    values : (n,)
        Any.

    Raises
    ------
    InputError
        If a number is infinite or too large.

    Examples
    --------
    >>> [hex(int(x)) for x in ibm_double(np.array([1.0, -118.625, 0.0]))]
    ['0x4110000000000000', '0xc276a00000000000', '0x0']
    """
    x = np.asarray(values, np.float64)
    known = ~np.isnan(x)
    beyond = known & ~(np.abs(x) < MOST)
    if beyond.any():
        raise InputError("number", float(x[beyond][0]), "numbers below 16 to the power of 63")
    fraction, exponent = np.frexp(np.where(known, np.abs(x), 0.0))
    power = -(-exponent // 4)
    mantissa = np.ldexp(fraction, 56 + exponent - 4 * power).astype(np.uint64)
    written = known & (mantissa > 0) & (power + 64 >= 0)
    sign = np.where(np.signbit(x) & written, np.uint64(1) << np.uint64(63), np.uint64(0))
    bits = sign | (np.where(written, power + 64, 0).astype(np.uint64) << np.uint64(56)) | mantissa
    return np.where(known, np.where(written, bits, np.uint64(0)), np.uint64(int.from_bytes(MISSING, "big")))


def transport(dataset: DataSet) -> bytes:
    """Bytes of a transport file with one dataset.

    Parameters
    ----------
    dataset : DataSet
        Within the limits of version 5.
    """
    lengths = dataset.lengths
    head = [
        _header("LIBRARY", 0),
        _padded(b"SAS     SAS     SASLIB  " + SOFTWARE + SYSTEM + b" " * 24 + CREATED),
        _padded(CREATED),
        _padded(b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "),
        _header("DSCRPTR", 0),
        _padded(b"SAS     " + _text(dataset.name, 8) + b"SASDATA " + SOFTWARE + SYSTEM + b" " * 24 + CREATED),
        _padded(CREATED + b" " * 16 + _text(dataset.label, 40) + b" " * 8),
        _namestr_header(len(dataset.columns)),
    ]
    described, place = b"", 0
    for number, column in enumerate(dataset.columns, start=1):
        length = lengths[column.name]
        described += _namestr(column.name, column.label, column.kind, length, number, place)
        place += length
    return b"".join([*head, _padded(described), _header("OBS", 0), _padded(_rows(dataset, lengths))])


def write_xpt(path: Path, dataset: DataSet) -> Path:
    """Write a transport file, whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    dataset : DataSet
        To write.

    Raises
    ------
    InputError
        If a number cannot be written, or the place.
    """
    content = transport(dataset)
    return write_whole(path, lambda p: p.write_bytes(content))


def _namestr_header(variables: int) -> bytes:
    return f"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000{variables:04d}{0:020d}  ".encode()


def _header(kind: str, number: int) -> bytes:
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{number:030d}  ".encode()


def _text(text: str, length: int) -> bytes:
    return text.encode("ascii").ljust(length)[:length]


def _padded(content: bytes) -> bytes:
    """Content filled with blanks to whole records."""
    return content + b" " * (-len(content) % RECORD)


def _namestr(name: str, label: str, kind: Kind, length: int, number: int, place: int) -> bytes:
    """Descriptor of a variable, 140 bytes, big-endian."""
    return struct.pack(
        ">hhhh8s40s8shhh2s8shhl52s",
        2 if kind is Kind.TEXT else 1,
        0,
        length,
        number,
        _text(name, 8),
        _text(label, 40),
        b" " * 8,
        0,
        0,
        0,
        b"\0\0",
        b" " * 8,
        0,
        0,
        place,
        bytes(52),
    )


def _rows(dataset: DataSet, lengths: dict[str, int]) -> bytes:
    """Rows one after the other, each column in its bytes."""
    if dataset.frame.empty:
        return b""
    parts = []
    for column in dataset.columns:
        values = dataset.frame[column.name]
        if column.kind is Kind.TEXT:
            width = lengths[column.name]
            encoded = np.array([_text(t, width) for t in values], dtype=f"S{width}")
            parts.append(encoded.view(np.uint8).reshape(len(values), width))
        else:
            parts.append(ibm_double(values.to_numpy(float)).astype(">u8").view(np.uint8).reshape(len(values), 8))
    return np.concatenate(parts, axis=1).tobytes()
