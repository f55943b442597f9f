"""Request of a control study: charts by columns, points counted from 1."""

import pytest

from hepatica.api.manufacturing.quality import QualityRequest
from hepatica.errors import InputError


@pytest.fixture
def ask(tmp_path):
    def make(text, **given):
        path = tmp_path / "made.csv"
        path.write_text(text, encoding="utf-8")
        return QualityRequest.check({"file": str(path)} | given).run()

    return make


ROWS = "lot,value\nA,97\nB,98\nC,96\nD,97\nE,80\n"


def test_individuals_counted_from_one(ask):
    answer = ask(ROWS, phase_1=4, lower=70)
    assert answer.chart.kind == "individuals" and answer.labels == ["A", "B", "C", "D", "E"]
    assert answer.signals["1 beyond 3 sigma"] == [5] == answer.chart.beyond
    assert answer.capability["cpk"]["value"] > 1 and answer.capability["cp"]["value"] is None
    assert answer.tolerance["upper"] is None and answer.tolerance["method"] == "normal"
    assert ask(ROWS, exclude=[5]).chart.excluded == [5]


def test_charts_are_chosen_by_the_columns(ask):
    groups = ask("group,value\na,1\na,2\nb,2\nb,3\nc,1\nc,3\n")
    assert groups.chart.kind == "xbar" and groups.spread.kind == "range" and groups.labels == ["a", "b", "c"]
    shares = ask("count,size\n1,50\n2,40\n3,60\n")
    assert shares.chart.kind == "p" and shares.chart.sigma is None and shares.spread is None
    assert ask("count\n1\n2\n3\n").chart.kind == "c"
    assert ask("count\n1\n2\n3\n", chart="np", size=50).chart.kind == "np"
    assert ask("cells\n1\n2\n3\n", column="cells").chart.kind == "individuals"


@pytest.mark.parametrize(
    "given",
    [
        {"chart": "xbar"},
        {"chart": "pie"},
        {"column": "nope"},
        {"rules": "weco"},
        {"exclude": [9]},
        {"exclude": [0]},
        {"exclude": [3], "phase_1": 2},
        {"size": 20},
        {"target": 97},
        {"lower": 5, "upper": 4},
    ],
)
def test_bad_requests_are_refused(ask, given):
    with pytest.raises(InputError):
        ask(ROWS, **given)


def test_points_are_counted_from_one_in_errors_too(ask):
    with pytest.raises(InputError, match="exclude: got 9; from 1 to 5, a point of phase I"):
        ask(ROWS, exclude=[9])


def test_a_size_is_used_or_refused(ask):
    with pytest.raises(InputError, match="the file has a column 'size'"):
        ask("count,size\n1,50\n2,40\n3,60\n", size=50)
    with pytest.raises(InputError, match="not to chart 'c'"):
        ask("count\n1\n2\n3\n", size=50)


def test_numbers_whose_squares_overflow_are_refused(ask):
    with pytest.raises(InputError, match=r"line 3, value: got '-1e308'; a number of at most 1e\+100"):
        ask("lot,value\nA,97\nB,-1e308\nC,96\n")
