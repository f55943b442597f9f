"""Days since admission: from dates, times and zones; what is refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.individual.readers.days import Clock, at_time, check_number_of_days, parse_when, read_day, years_at
from hepatica.individual.readers.refusal import Remark

TODAY = dt.date(2026, 1, 1)
DATE = Clock(admission=dt.date(2024, 5, 1), today=TODAY)
ZONED = Clock(admission=dt.datetime(2024, 5, 1, 6, 0, tzinfo=dt.timezone(dt.timedelta(hours=8))), today=TODAY)


@pytest.mark.parametrize(
    ("text", "clock", "day"),
    [
        ("2024-05-01", DATE, 0.0),
        ("2024-05-04", DATE, 3.0),
        ("2024-04-28", DATE, -3.0),
        ("2024-05-01T12:00:00", DATE, 0.5),
        ("2024-05-01 18:00", DATE, 0.75),
        ("2024-05-01T12:00:00+08:00", ZONED, 0.5),
        ("2024-05-01T04:00:00Z", ZONED, 0.5),
        ("2024-05-01", ZONED, 0.0),
        (dt.date(2024, 5, 2), ZONED, 1.0),
    ],
)
def test_dates_and_times(text, clock, day):
    assert read_day(text, clock, "x") == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "day_missing"),
        (None, "day_missing"),
        ("2024", "day_partial"),
        ("2024-05", "day_partial"),
        ("2024-13-01", "day_wrong"),
        ("2024-02-30", "day_wrong"),
        ("01/02/2024", "day_wrong"),
        ("1066-10-14", "day_wrong"),
        ("yesterday", "day_wrong"),
        ("2099-01-01", "day_future"),
        ("2026-01-02T00:00:00Z", "day_future"),
    ],
)
def test_refused_dates(text, code):
    found = read_day(text, DATE, "x")
    assert isinstance(found, Remark) and found.code == code


def test_a_date_needs_an_admission():
    assert read_day("2024-05-01", Clock(admission=None, today=TODAY), "x").code == "admission_missing"


def test_a_form_of_dates():
    assert parse_when("03/05/2024", "%d/%m/%Y") == dt.date(2024, 5, 3)
    assert parse_when("03/05/2024 06:30", "%d/%m/%Y %H:%M") == dt.datetime(2024, 5, 3, 6, 30)
    assert parse_when("2024-05-03", "%d/%m/%Y") == "day_wrong"


@pytest.mark.parametrize(("value", "day"), [(3, 3.0), ("1.5", 1.5), (-2, -2.0), (0.33333333, 0.3333)])
def test_numbers_of_days(value, day):
    assert check_number_of_days(value, "x") == day


@pytest.mark.parametrize("value", [True, "soon", float("nan"), float("inf"), 1e9, "", None])
def test_refused_numbers_of_days(value):
    assert isinstance(check_number_of_days(value, "x"), Remark)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2025, 12, 31)), st.integers(-4000, 4000))
def test_days_between_dates(admission, days):
    when = admission + dt.timedelta(days=days)
    found = read_day(when, Clock(admission=admission, today=dt.date(2100, 1, 1)), "x")
    assert found == float(days)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("3. Mär 2024", "%d. %b %Y"),
        ("3. März 2024", "%d. %B %Y"),
        ("3-Mrz-24", "%d-%b-%y"),
        ("3 mars 2024", "%d %B %Y"),
        ("3 marzo 2024", "%d %B %Y"),
        ("03MAR2024", "%d%b%Y"),
        ("2024年3月3日", "%Y年%m月%d日"),
        ("45354", "excel"),
        ("45354", ["%d.%m.%Y", "excel"]),
        ("2024-03-03", ["excel", "iso"]),
    ],
)
def test_dates_as_texts_and_numbers(text, form):
    assert parse_when(text, form) == dt.date(2024, 3, 3)


def test_months_of_all_languages_are_twelve():
    for names in ("Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
                  "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
                  "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
                  "January February March April May June July August September October November December"):  # fmt: skip
        for k, name in enumerate(names.split(), 1):
            assert parse_when(f"5 {name} 2023", "%d %B %Y") == dt.date(2023, k, 5)


@pytest.mark.parametrize("text", ["x", "9e99", "-", "nan"])
def test_no_date_in_any_form(text):
    assert parse_when(text, ["excel", "%d.%m.%Y", "iso"]) == "day_wrong"


@pytest.mark.parametrize("text", ["6:10", "06:10", "06.10", "0610", "6h10", "06:10:00"])
def test_times_of_day(text):
    assert at_time(dt.date(2024, 5, 1), text) == dt.datetime(2024, 5, 1, 6, 10)
    assert read_day("2024-05-02", DATE, "x", time=text) == pytest.approx(1 + 370 / 1440, abs=1e-4)
    assert read_day("2024-05-02", DATE, "x", time="morning") == Remark(code="day_wrong", where="x")


def test_ages_by_date_and_by_year():
    assert [years_at(b, dt.date(2024, 5, 1)) for b in ("1970-05-01", "1970-05-02", "1970")] == [54, 53, 54]
    assert [years_at(b, dt.date(2024, 5, 1)) for b in ("2025", "2024-06-01", "x")] == ["birth_future"] * 2 + [
        "day_wrong"
    ]
