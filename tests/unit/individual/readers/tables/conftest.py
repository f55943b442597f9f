"""Workbooks made by hand, as spreadsheets save them."""

import zipfile
from xml.sax.saxutils import escape

import pytest

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="2"/></cellXfs></styleSheet>'
)


def letters(n):
    return chr(ord("A") + n)


def cell(line, column, value, strings):
    at = f'r="{letters(column)}{line}"'
    if isinstance(value, tuple):  # a number in a style
        return f'<c {at} s="{value[1]}"><v>{value[0]}</v></c>'
    if isinstance(value, str):
        strings.append(value)
        return f'<c {at} t="s"><v>{len(strings) - 1}</v></c>'
    return "" if value is None else f"<c {at}><v>{value}</v></c>"


def workbook(path, sheets, merged=()):
    """Write sheets of rows; None is an empty cell, a tuple a number and its style."""
    strings, parts, names, targets = [], {}, [], []
    for k, (name, rows) in enumerate(sheets.items(), 1):
        body = ""
        for line, row in enumerate(rows, 1):
            cells = "".join(cell(line, c, v, strings) for c, v in enumerate(row))
            body += f'<row r="{line}">{cells}</row>' if cells else ""
        joined = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
        tail = f"<mergeCells>{joined}</mergeCells>" if merged else ""
        parts[f"xl/worksheets/sheet{k}.xml"] = f"<worksheet {MAIN}><sheetData>{body}</sheetData>{tail}</worksheet>"
        names.append(f'<sheet name="{escape(name)}" sheetId="{k}" r:id="rId{k}"/>')
        targets.append(f'<Relationship Id="rId{k}" Target="worksheets/sheet{k}.xml"/>')
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts["xl/workbook.xml"] = f'<workbook {MAIN} xmlns:r="{rel}"><sheets>{"".join(names)}</sheets></workbook>'
    parts["xl/_rels/workbook.xml.rels"] = f"<Relationships>{''.join(targets)}</Relationships>"
    parts["xl/styles.xml"] = STYLES
    items = "".join(f"<si><t>{escape(s)}</t></si>" for s in strings)
    parts["xl/sharedStrings.xml"] = f"<sst {MAIN}>{items}</sst>"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def make_workbook():
    return workbook
