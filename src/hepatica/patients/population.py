"""Virtual populations: distributions of covariates and insults, and criteria of inclusion."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.special import ndtr, ndtri

from hepatica.json_schema import describe_keys, one_of
from hepatica.model.spread import Spread

Floats = NDArray[np.float64]
CHECKED = ConfigDict(extra="forbid", frozen=True, json_schema_extra=describe_keys)


def _without_default(schema: dict[str, Any]) -> None:
    """JSON has no infinity."""
    schema.pop("default", None)


class Component(BaseModel):
    """One part of a covariate's distribution; truncated at `low` and `high` where given.

    A `lognormal` part has a `median` and a coefficient of variation `cv`.

    Attributes
    ----------
    kind : {"uniform", "normal", "lognormal", "constant"}
        Of the distribution.
    weight : float
        Share of patients, relative to the weights of the other parts.
    mean, sd : float
        Of a normal part, in the covariate's unit; a constant part is its mean.
    low, high : float
        Ends of the range, in the covariate's unit; a uniform part needs both.
    median, cv : float
        Of a lognormal part: median in the covariate's unit, and coefficient of variation.
    """

    model_config = CHECKED
    kind: Literal["uniform", "normal", "lognormal", "constant"]
    weight: float = Field(default=1.0, gt=0)
    mean: float = 0.0
    sd: float = Field(default=0.0, ge=0)
    low: float = Field(default=-np.inf, json_schema_extra=_without_default)
    high: float = Field(default=np.inf, json_schema_extra=_without_default)
    median: float = Field(default=0.0, ge=0)
    cv: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _makes_sense(self) -> Component:
        if (self.kind == "lognormal") != (self.median > 0) or (self.median > 0) != (self.cv > 0):
            raise ValueError("a lognormal part, and no other, needs a median and a cv above 0")
        if self.low >= self.high or (self.kind == "uniform" and not np.isfinite(self.high - self.low)):
            raise ValueError("low must be below high, and a uniform needs both")
        return self

    def of(self, u: Floats) -> Floats:
        """Value at quantile `u`."""
        if self.kind == "uniform":
            return self.low + u * (self.high - self.low)
        if self.kind == "constant":
            return np.full_like(u, self.mean)
        if self.kind == "lognormal":
            inside: Floats = ndtri(np.clip(u, 1e-6, 1 - 1e-6))
            drawn: Floats = self.median * np.exp(np.sqrt(np.log1p(self.cv**2)) * inside)
            return drawn.clip(self.low, self.high)
        if self.sd == 0:
            return np.clip(np.full_like(u, self.mean), self.low, self.high)
        below, above = (ndtr((end - self.mean) / self.sd) for end in (self.low, self.high))
        standard: Floats = ndtri(np.clip(below + u * (above - below), 1e-15, 1 - 1e-15))
        return self.mean + self.sd * standard


class Sourced(BaseModel):
    """Statement of a table with its source (`cite`), or with the reason for which it is assumed.

    Attributes
    ----------
    cite : str
        Source: a key of the bibliography that ships, a comma and the place in it; several with semicolons.
    reason : str
        Why it is assumed, where there is no source.
    """

    model_config = CHECKED
    cite: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        if not (self.cite or self.reason):
            raise ValueError("needs cite or reason")
        return self


class Covariate(Sourced):
    """Distribution of a covariate over patients, with its source or reason.

    Attributes
    ----------
    unit : str
        That of the model, or one that converts to it; "" of a share.
    parts : tuple of Component
        Each patient is of one of these, by weight.
    """

    unit: str
    parts: tuple[Component, ...] = Field(min_length=1)

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
    """A parameter of the model that belongs to this population: one of `OWN`.

    Attributes
    ----------
    value : float
        In internal units, where times are in days.
    between : Spread or None
        Distribution over patients about it; that of the model's table unless given.
    reason : str
        Where the value comes from.
    """

    model_config = CHECKED
    value: float
    between: Spread | None = None
    reason: str


class Limits(BaseModel):
    """A range of an admission value that is plausible for the population.

    Attributes
    ----------
    low, high : float
        Least and largest value that is admitted.
    unit : str
        That of the model.
    reason : str
        Of the range.
    """

    model_config = CHECKED
    low: float
    high: float
    unit: str
    reason: str


class Published(BaseModel):
    """An arm of a publication; of all its variables, or of those named.

    Attributes
    ----------
    publication : str
        Key of `hepatica evidence`.
    arm : str
        Id of one of its arms that was given no cells.
    variables : tuple of str
        Variables that count; all unless given.
    """

    model_config = CHECKED
    publication: str
    arm: str
    variables: tuple[str, ...] = ()


class Moved(BaseModel):
    """A quantity of the population's own that the joint fit moves: ``<table>.<name>``, and what it answers to.

    Attributes
    ----------
    quantity : str
        ``fitted.x``, ``insult.x`` or ``before.x`` of this population.
    tolerance : float
        SD of the logarithm of the factor by which it may move.
    why : str
        What it answers to.
    """

    model_config = CHECKED
    quantity: str = Field(pattern=r"^(fitted|insult|before)\.[a-z_0-9]+$")
    tolerance: float = Field(default=0.5, gt=0)
    why: str


class Fit(BaseModel):
    """Fit of the untreated population: its parameters and the data that they are fitted to.

    Constants of human biology move for all populations together (`experiments/joint_fit.py`).

    Attributes
    ----------
    targets, deaths : tuple of Published
        Labs at entry and later; deaths and transplants by day.
    moved : tuple of Moved
        Quantities of the population's own that the labs move.
    """

    model_config = CHECKED
    targets: tuple[Published, ...] = ()
    deaths: tuple[Published, ...] = ()
    moved: tuple[Moved, ...] = ()


OWN = {
    "effector_lifetime": "duration of the insult",
    "effector_maturing": "duration of the insult",
    "antigen_is_drug": "mechanism of the insult",
    "ducts_lost": "background",
    "albumin_target": "care",
}
"""Parameters of the model that a population may set, each with its kind; all others are constants of human biology."""
CARE = frozenset({"albumin_infused", "antiviral", "corticosteroid"})
"""Controls set before admission that are care."""
MOST_OWN = 8  # quantities that are a population's own, at most


class Cause(Sourced):
    """One of the reasons why patients of a population fall ill; each patient has one, drawn by weight.

    Attributes
    ----------
    name : str
        Of the cause.
    weight : float
        Share of patients, relative to the weights of the other causes.
    insult, before, treatment : dict of str to float or Covariate
        On top of the population's.
    onset : Covariate or None
        Days from insult to admission, in place of the population's.
    """

    name: str
    weight: float = Field(gt=0)
    insult: dict[str, float | Covariate] = Field(default_factory=dict)
    before: dict[str, float | Covariate] = Field(default_factory=dict)
    treatment: dict[str, float | Covariate] = Field(default_factory=dict)
    onset: Covariate | None = None


class Aliases(BaseModel):
    """Words of a publication's disease or title that mean a population, in small letters.

    Attributes
    ----------
    any : tuple of str
        Words in small letters, of which one must stand in the text.
    also : tuple of str
        Words in small letters, of which one must stand in the text too, where there are some.
    order : float
        The population with the lowest order that fits counts.
    """

    model_config = CHECKED
    any: tuple[str, ...] = Field(min_length=1)
    also: tuple[str, ...] = ()
    order: float = 100.0

    def fit(self, text: str) -> bool:
        """True where the words stand in a text, in any case.

        Examples
        --------
        >>> Aliases(any=["hbv"], also=["aclf", "liver failure"]).fit("HBV-related ACLF")
        True
        """
        low = text.lower()
        return any(w in low for w in self.any) and (not self.also or any(w in low for w in self.also))


class Population(BaseModel):
    """A population of patients, read from ``patients/populations/<key>.toml`` or a file of the user's own.

    Attributes
    ----------
    key : str
        Name in small letters, digits and underscores; of an own file, one that no shipped population has.
    like : str
        Shipped population from which whatever is not stated here is taken; "" for none.
    title, title_zh : str
        In English and in Chinese.
    aliases : Aliases or None
        Words of a publication that mean this population.
    note : str
        Who these patients are, and where the numbers come from.
    extrapolation, extrapolation_zh : str
        Why every answer is an extrapolation, in both languages or in none.
    baseline, baseline_arm : str
        Key of `hepatica evidence`, and id of an arm without cells, beside which labs at admission are shown.
    shown : tuple of str
        Publications whose survival the report shows.
    external_cohorts : tuple of Published
        Cohorts without cells, shown beside the simulated deaths.
    background_years : float
        Years of the chronic disease before the insult.
    covariate : dict of str to Covariate
        Properties of a patient: age, body_weight, cirrhosis, onset (days from insult to admission), and female.
    fitted : dict of str to Fitted
        Parameters of the model that are this population's own.
    before : dict of str to float or Covariate
        Controls of the model between insult and admission: a number, or a distribution over patients.
    treatment : dict of str to float or Covariate
        Controls from admission on, or a state that is dosed once, at admission.
    insult : dict of str to float or Covariate
        States that are dosed at the onset.
    causes : tuple of Cause
        Reasons of the illness, of which each patient has one.
    inclusion : dict of str to Limits
        Ranges of labs at admission, within which a patient is admitted.
    fit : Fit
        Data to which the untreated population is fitted.
    """

    model_config = CHECKED
    key: str
    like: str = ""
    title: str
    title_zh: str
    aliases: Aliases | None = None
    note: str = ""
    extrapolation: str = ""
    extrapolation_zh: str = ""
    baseline: str
    baseline_arm: str
    shown: tuple[str, ...] = ()
    external_cohorts: tuple[Published, ...] = ()
    background_years: float = Field(gt=0)
    covariate: dict[str, Covariate]
    fitted: dict[str, Fitted] = Field(
        default_factory=dict, json_schema_extra=lambda s: s.update(propertyNames=one_of(OWN))
    )
    before: dict[str, float | Covariate] = Field(default_factory=dict)
    treatment: dict[str, float | Covariate] = Field(default_factory=dict)
    insult: dict[str, float | Covariate] = Field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    inclusion: dict[str, Limits]
    fit: Fit

    @model_validator(mode="after")
    def _both_languages(self) -> Population:
        if bool(self.extrapolation) != bool(self.extrapolation_zh):
            raise ValueError("needs extrapolation and extrapolation_zh together")
        return self

    @model_validator(mode="after")
    def _sets_no_biology(self) -> Population:
        if foreign := [n for n in self.fitted if n not in OWN]:
            raise ValueError(
                f"'{foreign[0]}' is a constant of human biology, the same for everybody; a population may set "
                f"{', '.join(OWN)}, its insults, its background and its care"
            )
        if len(self.own) > MOST_OWN:
            raise ValueError(
                f"{len(self.own)} quantities of its own, of which {MOST_OWN} are allowed: {', '.join(self.own)}"
            )
        return self

    @property
    def own(self) -> tuple[str, ...]:
        """Quantities of its own, each once: background, and size, duration and mechanism of insults.

        Care that is given and not chosen to fit, age, sex and weight are stated by publications and do not count.
        """
        tables = [self.insult, self.before, *(t for c in self.causes for t in (c.insult, c.before))]
        names = [*self.fitted, *(n for t in tables for n in t if n not in CARE), "cirrhosis", "onset"]
        names += [f"onset of {c.name}" for c in self.causes if c.onset is not None]
        names += [n for n in ("transplant_rate",) if n in self.treatment]
        return tuple(dict.fromkeys(names))

    @property
    def longest_onset(self) -> float:
        """Longest time from insult to admission that can be drawn, day."""
        own = [c.onset for c in self.causes if c.onset is not None]
        return max(c.largest for c in (self.covariate["onset"], *own))

    @property
    def publications(self) -> tuple[str, ...]:
        """Keys of the publications it rests on or is set beside, each once."""
        rows = (*self.fit.targets, *self.fit.deaths, *self.external_cohorts)
        return tuple(dict.fromkeys((self.baseline, *(p.publication for p in rows), *self.shown)))
