"""Output files, written atomically: text, JSON, arrays, tables and NetCDF."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import secrets
import shutil
import socket
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson

from hepatica.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
STAGING = ".writing-"  # begins the folder in which a run stages its files
PARTIAL = "partial"  # marks a temporary: .NAME.HOST-PID-RANDOM.partial.SUFFIX


def refusal(path: Path, error: OSError) -> InputError:
    """InputError for a place that cannot be written, with the free space if the disk is full."""
    place = str(Path(*(part for part in path.parts if not part.startswith(STAGING))))  # where it was to be
    if error.errno not in NO_ROOM:
        return InputError("output", place, f"a place that can be written ({error.strerror or error})")
    free = "unknown"
    with contextlib.suppress(OSError):
        free = f"{shutil.disk_usage(path.parent).free / 1e6:.1f} MB"
    return InputError("output", place, f"a place with room ({error.strerror}; free there: {free})")


def _host() -> str:
    return re.sub(r"\W", "", socket.gethostname())[:20] or "host"


def _is_dead(host: str, pid: int) -> bool:
    """True only of a process of this machine that is known to have ended."""
    if host != _host() or os.name != "posix" or pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _remove_stale(path: Path) -> None:
    """Remove temporaries of `path` that killed processes of this machine left behind."""
    form = re.compile(rf"\.{re.escape(path.name)}\.(\w+)-(\d+)-[0-9a-f]{{8}}\.{PARTIAL}{re.escape(path.suffix)}")
    for entry in os.scandir(path.parent):
        match = form.fullmatch(entry.name)
        if match and _is_dead(match[1], int(match[2])):
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


def write_whole(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file atomically: through a temporary in the same folder, synced to disk, then renamed.

    The mode follows the umask. Temporaries of this file that a killed run left behind are removed.

    Parameters
    ----------
    path : Path
        The file; folders above it are made.
    write : callable
        Writes to the path that it is given, which has the suffix of `path`.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    InputError
        If the place cannot be written or has no room; what was there before stays.

    Examples
    --------
    >>> import tempfile
    >>> path = write_whole(Path(tempfile.mkdtemp()) / "a" / "x.txt", lambda p: p.write_text("1"))
    >>> path.read_text(), [p.name for p in path.parent.iterdir()]
    ('1', ['x.txt'])
    """
    token = f"{_host()}-{os.getpid()}-{secrets.token_hex(4)}"
    temporary = path.parent / f".{path.name}.{token}.{PARTIAL}{path.suffix}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(path)
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise refusal(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write text atomically, in UTF-8 with its line ends as they are.

    Raises
    ------
    InputError
        As `write_whole`.
    """
    return write_whole(path, lambda p: p.write_bytes(text.encode("utf-8")))


def _plain(value: object) -> object:
    """JSON form of values that orjson does not know: arrays that are not contiguous, paths, sets."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def to_json(value: object, *, indent: bool = False) -> str:
    """JSON text of a value: NaN and infinities as null, NumPy scalars and arrays as numbers, keys in their order.

    Parameters
    ----------
    value : object
        Mappings, sequences, dataclasses, enums, paths, text and numbers.
    indent : bool
        Two spaces a level instead of one line.

    Raises
    ------
    TypeError
        If a part of it has no JSON, such as an integer beyond 64 bits.

    Examples
    --------
    >>> to_json({"gain": float("nan"), 7: (1.5, None)})
    '{"gain":null,"7":[1.5,null]}'
    """
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    return orjson.dumps(value, default=_plain, option=options).decode("utf-8")


def write_json(path: Path, value: object) -> Path:
    """Write a value as indented JSON, atomically; see `to_json`.

    Raises
    ------
    InputError
        As `write_whole`.
    """
    return write_text(path, to_json(value, indent=True) + "\n")


def write_array(path: Path, values: NDArray[np.generic]) -> Path:
    """Write an array as NumPy's ``.npy``, atomically.

    Raises
    ------
    InputError
        As `write_whole`.
    """
    import numpy as np

    memory = io.BytesIO()  # on a full disk np.save would raise an error that does not say so
    np.save(memory, values, allow_pickle=False)
    return write_whole(path, lambda p: p.write_bytes(memory.getbuffer()))


def write_netcdf(path: Path, ds: xr.Dataset, encoding: Mapping[Hashable, Any] | None = None) -> Path:
    """Write a Dataset as NetCDF 4, atomically.

    HDF5 crashes the process when the disk is full while it closes a file. It therefore writes to memory, as much as
    the file is long, and the bytes go to disk when all are there.

    Raises
    ------
    InputError
        As `write_whole`.
    """
    memory = io.BytesIO()
    ds.to_netcdf(memory, engine="h5netcdf", encoding=encoding)
    return write_whole(path, lambda p: p.write_bytes(memory.getbuffer()))


def write_csv(path: Path, frame: pd.DataFrame) -> Path:
    """Write a table as CSV without its index, atomically.

    Raises
    ------
    InputError
        As `write_whole`.
    """
    return write_whole(path, lambda p: frame.to_csv(p, index=False, encoding="utf-8"))


def write_parquet(path: Path, frame: pd.DataFrame, compression: Literal["snappy", "zstd"] = "snappy") -> Path:
    """Write a table as Parquet without its index, atomically.

    Raises
    ------
    InputError
        As `write_whole`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    bare = frame.copy(deep=False)
    bare.attrs = {}  # pandas would copy them with every column
    table = pa.Table.from_pandas(bare, preserve_index=False)
    if frame.attrs:
        attributes = {b"PANDAS_ATTRS": json.dumps(frame.attrs).encode()}
        table = table.replace_schema_metadata((table.schema.metadata or {}) | attributes)
    return write_whole(path, lambda p: pq.write_table(table, p, compression=compression))


def write_table(frame: pd.DataFrame, stem: Path) -> list[Path]:
    """Write ``stem.csv`` and ``stem.parquet``, each atomically.

    Raises
    ------
    InputError
        As `write_whole`.
    """
    return [
        write_csv(stem.parent / f"{stem.name}.csv", frame),
        write_parquet(stem.parent / f"{stem.name}.parquet", frame),
    ]
