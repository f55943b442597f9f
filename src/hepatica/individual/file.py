"""Real people's labs by day from a CSV file: read by path, checked, never copied.

One row per person and day; the row of day 0 also carries covariates, treatment and outcome. Columns are those of
Yoshimura et al. 2025 (PNAS Nexus pgaf004), which were published under the MIT licence.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.variables import PeopleColumn, ReadAs, people_columns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ID, DAY = ("id",), ("BloodColectionDate", "BloodCollectionDate")  # the first spelling is the published one
AGE, COMA, PLASMA, STEROID, OUTCOME = (
    "Age",
    "Encephalopathy_grade_d0",
    "PE",
    "steroid pulse therapy",
    "SurvivalOrDeath",
)
CAUSE, DIAGNOSIS, DIALYSIS = "Etiology", "diagnosis", "CHDF"
PT = "PT_percentage"
INR_OF_PT = (24.92, -0.707)  # INR = 24.92 PT%^-0.707, which fits the pairs of the shared cohort
LAST_DAY = 60.0  # later days are not followed
PLATELETS = "Plt"


LABS: Mapping[str, PeopleColumn] = people_columns(ReadAs.LAB)


@dataclass(frozen=True)
class People:
    """Real people, one row each.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    ids : (n,) of str
    days : (k,) day
    labs : mapping of str to (n, k)
        In the model's units; NaN where not measured, labs that the file has not at all are missing.
    age, coma : (n,)
        NaN where not given.
    plasma, steroid : (n,) of bool
        Whether plasma exchange and a pulse of corticosteroid were given.
    event : (n,)
        1 died or transplanted, 0 neither, NaN not given.
    notes : tuple of str
        What was left out or assumed in reading.
    absent : mapping of str to str
        What cannot be predicted or used, and why.
    cause : (n,) of str
        Cause; diagnosis, as the file has them, in small letters; not read where there is no entry at all.
    dialysed : (n,) of bool
        Whether blood was filtered for the kidney or ammonia; not read where there is no entry at all.
    """

    name: str
    ids: NDArray[np.object_]
    days: Floats
    labs: Mapping[str, Floats]
    age: Floats
    coma: Floats
    plasma: NDArray[np.bool_]
    steroid: NDArray[np.bool_]
    event: Floats
    notes: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    cause: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, object))
    dialysed: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))

    @property
    def arm(self) -> Ints:
        """0 neither, 1 plasma exchange, 2 steroid, 3 both."""
        return self.plasma.astype(np.int64) + 2 * self.steroid.astype(np.int64)

    def at(self, lab: str, day: float) -> Floats:
        """Logarithm of a lab on a day, (n,); NaN where there is none."""
        k = np.flatnonzero(self.days == day)
        if lab not in self.labs or not len(k):
            return np.full(len(self.ids), np.nan)
        return np.asarray(np.log(self.labs[lab][:, k[0]]), float)

    def last(self, lab: str, days: Sequence[float]) -> Floats:
        """Logarithm of the last value on those days, (n,); NaN where there is none."""
        found = np.full(len(self.ids), np.nan)
        for day in sorted(days):
            value = self.at(lab, day)
            found = np.where(np.isfinite(value), value, found)
        return found

    def folds(self, n: int) -> Ints:
        """Fold of each person, by a hash of who it is: the same whoever else is in the file."""
        return np.array(
            [int.from_bytes(hashlib.blake2b(str(i).encode(), digest_size=8).digest(), "little") % n for i in self.ids]
        )


def read_people(path: str | Path) -> People:
    """Read and check a file of people.

    Raises
    ------
    InputError
        If the file is none, or a cell cannot be used: says file, column, what was got and what to do.
    """
    path = Path(path)
    rows = _table(path)
    who, day = _who(path, rows), _days(path, rows)
    absent = {"platelets": "platelets are not in the model"} if PLATELETS in rows else {}
    notes: list[str] = []
    late = day > LAST_DAY
    if late.any():
        notes.append(f"{int(late.sum())} rows later than day {LAST_DAY:g} are not used")
    rows, who, day = rows[~late].reset_index(drop=True), who[~late], day[~late]
    first = pd.Series(who[day == 0])
    ids = first.to_numpy(object)
    if not len(ids):
        raise InputError(
            f"{path.name}: {_column(rows, DAY)}", sorted(set(day))[:5], "rows of day 0, from which to predict"
        )
    missing = len(set(who)) - len(ids)
    if missing:
        notes.append(f"{missing} people have no row of day 0 and are left out")
    place = {i: k for k, i in enumerate(ids)}
    known = np.array([i in place for i in who])
    days = np.unique(day[known])
    where = (np.array([place[i] for i in who[known]]), np.searchsorted(days, day[known]))
    labs = {}
    for name, lab in LABS.items():
        values = lab_values(path, rows, name, lab, notes)
        if values is None:
            absent[name] = f"the file has no values in a column {lab.column}" + (f" or {PT}" if name == "inr" else "")
            continue
        grid = np.full((len(ids), len(days)), np.nan)
        grid[where] = values[known]
        labs[name] = grid * lab.factor
    if not labs:
        raise InputError(
            path.name, list(rows.columns)[:8], f"at least one lab: {', '.join(v.column for v in LABS.values())}"
        )
    if "ammonia" in labs:
        notes.append("ammonia is taken to be in ug/dL (x 0.587 = umol/L); the file does not say")
    start = rows[day == 0].reset_index(drop=True)
    covariates = _covariates(path, start, notes, absent)
    filtered = _words(path, start, DIALYSIS, _DONE, "Did or NotDone") if DIALYSIS in start else np.zeros(len(start))
    cause = np.array(
        ["; ".join(row.get(c, "") for c in (CAUSE, DIAGNOSIS)).lower() for _, row in start.iterrows()], object
    )
    return People(
        path.name,
        ids,
        days,
        labs,
        *covariates,
        notes=tuple(notes),
        absent=absent,
        cause=cause,
        dialysed=np.nan_to_num(filtered) > 0,
    )


def read_table(path: Path) -> pd.DataFrame:
    """A CSV file as text, names and cells without spaces around them; `InputError` if it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row longer than the header
            rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False)
    except FileNotFoundError as error:
        raise InputError("people", str(path), "a CSV file that exists") from error
    except (
        OSError,
        UnicodeDecodeError,
        pd.errors.ParserError,
        pd.errors.ParserWarning,
        pd.errors.EmptyDataError,
    ) as error:
        raise InputError(
            "people", str(path), f"a CSV file in UTF-8 with one header line ({str(error).splitlines()[0]})"
        ) from error
    rows.columns = [str(c).strip() for c in rows.columns]
    return rows.map(str.strip)


