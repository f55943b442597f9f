"""Labs of real people by day, read from a CSV file and checked; nothing of the file is copied.

One row per person and day; the row of day 0 also carries covariates, treatment and outcome. Columns are those of
Yoshimura et al. 2025 (PNAS Nexus pgaf004), which were published under the MIT licence.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.individual.labs import INR_OF_ACTIVITY, LABS, PROTHROMBIN_ACTIVITY
from hepatica.individual.people import LAST_DAY, People, PersonField, Treatment
from hepatica.individual.readers.csv_table import CsvTable, read_table, to_floats
from hepatica.individual.readers.table_text import TableError
from hepatica.variables import PeopleColumn

Floats = NDArray[np.float64]
SUBJECT = "id"
DAY = ("BloodColectionDate", "BloodCollectionDate")
"""Names of the column of days; the first is the published spelling."""
PLATELETS = "Plt"
MAX_IMPLAUSIBLE = 0.05
"""Share of implausible values up to which they count as not measured; more of them mean another unit."""
_GIVEN = {PersonField.PLASMA_EXCHANGE: Treatment.PLASMA_EXCHANGE, PersonField.CORTICOSTEROID: Treatment.CORTICOSTEROID}
_LIMITS = {PersonField.AGE: 120.0, PersonField.ENCEPHALOPATHY: 6.0}
_EXPOSED = (
    ("notdone", 0.0),
    ("not done", 0.0),
    ("did", 1.0),
    ("done", 1.0),
    ("yes", 1.0),
    ("no", 0.0),
    ("1", 1.0),
    ("0", 0.0),
)
_OUTCOMES = (
    *(("transplant-free", 0.0), ("transplant", 1.0), ("death", 1.0), ("dead", 1.0), ("died", 1.0)),
    *(("surviv", 0.0), ("alive", 0.0)),
)


def read_people(path: str | Path) -> People:
    """Read and check a file of people.

    Parameters
    ----------
    path : str or Path
        A CSV file, plain or compressed by gzip, within the bounds of `hepatica.individual.readers.csv_table`.
        Its columns: ``id``, ``BloodColectionDate`` (days since admission), labs as in `LABS`, and on day 0
        the columns of `PersonField`.

    Returns
    -------
    People
        Those with a row of day 0.

    Raises
    ------
    InputError
        If the file cannot be read, or a cell cannot be used: says line and column and what to do, not what stands
        there.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("id,BloodColectionDate,ALT,PE\\n1,0,900,Did\\n1,3,400,\\n2,0,1200,NotDone\\n")
    >>> people = read_people(path)
    >>> people.labs["alt"].tolist(), people.arm.tolist()
    ([[900.0, 400.0], [1200.0, nan]], [1, 0])
    """
    table = read_table(path)
    _check_header(table)
    day = _days(table)
    notes: list[str] = []
    late = day > LAST_DAY
    if late.any():
        notes.append(f"{int(late.sum())} rows later than day {LAST_DAY:g} are not used")
    table, day = table.select(~late), day[~late]
    ids = table.rows[SUBJECT][day == 0].to_numpy(object)
    if not len(ids):
        raise TableError(table.name, "no row of day 0", "give each person one, from which to forecast")
    missing = table.rows[SUBJECT].nunique() - len(ids)
    if missing:
        notes.append(f"{missing} people have no row of day 0 and are left out")
    days, labs, missing_labs = _labs(table, day, ids, notes)
    if "ammonia" in labs:
        notes.append("ammonia is taken to be in ug/dL (x 0.587 = umol/L); the file does not say")
    start = table.select(day == 0)
    missing_fields: dict[PersonField, str] = {}
    numeric = {f: _number(start, f, notes, missing_fields) for f in _LIMITS}
    given = {t: _exposure(start, f, notes, missing_fields) for f, t in _GIVEN.items()}
    return People(
        name=table.name,
        ids=ids,
        days=days,
        labs=labs,
        age=numeric[PersonField.AGE],
        encephalopathy=numeric[PersonField.ENCEPHALOPATHY],
        given=given,
        event=_outcome(start, missing_fields),
        notes=tuple(notes),
        missing_labs=missing_labs,
        missing_fields=missing_fields,
        cause=_cause(start),
        blood_filtered=np.nan_to_num(_coded(start, PersonField.BLOOD_FILTRATION, _exposed, "Did or NotDone")) > 0,
    )


def day_column(table: CsvTable) -> str:
    """Name of the column of days in this file."""
    return next((name for name in DAY if name in table), DAY[0])


def _check_header(table: CsvTable) -> None:
    """Columns that every file must have, and at least one row."""
    for names in ((SUBJECT,), DAY):
        if not any(name in table for name in names):
            fault = f"none of the {table.rows.shape[1]} columns is named {' or '.join(names)}"
            raise TableError(f"{table.name}, line 1", fault, f"give a header line with a column named {names[0]}")
    if all(name in table for name in DAY):
        raise TableError(f"{table.name}, line 1", f"both {' and '.join(DAY)}", "keep one column of days")
    if not len(table):
        raise TableError(table.name, "no rows", "give one row per person and day")


def _days(table: CsvTable) -> Floats:
    """Day of each row, (rows,), after a check that every row has a person and a day of its own."""
    subject, column = table.rows[SUBJECT], day_column(table)
    nameless = (subject == "").to_numpy()
    if nameless.any():
        raise table.fault(nameless, "the identifier is empty", "give the subject's identifier")
    day = to_floats(table.rows[column])
    wrong = ~np.isfinite(day) | (day < 0)
    if wrong.any():
        raise table.fault(wrong, f"{column} is no day", "give days since admission, a number from 0")
    repeated = pd.DataFrame({"subject": subject.to_numpy(), "day": day}).duplicated().to_numpy()
    if repeated.any():
        day_of = day[np.flatnonzero(repeated)[0]]
        raise table.fault(repeated, f"day {day_of:g} of the same person twice", "keep one row per person and day")
    return day


def _labs(
    table: CsvTable, day: Floats, ids: NDArray[np.object_], notes: list[str]
) -> tuple[Floats, dict[str, Floats], dict[str, str]]:
    """Days (k,), labs (n, k) in the model's units, and the reason for each lab that is missing."""
    place = {subject: k for k, subject in enumerate(ids)}
    subject = table.rows[SUBJECT].to_numpy(object)
    known = np.array([i in place for i in subject])
    days = np.unique(day[known])
    where = (np.array([place[i] for i in subject[known]]), np.searchsorted(days, day[known]))
    missing = {"platelets": "platelets are not in the model"} if PLATELETS in table else {}
    labs = {}
    for name, lab in LABS.items():
        values = lab_values(table, name, lab, notes)
        if values is None:
            other = f" or {PROTHROMBIN_ACTIVITY.column}" if name == "inr" else ""
            missing[name] = f"the file has no values in a column {lab.column}{other}"
            continue
        grid = np.full((len(ids), len(days)), np.nan)
        grid[where] = values[known]
        labs[name] = grid * lab.factor
    if not labs:
        columns = ", ".join(lab.column for lab in LABS.values())
        raise TableError(table.name, "no lab has a value", f"give at least one lab of {columns}")
    return days, labs, missing


