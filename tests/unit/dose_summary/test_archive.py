"""Archives: what goes in comes out, equal objects make equal files, and nothing but known classes is made."""

import json
import zipfile
from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr

from hepatica.dose_summary.archive import DOCUMENT, _class, read_archive, write_archive
from hepatica.dosing.verdict import Form
from hepatica.errors import InputError
from hepatica.patients import DrawKey
from hepatica.therapy import Regimen


class Foreign(NamedTuple):
    x: int


def back(tmp_path, value, given=None):
    return read_archive(write_archive(tmp_path / "a.hepatica", value, given or {}), given or {}, lambda _: None)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        "text 中文",
        1.5,
        float("inf"),
        (1, "a", None),
        [1.0, [2]],
        {"a": 1, 2: "b", DrawKey.coordinate("x"): 3.0},
        Form.GIVE,
        Regimen(1e6, infusions=4),
        frozenset({"a"}),
    ],
)
def test_what_goes_in_comes_out(tmp_path, value):
    again = back(tmp_path, value)
    assert again == value and type(again) is type(value)


def test_arrays_and_datasets_keep_every_bit(tmp_path):
    values = np.array([[0.1, np.nan], [np.inf, -0.0]])
    ds = xr.Dataset({"x": (("arm", "time"), values, {"units": "d"})}, {"arm": ["a", "b"]}, {"seed": 1, "w": 0.5})
    array, whole, scalar = back(tmp_path, [values, ds, np.float32(0.1)])
    assert array.tobytes() == values.tobytes() and array.dtype == values.dtype
    assert whole.identical(ds) and isinstance(scalar, np.float32) and scalar == np.float32(0.1)


def test_equal_objects_make_equal_files_and_foreign_ones_none(tmp_path):
    one = write_archive(tmp_path / "1", [Regimen(1e6), np.arange(3)], {}).read_bytes()
    assert one == write_archive(tmp_path / "2", [Regimen(1e6), np.arange(3)], {}).read_bytes()
    with pytest.raises(TypeError, match="no archive form of object"):
        write_archive(tmp_path / "3", object(), {})
    assert not (tmp_path / "3").exists()


def test_a_class_with_a_form_of_its_own(tmp_path):
    given = {Foreign: (lambda f: f.x, lambda x: Foreign(x + 1))}
    assert back(tmp_path, (Foreign(1),), given) == (Foreign(2),)


@pytest.mark.parametrize(
    "name", ["os:system", "builtins:eval", "hepatica.__main__:main", "hepatica.files:write_text", "hepatica.files:Path"]
)
def test_a_file_makes_no_other_class(tmp_path, name):
    with pytest.raises(ValueError, match="no class"):
        _class(name)
    path = tmp_path / "a"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(DOCUMENT, json.dumps({"$data": name, "fields": {}}))
    with pytest.raises(InputError, match="damaged"):
        read_archive(path, {}, lambda _: None)


def test_a_damaged_file_is_one_sentence(tmp_path):
    path = write_archive(tmp_path / "a", [np.arange(1000.0), "x" * 5000], {})
    content = path.read_bytes()
    for cut in (0, 10, len(content) // 2, len(content) - 5):
        path.write_bytes(content[:cut])
        with pytest.raises(InputError, match="damaged") as error:
            read_archive(path, {}, lambda _: None)
        assert "\n" not in str(error.value)
    path.write_bytes(content[:200] + bytes([content[200] ^ 255]) + content[201:])
    with pytest.raises(InputError, match="damaged"):
        read_archive(path, {}, lambda _: None)


def test_one_part_alone_and_a_check_before(tmp_path):
    path = write_archive(tmp_path / "a", ["first", "second"], {})
    assert read_archive(path, {}, lambda _: None, part=1) == "second"

    def refuse(document):
        raise InputError("answer", "old", "a new one")

    with pytest.raises(InputError, match="answer: got 'old'; a new one"):
        read_archive(path, {}, refuse)
