"""Sheets of workbooks: numbers, dates, strings and merged cells as spreadsheets show them; what is none is refused."""

import zipfile

import pytest

from hepatica.errors import InputError
from hepatica.individual.readers.tables import workbook
from hepatica.individual.readers.tables.workbook import read_sheet


def test_cells_as_a_spreadsheet_shows_them(tmp_path, make_workbook):
    rows = [["id", "date", "ALT"], ["7", (45413, 1), 5.300000000000001], [], [None, (45413.25, 2), (12.5, 3)]]
    path = make_workbook(tmp_path / "book.xlsx", {"Labs": rows, "Other": [["x & y"]]}, merged=["A2:A4"])
    assert list(read_sheet(path)) == [
        (1, ["id", "date", "ALT"]),
        (2, ["7", "2024-05-01", "5.3"]),
        (3, ["7"]),
        (4, ["7", "2024-05-01T06:00:00", "12.5"]),
    ]
    assert list(read_sheet(path, "Other"))[0] == (1, ["x & y"])


def test_strings_in_runs_and_inline_booleans_and_errors(tmp_path, make_workbook):
    path = make_workbook(tmp_path / "book.xlsx", {"S": [["x"]]})
    cells = (
        '<c r="A1" t="inlineStr"><is><r><t>a</t></r><rPh><t>read</t></rPh><r><t>b</t></r></is></c>'
        '<c t="b"><v>1</v></c><c t="e"><v>#DIV/0!</v></c><c t="str"><v>f</v></c>'
    )
    edit(path, "xl/worksheets/sheet1.xml", lambda t: t.replace('<c r="A1" t="s"><v>0</v></c>', cells))
    assert list(read_sheet(path)) == [(1, ["ab", "1", "", "f"])]


def edit(path, name, change):
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n).decode() for n in archive.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w") as archive:
        for n, text in parts.items():
            archive.writestr(n, text)


def test_dates_from_1904(tmp_path, make_workbook):
    path = make_workbook(tmp_path / "book.xlsx", {"S": [[(43951, 1)]]})
    edit(path, "xl/workbook.xml", lambda t: t.replace("<sheets>", '<workbookPr date1904="1"/><sheets>'))
    assert list(read_sheet(path)) == [(1, ["2024-05-01"])]


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", lambda t: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + t),
        ("xl/worksheets/sheet1.xml", lambda t: t[:-9]),
        ("xl/worksheets/sheet1.xml", lambda t: t.replace("<v>0</v>", "<v>9</v>")),
        ("xl/worksheets/sheet1.xml", lambda t: t.replace('r="1"', 'r="9999999"').replace('r="A1"', "")),
        ("xl/worksheets/sheet1.xml", lambda t: t.replace("</sheetData>", '</sheetData><mergeCell ref="A1"/>')),
    ],
)
def test_damaged_workbooks(tmp_path, make_workbook, part, change):
    path = make_workbook(tmp_path / "book.xlsx", {"S": [["x"]]})
    edit(path, part, change)
    with pytest.raises(InputError, match=r"^book.xlsx: the workbook is damaged or protected; save"):
        list(read_sheet(path))


def test_what_is_no_workbook_has_no_such_sheet_or_is_too_large(tmp_path, make_workbook, monkeypatch):
    path = tmp_path / "book.xlsx"
    with pytest.raises(InputError, match="a workbook that exists"):
        list(read_sheet(path))
    path.write_text("id,ALT\n")
    with pytest.raises(InputError, match="damaged or protected"):
        list(read_sheet(path))
    make_workbook(path, {"S": [["x"]]})
    with pytest.raises(InputError, match="no sheet has the name"):
        list(read_sheet(path, "T"))
    monkeypatch.setattr(workbook, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="in a part; divide"):
        list(read_sheet(path))


def test_merging_is_bounded(tmp_path, make_workbook, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_MERGED", 3)
    path = make_workbook(tmp_path / "book.xlsx", {"S": [["x"]]}, merged=["A1:A1000"])
    assert list(read_sheet(path)) == [(1, ["x"])]
