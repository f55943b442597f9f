"""Cells as laboratories print them: flags go, units and signs stay."""

import pytest

from hepatica.individual.readers.tables.cells import CellFormat


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("12.3↑", "12.3"),
        ("↓ 2.1", "2.1"),
        ("5.2 H", "5.2"),
        ("5.2HH", "5.2"),
        ("H 5.2", "5.2"),
        ("*<0.3 L*", "<0.3"),
        ("7 G/L", "7 G/L"),
        ("90 U/L H", "90 U/L"),
        ("1.2 H mg/dL", "1.2 mg/dL"),
        ("1.2HH mg/dL", "1.2 mg/dL"),
        ("12↑ umol/L", "12 umol/L"),
        ("<3 L mg/L H", "<3 mg/L"),
        ("7 10^9/L", "7 10^9/L"),
        ("H", "H"),
        ("HIGH", "HIGH"),
        ("", ""),
    ],
)
def test_flags(cell, plain):
    assert CellFormat(flags=["↑", "↓", "*", "HH", "H", "L"]).plain(cell) == plain


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("1.234,5", "1234.5"),
        ("0,3", "0.3"),
        ("<0,3 mg/dl", "<0.3 mg/dl"),
        ("1,2,3", "1,2,3"),
        ("12.345.678", "12345678"),
    ],
)
def test_commas_and_thousands(cell, plain):
    assert CellFormat(decimal=",", thousands=".").plain(cell) == plain
