"""Archive of frozen results: a zip file of one JSON document and NumPy arrays, read without running anything in it.

Known are dataclasses, named tuples, enums and pydantic models of this package, labelled Datasets, arrays, mappings,
sequences and scalars. A class is named by its module, and is refused where it is none of these.
"""

from __future__ import annotations

import dataclasses
import importlib
import io
import json
import math
import zipfile
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from pydantic import BaseModel

from hepatica.errors import InputError
from hepatica.files import write_whole

DOCUMENT = "answer.json"
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every entry, so that equal results make equal files
MAX_BYTES = 4 << 30  # of an archive when it is unpacked
PACKAGE = __name__.partition(".")[0]
Given = Mapping[type, tuple[Callable[[Any], Any], Callable[[Any], Any]]]
"""Classes that are written in a form of their own: what is written of an object, and the object of it."""


class _Writer:
    """Plain values of an object, and the arrays that they name."""

    def __init__(self, given: Given) -> None:
        self.given, self.arrays = given, list[np.ndarray[Any, Any]]()

    def plain(self, value: Any) -> Any:
        """JSON form of a value; what JSON has no word for is a mapping with one key that begins with $."""
        if value is None or isinstance(value, bool | int) or type(value) is str:
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"$float": repr(value)}
        if isinstance(value, np.ndarray | np.generic):
            self.arrays.append(np.asarray(value))
            return {"$array": len(self.arrays) - 1, "scalar": isinstance(value, np.generic)}
        for kind, (write, _) in self.given.items():
            if isinstance(value, kind):
                return {"$given": kind.__name__, "value": self.plain(write(value))}
        return self._composed(value)

    def _composed(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return {"$enum": _name(value), "value": value.value}
        if isinstance(value, xr.Dataset):
            parts = {
                part: {str(k): [list(v.dims), self.plain(v.values), self.plain(dict(v.attrs))] for k, v in held.items()}
                for part, held in (("variables", value.data_vars), ("coordinates", value.coords))
            }
            return {"$dataset": parts, "attrs": self.plain(dict(value.attrs))}
        if isinstance(value, BaseModel):
            return {"$model": _name(value), "fields": {k: self.plain(v) for k, v in value.__dict__.items()}}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = [f.name for f in dataclasses.fields(value) if f.init]
            return {"$data": _name(value), "fields": {k: self.plain(getattr(value, k)) for k in fields}}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return {
                "$data": _name(value),
                "fields": {k: self.plain(v) for k, v in zip(value._fields, value, strict=True)},
            }
        if isinstance(value, Mapping):
            return {"$map": [[self.plain(k), self.plain(v)] for k, v in value.items()]}
        if isinstance(value, list | tuple | frozenset):
            return {f"${type(value).__name__}": [self.plain(v) for v in value]}
        raise TypeError(f"no archive form of {type(value).__name__}")


class _Reader:
    """Objects of plain values and arrays."""

    def __init__(self, arrays: Callable[[int], np.ndarray[Any, Any]], given: Given) -> None:
        self.arrays = arrays
        self.given = {kind.__name__: read for kind, (_, read) in given.items()}

    def made(self, value: Any) -> Any:
        """Object of a plain value."""
        if not isinstance(value, dict):
            return value
        mark = next(iter(value))
        return getattr(self, f"_{mark[1:]}")(value)

    def _float(self, value: Any) -> float:
        return float(value["$float"])

    def _array(self, value: Any) -> Any:
        array = self.arrays(int(value["$array"]))
        return array[()] if value["scalar"] else array

    def _given(self, value: Any) -> Any:
        return self.given[value["$given"]](self.made(value["value"]))

    def _enum(self, value: Any) -> Any:
        return _class(value["$enum"])(value["value"])

    def _fields(self, value: Any) -> dict[str, Any]:
        return {k: self.made(v) for k, v in value["fields"].items()}

    def _data(self, value: Any) -> Any:
        return _class(value["$data"])(**self._fields(value))

    def _model(self, value: Any) -> Any:
        return _class(value["$model"]).model_construct(**self._fields(value))

    def _map(self, value: Any) -> Any:
        return {self.made(k): self.made(v) for k, v in value["$map"]}

    def _tuple(self, value: Any) -> Any:
        return tuple(self.made(v) for v in value["$tuple"])

    def _list(self, value: Any) -> Any:
        return [self.made(v) for v in value["$list"]]

    def _frozenset(self, value: Any) -> Any:
        return frozenset(self.made(v) for v in value["$frozenset"])

    def _dataset(self, value: Any) -> Any:
        parts = [
            {
                k: (dims, self.made(array), self.made(attrs))
                for k, (dims, array, attrs) in value["$dataset"][part].items()
            }
            for part in ("variables", "coordinates")
        ]
        return xr.Dataset(parts[0], coords=parts[1], attrs=self.made(value["attrs"]))


def write_archive(path: Path, value: object, given: Given) -> Path:
    """Write an object as an archive, atomically; equal objects make equal files.

    Parameters
    ----------
    path : Path
        The file.
    value : object
        Made of what an archive knows.
    given : mapping of type to (write, read)
        Classes with a form of their own.

    Raises
    ------
    InputError
        If the place cannot be written.
    TypeError
        If a part of it has no form.
    """
    writer, memory = _Writer(given), io.BytesIO()
    document = json.dumps(writer.plain(value), ensure_ascii=False).encode("utf-8")
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr(_entry(DOCUMENT), document, zipfile.ZIP_DEFLATED)
        for k, array in enumerate(writer.arrays):
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            file.writestr(_entry(f"{k}.npy"), content.getbuffer(), zipfile.ZIP_DEFLATED)
    return write_whole(path, lambda p: p.write_bytes(memory.getbuffer()))


def read_archive(path: Path, given: Given, check: Callable[[Any], None], *, part: int | None = None) -> Any:
    """Object of an archive, or one part of a list.

    Parameters
    ----------
    path : Path
        File of `write_archive`.
    given : mapping of type to (write, read)
        Classes with a form of their own.
    check : callable
        Sees the plain document before anything is made of it, to refuse one of another version.
    part : int, optional
        Place in the list that was written, of which alone an object is made.

    Raises
    ------
    InputError
        If it is no archive, or damaged.
    """
    wanted = "an answer that `hepatica dose` wrote, whole"
    try:
        with zipfile.ZipFile(path) as file:
            if sum(entry.file_size for entry in file.infolist()) > MAX_BYTES:
                raise InputError("answer", str(path), f"a file of at most {MAX_BYTES} bytes unpacked")
            document = json.loads(file.read(DOCUMENT))
            check(document)

            def array(k: int) -> np.ndarray[Any, Any]:
                loaded: np.ndarray[Any, Any] = np.load(io.BytesIO(file.read(f"{k}.npy")), allow_pickle=False)
                return loaded

            return _Reader(array, given).made(document if part is None else document["$list"][part])
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes of the readers
        raise InputError("answer", f"{path} ({type(error).__name__})", f"{wanted}; this one is damaged") from error


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, EPOCH)


def _name(value: object) -> str:
    return f"{type(value).__module__}:{type(value).__qualname__}"


def _class(name: str) -> Any:
    """Class of a name, of this package and of a kind that an archive knows."""
    module, _, qualified = name.partition(":")
    if module.partition(".")[0] != PACKAGE or any(part.startswith("_") for part in module.split(".")):
        raise ValueError(f"{name} is no class of this package")
    loaded_class: Any = importlib.import_module(module)
    for part in qualified.split("."):
        loaded_class = getattr(loaded_class, part)
    is_known = isinstance(loaded_class, type) and (
        dataclasses.is_dataclass(loaded_class)
        or issubclass(loaded_class, Enum | BaseModel)
        or hasattr(loaded_class, "_fields")
    )
    if not is_known:
        raise ValueError(f"{name} is no class that an archive knows")
    return loaded_class
