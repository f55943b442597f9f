"""Settings and result of the forecast of one person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xarray as xr

from hepatica.errors import InputError
from hepatica.individual.learning.learnt import Learnt
from hepatica.individual.library.candidates import MAX_HORIZON, REGIMENS
from hepatica.individual.library.proposals import Kind
from hepatica.individual.library.store import MAX_SIZE, SIZE
from hepatica.individual.posterior.observations import Observations
from hepatica.individual.posterior.particles import Refined
from hepatica.individual.posterior.posterior import Posterior
from hepatica.individual.prediction.gain import Choice
from hepatica.individual.prediction.risk import Risk
from hepatica.therapy import Regimen

MIN_HORIZON = 2.0


@dataclass(frozen=True, kw_only=True)
class PersonSettings:
    """Settings of a forecast.

    Attributes
    ----------
    horizon : float
        Day to which is forecast, from 2 to five years.
    library : int
        Virtual people.
    kind : Kind or None
        Kind of liver failure; by the record unless given.
    refine : bool
        Particles after the weights: slower, nearer to the person.
    grow : bool
        True doubles the library once where too few of it match.
    posterior : str
        Parameter draws: learnt, prior, or a file.
    regimens : tuple of Regimen
        To compare; the first gives no cells.
    seed : int

    Raises
    ------
    InputError
        If one is out of range.
    """

    horizon: float = 90.0
    library: int = SIZE
    kind: Kind | None = None
    refine: bool = False
    grow: bool = False
    posterior: str = "learnt"
    regimens: tuple[Regimen, ...] = REGIMENS
    seed: int = 1

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not MIN_HORIZON <= self.horizon <= MAX_HORIZON:
            raise InputError("horizon", self.horizon, f"a day from {MIN_HORIZON:g} to {MAX_HORIZON:g}")
        if not 1 <= self.library <= MAX_SIZE:
            raise InputError("library", self.library, f"a number of virtual people from 1 to {MAX_SIZE}")
        if not self.regimens or self.regimens[0].gives_cells or not all(r.gives_cells for r in self.regimens[1:]):
            raise InputError("regimens", len(self.regimens), "standard care first, then regimens that give cells")


@dataclass(frozen=True, kw_only=True)
class PersonForecast:
    """Forecast of one person.

    Attributes
    ----------
    settings : PersonSettings
    kind : Kind
    observations : Observations
        All that is used, cells given before apart.
    posterior : Posterior
        By the weights of labs.
    learnt : Learnt
        What people of the kind taught.
    labs : DataFrame
        Forecast bands (`hepatica.individual.prediction.bands.lab_bands`).
    risk : Risk
        Under standard care, or with the cells given so far.
    risk_with : Risk
        Under the best regimen that gives cells.
    scores : DataFrame
        Published scores beside.
    choice : Choice
        Gains by regimen and the best.
    measurements : DataFrame
        Value of the next measurements.
    shown : int
        Regimen with cells whose course is shown.
    given : Regimen or None
        Cells given before the last lab.
    refined : Refined or None
    neighbours : int
        Virtual people from whom risk and gain are read (`by_scores`); 0 where particles were moved.
    seconds : dict of str to float
        Time of each step.
    provenance : dict
        Model, draws, library, seed and version.
    """

    settings: PersonSettings
    kind: Kind
    observations: Observations
    posterior: Posterior
    learnt: Learnt
    labs: pd.DataFrame
    risk: Risk
    risk_with: Risk
    scores: pd.DataFrame
    choice: Choice
    measurements: pd.DataFrame
    shown: int
    given: Regimen | None = None
    refined: Refined | None = None
    neighbours: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def regimens(self) -> tuple[Regimen, ...]:
        """Regimens that are compared, standard care first."""
        return self.settings.regimens

    @property
    def is_same_model(self) -> bool:
        """True where people taught with the very model that forecasts."""
        return bool(self.learnt.provenance.get("model_hash") == self.provenance["model_hash"])

    def to_xarray(self) -> xr.Dataset:
        """Posterior as a Dataset over candidates (`Posterior.to_xarray`), with provenance and whether people taught."""
        return self.posterior.to_xarray().assign_attrs(self.provenance, calibrated=int(self.learnt.is_calibrated))
