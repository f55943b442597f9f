"""Tables of a lot file about clinical loss: stated by its author, or asked of the model."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from hepatica.manufacturing.toml_file import Part, Positive


class Loss(Part):
    """Clinical loss below a reference potency; a belief of the file's author, with its source.

    Attributes
    ----------
    days, low, high : float
        Quality-adjusted days lost per unit of relative potency below the reference, with a 95 % interval, if it acts.
    linked : float
        Probability that potency is linked to outcome at all. There is no default.
    reference : float
        Relative potency at and above which nothing is lost.
    rejection : float
        Quality-adjusted days that a patient loses if the lot is rejected.
    more_cells : float
        Quality-adjusted days lost per additional planned dose of cells; 0 where no harm of more cells is assumed.
    source : str
        Where the belief is from.
    """

    days: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    low: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    high: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    linked: Annotated[float, Field(ge=0, le=1)]
    reference: Positive = 1.0
    rejection: Positive
    more_cells: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    source: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.days <= self.high:
            raise ValueError("days: not between low and high")
        return self


class ModelLossTable(Part):
    """Clinical loss computed with the model of a study; the link of potency to outcome is the author's belief.

    Attributes
    ----------
    study : str
        Study file, relative to the lot file: its patients, product, schedule and utilities.
    linked : float
        Probability that potency acts as modelled. There is no default.
    half : float
        Probability that a relative potency acts as its square root; the rest is no link at all.
    rejection : float
        Quality-adjusted days that a patient loses if the lot is rejected.
    source : str
        Where the belief is from.
    """

    study: Annotated[str, Field(min_length=1, max_length=1000)]
    linked: Annotated[float, Field(ge=0, le=1)]
    half: Annotated[float, Field(ge=0, le=1)] = 0.0
    rejection: Positive
    source: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.linked + self.half > 1.0:
            raise ValueError("linked: with half more than 1")
        return self
