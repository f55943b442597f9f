"""Dates and times of a file as days since admission; the dates themselves are not kept."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hepatica.individual.person import round_day
from hepatica.individual.readers.refusal import Remark

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_PARTIAL = re.compile(r"\d{4}(?:-\d{2})?")
_TIME = re.compile(r"(\d{1,2})[:.h]?(\d{2})(?:[:.](\d{2}))?")
ISO, EXCEL = "iso", "excel"
_SERIAL_ZERO = dt.datetime(1899, 12, 30)
_MONTHS = (
    "jan januar jänner janv janvier ene enero",
    "feb februar feber févr février fév febrero",
    "mär mrz märz maerz mars mar marzo",
    "apr april avr avril abr abril",
    "mai may mayo",
    "jun juni juin junio",
    "jul juli juil juillet julio",
    "aug august août aout ago agosto",
    "sep sept september septembre septiembre",
    "okt oktober oct octobre octubre october",
    "nov november novembre noviembre",
    "dez dezember déc dec décembre dic diciembre december",
)
"""Names of the months in German, French, Spanish and English."""
EARLIEST = dt.date(1900, 1, 1)
"""Dates before it are taken for mistakes."""
MAX_DAYS = 36525.0
"""Largest distance of a day from admission."""

When = dt.datetime | dt.date


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Day 0 and the present, between which dates must lie.

    Attributes
    ----------
    admission : datetime.date or datetime.datetime or None
        Day 0 begins at its midnight, in its own time zone.
    today : datetime.date
        No measurement is later.
    """

    admission: When | None
    today: dt.date

    def day(self, when: When) -> float:
        """Days from midnight of the day of admission, on the clock of the admission."""
        assert self.admission is not None
        zone = self.admission.tzinfo if isinstance(self.admission, dt.datetime) else None
        if isinstance(when, dt.datetime) and when.tzinfo is not None and zone is not None:
            when = when.astimezone(zone)
        start = self.admission.date() if isinstance(self.admission, dt.datetime) else self.admission
        if not isinstance(when, dt.datetime):
            return float((when - start).days)
        since = when.replace(tzinfo=None) - dt.datetime.combine(start, dt.time())
        return round_day(since / dt.timedelta(days=1))


def parse_when(text: object, form: str | Sequence[str] = "") -> When | str:
    """Date or time of a text, or the code of the fault: day_missing, day_partial or day_wrong.

    Parameters
    ----------
    text : object
        ISO 8601, a date of TOML, or text in `form`.
    form : str or sequence of str
        As `datetime.datetime.strptime` takes it; names of months may be German, French or Spanish. ``iso`` or nothing
        is ISO 8601, ``excel`` the number of days of a spreadsheet. Of several the first that fits counts.

    Examples
    --------
    >>> parse_when("2024-05-01"), parse_when("2024-05"), parse_when("01.05.2024", "%d.%m.%Y")
    (datetime.date(2024, 5, 1), 'day_partial', datetime.date(2024, 5, 1))
    >>> parse_when("1. Mai 2024", "%d. %B %Y"), parse_when("45413", ["%d.%m.%Y", "excel"])
    (datetime.date(2024, 5, 1), datetime.date(2024, 5, 1))
    """
    if isinstance(text, dt.datetime | dt.date):
        return text
    written = str(text).strip() if text is not None else ""
    if not written:
        return "day_missing"
    made: list[When | str] = []
    for each in [form] if isinstance(form, str) else form:
        made.append(_parse(written, each))
        if not isinstance(made[-1], str):
            return made[-1]
    return "day_partial" if "day_partial" in made else "day_wrong"