def lab_values(table: CsvTable, name: str, lab: PeopleColumn, notes: list[str]) -> Floats | None:
    """Values of a lab in the unit of the file, (rows,), NaN where not measured; None without a column or a value.

    An INR that was not measured is taken from the prothrombin activity of the same row.

    Parameters
    ----------
    table : CsvTable
        The rows of the file.
    name : str
        Of the lab in the model.
    lab : PeopleColumn
        Name of the lab.
    notes : list of str
        Extended by exclusions and assumptions.

    Raises
    ------
    InputError
        If a cell is no number, or the values are in another unit.
    """
    values = np.full(len(table), np.nan)
    activity = PROTHROMBIN_ACTIVITY
    if lab.column in table:
        values = _plausible(lab, table.numbers(lab.column, unit=lab.unit, notes=notes), notes)
        _check_unit(table, lab, values)
    if name == "inr" and activity.column in table:
        percent = _plausible(activity, table.numbers(activity.column, unit=activity.unit, notes=notes), notes)
        derived = np.isnan(values) & np.isfinite(percent)
        if derived.any():
            notes.append(f"INR of {int(derived.sum())} rows is taken from {activity.column}")
            values = np.where(derived, INR_OF_ACTIVITY[0] * percent ** INR_OF_ACTIVITY[1], values)
    return values if np.isfinite(values).any() else None


