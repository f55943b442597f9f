"""Clinical variables: labs, scores, signs and proportions, one row of ``outcomes/variables.toml`` each.

The reader stands below `hepatica.evidence` and `hepatica.outcomes`, which both read the table: what a publication may
state and what a simulated patient is measured by are the same variables in the same units.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any

from hepatica.errors import InputError, ModelError

TABLE = Path(__file__).parent / "outcomes" / "variables.toml"
_SHOWN_UNITS = {"1": "", "percent": "%", "1e9/L": "10⁹/L", "1e6/L": "10⁶/L", "percent/min": "%/min"}


class VariableKind(Enum):
    """VariableKind of a variable, which decides how it is compared and printed."""

    LAB = "lab"
    SCORE = "score"
    SIGN = "sign"
    QUANTITY = "quantity"
    PROPORTION = "proportion"
    COVARIATE = "covariate"
    YES_NO = "yes_no"


class Direction(Enum):
    """Sense of a proportion: of people with the event, or of people free of it.

    The value is the sign of a log odds ratio relative to that of the event.
    """

    EVENT = 1
    EVENT_FREE = -1


class Use(Enum):
    """Place in the package where a variable applies."""

    PUBLICATION = "publication"
    LIKELIHOOD = "likelihood"
    ADMISSION = "admission"
    BASELINE = "baseline"
    COURSE = "course"
    PREDICTION = "prediction"
    INFORMING = "informing"


class Scale(Enum):
    """Scale on which means are compared."""

    LINEAR = "linear"
    LOG = "log"


class ReadAs(Enum):
    """Use of a column of a file of people."""

    LAB = "lab"
    READING = "reading"


@dataclass(frozen=True, kw_only=True)
class PeopleColumn:
    """Column of a file of people that holds a lab.

    Attributes
    ----------
    column : str
        Name in the header.
    unit : str
        Unit in the file, as a reader sees it.
    factor : float
        From the file's unit to the variable's.
    low, high : float
        Limits of a single value, in the file's unit.
    usual : tuple of float
        Range of the median of any cohort in the right unit; a median outside is another unit.
    order : int
        Place among the labs whose terms are summed in single precision.
    read_as : ReadAs
        Forecast by day, or compared on day 0 only.
    """

    column: str
    unit: str
    factor: float
    low: float
    high: float
    usual: tuple[float, float]
    order: int
    read_as: ReadAs


@dataclass(frozen=True, kw_only=True)
class Variable:
    """Clinical variable.

    Attributes
    ----------
    name : str
        As spelt in publications, Datasets and scores.
    kind : VariableKind
    unit : str
        Internal unit, "1" without one.
    label : mapping of {"en", "zh"} to str
    digits : int
        Decimals shown to a reader.
    scale : Scale
        Scale on which means are compared.
    error : float
        SD of one measurement on the log scale; NaN where none is stated.
    low, high : float
        Limits beyond which no sample of a person can lie, in `unit`; infinite where none are stated.
    substance : str
        Substance whose molar mass converts between mass and amount; "" for none.
    direction : Direction or None
        Of a proportion.
    removed_by : tuple of str
        Treatments that change the level by themselves.
    uses : frozenset of Use
    optional : bool
        Read only where the model has it.
    shown_unit : mapping of {"en", "zh"} to str
        Unit as a reader sees it.
    people : PeopleColumn or None
    unpredicted : mapping of {"en", "zh"} to str
        Reason why one that publications state is not simulated; empty where it is.
    """

    name: str
    kind: VariableKind
    unit: str
    label: Mapping[str, str]
    digits: int = 1
    scale: Scale = Scale.LINEAR
    error: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    substance: str = ""
    direction: Direction | None = None
    removed_by: tuple[str, ...] = ()
    uses: frozenset[Use] = frozenset()
    optional: bool = False
    shown_unit: Mapping[str, str] = field(default_factory=dict)
    people: PeopleColumn | None = None
    unpredicted: Mapping[str, str] = field(default_factory=dict)

    def title(self, lang: str) -> str:
        """Label with its unit, as it stands at an axis.

        Examples
        --------
        >>> variable("bilirubin").title("en"), variable("inr").title("en"), variable("sodium").title("zh")
        ('bilirubin, mg/dL', 'INR', '血钠，mmol/L')
        """
        unit = self.shown_unit[lang]
        return self.label[lang] + (("，" if lang == "zh" else ", ") + unit if unit else "")


_KEYS = {f.name for f in fields(Variable)} - {"name", "label", "low", "high"} | {"en", "zh", "limits"}


def read_variables(text: str) -> dict[str, Variable]:
    """Variables of a table in TOML, by name.

    Raises
    ------
    ModelError
        If a row lacks a key, has an unknown one, or says what does not suit its kind.

    Examples
    --------
    >>> row = '[ferritin]\\nkind = "lab"\\nunit = "ug/L"\\nen = "ferritin"\\nzh = "铁蛋白"\\nuses = ["course"]'
    >>> read_variables(row)["ferritin"].title("en")
    'ferritin, ug/L'
    """
    return {name: _variable(name, row) for name, row in tomllib.loads(text).items()}


def _variable(name: str, row: Mapping[str, Any]) -> Variable:
    where = f"variables.toml, [{name}]"
    if unknown := sorted(set(row) - _KEYS):
        raise ModelError(f"{where}: '{unknown[0]}' is no key; use one of {', '.join(sorted(_KEYS))}")
    if missing := [key for key in ("kind", "unit", "en", "zh") if key not in row]:
        raise ModelError(f"{where}: '{missing[0]}' is missing; add it")
    try:
        kind = VariableKind(row["kind"])
        direction = None if "direction" not in row else Direction[row["direction"].upper()]
        low, high = row.get("limits", (-math.inf, math.inf))
        made = Variable(
            name=name,
            kind=kind,
            unit=row["unit"],
            label={lang: row[lang] for lang in ("en", "zh")},
            digits=row.get("digits", 1),
            scale=Scale(row.get("scale", "linear")),
            error=float(row.get("error", math.nan)),
            low=float(low),
            high=float(high),
            substance=row.get("substance", ""),
            direction=direction,
            removed_by=tuple(row.get("removed_by", ())),
            uses=frozenset(Use(use) for use in row.get("uses", ())),
            optional=row.get("optional", False),
            shown_unit=row.get("shown_unit") or dict.fromkeys(("en", "zh"), _SHOWN_UNITS.get(row["unit"], row["unit"])),
            people=_column(row["people"], row["unit"]) if "people" in row else None,
            unpredicted=row.get("unpredicted", {}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{where}: {error}; see the head of the table") from error
    if (kind is VariableKind.PROPORTION) != (direction is not None):
        raise ModelError(f"{where}: a proportion, and nothing else, has direction = 'event' or 'event_free'")
    if kind is VariableKind.PROPORTION and made.unit != "percent":
        raise ModelError(f"{where}: a proportion is written in percent, not in '{made.unit}'")
    return made


def _column(row: Mapping[str, Any], unit: str) -> PeopleColumn:
    shown = "" if unit == "1" else unit
    low, high = row["limits"]
    middle_low, middle_high = row["usual"]
    return PeopleColumn(
        column=row["column"],
        unit=row.get("unit", shown),
        factor=float(row.get("factor", 1.0)),
        low=float(low),
        high=float(high),
        usual=(float(middle_low), float(middle_high)),
        order=row["order"],
        read_as=ReadAs(row.get("use", "lab")),
    )


@functools.cache
def variables() -> Mapping[str, Variable]:
    """Every variable of ``outcomes/variables.toml``, by name, in the order in which tables show them."""
    return read_variables(TABLE.read_text(encoding="utf-8"))


def variable(name: str) -> Variable:
    """Variable by name.

    Raises
    ------
    InputError
        If there is none of this name.

    Examples
    --------
    >>> variable("survival").direction
    <Direction.EVENT_FREE: -1>
    """
    if name not in variables():
        raise InputError("variable", name, f"one of {', '.join(variables())}")
    return variables()[name]


def used_in(*uses: Use) -> tuple[Variable, ...]:
    """Variables that apply in all of these places, in the order of the table.

    Examples
    --------
    >>> [v.name for v in used_in(Use.BASELINE, Use.ADMISSION)][:3]
    ['bilirubin', 'inr', 'creatinine']
    """
    return tuple(v for v in variables().values() if v.uses.issuperset(uses))


def people_columns(read_as: ReadAs) -> dict[str, PeopleColumn]:
    """Columns of a file of people by the variable that they hold, in the order in which their terms are summed.

    Examples
    --------
    >>> list(people_columns(ReadAs.LAB))
    ['inr', 'bilirubin', 'alt', 'ast', 'albumin', 'creatinine', 'ammonia']
    """
    held = [(v.people.order, v.name, v.people) for v in variables().values() if v.people is not None]
    return {name: column for _, name, column in sorted(held, key=lambda x: x[0]) if column.read_as is read_as}
