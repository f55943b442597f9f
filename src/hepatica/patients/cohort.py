"""Cohorts: each virtual patient carries one draw of what we do not know and its own deviation from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.model.spread import Spread
from hepatica.model.structure import Model
from hepatica.patients.draws import DrawKey, DrawKind, Draws
from hepatica.patients.population import Covariate, Population
from hepatica.patients.streams import normals, uniforms, uniforms_by_purpose
from hepatica.units import internal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
N_THRESHOLDS = 8
OWNER = "owner"  # of a memo: seed, patients and draws
SPAN = 1_000_000  # candidates that one draw can have


def identity(draw: Ints, k: Ints | int) -> Ints:
    """Identity of candidate k of a draw from the priors.

    Examples
    --------
    >>> identity(np.array([0, 2]), 7).tolist()
    [1000007, 3000007]
    """
    return (draw + 1) * SPAN + k


@dataclass(frozen=True)
class Cohort:
    """Candidates or patients.

    Attributes
    ----------
    model : Model
    population : Population
    seed : int
    patient : (n,) int
        Identity of each, which with the seed decides all of its random numbers.
    draw : (n,) int
        Which draw from the priors each carries.
    pinned : mapping of str to (Spread, float)
        Parameters that stand at this quantile of this spread, around the value used, instead of being drawn.
    known : Draws or None
        What calibration says of each draw; None leaves all to the priors.
    spread : float
        Factor on every deviation between patients, to try the model beyond them.
    floors : mapping of str to float
        Least values of parameters, in internal units, whatever priors and calibration allow.
    memo : dict
        Random numbers by purpose, shared with copies of the same seed, patients and draws.
    """

    model: Model
    population: Population
    seed: int
    patient: Ints
    draw: Ints
    known: Draws | None = None
    pinned: Mapping[str, tuple[Spread, float]] = field(default_factory=dict)
    spread: float = 1.0
    floors: Mapping[str, float] = field(default_factory=dict)
    memo: dict[str, Floats] = field(default_factory=dict, repr=False, compare=False)
    _values: dict[str, Floats] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Drop the random numbers of a copy that has other patients, draws or another seed."""
        own = np.concatenate([[np.uint64(self.seed)], self.patient.astype(np.uint64), self.draw.astype(np.uint64)])
        if not np.array_equal(self.memo.setdefault(OWNER, own), own):
            object.__setattr__(self, "memo", {OWNER: own})

    def covariate(self, name: str) -> Floats:
        """Values of a covariate, in the unit of the population's file."""
        u = self._numbers(uniforms, self.patient, None, f"covariate:{name}", 2)
        return self.population.covariate[name].draw(u[:, 0], u[:, 1])

    def cause(self) -> Ints:
        """Position of each patient's cause among the population's; 0 where it states none."""
        weights = np.cumsum([c.weight for c in self.population.causes] or [1.0])
        u = uniforms(self.seed, self.patient, "cause")[:, 0]
        return np.minimum(np.searchsorted(weights / weights[-1], u, side="right"), len(weights) - 1)

    def onset(self) -> Floats:
        """Days from insult to admission, (n,)."""
        days, which = self.covariate("onset"), self.cause()
        for k, cause in enumerate(self.population.causes):
            if cause.onset is not None:
                days = np.where(which == k, self._drawn(cause.onset, f"onset:{cause.name}"), days)
        return days

    def given(self, what: Literal["insult", "before", "treatment"]) -> dict[str, Floats]:
        """Doses of states and values of controls by name, each (n,); NaN where a patient's cause sets none."""
        which, covariates = self.cause(), {}
        for name, value in getattr(self.population, what).items():
            covariates[name] = self._drawn(value, f"{what}:{name}")
        for k, cause in enumerate(self.population.causes):
            for name, value in getattr(cause, what).items():
                usual = covariates.get(name, np.full(len(which), np.nan))
                covariates[name] = np.where(which == k, self._drawn(value, f"{what}:{name}:{cause.name}"), usual)
        return {name: value * self._learnt_factor(f"{what}.{name}") for name, value in covariates.items()}

    def _learnt_factor(self, quantity: str) -> Floats | float:
        """Factor on one of the population's own quantities that calibration says of each draw; 1 where it says none."""
        return 1.0 if self.known is None else self.known.population_factor(self.population.key, quantity, self.draw)

    def _drawn(self, value: float | Covariate, purpose: str) -> Floats:
        if not isinstance(value, Covariate):
            return np.full(len(self.patient), float(value))
        u = uniforms(self.seed, self.patient, purpose, 2)
        return value.draw(u[:, 0], u[:, 1])

    def under(self, what: Literal["before", "treatment"], parameters: Floats) -> Floats:
        """A copy of `parameters` with the controls of the time before admission, or of the treatment from it on."""
        values, names = parameters.copy(), list(self.model.parameters)
        for name, value in self.given(what).items():
            if name in names:
                k = names.index(name)
                values[:, k] = np.where(np.isnan(value), values[:, k], value)
        return values

    def doses(self, what: Literal["insult", "treatment"]) -> dict[str, Floats]:
        """Amounts added to states at the insult, or at admission, by state, each (n,)."""
        return {name: np.nan_to_num(value) for name, value in self.given(what).items() if name in self.model.states}

    def _numbers(
        self,
        make: Callable[[int, Ints, str, int], Floats],
        subjects: Ints,
        where: Ints | None,
        purpose: str,
        width: int = 1,
    ) -> Floats:
        """Random numbers (n, width), one row a patient, drawn once."""
        if purpose not in self.memo:
            rows = make(self.seed, subjects, purpose, width)
            self.memo[purpose] = rows if where is None else rows[where]
        return self.memo[purpose]

    def _draw_ahead(self) -> None:
        """All random numbers of parameters at once, to `memo`: a call for each would take longer than the numbers."""
        draws, where = np.unique(self.draw, return_inverse=True)
        known = set() if self.known is None else {(k.kind, k.name) for k in self.known.columns}
        normal, uniform, between = [], [], []
        for name, parameter in self.model.parameters.items():
            entry, fitted = parameter.entry, self.population.fitted.get(name)
            if name in self.population.covariate:
                continue
            if entry.prior.varies and name not in self.pinned:
                normal += [f"prior:{name}"] * ((DrawKind.COORDINATE, name) not in known)
                uniform += [f"spike:{name}"] * ((DrawKind.SPIKE, name) not in known)
            if (entry.between if fitted is None or fitted.between is None else fitted.between).varies:
                between.append(f"between:{name}")
        for purposes, subjects, rows, to in (
            (normal, draws, where, ndtri),
            (uniform, draws, where, np.asarray),
            (between, self.patient, slice(None), ndtri),
        ):
            new = [p for p in purposes if p not in self.memo]
            numbers = to(uniforms_by_purpose(self.seed, subjects, new))
            self.memo.update((p, row[rows, None]) for p, row in zip(new, numbers, strict=True))

    def parameters(self, hypothesis: str = "") -> Floats:
        """Parameters (n, n_parameters) in internal units, in the model's order."""
        if hypothesis not in self._values:
            self._values[hypothesis] = self._parameters(hypothesis)
        return self._values[hypothesis].copy()

    def _parameters(self, hypothesis: str) -> Floats:
        n = len(self.patient)
        columns = []
        self._draw_ahead()
        places = self._places_by_name(hypothesis)
        scale = self.spread * (np.ones(n) if self.known is None else self.known.factor(self.draw))
        for name, parameter in self.model.parameters.items():
            if name in self.population.covariate:
                columns.append(self.covariate(name) * internal(self.population.covariate[name].unit)[0])
                continue
            entry, fitted = parameter.entry, self.population.fitted.get(name)
            value = np.full(n, parameter.under(hypothesis) if fitted is None else fitted.value)
            if fitted is not None:
                value = value * self._learnt_factor(f"fitted.{name}")
            between = entry.between if fitted is None or fitted.between is None else fitted.between
            if name in self.pinned:
                spread, quantile = self.pinned[name]
                value = spread.quantile(value, quantile)
            elif entry.prior.varies:
                value = entry.prior.apply(value, *places(name))
            if between.varies:
                z = self._numbers(normals, self.patient, None, f"between:{name}")[:, 0]
                value = between.apply(value, scale * z, np.ones(n))
            columns.append(np.maximum(value, self.floors[name]) if name in self.floors else value)
        return np.stack(columns, axis=1)

    def _places_by_name(self, hypothesis: str) -> Callable[[str], tuple[Floats, Floats]]:
        """Standardised prior coordinates of each patient's draw: a normal number, and a uniform one for spikes."""
        draws, where = np.unique(self.draw, return_inverse=True)

        def places(name: str) -> tuple[Floats, Floats]:
            pair = []
            for kind, purpose, make in ((DrawKind.COORDINATE, "prior", normals), (DrawKind.SPIKE, "spike", uniforms)):
                known = None if self.known is None else self.known.of(DrawKey(kind, name, hypothesis), self.draw)
                pair.append(self._numbers(make, draws, where, f"{purpose}:{name}")[:, 0] if known is None else known)
            return pair[0], pair[1]

        return places

    def prior_values(self, hypothesis: str = "") -> dict[str, Floats]:
        """Value of every parameter with a prior in each patient's draw, without between-patient variability."""
        out, places = {}, self._places_by_name(hypothesis)
        self._draw_ahead()
        for name, parameter in self.model.parameters.items():
            if parameter.entry.prior.varies and name not in self.population.covariate:
                value = np.full(len(self.draw), parameter.value)
                out[name] = parameter.entry.prior.apply(value, *places(name))
        return out

    def thresholds(self) -> Floats:
        """Exp(1) increments of each threshold event, shared by arms, shape (n, events, 8)."""
        rows = [
            -np.log1p(-uniforms(self.seed, self.patient, f"threshold:{t.name}", N_THRESHOLDS))
            for t in self.model.thresholds
        ]
        return np.stack(rows, axis=1) if rows else np.zeros((len(self.patient), 0, N_THRESHOLDS))

    def take(self, which: Ints) -> Cohort:
        """Some of the patients."""
        memo = {name: rows[which] for name, rows in list(self.memo.items()) if name != OWNER}
        some = replace(self, patient=self.patient[which], draw=self.draw[which], memo=memo)
        some._values.update((name, rows[which]) for name, rows in list(self._values.items()))
        return some
