"""Endpoints of a simulated arm as they are published: means and SDs of survivors, and proportions, draw by draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import Observation
from hepatica.outcomes.scores import child_pugh, meld
from hepatica.outcomes.survival import competing_incidence
from hepatica.variables import Direction, Use, VariableKind, used_in, variable, variables

Floats = NDArray[np.float64]


LEARNT_SHARES = tuple(v.name for v in used_in(Use.LIKELIHOOD) if v.kind is VariableKind.PROPORTION)
"""Shares of people that are learnt from."""
_ASKED = used_in(Use.PUBLICATION, Use.PREDICTION)  # simulated only where a publication states them
_SIMULATED = tuple(v for v in variables().values() if Use.LIKELIHOOD in v.uses or v in _ASKED)
PROPORTIONS = tuple(v for v in _SIMULATED if v.kind is VariableKind.PROPORTION)
DIRECTION: Mapping[str, Direction] = {v.name: v.direction for v in PROPORTIONS if v.direction is not None}
"""Direction of every proportion that the model has."""
SHARES = tuple(DIRECTION)
"""Shares of people that the model has; the rest of a publication's shares it does not."""
MEASURED = tuple(v.name for v in used_in(Use.LIKELIHOOD, Use.PUBLICATION) if v.kind is not VariableKind.PROPORTION)
"""Labs and scores measured in people and modelled; their means are those of survivors."""
INFORMING = tuple(v.name for v in used_in(Use.INFORMING))
"""Variables of inflammation and repair whose means at day 0 are learnt from, whatever a population was fitted to."""
OUTPUTS = (
    *(
        v.name
        for v in used_in(Use.LIKELIHOOD)
        if v.kind in (VariableKind.LAB, VariableKind.SIGN) and Use.PREDICTION not in v.uses
    ),
    "death_intensity",
    "transplant_intensity",
    "thrombosis_hazard",
)
"""Outputs of every simulation; `outputs_of` has those that some endpoints need."""
REACTION = "reaction_hazard"  # cumulative hazard of fever by infused cells
DEATHS = ("transplant_free_survival", "death", "survival")  # the first that an arm prints is counted
LONGEST = 1826.0  # day; what is published later than five years is not followed
FEVER_NEEDS_CELLS = "fever is simulated as a reaction to infused cells, not by the disease"
MELD_FALL = 3.0  # from which MELD counts as improved


@dataclass(frozen=True)
class Endpoint:
    """Endpoint of an arm: a variable at a day, as it is or as its change since day 0."""

    variable: str
    time: float
    change: bool = False

    @classmethod
    def of(cls, o: Observation) -> Endpoint:
        """Endpoint that an observation states."""
        return cls(o.variable, o.time, o.kind == "change")

    @property
    def modelled(self) -> bool:
        """True if the model has the variable and follows people for so long."""
        return self.variable in (*SHARES, *MEASURED) and self.time <= LONGEST

    def unpredicted(self, *, cells: bool) -> str:
        """Reason why it cannot be predicted in an arm; empty if it can.

        Examples
        --------
        >>> Endpoint("procollagen_3_peptide", 28.0).unpredicted(cells=True)
        'the model does not have it: collagen is simulated in the liver, its peptides in serum are not'
        """
        if self.variable not in (*SHARES, *MEASURED):
            why = variable(self.variable).unpredicted.get("en", "")
            return "the model does not have it" + (f": {why}" if why else "")
        if self.time > LONGEST:
            return f"later than is followed, {LONGEST:g} days"
        return FEVER_NEEDS_CELLS if self.variable == "fever" and not cells else ""


Lines = Mapping[tuple[str, str, Endpoint], int]
"""Positions of the simulated lines of a plan, by publication, arm and endpoint."""


def endpoints_of(row: Observation | Finding) -> tuple[Endpoint, ...]:
    """Endpoints of a printed row: of its day, or of the first, middle and last where the day is not exact."""
    change = row.of_change if isinstance(row, Finding) else row.kind == "change"
    return tuple(Endpoint(row.variable, day, change) for day in row.days)


def outputs_of(endpoints: Sequence[Endpoint]) -> tuple[str, ...]:
    """Outputs of a simulation of some endpoints: those of every one, and what a publication alone asks for.

    Examples
    --------
    >>> outputs_of([Endpoint("hvpg", 90.0)])[len(OUTPUTS) :]
    ('hvpg',)
    """
    asked = dict.fromkeys(e.variable for e in endpoints)
    labs = (v.name for v in _ASKED if v.name in asked and v.kind is VariableKind.LAB)
    return (*OUTPUTS, *labs, *((REACTION,) if "fever" in asked else ()))


def grid(endpoints: Sequence[Endpoint]) -> Floats:
    """Output times, day: those of endpoints, and enough between them to integrate deaths."""
    steps = ((0.0, 15.0, 1.0), (16.0, 31.0, 2.0), (35.0, 91.0, 5.0), (100.0, 370.0, 10.0), (390.0, LONGEST, 30.0))
    default = np.concatenate([np.arange(*step) for step in steps])
    last = max((w.time for w in endpoints), default=0.0)
    return np.unique(np.concatenate([[0.0], default[default <= last], [w.time for w in endpoints]]))