def _table(path: Path) -> pd.DataFrame:
    rows = read_table(path)
    for names in (ID, DAY):
        if not set(names) & set(rows.columns):
            raise InputError(f"{path.name}: {names[0]}", list(rows.columns)[:8], f"a column named {' or '.join(names)}")
    if not len(rows):
        raise InputError(path.name, "no rows", "one row per person and day")
    return rows


def _column(rows: pd.DataFrame, names: Sequence[str]) -> str:
    return next((n for n in names if n in rows), names[0])


def _who(path: Path, rows: pd.DataFrame) -> NDArray[np.object_]:
    who = rows[_column(rows, ID)]
    if (who == "").any():
        raise InputError(f"{path.name}: {_column(rows, ID)}", "an empty cell", f"who row {_line(who == '')} is about")
    return who.to_numpy(object)


def _days(path: Path, rows: pd.DataFrame) -> Floats:
    column = _column(rows, DAY)
    day = pd.to_numeric(rows[column], errors="coerce")
    wrong = day.isna() | ~np.isfinite(day) | (day < 0)
    if wrong.any():
        raise InputError(
            f"{path.name}: {column}",
            rows[column][wrong].iloc[0],
            f"days since admission, 0 or later (line {_line(wrong)})",
        )
    twice = pd.DataFrame({"who": rows[_column(rows, ID)], "day": day}).duplicated()
    if twice.any():
        raise InputError(
            f"{path.name}: {column}",
            f"day {day[twice].iloc[0]:g} of person {rows[_column(rows, ID)][twice].iloc[0]} twice",
            f"one row per person and day (line {_line(twice)})",
        )
    return day.to_numpy(float)


def _line(wrong: pd.Series) -> int:
    """Line of the file of the first wrong row; the header is line 1."""
    return int(np.flatnonzero(wrong.to_numpy())[0]) + 2


def _numbers(path: Path, rows: pd.DataFrame, column: str, notes: list[str], unit: str = "") -> Floats:
    """A column as numbers, NaN where a cell is empty; a limit of measurement counts as a value."""
    text = rows[column]
    bare = text.str.replace(r"^[<>]=?\s*", "", regex=True)
    limits = int((bare != text).sum())
    if limits:
        notes.append(f"{column}: {limits} values below or above what is measured count as the limit")
    empty = bare.str.lower().isin(("", "na", "nan", "nd", "null", "none", "-", "."))
    values = pd.to_numeric(bare.where(~empty), errors="coerce")
    wrong = (values.isna() & ~empty) | np.isinf(values)
    if wrong.any():
        raise InputError(
            f"{path.name}: {column}",
            text[wrong].iloc[0],
            f"a number{' in ' + unit if unit else ''}, or nothing where it was not measured (line {_line(wrong)})",
        )
    return values.to_numpy(float)


