"""Values of DICOM attributes, checked: numbers, dates and times, private scale factors."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from hepatica.imaging.readers.faults import ImageError

PRIVATE = {
    "GE scan time": (0x0009, 0x0D, "GEMS_PETD_01"),
    "Siemens decay correction time": (0x0071, 0x22, "SIEMENS MED PT"),
    "Philips SUV scale factor": (0x7053, 0x00, "Philips PET Private Group"),
    "Philips activity scale factor": (0x7053, 0x09, "Philips PET Private Group"),
}
"""Group, element and private creator of vendors' attributes."""
_TIME = re.compile(r"(\d{2})(\d{2})?(\d{2})?(\.\d{1,6})?")
_DATETIME = re.compile(r"(\d{8})(\d{2}\d{2}(?:\d{2}(?:\.\d{1,6})?)?)([+-]\d{4})?")


def tag_name(keyword: str) -> str:
    """Keyword and tag of an attribute.

    Examples
    --------
    >>> tag_name("RadionuclideHalfLife")
    'RadionuclideHalfLife (0018,1075)'
    """
    tag = tag_for_keyword(keyword)
    return keyword if tag is None else f"{keyword} ({tag >> 16:04X},{tag & 0xFFFF:04X})"


def missing(keyword: str, remedy: str) -> ImageError:
    """Error for an attribute that is not there."""
    return ImageError(tag_name(keyword), "missing", remedy)


def text(ds: Dataset, keyword: str) -> str:
    """Text of an attribute, "" where it is absent or empty; values of a list joined by a backslash."""
    value = _value(ds, keyword)
    if value is None:
        return ""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return str(value).strip()
    return "\\".join(str(v) for v in value).strip()


def _value(ds: Dataset, keyword: str) -> Any:
    try:
        return ds.get(keyword)
    except Exception as error:  # pydicom converts when asked, and raises what its parsers raise
        raise ImageError(tag_name(keyword), "its value cannot be read", "export the series anew") from error


def number(ds: Dataset, keyword: str) -> float | None:
    """Finite number of an attribute, None where it is absent or empty.

    Raises
    ------
    ImageError
        If it is not a finite number.

    Examples
    --------
    >>> ds = Dataset()
    >>> ds.PatientWeight = "70.5"
    >>> number(ds, "PatientWeight"), number(ds, "PatientSize")
    (70.5, None)
    """
    said = text(ds, keyword)
    if not said:
        return None
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ImageError(tag_name(keyword), "not a finite number", "mend the tag, or export the series anew")
    return value


def numbers(ds: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Finite numbers of an attribute of `count` values, None where it is absent.

    Raises
    ------
    ImageError
        If there are more or fewer, or one is not finite.
    """
    said = text(ds, keyword)
    if not said:
        return None
    try:
        values = tuple(float(part) for part in said.split("\\"))
    except ValueError:
        values = ()
    if len(values) != count or not all(math.isfinite(v) for v in values):
        raise ImageError(tag_name(keyword), f"not {count} finite numbers", "mend the tag, or export the series anew")
    return values


def private(ds: Dataset, name: str) -> str:
    """Text of a vendor's attribute, "" where it is absent; without a private creator the vendor's usual block counts.

    Examples
    --------
    >>> ds = Dataset()
    >>> _ = ds.add_new(0x70531000, "DS", "0.0005")
    >>> private(ds, "Philips SUV scale factor"), private(ds, "GE scan time")
    ('0.0005', '')
    """
    group, element, creator = PRIVATE[name]
    blocks = {b: str(ds[group, b].value).strip() for b in range(0x10, 0x100) if (group, b) in ds}
    named = [b for b, said in blocks.items() if said == creator]
    block = named[0] if named else 0x10 if 0x10 not in blocks else None
    if block is None or (group, block << 8 | element) not in ds:
        return ""
    value = ds[group, block << 8 | element].value
    return (value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)).strip("\0 ")


def private_number(ds: Dataset, name: str) -> float | None:
    """Number of a vendor's attribute that is above 0, else None: vendors write 0 for unknown."""
    said = private(ds, name)
    try:
        value = float(said) if said else 0.0
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        group, element, _ = PRIVATE[name]
        raise ImageError(f"{name} ({group:04X},10{element:02X})", "not a finite number", "export the series anew")
    return value if value > 0 else None


def parse_time(said: str) -> timedelta | None:
    """Time of day of a DICOM TM, None where it is none.

    Examples
    --------
    >>> parse_time("233000.5"), parse_time("99")
    (datetime.timedelta(seconds=84600, microseconds=500000), None)
    """
    parts = _TIME.fullmatch(said)
    if not parts:
        return None
    h, m, s = (int(g or 0) for g in parts.groups()[:3])
    if h > 23 or m > 59 or s > 60:
        return None
    return timedelta(hours=h, minutes=m, seconds=s + float(parts[4] or 0))


def parse_datetime(said: str, where: str, zone: str = "") -> datetime:
    """Date and time of a DICOM DT, in the clock of the scanner.

    Parameters
    ----------
    said : str
        The text.
    where : str
        Attribute, for an error.
    zone : str
        Offset of the scanner's clock from UTC, such as ``"+0100"``.

    Raises
    ------
    ImageError
        If it is none, or has an offset where the scanner's is not known.

    Examples
    --------
    >>> parse_datetime("20250101110000+0000", "x", "+0100")
    datetime.datetime(2025, 1, 1, 12, 0)
    """
    parts = _DATETIME.fullmatch(said)
    clock = parse_time(parts[2]) if parts else None
    if not parts or clock is None:
        raise ImageError(where, "not a date with a time", "give it as YYYYMMDDHHMMSS")
    time = _date(parts[1], where) + clock
    if parts[3]:
        if not zone:
            raise ImageError(
                where,
                "it has an offset from UTC and the clock of the scanner has none",
                f"give {tag_name('TimezoneOffsetFromUTC')}",
            )
        time += _offset(zone, tag_name("TimezoneOffsetFromUTC")) - _offset(parts[3], where)
    return time


def _offset(said: str, where: str) -> timedelta:
    if not re.fullmatch(r"[+-]\d{4}", said):
        raise ImageError(where, "not an offset from UTC", "give it as +HHMM or -HHMM")
    size = timedelta(hours=int(said[1:3]), minutes=int(said[3:]))
    return -size if said[0] == "-" else size


def _date(said: str, where: str) -> datetime:
    try:
        return datetime.strptime(said, "%Y%m%d")
    except ValueError as error:
        raise ImageError(where, "not a date", "give it as YYYYMMDD") from error


def date_and_time(ds: Dataset, stem: str) -> datetime | None:
    """Date and time of two attributes such as SeriesDate and SeriesTime, None where one is absent.

    Raises
    ------
    ImageError
        If one is not a date or a time.
    """
    date, time = text(ds, f"{stem}Date"), text(ds, f"{stem}Time")
    if not date or not time:
        return None
    clock = parse_time(time)
    if clock is None:
        raise ImageError(tag_name(f"{stem}Time"), "not a time", "give it as HHMMSS")
    return _date(date, tag_name(f"{stem}Date")) + clock
