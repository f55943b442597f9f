"""Endpoints of a block of trials: event times and values as the strategies for intercurrent events make them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE
from hepatica.trials.definition.endpoint import ALIVE, UTILITY, Endpoint, Kind
from hepatica.trials.definition.estimand import Event, Strategy
from hepatica.trials.definition.latent import ERRORS
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.measurement import Measurements
from hepatica.trials.virtual.conduct.streams import normals

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
CENSORING = (Strategy.HYPOTHETICAL, Strategy.WHILE_ALIVE, Strategy.PRINCIPAL_STRATUM)
LARGEST = 1e300


class History(NamedTuple):
    """Time to event of a block, (trial, patient): time -1 for those who are not analysed."""

    time: Floats
    event: Bools


class Values(NamedTuple):
    """Values of a block, (trial, patient): of the visit and of baseline, and who has one; -inf is worse than any."""

    value: Floats
    baseline: Floats
    present: Bools


@dataclass(frozen=True)
class EndpointData:
    """Data of endpoints of a block of trials.

    Attributes
    ----------
    block : TrialBlock
    measurements : Measurements
    """

    block: TrialBlock = field(repr=False)
    measurements: Measurements = field(repr=False)

    @classmethod
    def of(cls, block: TrialBlock) -> EndpointData:
        """Data of a block.

        Parameters
        ----------
        block : TrialBlock
            Any.
        """
        return cls(block, Measurements(block))

    def _strategy(self, endpoint: Endpoint, event: Event) -> Strategy:
        return endpoint.strategy(event, self.block.trial.estimand)

    def excluded(self, endpoint: Endpoint) -> Bools:
        """Patients left out: those whose lot fell short, where that is handled as hypothetical.

        Parameters
        ----------
        endpoint : Endpoint
            Of the trial.
        """
        if self._strategy(endpoint, Event.SHORTFALL) is Strategy.HYPOTHETICAL:
            return self.block.shortfall > 0
        return np.zeros(self.block.who.shape, bool)

    def history(self, endpoint: Endpoint, *, until: Floats | None = None) -> History:
        """Time to event with its censoring.

        Parameters
        ----------
        endpoint : Endpoint
            Of a time to event.
        until : (trial, patient), optional
            Day, since randomisation, up to which each is followed at a look; negative for those not yet randomised.
        """
        b = self.block
        end = np.minimum(b.dropout, endpoint.visit(b.trial.follow_up)).astype(float)
        if until is not None:
            end = np.minimum(end, until)
        happens = np.asarray(self._first(endpoint), float)
        for when, strategy in self._intercurrent(endpoint):
            if strategy is Strategy.COMPOSITE:
                happens = np.minimum(happens, when)
            elif strategy in CENSORING:
                end = np.minimum(end, when)
        time = np.where(self.excluded(endpoint), -1.0, np.minimum(happens, end))
        return History(np.where(end < 0, -1.0, time), (happens <= end) & (time >= 0))

    def _first(self, endpoint: Endpoint) -> NDArray[np.floating]:
        """Day of the endpoint's own event."""
        if endpoint.kind is Kind.SURVIVAL:
            return self.block.death
        if endpoint.kind is Kind.TRANSPLANT_FREE:
            return self.block.native_end[0]
        return self.block.event(endpoint.kind.value)

    def _intercurrent(self, endpoint: Endpoint) -> list[tuple[NDArray[np.floating], Strategy]]:
        """Days of intercurrent events with their strategies."""
        b = self.block
        rows: list[tuple[NDArray[np.floating], Strategy]] = []
        graft = self._strategy(endpoint, Event.TRANSPLANT)
        if endpoint.kind not in (Kind.SURVIVAL, Kind.TRANSPLANT_FREE):
            death = self._strategy(endpoint, Event.DEATH)
            rows.append((b.death, death))
            if graft is Strategy.TREATMENT_POLICY:  # the model follows the native liver alone
                graft = Strategy.HYPOTHETICAL
        if endpoint.kind is not Kind.TRANSPLANT_FREE:
            rows.append((b.transplant, graft))
        if b.trial.rescue is not None and self._strategy(endpoint, Event.RESCUE) is not Strategy.TREATMENT_POLICY:
            rows.append((self.measurements.rescue, self._strategy(endpoint, Event.RESCUE)))
        return rows

    def values(self, endpoint: Endpoint) -> Values:
        """Values at the visit, higher as they are measured; -inf or inf marks a patient worse off than any value.

        Parameters
        ----------
        endpoint : Endpoint
            Of kind lab, days or hierarchical.
        """
        if endpoint.kind is Kind.DAYS:
            return self._days(endpoint)
        b, m, day = self.block, self.measurements, endpoint.visit(self.block.trial.follow_up)
        death, graft = self._strategy(endpoint, Event.DEATH), self._strategy(endpoint, Event.TRANSPLANT)
        value = m.last_before(endpoint.lab, day) if death is Strategy.WHILE_ALIVE else m.observed(endpoint.lab, day)
        seen = m.observed(endpoint.lab, day)
        dead, grafted = b.death <= day, b.transplant <= day
        lost = np.isnan(seen) & ~dead & ~grafted
        value = np.where(lost, np.nan, value)
        if ERRORS[endpoint.lab].is_log:
            value = np.log(np.maximum(value, 1e-9))
        worst = -np.inf if endpoint.higher_is_better else np.inf
        if death is Strategy.COMPOSITE:
            value = np.where(dead & ~grafted, worst, value)
        elif death in (Strategy.HYPOTHETICAL, Strategy.PRINCIPAL_STRATUM):
            value = np.where(dead, np.nan, value)
        value = np.where(grafted, worst if graft is Strategy.COMPOSITE else np.nan, value)
        value = self._after_rescue(endpoint, value, day, worst)
        baseline = m.measured(endpoint.lab, 0.0)
        if ERRORS[endpoint.lab].is_log:
            baseline = np.log(np.maximum(baseline, 1e-9))
        return Values(value, baseline, ~np.isnan(value) & ~self.excluded(endpoint))

    def _after_rescue(self, endpoint: Endpoint, value: Floats, day: float, worst: float) -> Floats:
        strategy = self._strategy(endpoint, Event.RESCUE)
        if self.block.trial.rescue is None or strategy is Strategy.TREATMENT_POLICY:
            return value
        return np.where(self.measurements.rescue <= day, worst if strategy is Strategy.COMPOSITE else np.nan, value)

    def _days(self, endpoint: Endpoint) -> Values:
        """Quality-adjusted days by the instrument's score, missing after drop-out, and the score at baseline."""
        b, day = self.block, endpoint.visit(self.block.trial.follow_up)
        latent = b.outcomes.labs[UTILITY]
        area = np.zeros(latent.shape, np.float32)
        area[..., 1:] = np.cumsum(0.5 * (latent[..., 1:] + latent[..., :-1]), axis=-1)
        flat = area.reshape(-1, latent.shape[-1])
        native = np.minimum(b.native_end[0], day).astype(float)
        first = np.minimum(np.floor(native).astype(np.int64), flat.shape[1] - 1)
        after = np.minimum(first + 1, flat.shape[1] - 1)
        low = flat[b.row, first].astype(float)
        total = low + (native - first) * (flat[b.row, after] - low)
        grafted = b.transplant <= day
        alive_after = np.minimum(b.death, day).astype(float) - np.minimum(b.transplant, day)
        total += np.where(grafted, STANDARD_GAMBLE.transplanted * np.maximum(alive_after, 0.0), 0.0)
        visits = max(len(b.plan.visits.days), 1)
        error = ERRORS[UTILITY].sd / np.sqrt(visits) * native
        total += error * normals(b.trial.seed, "measure:days", b.block, b.patients)
        present = (b.dropout >= np.minimum(b.death, day)) & ~self.excluded(endpoint)
        return Values(total, self.measurements.measured(UTILITY, 0.0), present)

    def win_pairs(self, endpoint: Endpoint) -> tuple[Floats, Bools, Floats]:
        """Time (-1 for those left out), death and value (higher is better) that decide pairs of patients.

        Parameters
        ----------
        endpoint : Endpoint
            Of kind hierarchical.
        """
        b, day = self.block, endpoint.visit(self.block.trial.follow_up)
        end = np.minimum(b.dropout, day).astype(float)
        died = b.death <= end
        value = np.where(died, np.nan, self.measurements.observed(endpoint.lab, day))
        time = np.where(self.excluded(endpoint), -1.0, np.minimum(b.death, end))
        return time, died, value if endpoint.higher_is_better else -value

    def proportion(self, endpoint: Endpoint) -> tuple[Bools, Bools]:
        """Patients who meet the condition, and those who are analysed.

        A lab that is missing does not meet a condition; a patient lost before the visit is left out only where the
        condition is on being alive alone.

        Parameters
        ----------
        endpoint : Endpoint
            Of kind proportion.
        """
        b, day, condition = self.block, endpoint.visit(self.block.trial.follow_up), endpoint.condition()
        values = {name: self.measurements.observed(name, day) for name in condition.names - {ALIVE}}
        hit = condition(values | {ALIVE: (b.death > day).astype(float)})
        present = ~self.excluded(endpoint)
        if condition.names == {ALIVE}:
            present = present & ((b.dropout > day) | (b.death <= np.minimum(day, b.dropout)))
        return hit, present
