"""Building a bank of potential outcomes: a block of patients under a hypothesis at a time, resumed where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.patients import Admitted
from hepatica.progress import Progress, ignore_progress
from hepatica.simulation import Arm, simulate
from hepatica.trials.bank.outcomes import PotentialOutcomes, join, potential_outcomes
from hepatica.trials.bank.plan import BLOCK, BankPlan
from hepatica.trials.bank.store import read_outcomes, read_patients, write_outcomes, write_patients
from hepatica.trials.definition.latent import BASELINE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Bank:
    """Bank of potential outcomes.

    Attributes
    ----------
    plan : BankPlan
    key : str
        Hash of all that it depends on.
    draw : (patient,)
        Parameter draw of each patient.
    baseline : dict of str to (patient,)
        Variables of eligibility and strata that the model has.
    outcomes : dict of str to PotentialOutcomes
        By hypothesis.
    null_effect : dict of str to float
        Posterior probability that cells have no effect in people, by hypothesis.
    """

    plan: BankPlan
    key: str
    draw: Ints
    baseline: Mapping[str, Floats]
    outcomes: Mapping[str, PotentialOutcomes]
    null_effect: Mapping[str, float]

    @property
    def solved(self) -> NDArray[np.bool_]:
        """Patients whose every course was solved under all hypotheses, (patient,)."""
        return np.asarray(np.all([o.solved for o in self.outcomes.values()], axis=0))

    def regimen(self, arm: Arm) -> int:
        """Place of a regimen.

        Parameters
        ----------
        arm : Arm
            One of the plan.
        """
        return self.plan.regimens.index(arm)


def build_bank(
    plan: BankPlan,
    system: System,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress = ignore_progress,
) -> Bank:
    """Build a bank, or what is missing of it, and read it.

    Every file is written whole or not at all and verified when it is read, so that a run that was killed goes on with
    the first block that is missing, and the bytes are those of a run that was not.

    Parameters
    ----------
    plan : BankPlan
        What it holds.
    system : System
        Model with its engine, local or on a cluster.
    folder : Path
        Of banks; this one has a folder of its own inside, named by its hash.
    workers : int, optional
        Threads; no byte depends on it.
    progress : Progress
        Told of the stages "admit" and "bank", the latter in blocks.

    Returns
    -------
    Bank

    Raises
    ------
    InputError
        If the model lacks a lab, or the folder cannot be written.
    """
    for name in plan.outputs:
        if name not in system.outputs:
            raise InputError("endpoint", name, "a lab that this model has; `hepatica model` lists them")
    key = plan.key(system)
    own = folder / key
    progress("admit", 0, 1)
    admitted = _admitted(plan, system, own, workers)
    progress("admit", 1, 1)
    total = plan.blocks * len(plan.hypotheses)
    outcomes: dict[str, PotentialOutcomes] = {}
    for h, hypothesis in enumerate(plan.hypotheses):
        parts = []
        for b in range(plan.blocks):
            progress("bank", h * plan.blocks + b, total)
            parts.append(_block(plan, system, own, admitted, hypothesis, b, workers))
        outcomes[hypothesis] = join(parts)
    progress("bank", total, total)
    known = plan.known
    return Bank(
        plan=plan,
        key=key,
        draw=admitted.cohort.draw,
        baseline=_baseline(admitted),
        outcomes=outcomes,
        null_effect={h: known.null_effect_probability(h) if known else 0.1 for h in plan.hypotheses},
    )


def _admitted(plan: BankPlan, system: System, own: Path, workers: int | None) -> Admitted:
    """Patients at admission, from their file if it is there."""
    path = own / "patients.parquet"
    admitted = read_patients(path, system.model, plan.population, plan.seed, plan.known)
    if admitted is None or admitted.initial.shape != (plan.patients, len(system.states)):
        admitted = admit(
            system,
            plan.population,
            plan.patients,
            seed=plan.seed,
            draws=plan.draws,
            known=plan.known,
            workers=workers,
        )
        write_patients(path, admitted)
    return admitted


def _block(
    plan: BankPlan, system: System, own: Path, admitted: Admitted, hypothesis: str, block: int, workers: int | None
) -> PotentialOutcomes:
    """Potential outcomes of a block under a hypothesis, from its file if it is there and whole."""
    who = np.arange(block * BLOCK, min((block + 1) * BLOCK, plan.patients))
    path = own / f"{hypothesis}-{block:05d}.parquet"
    outcomes = read_outcomes(path, (len(plan.regimens), len(who), plan.days + 1), plan.labs)
    if outcomes is None:
        ds = simulate(
            system,
            admitted.take(who),
            plan.regimens,
            np.arange(plan.days + 1.0),
            outputs=plan.outputs,
            hypothesis=hypothesis,
            workers=workers,
        )
        outcomes = potential_outcomes(ds, plan.regimens, plan.labs)
        write_outcomes(path, outcomes, int(who[0]))
    return outcomes


def _baseline(admitted: Admitted) -> dict[str, Floats]:
    """Variables of eligibility and strata."""
    cohort = admitted.cohort
    own = {
        name: cohort.covariate(name) for name in ("age", "body_weight", "female") if name in cohort.population.covariate
    }
    return own | {name: admitted.labs[name] for name in BASELINE if name in admitted.labs}
