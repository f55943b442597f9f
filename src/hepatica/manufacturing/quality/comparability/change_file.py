"""Change file: one attribute of lots before and after a change of their making, with its margin or its loss (TOML)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hepatica.manufacturing.toml_file import Chance, Finite, NotNegative, Part, Positive, check_table, read_toml


class Side(Part):
    """Lots before or after the change, as values or as their summary.

    Attributes
    ----------
    name : str
        Of the process.
    values : list of float
        One of each lot; of pairs in the same order on both sides.
    mean, sd, n : float, float, int, optional
        Instead of values. On a log scale the geometric mean, and the standard deviation of the natural logarithm.
    source : str
    """

    name: Annotated[str, Field(max_length=80)] = ""
    values: Annotated[list[Finite], Field(max_length=100_000)] = []
    mean: Finite | None = None
    sd: Positive | None = None
    n: Annotated[int, Field(ge=2, le=100_000, strict=True)] | None = None
    source: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        summary = [x is not None for x in (self.mean, self.sd, self.n)]
        if any(summary) == bool(self.values) or (any(summary) and not all(summary)):
            raise ValueError("give either values, one of each lot, or mean, sd and n")
        if self.values and len(self.values) < 2:
            raise ValueError("give values of two lots at least")
        return self


class Margin(Part):
    """Margin of the difference, after less before; of a log scale of the ratio, after over before.

    Attributes
    ----------
    lower, upper : float
    source : str
        Where it is from.
    """

    lower: Finite
    upper: Finite
    source: Annotated[str, Field(min_length=3)]


class ChangeLoss(Part):
    """Clinical loss of a difference; a belief of the file's author, with its source.

    Attributes
    ----------
    days, low, high : float
        Quality-adjusted days lost per unit of difference, or of log ratio, with a 95 % interval, if the attribute acts.
    linked : float
        Probability that it acts at all. There is no default.
    tolerable : float
        Quality-adjusted days that a change may cost.
    source : str
    """

    days: NotNegative
    low: NotNegative
    high: NotNegative
    linked: Chance
    tolerable: Positive
    source: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.days <= self.high:
            raise ValueError("days: not between low and high")
        return self


class Change(Part):
    """Change of a process, as its file states it.

    Attributes
    ----------
    title, attribute, unit : str
    scale : {"linear", "log"}
    paired : bool
        Split lots: each value after belongs to the value before of the same place.
    equal_variance : bool
        Of independent lots; Welch unless stated.
    alpha : float
        Significance level of each one-sided test.
    before, after : Side
    margin : Margin, optional
        The one that the loss gives unless stated.
    loss : ChangeLoss, optional
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    attribute: Annotated[str, Field(min_length=1, max_length=80)]
    unit: str = ""
    scale: Literal["linear", "log"] = "linear"
    paired: bool = False
    equal_variance: bool = False
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    before: Side
    after: Side
    margin: Margin | None = None
    loss: ChangeLoss | None = None

    @model_validator(mode="after")
    def _has_a_margin(self) -> Self:
        if self.margin is None and (self.loss is None or self.loss.days == 0.0):
            raise ValueError("margin: give [margin], or [loss] with days above 0")
        same = 1.0 if self.scale == "log" else 0.0
        if self.margin is not None and not self.margin.lower < same < self.margin.upper:
            raise ValueError(f"margin: lower below {same:g} and upper above, as {same:g} is no change")
        return self

    @model_validator(mode="after")
    def _fits_its_scale(self) -> Self:
        sides = (self.before, self.after)
        if self.scale == "log":
            levels = [x for s in sides for x in [*s.values, *([] if s.mean is None else [s.mean])]]
            if min([*levels, *([] if self.margin is None else [self.margin.lower])]) <= 0:
                raise ValueError("scale: values, means and margins of a log scale must be positive")
        if self.paired and len(self.before.values) != len(self.after.values):
            raise ValueError("paired: as many values after as before, not summaries")
        if self.paired and not self.before.values:
            raise ValueError("paired: give the values of both sides, not summaries")
        return self


def check_change(data: dict[str, object]) -> Change:
    """Change from untyped data.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type, or values contradict each other.

    Examples
    --------
    >>> side, margin = {"values": [0.9, 1.1, 1.0]}, {"lower": 0.8, "upper": 1.25, "source": "usual"}
    >>> given = {"title": "t", "attribute": "potency", "scale": "log", "before": side, "after": side, "margin": margin}
    >>> check_change(given).alpha
    0.05
    """
    return check_table(Change, data, "change")


def read_change(path: Path) -> Change:
    """Change from its TOML file.

    Raises
    ------
    InputError
        If the file cannot be read, or `check_change` refuses it.

    Examples
    --------
    >>> read_change(Path("nowhere.toml"))
    Traceback (most recent call last):
    hepatica.errors.InputError: change: got 'nowhere.toml'; a TOML file that can be read (No such file or directory)
    """
    return check_change(read_toml(path, "change"))
