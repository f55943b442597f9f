"""One simulated trial, patient by patient: what its data base would hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.bank.build import Bank
from hepatica.trials.bank.plan import RECURRENT
from hepatica.trials.definition.endpoint import TIME_TO_EVENT
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.adaptive.conduct import changes_conduct
from hepatica.trials.virtual.conduct.block import INFECTION, TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData, History
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario
from hepatica.trials.virtual.conduct.streams import WIDTH
from hepatica.trials.virtual.escalation.patients import escalate_patients
from hepatica.trials.virtual.simulate import Simulator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EVENTS = (INFECTION, *RECURRENT)


@dataclass(frozen=True)
class SimulatedTrial:
    """One simulated trial; arrays (patient,) in order of randomisation, days since it unless said.

    Attributes
    ----------
    trial : Trial
    number : int
        Of the trial, from 0.
    entry : day of the trial
    centre, arm, shortfall, strata : places
    baseline : dict of str to (patient,)
        Covariates and labs at admission.
    end : last day observed: death, drop-out or the end of follow-up
    death, transplant, dropout, rescue : inf for none
    events : dict of str to (patient,)
        First infection, bleeding and so on, up to the end; inf for none.
    visits : dict of float to dict of str to (patient,)
        Measured labs by planned day, NaN where the visit did not take place.
    visit_days : dict of float to (patient,)
        Days on which visits took place.
    histories : dict of str to History
        Of each endpoint that is a time to event.
    """

    trial: Trial
    number: int
    entry: Floats
    centre: Ints
    arm: Ints
    shortfall: Ints
    strata: Ints
    baseline: Mapping[str, Floats]
    end: Floats
    death: Floats
    transplant: Floats
    dropout: Floats
    rescue: Floats
    events: Mapping[str, Floats]
    visits: Mapping[float, Mapping[str, Floats]]
    visit_days: Mapping[float, Floats]
    histories: Mapping[str, History]


def simulate_one(trial: Trial, bank: Bank, scenario: Scenario, number: int = 0) -> SimulatedTrial:
    """One simulated trial: that of a number in a run of many under the same scenario.

    Parameters
    ----------
    trial : Trial
        Any; of an adaptive one or an escalation those are there whom it randomised.
    bank : Bank
        That holds its regimens.
    scenario : Scenario
        What is true.
    number : int
        From 0.

    Raises
    ------
    InputError
        If the number is negative, or nobody is eligible.
    """
    if number < 0:
        raise InputError("number", number, "a whole number from 0 on")
    block, r = divmod(number, WIDTH)
    if trial.dose_finding is not None:
        escalated = escalate_patients(trial, bank, scenario, block)
        return _of_block(escalated.data, escalated.entered[r], number)
    if changes_conduct(trial.adaptive):
        made = Simulator.of(trial, bank).conducted(scenario, block)
        return _of_block(made.data, made.entered[r], number)
    eligible = eligible_patients(bank, trial)
    data = EndpointData.of(TrialBlock(trial, scenario, bank, eligible, block, trial.patients))
    return _of_block(data, np.ones(trial.patients, bool), number)


def _of_block(data: EndpointData, entered: NDArray[np.bool_], number: int) -> SimulatedTrial:
    """One trial of a block, with those of its patients who were randomised, (patient,)."""
    b, m, r, trial, bank = data.block, data.measurements, number % WIDTH, data.block.trial, data.block.bank
    keep = np.flatnonzero(entered & np.isfinite(b.entry[r]))
    keep = keep[np.argsort(b.entry[r, keep], kind="stable")]
    end = np.minimum(np.minimum(b.death, b.dropout), trial.follow_up).astype(float)[r, keep]

    def until_end(days: NDArray[np.floating]) -> Floats:
        own = days[r, keep].astype(float)
        return np.where(own <= end, own, np.inf)

    planned = (0.0, *trial.visits.days, *sorted({e.visit(trial.follow_up) for e in trial.endpoint if e.labs()}))
    days = tuple(dict.fromkeys(sorted(planned)))
    events = {name: until_end(b.event(name)) for name in EVENTS}
    return SimulatedTrial(
        trial=trial,
        number=number,
        entry=b.entry[r, keep],
        centre=b.centre[r, keep],
        arm=b.arm[r, keep],
        shortfall=b.shortfall[r, keep],
        strata=b.strata[r, keep],
        baseline={name: values[b.who[r, keep]] for name, values in bank.baseline.items()},
        end=end,
        death=until_end(b.death),
        transplant=until_end(b.transplant),
        dropout=until_end(b.dropout),
        rescue=until_end(m.rescue),
        events={name: np.where(day < b.native_end[0][r, keep], day, np.inf) for name, day in events.items()},
        visits={day: {lab: m.observed(lab, day)[r, keep] for lab in bank.plan.labs} for day in days},
        visit_days={day: np.where(m.attended(day)[r, keep], m.visit_day(day)[r, keep], np.nan) for day in days},
        histories={
            e.name: History(*(part[r, keep] for part in data.history(e)))
            for e in trial.endpoint
            if e.kind in TIME_TO_EVENT
        },
    )