def _plausible(lab: PeopleColumn, values: Floats, notes: list[str]) -> Floats:
    """Values without the implausible ones, as long as these are few."""
    wrong = (values < lab.low) | (values > lab.high)
    if wrong.any() and wrong.mean() < MAX_IMPLAUSIBLE:
        outside = f"outside {lab.low:g} to {lab.high:g} count as not measured"
        notes.append(f"{lab.column}: {int(wrong.sum())} values {outside}")
        return np.where(wrong, np.nan, values)
    return values


def _check_unit(table: CsvTable, lab: PeopleColumn, values: Floats) -> None:
    """Refuse values of another unit, by their median and by how many are implausible."""
    middle = float(np.nanmedian(values)) if np.isfinite(values).any() else np.nan
    unit = lab.unit or "no unit"
    if middle < lab.usual[0] or middle > lab.usual[1]:
        possible = f"(medians of {lab.usual[0]:g} to {lab.usual[1]:g} can be)"
        raise TableError(
            f"{table.name}, {lab.column}", f"a median of {middle:g}", f"convert the values to {unit} {possible}"
        )
    wrong = (values < lab.low) | (values > lab.high)
    if wrong.any():
        fault = f"{int(wrong.sum())} values outside {lab.low:g} to {lab.high:g}"
        raise table.fault(wrong, f"{lab.column} has {fault}", f"convert the values to {unit}")


def _number(start: CsvTable, field: PersonField, notes: list[str], missing: dict[PersonField, str]) -> Floats:
    """Numeric covariate of day 0, (n,)."""
    if field.value not in start:
        missing[field] = f"the file has no column {field.value}; people are weighted without it"
        return np.full(len(start), np.nan)
    values = start.numbers(field.value, notes=notes)
    wrong = (values < 0) | (values > _LIMITS[field])
    if wrong.any():
        raise start.fault(wrong, f"{field.value} is out of range", f"give 0 to {_LIMITS[field]:g} on day 0")
    return values


def _exposure(
    start: CsvTable, field: PersonField, notes: list[str], missing: dict[PersonField, str]
) -> NDArray[np.bool_]:
    """Exposure to a treatment, (n,); no entry counts as not exposed."""
    if field.value not in start:
        missing[field] = f"the file has no column {field.value}; it is taken as not given"
        return np.zeros(len(start), bool)
    values = _coded(start, field, _exposed, "Did or NotDone")
    if np.isnan(values).any():
        notes.append(f"{field.value}: {int(np.isnan(values).sum())} people without an entry are taken as not given it")
    return np.nan_to_num(values) > 0


def _outcome(start: CsvTable, missing: dict[PersonField, str]) -> Floats:
    """Death or transplant, (n,): 1 or 0, NaN where missing."""
    if PersonField.OUTCOME.value not in start:
        missing[PersonField.OUTCOME] = f"the file has no column {PersonField.OUTCOME.value}; predicted, but not scored"
        return np.full(len(start), np.nan)
    return _coded(start, PersonField.OUTCOME, _died, "a word with Survival, Death or transplant")


def _cause(start: CsvTable) -> NDArray[np.object_]:
    """Cause and diagnosis of each person, in small letters."""
    empty = pd.Series("", index=start.rows.index)
    parts = [start.rows.get(f.value, empty) for f in (PersonField.CAUSE, PersonField.DIAGNOSIS)]
    return np.array([f"{cause}; {diagnosis}".lower() for cause, diagnosis in zip(*parts, strict=True)], object)


def _coded(start: CsvTable, field: PersonField, code: Callable[[str], float | None], allowed: str) -> Floats:
    """Words of a column as 0 and 1, (n,); NaN where empty, or where there is no such column."""
    values = np.full(len(start), np.nan)
    if field.value not in start:
        return values
    for k, text in enumerate(start.rows[field.value].str.lower()):
        if text in ("", "na", "nan", "unknown"):
            continue
        value = code(text)
        if value is None:
            wrong = np.arange(len(start)) == k
            raise start.fault(wrong, f"{field.value} has another word", f"give {allowed}, or leave it empty if unknown")
        values[k] = value
    return values


def _exposed(text: str) -> float | None:
    """Code of a word that says that a treatment was given, by how it begins."""
    return next((value for word, value in _EXPOSED if text.startswith(word)), None)


def _died(text: str) -> float | None:
    """Code of a word that says how a person ended, by what it contains."""
    return next((value for word, value in _OUTCOMES if word in text), None)
