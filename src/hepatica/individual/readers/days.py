"""Dates and times of a file as days since admission; the dates themselves are not kept."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from hepatica.individual.person import round_day
from hepatica.individual.readers.refusal import Remark

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_PARTIAL = re.compile(r"\d{4}(?:-\d{2})?")
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


def parse_when(text: object, form: str = "") -> When | str:
    """Date or time of a text, or the code of the fault: day_missing, day_partial or day_wrong.

    Parameters
    ----------
    text : object
        ISO 8601, a date of TOML, or text in `form`.
    form : str
        As `datetime.datetime.strptime` takes it; ISO 8601 unless given.

    Examples
    --------
    >>> parse_when("2024-05-01"), parse_when("2024-05"), parse_when("01.05.2024", "%d.%m.%Y")
    (datetime.date(2024, 5, 1), 'day_partial', datetime.date(2024, 5, 1))
    """
    if isinstance(text, dt.datetime | dt.date):
        return text
    written = str(text).strip() if text is not None else ""
    if not written:
        return "day_missing"
    try:
        if form:
            made = dt.datetime.strptime(written, form)
            return made if "%H" in form or "%I" in form else made.date()
        if _ISO.fullmatch(written):
            return dt.date.fromisoformat(written) if len(written) == 10 else dt.datetime.fromisoformat(written)
    except ValueError:
        return "day_wrong"
    return "day_partial" if _PARTIAL.fullmatch(written) else "day_wrong"


def read_day(text: object, clock: Clock, where: str, form: str = "") -> float | Remark:
    """Day of a date or time, or the remark that refuses it."""
    when = parse_when(text, form)
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