class ArmEndpoints:
    """Endpoints of every patient of one arm of a Dataset, read as a publication would."""

    def __init__(self, ds: xr.Dataset, arm: int) -> None:
        self.ds, self.arm, self.times = ds, arm, ds["time"].values
        self.dead, self.grafted = competing_incidence(
            self.times, ds["death_intensity"].values[arm], ds["transplant_intensity"].values[arm]
        )
        self.solved = ds["status"].values[arm] == 0

    def _at(self, time: float) -> int:
        return int(np.argmin(np.abs(self.times - time)))

    def values(self, w: Endpoint) -> tuple[Floats, Floats]:
        """Values of the patients and their weights in a mean, both (n,); NaN and 0 where a solve failed."""
        k = self._at(w.time)
        if w.variable in SHARES:
            value, weight = self._share(w.variable, k), np.ones(len(self.solved))
        else:
            value = self._measured(w.variable, k) - (self._measured(w.variable, self._at(0.0)) if w.change else 0.0)
            weight = 1.0 - self.dead[:, k] - self.grafted[:, k]
        good = self.solved & np.isfinite(value) & np.isfinite(weight)
        return np.where(good, value, np.nan), np.where(good, weight, 0.0)

    def _share(self, name: str, k: int) -> Floats:
        if name == "severe_infection":
            first = self.ds["infection_time"].values[self.arm, :, 0]
            free = 1.0 - self.dead - self.grafted
            with np.errstate(invalid="ignore"):
                alive = np.array(
                    [
                        np.interp(t, self.times, row) if np.isfinite(t) else 0.0
                        for t, row in zip(first, free, strict=True)
                    ]
                )
            return np.where(first <= self.times[k], alive, 0.0)
        if name in ("thrombosis", "fever"):
            hazard = "thrombosis_hazard" if name == "thrombosis" else REACTION
            return np.asarray(-np.expm1(-self.ds[hazard].values[self.arm, :, k]))
        if name == "meld_improved_3":
            fall = self._measured("meld", self._at(0.0)) - self._measured("meld", k)
            free = 1.0 - self.dead[:, k] - self.grafted[:, k]
            return np.where(np.isfinite(fall), np.where(fall >= MELD_FALL, free, 0.0), np.nan)
        dead, grafted = self.dead[:, k], self.grafted[:, k]
        return np.asarray(
            {
                "death": dead,
                "survival": 1 - dead,
                "transplanted": grafted,
                "transplant_free_survival": 1 - dead - grafted,
            }[name]
        )

    def _measured(self, name: str, k: int) -> Floats:
        def of(output: str) -> Floats:
            return np.asarray(self.ds[output].values[self.arm, :, k], float)

        if name == "meld":
            sound, (bilirubin, inr, creatinine) = _sound(of("bilirubin"), of("inr"), of("creatinine"))
            return np.where(sound, np.asarray(meld(bilirubin=bilirubin, inr=inr, creatinine=creatinine), float), np.nan)
        if name == "child_pugh":
            sound, (bilirubin, albumin, inr) = _sound(of("bilirubin"), of("albumin"), of("inr"))
            ascites, coma = np.minimum(np.floor(of("ascites")), 2.0), np.clip(np.floor(of("encephalopathy")), 0, 4)
            score = child_pugh(bilirubin=bilirubin, albumin=albumin, inr=inr, ascites=ascites, encephalopathy=coma)
            return np.where(sound, np.asarray(score, float), np.nan)
        sound, (value,) = _sound(of(name))
        return np.where(sound, value, np.nan)


def _sound(*labs: Floats) -> tuple[NDArray[np.bool_], list[Floats]]:
    """Mask of patients whose labs are all positive, and the labs with 1 for the others."""
    sound = np.asarray(np.all([np.isfinite(x) & (x > 0) for x in labs], axis=0))
    return sound, [np.where(sound, x, 1.0) for x in labs]


@dataclass(frozen=True)
class Summary:
    """Summary by draw: mean, SD between people, and sampling variance of the mean; each (draws, endpoints)."""

    mean: Floats
    sd: Floats
    noise: Floats

    @classmethod
    def of(cls, values: Floats, weights: Floats, where: NDArray[np.int64], n: int) -> Summary:
        """Summary of values (people, endpoints) in n groups; NaN where a group has nobody."""
        filled = np.nan_to_num(values)

        def total(x: Floats) -> Floats:
            return np.stack([np.bincount(where, x[:, k], minlength=n) for k in range(x.shape[1])], axis=1)

        with np.errstate(invalid="ignore", divide="ignore"):
            weight = total(weights)
            mean = total(weights * filled) / weight
            away = np.where(weights > 0, filled - mean[where], 0.0)
            people = np.maximum(weight**2 / total(weights**2), 1.0 + 1e-9)
            correction = people / (people - 1.0)
            sd = np.sqrt(total(weights * away**2) / weight * correction)
            noise = total((weights * away) ** 2) / weight**2 * correction
        return cls(mean, sd, noise)

    @classmethod
    def mixed(cls, parts: Sequence[tuple[float, Summary]]) -> Summary:
        """Summary of people from several populations, by their shares."""
        mean = np.sum([w * s.mean for w, s in parts], axis=0)
        square = np.sum([w * (s.sd**2 + s.mean**2) for w, s in parts], axis=0)
        return cls(mean, np.sqrt(np.maximum(square - mean**2, 0.0)), np.sum([w**2 * s.noise for w, s in parts], axis=0))