def _parse(written: str, form: str) -> When | str:
    try:
        if form == EXCEL:
            when = _SERIAL_ZERO + dt.timedelta(seconds=round(float(written) * 86400))
            return when if when.time() != dt.time() else when.date()
        if form and form != ISO:
            made = dt.datetime.strptime(_in_english(written, form), form)
            return made if "%H" in form or "%I" in form else made.date()
        if _ISO.fullmatch(written):
            return dt.date.fromisoformat(written) if len(written) == 10 else dt.datetime.fromisoformat(written)
    except (ValueError, OverflowError):
        return "day_wrong"
    return "day_partial" if _PARTIAL.fullmatch(written) else "day_wrong"


def _in_english(written: str, form: str) -> str:
    """Date whose name of a month is English, in full or in three letters as the form asks."""
    if "%b" not in form and "%B" not in form:
        return written

    def english(match: re.Match[str]) -> str:
        name = match[0].lower().rstrip(".")
        month = next((k for k, names in enumerate(_MONTHS) if name in names.split()), None)
        if month is None:
            return match[0]
        full = calendar.month_name[month + 1]
        return full if "%B" in form else full[:3]

    return re.sub(r"[^\W\d_]{3,}\.?", english, written)


def at_time(when: When, text: str) -> When | str:
    """Date with the time of day of a text, such as ``06:10``, ``6.10`` or ``0610``; the code of the fault of no such.

    Examples
    --------
    >>> at_time(dt.date(2024, 5, 1), "0610"), at_time(dt.date(2024, 5, 1), "25:00")
    (datetime.datetime(2024, 5, 1, 6, 10), 'day_wrong')
    """
    match = _TIME.fullmatch(text.strip())
    try:
        if match is None:
            time = dt.time.fromisoformat(text)
        else:
            hour, minute, second = (int(part) for part in match.groups(default="0"))
            time = dt.time(hour, minute, second)
    except ValueError:
        return "day_wrong"
    return dt.datetime.combine(when.date() if isinstance(when, dt.datetime) else when, time)


def years_at(birth: str, admission: When, form: str | Sequence[str] = "") -> int | str:
    """Years of age at admission by a date or a year of birth, or the code of the fault.

    Examples
    --------
    >>> years_at("1970-05-02", dt.date(2024, 5, 1)), years_at("1970", dt.date(2024, 5, 1))
    (53, 54)
    """
    if re.fullmatch(r"\d{4}", birth.strip()):
        years = admission.year - int(birth)
    else:
        born = parse_when(birth, form)
        if isinstance(born, str):
            return born
        years = admission.year - born.year - ((admission.month, admission.day) < (born.month, born.day))
    return years if years >= 0 else "birth_future"


def read_day(
    text: object, clock: Clock, where: str, form: str | Sequence[str] = "", *, time: str = ""
) -> float | Remark:
    """Day of a date or time, or the remark that refuses it; `time` is the time of day where it stands apart."""
    when = parse_when(text, form)
    if time and not isinstance(when, str):
        when = at_time(when, time)
    if isinstance(when, str):
        return Remark(code=when, where=where)
    date = when.date() if isinstance(when, dt.datetime) else when
    if date > clock.today:
        return Remark(code="day_future", where=where)
    if date < EARLIEST:
        return Remark(code="day_wrong", where=where)
    if clock.admission is None:
        return Remark(code="admission_missing", where=where)
    return clock.day(when)


def check_number_of_days(value: object, where: str, *, zero: float = 0.0, unit: float = 1.0) -> float | Remark:
    """Day that is given as a number since admission, or the remark that refuses it.

    Parameters
    ----------
    value : object
        Number or text.
    where : str
        Place in the file.
    zero, unit : float
        Number on the day of admission, and days of one unit.

    Examples
    --------
    >>> check_number_of_days("49", "", zero=1.0, unit=1 / 24)
    2.0
    """
    try:
        number = (float(str(value).strip()) - zero) * unit
    except ValueError:
        return Remark(code="day_missing" if value in (None, "") else "day_wrong", where=where)
    if isinstance(value, bool) or not abs(number) <= MAX_DAYS:
        return Remark(code="day_wrong", where=where)
    return round_day(number)
