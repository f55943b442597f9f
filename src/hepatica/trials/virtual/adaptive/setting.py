"""Setting of a block of adaptive trials, and the parts that every adaptive design shares."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.endpoint import TIME_TO_EVENT
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.comparison import compare
from hepatica.trials.virtual.conduct.block import Adapted, TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.population import Eligible
from hepatica.trials.virtual.conduct.scenario import Scenario

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Setting:
    """Setting of a block of trials.

    Attributes
    ----------
    trial : Trial
    scenario : Scenario
    bank : Bank
    eligible : Eligible
    block : int
    most : float
        Planned maximal information.
    """

    trial: Trial
    scenario: Scenario
    bank: Bank = field(repr=False)
    eligible: Eligible = field(repr=False)
    block: int
    most: float

    def data(self, adapted: Adapted | None = None, *, patients: int | None = None) -> EndpointData:
        """Data of the block.

        Parameters
        ----------
        adapted : Adapted, optional
            Changes by the design.
        patients : int, optional
            Of each trial; those planned unless given.
        """
        size = self.trial.patients if patients is None else patients
        block = TrialBlock(self.trial, self.scenario, self.bank, self.eligible, self.block, size, adapted or Adapted())
        return EndpointData.of(block)


def only(patients: Bools, days: Floats | float = np.inf) -> Floats:
    """Days of follow-up (trial, patient) that leave all other patients out of a comparison.

    Parameters
    ----------
    patients : (trial, patient)
        Patients compared.
    days : (trial, patient) or float
        Since randomisation, up to which they are followed.

    Examples
    --------
    >>> only(np.array([[True, False]])).tolist()
    [[inf, -1.0]]
    """
    return np.where(patients, days, -1.0)


def statistics(data: EndpointData, patients: Bools, days: Floats | float = np.inf) -> Floats:
    """Statistics z of the primary endpoint of each arm with cells in some of the patients, (trial, arm).

    Parameters
    ----------
    data : EndpointData
        Of a block.
    patients : (trial, patient)
        Patients compared.
    days : (trial, patient) or float
        Since randomisation, up to which they are followed.
    """
    trial, until = data.block.trial, only(patients, days)
    arms = range(1, len(trial.arm))
    return np.stack([compare(data, trial.primary, a, until=until, estimate=False).z for a in arms], axis=1)


def estimates(data: EndpointData, patients: Bools) -> Floats:
    """Estimates of the primary endpoint of each arm with cells in some of the patients, (trial, arm)."""
    trial, until = data.block.trial, only(patients)
    return np.stack([compare(data, trial.primary, a, until=until).estimate for a in range(1, len(trial.arm))], axis=1)


def gathered(data: EndpointData, patients: Bools) -> Floats:
    """Information of the primary endpoint at full follow-up, (trial,): events, or patients.

    Parameters
    ----------
    data : EndpointData
        Of a block.
    patients : (trial, patient)
        Patients counted.
    """
    primary = data.block.trial.primary
    if primary.kind in TIME_TO_EVENT:
        return np.asarray((data.history(primary).event & patients).sum(axis=1), float)
    return np.asarray(patients.sum(axis=1), float)


def last_day(data: EndpointData, entered: Bools) -> Floats:
    """Day on which the last of the patients has been followed up, (trial,).

    Parameters
    ----------
    data : EndpointData
        Of a block.
    entered : (trial, patient)
        Patients randomised.
    """
    entry = np.where(entered, data.block.entry, -np.inf).max(axis=1)
    return np.asarray(entry + data.block.trial.follow_up)
