"""Spread of a parameter around its typical value: the kinds of distribution that a parameter table may name."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

Floats = NDArray[np.float64]


class Kind(ABC):
    """Kind of distribution; `name` is how a table calls it, `takes` the sizes that it may be given together."""

    name: ClassVar[str]
    takes: ClassVar[tuple[frozenset[str], ...]]

    @staticmethod
    @abstractmethod
    def move(spread: Spread, value: Floats, z: Floats, u: Floats) -> Floats:
        """Move `value` by standard normal `z`; uniform `u` decides between parts of a mixture."""

    @staticmethod
    @abstractmethod
    def describe(spread: Spread) -> str:
        """Its size, abbreviated, for the pages of the model."""


class Fixed(Kind):
    """Point mass: every draw is the value."""

    name = "fixed"
    takes = (frozenset(),)

    @staticmethod
    def move(spread: Spread, value: Floats, z: Floats, u: Floats) -> Floats:
        """Leave the value, in the shape of the draws."""
        return value + 0.0 * z

    @staticmethod
    def describe(spread: Spread) -> str:
        """Nothing: there is no size."""
        return ""


class LogNormal(Kind):
    """Log-normal distribution about the median `value`: a factor, of coefficient of variation `cv`."""

    name = "lognormal"
    takes = (frozenset({"cv"}),)

    @staticmethod
    def move(spread: Spread, value: Floats, z: Floats, u: Floats) -> Floats:
        """Multiply by exp(s z), s^2 = log(1 + cv^2)."""
        return value * np.exp(math.sqrt(math.log1p(spread.cv**2)) * z)

    @staticmethod
    def describe(spread: Spread) -> str:
        """Coefficient of variation."""
        return f"CV {spread.cv:g}"


class Normal(Kind):
    """Normal distribution about the mean `value`, of standard deviation `sd`."""

    name = "normal"
    takes = (frozenset({"sd"}),)

    @staticmethod
    def move(spread: Spread, value: Floats, z: Floats, u: Floats) -> Floats:
        """Add sd z."""
        return value + spread.sd * z

    @staticmethod
    def describe(spread: Spread) -> str:
        """Standard deviation."""
        return f"SD {spread.sd:g}"


class LogitNormal(Kind):
    """Logit-normal distribution about the median `value`, a fraction, of standard deviation `sd` on the logit scale."""

    name = "logitnormal"
    takes = (frozenset({"sd"}),)

    @staticmethod
    def move(spread: Spread, value: Floats, z: Floats, u: Floats) -> Floats:
        """Multiply the odds by exp(sd z)."""
        odds = value / (1.0 - value) * np.exp(spread.sd * z)
        return odds / (1.0 + odds)

    @staticmethod
    def describe(spread: Spread) -> str:
        """Standard deviation on the logit scale."""
        return f"logit SD {spread.sd:g}"


class Spike(Kind):
    """Spike and slab: exactly zero with probability `weight`, else log-normal, logit-normal or the value itself."""

    name = "spike"
    takes = (frozenset({"weight"}), frozenset({"weight", "cv"}), frozenset({"weight", "sd"}))

    @staticmethod
    def slab(spread: Spread) -> Spread:
        """Distribution of what is not zero."""
        kind = "lognormal" if spread.cv else "logitnormal" if spread.sd else "fixed"
        return Spread(kind=kind, cv=spread.cv, sd=spread.sd)

    @staticmethod
    def move(spread: Spread, value: Floats, z: Floats, u: Floats) -> Floats:
        """Zero where `u` is below the weight, else a draw from the slab."""
        return np.where(u < spread.weight, 0.0, Spike.slab(spread).apply(value, z, u))

    @staticmethod
    def describe(spread: Spread) -> str:
        """Weight of zero, and the size of the slab."""
        return f"{spread.weight:.0%} exactly 0, else {BY_NAME[Spike.slab(spread).kind].describe(spread) or 'as stated'}"


PRIORS: tuple[type[Kind], ...] = (Fixed, LogNormal, Normal, LogitNormal, Spike)
BY_NAME: dict[str, type[Kind]] = {kind.name: kind for kind in PRIORS}
_NAMES = tuple(BY_NAME)


class Spread(BaseModel):
    """Distribution around a typical value: between-patient variability, or a prior of parameter uncertainty.

    Attributes
    ----------
    kind : str
        Name of one of `PRIORS`.
    cv, sd, weight : float
        Its sizes: coefficient of variation, standard deviation, probability of exactly zero.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal[_NAMES] = "fixed"  # type: ignore[valid-type]
    cv: float = Field(default=0.0, ge=0.0)
    sd: float = Field(default=0.0, ge=0.0)
    weight: float = Field(default=0.0, ge=0.0, le=1.0)

    @model_validator(mode="after")
    def _consistent(self) -> Spread:
        given, takes = (
            {name for name in ("cv", "sd", "weight") if getattr(self, name) > 0},
            BY_NAME[self.kind].takes,
        )
        if given not in takes:
            words = " or ".join(" and ".join(sorted(sizes)) or "nothing" for sizes in takes)
            raise ValueError(f"kind '{self.kind}' takes {words}, got {' and '.join(sorted(given)) or 'nothing'}")
        return self

    @property
    def varies(self) -> bool:
        """True if a draw can differ from the value."""
        return bool(self.kind != Fixed.name)

    def apply(self, value: Floats, z: Floats, u: Floats) -> Floats:
        """Move `value` by standard normal `z`; uniform `u` decides whether a spike is hit."""
        return BY_NAME[self.kind].move(self, value, z, u)

    def quantile(self, value: Floats, q: float) -> Floats:
        """Quantile of probability `q` of the distribution around `value`.

        Examples
        --------
        >>> half = Spread(kind="spike", weight=0.5, cv=1.0)
        >>> [round(float(half.quantile(np.array(2.0), q)), 3) for q in (0.4, 0.75)]
        [0.0, 2.0]
        """
        if self.weight and q <= self.weight:
            return 0.0 * value
        from scipy.special import ndtri

        rest = (q - self.weight) / (1.0 - self.weight)  # weight is 0 but for a spike
        return self.apply(value, np.asarray(ndtri(rest)), np.asarray(1.0))

    def describe(self) -> str:
        """Sizes, abbreviated, for the pages of the model.

        Examples
        --------
        >>> Spread(kind="spike", weight=0.5, cv=1.0).describe()
        '50% exactly 0, else CV 1'
        """
        return BY_NAME[self.kind].describe(self)
