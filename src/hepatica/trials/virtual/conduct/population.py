"""Eligible patients of a bank, and who they are in a block of simulated trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.conduct.streams import WIDTH, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Eligible:
    """Eligible patients of a bank.

    Attributes
    ----------
    patients : (eligible,)
        Their places in the bank.
    draws : (draws,)
        Parameter draws that have any.
    members : (draws, most)
        Places in the bank of each draw's patients, repeated to the end of the row.
    counts : (draws,)
    screened, failed : int
        Patients of the bank, and those of them whose solve failed.
    """

    patients: Ints
    draws: Ints
    members: Ints
    counts: Ints
    screened: int
    failed: int

    @property
    def share(self) -> float:
        """Eligible share of the patients whose courses were solved."""
        return len(self.patients) / max(self.screened - self.failed, 1)


def eligible_patients(bank: Bank, trial: Trial) -> Eligible:
    """Patients of a bank whom a trial admits.

    Parameters
    ----------
    bank : Bank
        Of the trial's population.
    trial : Trial
        Its conditions over baseline.

    Raises
    ------
    InputError
        If nobody is eligible, or the model lacks a variable.
    """
    admitted = bank.solved.copy()
    for condition, truth in trial.eligibility.conditions():
        condition.check_names(bank.baseline, "eligibility")
        admitted &= condition(bank.baseline) == truth
    patients = np.flatnonzero(admitted)
    if not len(patients):
        conditions = [c.text for c, _ in trial.eligibility.conditions()]
        allowed = (
            f"conditions that some of the {len(admitted)} virtual patients of the bank meet; none of them is eligible"
        )
        raise InputError("eligibility", conditions, allowed)
    draws, where = np.unique(bank.draw[patients], return_inverse=True)
    counts = np.bincount(where)
    members = np.empty((len(draws), int(counts.max())), np.int64)
    for d in range(len(draws)):
        own = patients[where == d]
        members[d] = np.resize(own, members.shape[1])
    return Eligible(patients, draws, members, counts, len(admitted), int((~bank.solved).sum()))


def sample(eligible: Eligible, patients: int, seed: int, block: int, *, by_draw: bool) -> tuple[Ints, Ints]:
    """Patients (trial, patient) of a block, as places in the bank, and the row of each trial's draw in `draws`.

    Parameters
    ----------
    eligible : Eligible
        From whom they are sampled, with replacement.
    patients : int
        Of a trial.
    seed, block : int
        Of the streams.
    by_draw : bool
        True where all patients of a trial carry the same parameter draw.

    Returns
    -------
    who : (trial, patient)
    row : (trial,)
        -1 where the draws are mixed.
    """
    u = uniforms(seed, "patient", block, patients)
    if not by_draw:
        place = np.minimum((u * len(eligible.patients)).astype(np.int64), len(eligible.patients) - 1)
        return eligible.patients[place], np.full(WIDTH, -1)
    row = (uniforms(seed, "draw", block, 1)[:, 0] * len(eligible.draws)).astype(np.int64)
    counts = eligible.counts[row][:, None]
    return eligible.members[row[:, None], np.minimum((u * counts).astype(np.int64), counts - 1)], row
