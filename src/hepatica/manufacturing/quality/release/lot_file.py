"""Lot file: attributes of one lot with their limits, doses, and what is believed of clinical loss (TOML)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hepatica.manufacturing.quality.release.guard_band import Process
from hepatica.manufacturing.quality.release.loss_tables import Loss, ModelLossTable
from hepatica.manufacturing.toml_file import Finite, Part, Positive, Share, check_table, read_toml

CELLS = re.compile(r"\b(cells?|MSCs?)\b", re.IGNORECASE)


class LotProcess(Part):
    """True values of earlier lots.

    Attributes
    ----------
    mean, sd : float
        In the attribute's unit; on a log scale, geometric mean and standard deviation of the natural logarithm.
    """

    mean: Finite
    sd: Positive


class Attribute(Part):
    """Attribute of a lot.

    Attributes
    ----------
    name, unit : str
    role : {"quality", "safety", "potency"}
        Potency alone is restored by the dose, and only one attribute has this role.
    values : list of float
        Replicates of the result.
    assay_sd : float
        Standard deviation of one replicate; on a log scale of its natural logarithm.
    run_sd : float
        Standard deviation between runs, which replicates of one run share.
    lower, upper : float, optional
        Limits of the true value.
    passed : bool, optional
        For an attribute without a number, such as sterility.
    scale : {"linear", "log"}
    per_dose : bool
        The limit is of a dose: it counts more cells as more of the attribute.
    process : LotProcess, optional
        Earlier lots; the belief about this one is shrunk to them.
    acts_on : {"potency", "viability", "tissue_factor"}, optional
        Attribute of the model's product that it measures; it needs no limit where the loss is the model's.
    reference : float
        Value at which potency or tissue factor is that of the study's product; of viability its percent are taken.
    source : str
        Of the limit and of the assay's precision.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    unit: str = ""
    role: Literal["quality", "safety", "potency"] = "quality"
    values: Annotated[list[Finite], Field(max_length=1000)] = []
    assay_sd: Positive | None = None
    run_sd: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    lower: Finite | None = None
    upper: Finite | None = None
    passed: bool | None = None
    scale: Literal["linear", "log"] = "linear"
    per_dose: bool = False
    process: LotProcess | None = None
    acts_on: Literal["potency", "viability", "tissue_factor"] | None = None
    reference: Positive = 1.0
    source: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.passed is None) == (not self.values):
            raise ValueError(f"{self.name}: give either values with assay_sd and a limit, or passed = true or false")
        if self.passed is not None:
            return self
        if self.assay_sd is None:
            raise ValueError(f"{self.name}: give assay_sd, the standard deviation of one replicate")
        if self.acts_on == "viability" and self.unit != "%":
            raise ValueError(f"{self.name}: give viability in %")
        if self.lower is None and self.upper is None and self.acts_on is None:
            raise ValueError(f"{self.name}: give lower, upper, or both")
        if self.lower is not None and self.upper is not None and not self.lower < self.upper:
            raise ValueError(f"{self.name}: lower is not below upper")
        positive = [*self.values, *([] if self.process is None else [self.process.mean])]
        limits = [limit for limit in (self.lower, self.upper) if limit is not None]
        if self.scale == "log" and min([*positive, *limits]) <= 0:
            raise ValueError(f"{self.name}: values, limits and process mean of a log scale must be positive")
        return self

    def law(self) -> Process | None:
        """Earlier lots, as guard bands take them; on the scale of the file."""
        return None if self.process is None else Process(self.process.mean, self.process.sd)


class Dose(Part):
    """Doses of cells.

    Attributes
    ----------
    planned, largest : float
        The dose of the protocol, and the largest that it allows.
    unit : str
        Of cells, such as cells/kg.
    """

    planned: Positive
    largest: Positive
    unit: str = "cells/kg"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.largest < self.planned:
            raise ValueError("largest: not below planned")
        if not CELLS.search(self.unit):
            raise ValueError(f"unit: cells, such as cells/kg, not {self.unit!r}")
        return self


class Lot(Part):
    """Lot, as its file states it.

    Attributes
    ----------
    title, lot, product : str
    chance : float
        Probability that the true value meets its limit, which release asks of every attribute.
    dose : Dose
    attribute : list of Attribute
    loss : Loss, optional
        Without it no loss is computed, and limits alone decide.
    model_loss : ModelLossTable, optional
        Instead of a loss that the author states.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    lot: Annotated[str, Field(min_length=1, max_length=80)]
    product: str = ""
    chance: Share = 0.95
    dose: Dose
    attribute: Annotated[list[Attribute], Field(min_length=1, max_length=200)]
    loss: Loss | None = None
    model_loss: ModelLossTable | None = None

    @model_validator(mode="after")
    def _acts_by_the_model(self) -> Self:
        acting = [a for a in self.attribute if a.acts_on is not None]
        if len({a.acts_on for a in acting}) < len(acting):
            raise ValueError("attribute: two act on the same attribute of the product")
        if self.model_loss is None:
            for a in acting:
                if a.lower is None and a.upper is None and a.passed is None:
                    raise ValueError(f"{a.name}: give lower, upper, or both, or a table [model_loss]")
            return self
        if self.loss is not None:
            raise ValueError("loss: give either [loss] or [model_loss]")
        if not acting:
            raise ValueError("model_loss: no attribute has acts_on, so that no loss can be computed")
        if self.dose.unit != "cells/kg":
            raise ValueError("model_loss: needs doses in cells/kg")
        return self

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [a.name for a in self.attribute]
        if len(set(names)) < len(names):
            raise ValueError("attribute: two have the same name")
        potencies = [a for a in self.attribute if a.role == "potency"]
        if len(potencies) > 1:
            raise ValueError("attribute: only one may have the role potency")
        if any(a.acts_on is not None and a.passed is not None for a in self.attribute):
            raise ValueError("attribute: what acts on the product needs values")
        if potencies and potencies[0].passed is not None:
            raise ValueError(f"{potencies[0].name}: potency needs values")
        if self.loss is not None and not potencies:
            raise ValueError("loss: no attribute has the role potency")
        return self


def check_lot(data: dict[str, object]) -> Lot:
    """Lot from untyped data.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type, or values contradict each other.

    Examples
    --------
    >>> given = {"name": "sterility", "role": "safety", "passed": True}
    >>> check_lot({"title": "t", "lot": "1", "dose": {"planned": 1e6, "largest": 2e6}, "attribute": [given]}).chance
    0.95
    """
    return check_table(Lot, data, "lot")


def read_lot(path: Path) -> Lot:
    """Lot from its TOML file.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, is no TOML, or `check_lot` refuses it.

    Examples
    --------
    >>> read_lot(Path("nowhere.toml"))
    Traceback (most recent call last):
    hepatica.errors.InputError: lot: got 'nowhere.toml'; a TOML file that can be read (No such file or directory)
    """
    return check_lot(read_toml(path, "lot"))
