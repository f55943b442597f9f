"""TOML files of manufacturing: read whole, refused in one sentence."""

import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.toml_file import MAX_BYTES, Finite, Part, Positive, check_table, read_toml


class Bag(Part):
    cells: Positive
    shift: Finite = 0.0


class Freezer(Part):
    bag: list[Bag]


def test_a_good_file_is_read(tmp_path):
    path = tmp_path / "made.toml"
    path.write_text("[[bag]]\ncells = 1e6\n", encoding="utf-8")
    assert check_table(Freezer, read_toml(path, "freezer"), "freezer").bag[0].cells == 1e6


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "^bag: "),
        ({"bag": [{"cells": 1e6}, {"cells": "many"}]}, r"^bag\.2\.cells: got 'many'"),
        ({"bag": [{"cells": 0}]}, "greater than 0"),
        ({"bag": [{"cells": True}]}, "valid number"),
        ({"bag": [{"cells": 1, "shift": float("nan")}]}, "finite"),
        ({"bag": [{"cells": 1e101}]}, r"at most 1e\+100"),
        ({"bag": [{"cells": 1, "colour": "red"}]}, "colour"),
    ],
)
def test_a_bad_table_is_one_sentence(data, says):
    with pytest.raises(InputError, match=says) as error:
        check_table(Freezer, data, "freezer")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"bag = [", "TOML in UTF-8"), (b"\xff\xfe", "UTF-8"), (b"#" * (MAX_BYTES + 1), "one freezer"), (b"a=" + b"[" * 5000, "TOML")],
)  # fmt: skip
def test_a_bad_file_is_one_sentence(tmp_path, content, says):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_toml(path, "freezer")
    with pytest.raises(InputError, match="can be read"):
        read_toml(tmp_path, "freezer")
