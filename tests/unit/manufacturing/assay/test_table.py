"""Files of assays: what is refused, in one sentence that names line and column."""

import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.assay import table
from hepatica.manufacturing.assay.table import read_assays

GOOD = "sample,dose,response\nS,1,0.5\nS,2,0.7\nT,1,0.4\nT,2,0.8\n"


@pytest.fixture
def write(tmp_path):
    def make(text, name="plate.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


def read(path):
    t = read_assays(path)
    return t, t.numbers("dose"), t.numbers("response", optional=True), t.labels("sample")


def test_numbers_names_and_lines(write):
    t, dose, response, sample = read(write("\ufeffSample , DOSE,response [OD]\nS,1,0.5\n\n S ,2,\n"))
    assert dose.tolist() == [1, 2] and response[0] == 0.5 and response[1] != response[1]
    assert sample == ["S", "S"] and t.rows.index.tolist() == [2, 4] and t.units == {"response": "OD"} and "dose" in t


@pytest.mark.parametrize(
    "text, says",
    [
        (GOOD.replace("S,2,", "S,,"), "plate.csv, line 3, dose: got 'nothing'; a number in every row"),
        (GOOD.replace("S,2,", "S,2 mg,"), "line 3, dose: got '2 mg'; a finite number, without its unit"),
        (GOOD.replace("0.7", "high"), "line 3, response: got 'high'; a finite number"),
        (GOOD.replace("0.7", "inf"), "line 3, response: got 'inf'; a finite number"),
        (GOOD.replace("0.7", "1e308"), "line 3, response: got '1e308'; a number of at most 1e+100"),
        (GOOD.replace(",", ";"), "plate.csv, header: got 'sample;dose;response'; commas between cells"),
        ("sample;dose;response\nS;1,0;0,5\nS;2,0;0,7\n", "commas between cells"),
        ("sample,dose,response\nS,1,0.5,7\nS,2,0.7,8\n", "as many cells as its header"),
        (GOOD.replace("T,1", ",1"), "line 4, sample: got 'nothing'; a name"),
        (GOOD.replace("dose", "amount"), "each column once, of sample, dose"),
        (GOOD.replace("sample", "dose"), "each column once"),
        (GOOD.replace(",dose", "").replace(",1", "").replace(",2", ""), "dose is missing"),
        (GOOD + "T,4,0.9,7\n", "as many cells as its header"),
        ("sample,dose,response\n", "one row for each response"),
        ("", "as many cells as its header"),
        (b"\xff\xfes\x00", "UTF-8"),
        (b"sample,dose,response\nS,1,\xe9\n", "UTF-8"),
    ],
)
def test_bad_tables_are_refused_in_one_sentence(write, text, says):
    with pytest.raises(InputError) as caught:
        read(write(text))
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_units_that_differ_are_refused(write):
    text = "sample,dose,response,dose_unit\nS,1,1,mg\nT,1,1,mg\nT,1000,1,ug\n"
    with pytest.raises(InputError, match="line 4, dose_unit: got 'ug'; one unit throughout, as 'mg'"):
        read(write(text))
    assert read_assays(write(text.replace("1000,1,ug", "1,1,mg"))).units["dose"] == "mg"
    with pytest.raises(InputError, match="line 2"):
        read(write("sample,dose [g],response,dose_unit\nS,1,1,mg\n"))


def test_too_many_rows_or_bytes_are_refused(write, monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    with pytest.raises(InputError, match="more than 3 rows"):
        read(write(GOOD))
    monkeypatch.setattr(table, "MAX_BYTES", 20)
    with pytest.raises(InputError, match="at most 0 MiB"):
        read(write(GOOD))


def test_a_file_that_claims_a_billion_rows_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(8 * 10**9)  # sparse: takes no room
    with pytest.raises(InputError, match="MiB; at most 64 MiB|got '7,629 MiB'"):
        read(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="CSV file that can be read"):
            read(path)
