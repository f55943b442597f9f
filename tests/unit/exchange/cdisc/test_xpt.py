"""Transport files: numbers bit by bit, the layout record by record, and the whole read by another program."""

import numpy as np
import pandas as pd
import pytest

from hepatica.errors import InputError
from hepatica.exchange.cdisc.dataset import Column, DataSet, Kind
from hepatica.exchange.cdisc.xpt import RECORD, ibm_double, transport, write_xpt


def naive(bits: int) -> float:
    """Number of an IBM double, by its definition."""
    sign, power, mantissa = bits >> 63, (bits >> 56) & 0x7F, bits & ((1 << 56) - 1)
    return (-1.0) ** sign * mantissa / 2.0**56 * 16.0 ** (power - 64)


def test_numbers_come_back_exactly():
    rng = np.random.default_rng(1)
    values = np.concatenate(
        [
            rng.normal(size=500) * 10.0 ** rng.uniform(-60, 60, 500),
            [0.0, 1.0, -1.0, 16.0, 1 / 3, -1e75, 1e-70, 2.0**53 - 1],
        ]
    )
    assert [naive(int(b)) for b in ibm_double(values)] == values.tolist()


def test_known_words():
    assert [hex(int(b)) for b in ibm_double(np.array([100.0, np.nan, 1e-90]))] == [
        "0x4264000000000000",
        "0x2e00000000000000",
        "0x0",
    ]


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e80])
def test_a_number_that_is_too_large_is_refused(value):
    with pytest.raises(InputError, match="16 to the power of 63"):
        ibm_double(np.array([value]))


@pytest.fixture
def dataset():
    frame = pd.DataFrame(
        {
            "ID": ["a", "bb", ""],
            "X": [1.5, np.nan, -2e-7],
            "LONGNAME": ["é".encode("ascii", "ignore").decode() or "z"] * 3,
        }
    )
    columns = (Column("ID", "Identifier"), Column("X", "A number", Kind.NUMBER), Column("LONGNAME", "x" * 40))
    return DataSet("TEST", "A dataset", columns, frame, ("ID",))


def test_records_are_whole_and_in_their_order(dataset):
    content = transport(dataset)
    assert len(content) % RECORD == 0
    heads = [content[k : k + RECORD].decode() for k in range(0, 8 * RECORD, RECORD)]
    kinds = ["LIBRARY ", "SAS     SAS     SASLIB", "", "MEMBER  ", "DSCRPTR ", "SAS     TEST", "", "NAMESTR "]
    for head, kind in zip(heads, kinds, strict=True):
        assert kind in head
    assert heads[3].rstrip().endswith("0000000140") and heads[7][54:58] == "0003"
    described = content[8 * RECORD : 8 * RECORD + 3 * 140]
    assert described[140 + 8 : 140 + 16] == b"X       " and described[140 : 140 + 2] == b"\0\1"
    place = int.from_bytes(described[280 + 84 : 280 + 88], "big")
    assert place == 2 + 8
    assert content.count(b"OBS     HEADER RECORD") == 1 and transport(dataset) == content


def test_another_program_reads_it(dataset, tmp_path):
    back = pd.read_sas(write_xpt(tmp_path / "t.xpt", dataset), format="xport", encoding="ascii")
    assert back["ID"].tolist() == ["a", "bb", ""] and back["LONGNAME"].tolist() == ["z"] * 3
    assert back["X"].tolist()[::2] == [1.5, -2e-7] and np.isnan(back["X"][1])


def test_an_empty_dataset_has_its_columns(dataset, tmp_path):
    none = DataSet("TEST", "A dataset", dataset.columns, dataset.frame.iloc[:0], ("ID",))
    content = transport(none)
    assert len(content) % RECORD == 0 and b"LONGNAME" in content and content.rstrip().endswith(b"0" * 30)