def lab_values(path: Path, rows: pd.DataFrame, name: str, lab: PeopleColumn, notes: list[str]) -> Floats | None:
    """Values in the file's unit; None where there is no such column or nothing in it."""
    values = np.full(len(rows), np.nan)
    found = lab.column in rows or (name == "inr" and PT in rows)
    if lab.column in rows:
        values = _possible(lab.column, _numbers(path, rows, lab.column, notes, lab.unit), lab.low, lab.high, notes)
        _right_unit(path, lab, values)
    if name == "inr" and PT in rows:
        activity = _possible(PT, _numbers(path, rows, PT, notes, "%"), 1.0, 250.0, notes)
        by_activity = np.isnan(values) & np.isfinite(activity)
        if by_activity.any():
            notes.append(f"INR of {int(by_activity.sum())} rows is taken from {PT}")
            values = np.where(by_activity, INR_OF_PT[0] * activity ** INR_OF_PT[1], values)
    return values if found and np.isfinite(values).any() else None


def _possible(column: str, values: Floats, low: float, high: float, notes: list[str]) -> Floats:
    wrong = (values < low) | (values > high)
    # a wrong unit makes many impossible values; `_right_unit` then speaks of all of them
    if wrong.any() and wrong.mean() < 0.05:
        notes.append(f"{column}: {int(wrong.sum())} values outside {low:g} to {high:g} count as not measured")
        return np.where(wrong, np.nan, values)
    return values


def _right_unit(path: Path, lab: PeopleColumn, values: Floats) -> None:
    middle = float(np.nanmedian(values)) if np.isfinite(values).any() else np.nan
    if middle < lab.usual[0] or middle > lab.usual[1]:
        raise InputError(
            f"{path.name}: {lab.column}",
            f"a median of {middle:g}",
            f"values in {lab.unit or 'no unit'}; convert them (medians of {lab.usual[0]:g} to {lab.usual[1]:g} can be)",
        )
    wrong = (values < lab.low) | (values > lab.high)
    if wrong.any():
        raise InputError(
            f"{path.name}: {lab.column}",
            f"{values[wrong][0]:g} and {int(wrong.sum()) - 1} more like it",
            f"values in {lab.unit or 'no unit'} from {lab.low:g} to {lab.high:g}",
        )


def _covariates(
    path: Path, start: pd.DataFrame, notes: list[str], absent: dict[str, str]
) -> tuple[Floats, Floats, NDArray[np.bool_], NDArray[np.bool_], Floats]:
    """Age, coma grade, plasma exchange, steroid and outcome, from the rows of day 0."""
    nothing = np.full(len(start), np.nan)
    numbers = []
    for column, high in ((AGE, 120.0), (COMA, 6.0)):
        if column not in start:
            absent[column] = f"the file has no column {column}; people are weighted without it"
            numbers.append(nothing)
            continue
        values = _numbers(path, start, column, notes)
        wrong = (values < 0) | (values > high)
        if wrong.any():
            raise InputError(f"{path.name}: {column}", float(values[wrong][0]), f"0 to {high:g} on day 0")
        numbers.append(values)
    given = []
    for column in (PLASMA, STEROID):
        if column not in start:
            absent[column] = f"the file has no column {column}; it is taken as not given"
        values = _words(path, start, column, _DONE, "Did or NotDone") if column in start else np.zeros(len(start))
        if np.isnan(values).any():
            notes.append(f"{column}: {int(np.isnan(values).sum())} people without an entry are taken as not given it")
        given.append(np.nan_to_num(values) > 0)
    event = nothing
    if OUTCOME not in start:
        absent["death or transplant"] = f"the file has no column {OUTCOME}; predicted, but not scored"
    else:
        event = _words(path, start, OUTCOME, _ENDS, "a word with Survival, Death or transplant")
    return numbers[0], numbers[1], given[0], given[1], event


_DONE = (
    ("notdone", 0.0),
    ("not done", 0.0),
    ("did", 1.0),
    ("done", 1.0),
    ("yes", 1.0),
    ("no", 0.0),
    ("1", 1.0),
    ("0", 0.0),
)
_ENDS = (
    ("transplant-free", 0.0),
    ("transplant", 1.0),
    ("death", 1.0),
    ("dead", 1.0),
    ("died", 1.0),
    ("surviv", 0.0),
    ("alive", 0.0),
)


def _words(path: Path, start: pd.DataFrame, column: str, meaning: Sequence[tuple[str, float]], allowed: str) -> Floats:
    """Words of a column as 0 and 1, by the first beginning (of `_DONE`) or part (of `_ENDS`) that fits; NaN where empty."""
    values = np.full(len(start), np.nan)
    for k, text in enumerate(start[column].str.lower()):
        if text in ("", "na", "nan", "unknown"):
            continue
        hit = [v for word, v in meaning if (word in text if meaning is _ENDS else text.startswith(word))]
        if not hit:
            raise InputError(
                f"{path.name}: {column}", start[column].iloc[k], f"{allowed}, or nothing where it is not known"
            )
        values[k] = hit[0]
    return values
