"""Bounded reading of tables: whatever stands in a file, an error names line and column and repeats no cell."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.errors import InputError
from hepatica.individual.readers import csv_table, table_text
from hepatica.individual.readers.csv_table import read_table, to_floats
from hepatica.individual.readers.table_text import TableError

SECRET = "MARIA-LOPEZ-1970"


def written(tmp_path, content, name="made.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"id,x\n1,2\n3,4\n",
        b"\xef\xbb\xbfid,x\r\n1,2\r\n3,4\r\n",
        b" id , x \r1, 2\r3 ,4",
        b'"id","x"\n\n1,"2"\n\n3,4\n\n',
        gzip.compress(b"id,x\n1,2\n3,4\n", mtime=0),
    ],
)
def test_plain_marked_quoted_spaced_and_compressed_text_are_one_table(tmp_path, content):
    table = read_table(written(tmp_path, content))
    assert table.rows.to_numpy().tolist() == [["1", "2"], ["3", "4"]] and list(table.rows) == ["id", "x"]
    assert "x" in table and len(table) == 2


def test_lines_are_those_of_the_file(tmp_path):
    """Blank lines and line breaks inside quotes count; selecting rows keeps their lines."""
    table = read_table(written(tmp_path, 'id,x\n\n1,2\n"a\nb",3\n5,oops\n'))
    assert table.rows.index.tolist() == [3, 5, 6]
    kept = table.select(np.array([False, False, True]))
    with pytest.raises(TableError, match=r"^made.csv, line 6: x is not a number in mg/dL; give one, or leave"):
        kept.numbers("x", unit="mg/dL")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "made.csv: the file is empty"),
        (b"\n\n", "made.csv: the file is empty"),
        (f"id,x,id\n{SECRET},2,3\n", "line 1: columns 1 and 3 have the same name; name each column once"),
        (f"id,x\n{SECRET},2,3\n", "line 2: 3 cells where the header has 2"),
        (f"id,x,y\n1,2,3\n{SECRET},2\n", "line 3: 2 cells where the header has 3"),
        (f"id;x\n{SECRET};2\n", "line 1: cells are not separated by commas"),
        (f"id\tx\n{SECRET}\t2\n", "line 1: cells are not separated by commas"),
        (f'id,x\n1,2\n"{SECRET},2\n', "a quote that does not close"),
        (f'id,x\n1,2\n"{SECRET}"b,2\n', "line 3: a quote that does not close"),
        ("id,x\n1," + "9" * 200_000 + "\n", "line 2: a quote that does not close, or a cell too long"),
        (f"id,x\n1,2\n{SECRET},".encode() + b"\xff\n", "line 3: the text is not in UTF-8; save it as CSV in UTF-8"),
        (f"id,x\nÄrztin {SECRET},2\n".encode("cp1252"), "line 2: the text is not in UTF-8"),
        (f"id,x\n{SECRET},2\n".encode("utf-16"), "the text is in UTF-16"),
        (f"id,x\n{SECRET},2\n".encode("utf-16-le"), "the file is binary"),
        (b"PK\x03\x04\x00\x00sheet", "the file is binary"),
        (gzip.compress(f"id,x\n{SECRET},2\n".encode(), mtime=0)[:-9], "the compressed file is damaged"),
        (b"\x1f\x8b no", "the compressed file is damaged"),
        ((",".join(f"c{k}" for k in range(1001))), "1001 columns; leave out columns until there are at most 1,000"),
    ],
)
def test_what_is_no_table_is_said_without_its_content(tmp_path, content, says):
    with pytest.raises(InputError) as error:
        read_table(written(tmp_path, content))
    assert says in str(error.value) and SECRET not in str(error.value) and "9999" not in str(error.value)


def test_what_cannot_be_read_is_said(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path, "nul\0.csv"):
        with pytest.raises(InputError, match="a CSV file that exists and can be read"):
            read_table(path)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_the_text_is_bounded_also_when_it_is_compressed(tmp_path, monkeypatch, compress):
    monkeypatch.setattr(table_text, "MAX_BYTES", 2**20)
    row = b"1,2\n"
    read_table(written(tmp_path, compress(b"id,x\n" + row * 1000)))
    with pytest.raises(InputError, match="more than 1 MiB of text; divide it"):
        read_table(written(tmp_path, compress(b"id,x\n" + row * 2**19)))


def test_a_bomb_is_not_unpacked_beyond_the_bound(tmp_path, monkeypatch):
    """The decompressor is asked for the bound and one byte, whatever lies behind it."""
    asked = []
    real = gzip.GzipFile.read

    def read(self, size=-1):
        asked.append(size)
        return real(self, size)

    monkeypatch.setattr(gzip.GzipFile, "read", read)
    bomb = written(tmp_path, gzip.compress(b"0" * (table_text.MAX_BYTES + 2**20), compresslevel=1, mtime=0))
    assert bomb.stat().st_size < 2**20
    with pytest.raises(InputError, match="more than 64 MiB of text"):
        read_table(bomb)
    assert asked == [table_text.MAX_BYTES + 1]


@pytest.mark.parametrize(("limit", "value"), [("MAX_ROWS", 10), ("MAX_CELLS", 20)])
def test_rows_and_cells_are_bounded(tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(csv_table, limit, value)
    assert len(read_table(written(tmp_path, "id,x\n" + "1,2\n" * 10))) == 10
    with pytest.raises(InputError, match="more than 10 rows"):
        read_table(written(tmp_path, "id,x\n" + "1,2\n" * 11))


def test_the_bounds_are_those_stated():
    assert (table_text.MAX_BYTES, csv_table.MAX_ROWS, csv_table.MAX_COLUMNS) == (64 * 1024**2, 1_000_000, 1_000)
    assert csv_table.MAX_CELLS == 20_000_000
    stated = " ".join(read_table.__doc__.split())
    for number in ("64 MiB", "1,000,000 rows", "1,000 columns", "20,000,000 cells"):
        assert number in stated


@pytest.mark.parametrize(
    "cell", ["many", "1 degC", "1 dB", "12 mg/dL", "inf", "-inf", "1e999", "9" * 5000, "0x10", "1,5", SECRET]
)
def test_cells_that_are_no_number_of_the_unit_are_refused(tmp_path, cell):
    path = tmp_path / "made.csv"
    pd.DataFrame({"id": ["1", "2"], "x": ["1", cell]}).to_csv(path, index=False)
    with pytest.raises(InputError) as error:
        read_table(path).numbers("x", unit="mg/dL")
    assert str(error.value).startswith("made.csv, line 3: x is not a number in mg/dL; ")
    assert cell not in str(error.value).removeprefix("made.csv, line 3: x is not a number in mg/dL")


def test_limits_of_detection_and_gaps(tmp_path):
    notes = []
    table = read_table(written(tmp_path, "x\n<0.4\n>= 3\nNA\n-\nn/a\n5e1\n".replace("n/a", "nd")))
    np.testing.assert_array_equal(table.numbers("x", notes=notes), [0.4, 3.0, np.nan, np.nan, np.nan, 50.0])
    assert notes == ["x: 2 values below or above what is measured count as the limit"]


@given(st.lists(st.text(max_size=6), min_size=1, max_size=4))
def test_numbers_are_those_of_a_plain_loop(cells):
    def plain(cell):
        try:
            return float(cell)
        except ValueError:
            return np.nan

    ascii_cells = [c for c in cells if c.isascii() and "_" not in c]
    found = to_floats(pd.Series(ascii_cells, dtype=object))
    for cell, value in zip(ascii_cells, found, strict=True):
        assert np.isnan(value) or value == plain(cell)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_one_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "made.csv"
    path.write_bytes(content)
    try:
        read_table(path)
    except InputError as error:
        assert "made.csv" in str(error) and "\n" not in str(error)
