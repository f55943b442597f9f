"""Block of simulated trials: who is randomised when and to what, and what happens to each patient and when.

Every fate comes from a keyed stream: ``event:<cause>`` for each cause of the native liver's end, their minimum taken,
``event:<name>`` for other events, and so on. A patient's threshold is the same in every arm unless the coupling says
otherwise, so that designs and arms are compared on common random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.bank.build import Bank
from hepatica.trials.bank.outcomes import PotentialOutcomes
from hepatica.trials.bank.plan import DEATHS, TRANSPLANT
from hepatica.trials.definition.design_tables import MONTH
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.conduct.accrual import arrivals
from hepatica.trials.virtual.conduct.allocation import allocate, strata_of
from hepatica.trials.virtual.conduct.events import couple, crossing_times, first_event
from hepatica.trials.virtual.conduct.population import Eligible, sample
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth, conduct
from hepatica.trials.virtual.conduct.streams import WIDTH, exponentials, gammas, normals, uniforms

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
INFECTION = "infection"


class Adapted(NamedTuple):
    """Part of the conduct that an adaptive design has changed, (trial, patient) each; None where it is as planned.

    Attributes
    ----------
    arm : array of int
        Arm.
    entry : array of float
        Day of randomisation; inf for a patient who is not randomised.
    who : array of int
        Place in the bank.
    """

    arm: Ints | None = None
    entry: Floats | None = None
    who: Ints | None = None


@dataclass(frozen=True)
class TrialBlock:
    """Block of simulated trials, arrays (trial, patient) with patients in order of arrival; times since randomisation.

    Attributes
    ----------
    trial : Trial
    scenario : Scenario
    bank : Bank
    eligible : Eligible
    block : int
    patients : int
        Of each trial.
    adapted : Adapted
        Changes by an adaptive design.
    """

    trial: Trial
    scenario: Scenario
    bank: Bank = field(repr=False)
    eligible: Eligible = field(repr=False)
    block: int
    patients: int
    adapted: Adapted = field(default=Adapted(), repr=False)

    @cached_property
    def plan(self) -> Trial:
        """Trial as it is conducted in this scenario."""
        return conduct(self.trial, self.scenario)

    @property
    def outcomes(self) -> PotentialOutcomes:
        """Potential outcomes of the hypothesis."""
        return self.bank.outcomes[self.scenario.hypothesis]

    @cached_property
    def _sampled(self) -> tuple[Ints, Ints]:
        drawn = self.scenario.truth is not Truth.AVERAGE
        return sample(self.eligible, self.patients, self.trial.seed, self.block, by_draw=drawn)

    @property
    def who(self) -> Ints:
        """Places of the patients in the bank."""
        return self._sampled[0] if self.adapted.who is None else self.adapted.who

    @property
    def draw_row(self) -> Ints:
        """Row of each trial's draw, (trial,); -1 where draws are mixed."""
        return self._sampled[1]

    @cached_property
    def _arrivals(self) -> tuple[Floats, Ints]:
        return arrivals(self.trial.centre, self.patients, self.trial.seed, self.block)

    @property
    def entry(self) -> Floats:
        """Day of randomisation."""
        return self._arrivals[0] if self.adapted.entry is None else self.adapted.entry

    @property
    def centre(self) -> Ints:
        """Centre."""
        return self._arrivals[1]

    @cached_property
    def factors(self) -> Ints:
        """Levels of the stratification factors, (trial, patient, factor)."""
        levels = [
            self.centre if f is None else f(self.bank.baseline)[self.who].astype(np.int64)
            for f in self.trial.randomisation.factors()
        ]
        return np.stack(levels, axis=-1) if levels else np.zeros((WIDTH, self.patients, 0), np.int64)

    @cached_property
    def strata(self) -> Ints:
        """Number of the stratum."""
        return strata_of(self.factors)

    @cached_property
    def arm(self) -> Ints:
        """Arm of the trial, 0 the control."""
        if self.adapted.arm is not None:
            return self.adapted.arm
        return allocate(self.trial.randomisation.scheme(self.trial.ratio), self.factors, self.trial.seed, self.block)

    @cached_property
    def shortfall(self) -> Ints:
        """Place of the delivered share: 0 all of the dose, k the k-th share of `batches`; by arm, lot after lot."""
        batches = self.plan.batches
        level = np.zeros(self.arm.shape, np.int64)
        if not batches.shares:
            return level
        edges = np.cumsum(batches.chances)
        for a, table in enumerate(self.trial.arm):
            if table.dose is not None:
                here = self.arm == a
                lot = np.maximum(np.cumsum(here, axis=1) - 1, 0) // batches.patients
                u = uniforms(self.trial.seed, f"lot:{a}", self.block, self.patients)
                drawn = np.searchsorted(edges, u, side="right")
                of_lot = np.where(drawn < len(edges), drawn + 1, 0)
                level = np.where(here, np.take_along_axis(of_lot, lot, axis=1), level)
        return level

    @cached_property
    def row(self) -> Ints:
        """Row of the bank's arrays (regimen x patient) that holds each patient's outcomes."""
        arms = self.trial.arms()
        if self.scenario.truth is Truth.NULL:
            return np.asarray(self.bank.regimen(arms[0][0]) * len(self.bank.draw) + self.who)
        most = max(len(shares) for shares in arms)
        table = np.array([[self.bank.regimen(shares[min(k, len(shares) - 1)]) for k in range(most)] for shares in arms])
        return np.asarray(table[self.arm, self.shortfall] * len(self.bank.draw) + self.who)

    @cached_property
    def log_hazard(self) -> Floats:
        """Deviation of the log hazard of deaths: of the trial, of its arms with cells, and of the patient."""
        v, seed = self.plan.variation, self.trial.seed
        shift = np.zeros((WIDTH, self.patients))
        if self.scenario.truth is not Truth.AVERAGE:
            shift += v.between_trials * normals(seed, "trial", self.block, 1)
        if self.scenario.truth is Truth.DRAWN:
            treated = np.array([a.dose is not None for a in self.trial.arm])[self.arm]
            shift += v.effect_between_trials * normals(seed, "trial:effect", self.block, 1) * treated
        if v.frailty:
            shift += np.log(gammas(seed, "frailty", self.block, self.patients, v.frailty))
        return shift

    def threshold(self, name: str) -> Singles:
        """Exp(1) threshold of an event, by the coupling of a patient's fates across arms.

        Parameters
        ----------
        name : str
            Of the event.
        """
        v, seed = self.trial.variation, self.trial.seed
        common = exponentials(seed, f"event:{name}", self.block, self.patients)
        if v.coupling == "shared":
            return common
        own = common
        for a in range(1, len(self.trial.arm)):
            other = exponentials(seed, f"event:{name}:{a}", self.block, self.patients)
            own = np.where(self.arm == a, couple(common, other, v.correlation if v.coupling == "copula" else 0.0), own)
        return np.asarray(own, np.float32)

    def crossing(self, name: str, log_hazard: Floats | None = None) -> Singles:
        """Day of an event whose cumulative hazard the bank keeps.

        Parameters
        ----------
        name : str
            One of `HAZARDS`.
        log_hazard : (trial, patient), optional
            Deviation of the log hazard.
        """
        threshold = self.threshold(name)
        if log_hazard is not None and log_hazard.any():
            threshold = threshold * np.exp(-log_hazard).astype(np.float32)
        hazard = self.outcomes.hazards[name]
        return crossing_times(hazard.reshape(-1, hazard.shape[-1]), self.row, threshold)

    @cached_property
    def native_end(self) -> tuple[Singles, NDArray[np.int8]]:
        """Death or transplant, the first of them, and its place in `DEATHS`; len(DEATHS) for transplant, -1 none."""
        times = [self.crossing(cause, self.log_hazard) for cause in DEATHS]
        if self.scenario.transplants:
            times.append(self.crossing(TRANSPLANT))
        return first_event(times)

    @cached_property
    def transplant(self) -> Singles:
        """Day of transplant; inf for none."""
        when, which = self.native_end
        return np.where(which == len(DEATHS), when, np.inf).astype(np.float32)

    @cached_property
    def death(self) -> Singles:
        """Day of death, after a transplant at its own constant rate; inf for none within the bank's days."""
        when, which = self.native_end
        after = np.full(when.shape, np.inf, np.float32)
        rate = self.trial.variation.death_after_transplant / 365.25
        grafted = which == len(DEATHS)
        if rate > 0 and grafted.any():
            wait = exponentials(self.trial.seed, "event:death_after_transplant", self.block, self.patients) / rate
            after = np.where(grafted, when + wait, np.inf).astype(np.float32)
        return np.where(grafted, after, when).astype(np.float32)

    @cached_property
    def dropout(self) -> Singles:
        """Day of drop-out; inf for none."""
        d = self.plan.dropout
        if d.per_month == 0:
            return np.full(self.who.shape, np.inf, np.float32)
        threshold = exponentials(self.trial.seed, "dropout", self.block, self.patients)
        rate = d.per_month / MONTH
        if not d.by or d.slope == 0:
            return np.asarray(threshold / rate, np.float32)
        return crossing_times(self._dropout_hazard(rate), self.row, threshold)

    def _dropout_hazard(self, rate: float) -> Singles:
        """Cumulative intensity of drop-out by the state of each patient of the bank under each regimen, (row, day)."""
        d = self.plan.dropout
        lab = self.outcomes.labs[d.by]
        daily = rate * np.exp(np.clip(d.slope * (lab - d.at), -20, 20))
        total = np.zeros(lab.shape, np.float32)
        np.cumsum(0.5 * (daily[..., 1:] + daily[..., :-1]), axis=-1, out=total[..., 1:])
        return total.reshape(-1, lab.shape[-1])

    def event(self, name: str) -> Singles:
        """Day of an event that ends nothing: the first severe infection, or one of `RECURRENT`; inf for none.

        Parameters
        ----------
        name : str
            Of the event.
        """
        if name == INFECTION:
            return np.asarray(self.outcomes.infection.ravel()[self.row], np.float32)
        return self.crossing(name)

    def latent(self, lab: str, day: float) -> Floats:
        """Latent value of a lab on a day, by straight lines between days.

        Parameters
        ----------
        lab : str
            Kept by the bank.
        day : float
            Since randomisation.
        """
        values = self.outcomes.labs[lab]
        flat, first = values.reshape(-1, values.shape[-1]), int(np.floor(day))
        low = flat[self.row, first].astype(float)
        return np.asarray(low if day == first else low + (day - first) * (flat[self.row, first + 1] - low))
