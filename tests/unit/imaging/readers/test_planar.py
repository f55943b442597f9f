"""Planar counts: columns, and errors by line and column."""

import numpy as np
import pytest

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.planar import read_planar

HEAD = "organ,hours,seconds,anterior,posterior"


def table(tmp_path, text):
    (tmp_path / "counts.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_planar(tmp_path / "counts.csv")


def test_reads(tmp_path):
    got = table(
        tmp_path, f"{HEAD},thickness_cm,patient_name\nLiver,2,600,90,160,22,Someone\nspleen,2,600,5,6,,Someone\n"
    )
    assert got.organ == ("liver", "spleen") and got.identifiers == ("patient_name",)
    np.testing.assert_array_equal(got.thickness_cm, [22, np.nan])
    assert np.isnan(got.pixels).all() and "Someone" not in repr(got)


@pytest.mark.parametrize(
    "text, words",
    [
        ("organ,hours\nliver,2\n", "no column seconds"),
        (f"{HEAD}\n", "no rows"),
        (f"{HEAD}\nliver,2,600,x,1\n", "line 2: anterior is not a number"),
        (f"{HEAD}\nliver,2,600,-1,1\n", "anterior"),
        (f"{HEAD}\nliver,2,0,1,1\n", "seconds"),
        (f"{HEAD}\nliver,2,1,1\n", "4 cells of 5"),
        (f"{HEAD}\n,2,1,1,1\n", "no organ"),
        (f"{HEAD}\nliver,2,1,1,1\nliver,2,1,1,1\n", "twice at one time"),
        (f"{HEAD},pixels\nliver,2,1,1,1,5\n", "background"),
        (f"{HEAD},organ\nliver,2,1,1,1,a\n", "two columns of one name"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a\0b", "binary"),
        (f'{HEAD}\n"liver,2\n', "not CSV"),
    ],
)
def test_refuses(tmp_path, text, words):
    with pytest.raises(ImageError, match=words):
        table(tmp_path, text)


@pytest.mark.parametrize("cell", ["1e308", "1e13", "inf", "nan", "-1"])
def test_numbers_that_no_camera_counts(tmp_path, cell):
    path = tmp_path / "made.csv"
    path.write_text(f"organ,hours,seconds,anterior,posterior\nliver,2,600,{cell},16000\n", encoding="utf-8")
    with pytest.raises(ImageError, match="line 2: anterior is not a number of 0 to 1e"):
        read_planar(path)
