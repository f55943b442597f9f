"""Populations as data: who the patients are, how they fell ill, and who is admitted."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError
from hepatica.model.parameters import Spread

Floats = NDArray[np.float64]


class Component(BaseModel):
    """One part of a covariate's distribution; truncated at `low` and `high` where given."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["uniform", "normal", "constant"]
    weight: float = Field(default=1.0, gt=0)
    mean: float = 0.0
    sd: float = Field(default=0.0, ge=0)
    low: float = -np.inf
    high: float = np.inf

    @model_validator(mode="after")
    def _makes_sense(self) -> Component:
        if self.low >= self.high or (self.kind == "uniform" and not np.isfinite(self.high - self.low)):
            raise ValueError("low must be below high, and a uniform needs both")
        return self

    def of(self, u: Floats) -> Floats:
        """Value at quantile `u`."""
        if self.kind == "uniform":
            return self.low + u * (self.high - self.low)
        if self.kind == "constant":
            return np.full_like(u, self.mean)
        if self.sd == 0:
            return np.clip(np.full_like(u, self.mean), self.low, self.high)
        below, above = (ndtr((end - self.mean) / self.sd) for end in (self.low, self.high))
        return self.mean + self.sd * ndtri(np.clip(below + u * (above - below), 1e-15, 1 - 1e-15))


class Covariate(BaseModel):
    """How a property of patients is distributed, with its source or reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: str
    parts: tuple[Component, ...] = Field(min_length=1)
    cite: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _sourced(self) -> Covariate:
        if not (self.cite or self.reason):
            raise ValueError("needs cite or reason")
        return self

    @property
    def largest(self) -> float:
        """Largest value that can be drawn."""
        return max(float(p.of(np.ones(1))[0]) for p in self.parts)

    def draw(self, which: Floats, u: Floats) -> Floats:
        """Values for uniform `which` (component) and `u` (place in it)."""
        edges = np.cumsum([p.weight for p in self.parts]) / sum(p.weight for p in self.parts)
        chosen = np.minimum(np.searchsorted(edges, which, side="right"), len(self.parts) - 1)
        values = np.stack([p.of(u) for p in self.parts])
        return np.asarray(values[chosen, np.arange(len(u))], float)


class Fitted(BaseModel):
    """A model parameter whose typical value or spread belongs to this population."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    value: float
    between: Spread | None = None
    reason: str


class Limits(BaseModel):
    """A range of an admission value that is plausible for the population."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    low: float
    high: float
    unit: str
    reason: str


class Population(BaseModel):
    """A population of patients, read from ``patients/populations/<key>.toml``.

    `before` and `treatment` set controls of the model between insult and admission, and from admission on.
    `fitted` values are in internal units (days). `covariate` may name any
    model parameter, and `onset` (days from insult to admission) and `female`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    title: str
    title_zh: str
    note: str = ""
    extrapolation: str = ""
    baseline: str
    baseline_arm: str
    shown: tuple[str, ...] = ()
    background_years: float = Field(gt=0)
    covariate: dict[str, Covariate]
    fitted: dict[str, Fitted] = Field(default_factory=dict)
    before: dict[str, float] = Field(default_factory=dict)
    treatment: dict[str, float] = Field(default_factory=dict)
    insult: dict[str, float]
    inclusion: dict[str, Limits]


def populations() -> tuple[str, ...]:
    """Keys of the populations that ship."""
    folder = files("hepatica.patients") / "populations"
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


def load_population(key: str) -> Population:
    """Read a population that ships.

    Examples
    --------
    >>> load_population("hbv_aclf").baseline
    'alss2019'
    """
    if key not in populations():
        raise InputError("population", key, f"one of {', '.join(populations())}")
    text = (files("hepatica.patients") / "populations" / f"{key}.toml").read_text(encoding="utf-8")
    try:
        return Population(**tomllib.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"population {key}: {'.'.join(map(str, first['loc']))}", first.get("input"), first["msg"]) from error
