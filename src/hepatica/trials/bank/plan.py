"""Plan of a bank: patients, regimens, hypotheses and days, with the hash that names its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hepatica.engine import System
from hepatica.files import to_json
from hepatica.outcomes.causes import BY_CAUSE, EMBOLISM
from hepatica.patients import Draws, Population, load_population
from hepatica.simulation import Arm
from hepatica.trials.definition.latent import LABS, LATENT, MEASURED, VOLUME, VOLUME_OF
from hepatica.trials.definition.trial import Trial

BLOCK = 250  # patients of a block; no number depends on it
LAYOUT = 1  # of the files; a change makes other folders
TRANSPLANT = "transplant"
FATAL_EMBOLISM = f"death_by_{EMBOLISM}"
DEATHS = (*BY_CAUSE, FATAL_EMBOLISM)
TERMINAL = (*DEATHS, TRANSPLANT)
"""Causes that end the course of a native liver; each has its cumulative hazard."""
RECURRENT = ("bleeding", "thrombosis", "tumour", "reaction", "procedure")
"""Events that do not: the first of each has its cumulative hazard."""
HAZARDS = (*TERMINAL, *RECURRENT)
INTENSITIES = (*BY_CAUSE, "transplant_intensity", "bleeding_intensity", "tumour_intensity")
CUMULATIVE = ("thrombosis_hazard", "reaction_hazard")


@dataclass(frozen=True)
class BankPlan:
    """Plan of a bank of potential outcomes.

    Attributes
    ----------
    population : Population
    patients, draws, seed : int
        Of admission; patient i carries draw i modulo `draws`.
    regimens : tuple of Arm
        Each once.
    hypotheses : tuple of str
    days : int
        Last day; hazards and labs are kept from day 0 on.
    labs : tuple of str
        Of `LATENT`.
    known : Draws or None
        Parameter draws from calibration.
    posterior : str
        Their name, for the hash.
    """

    population: Population
    patients: int
    draws: int
    seed: int
    regimens: tuple[Arm, ...]
    hypotheses: tuple[str, ...]
    days: int
    labs: tuple[str, ...]
    known: Draws | None = field(repr=False)
    posterior: str

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs of the model that are simulated."""
        own = tuple(name for name in self.labs if name in MEASURED)
        own += VOLUME_OF if VOLUME in self.labs else ()
        return tuple(dict.fromkeys((*INTENSITIES, *CUMULATIVE, *LABS, *own)))

    @property
    def blocks(self) -> int:
        """Blocks of patients."""
        return -(-self.patients // BLOCK)

    def key(self, system: System) -> str:
        """Name of the folder, from all that the bank depends on.

        Parameters
        ----------
        system : System
            The model; its hash enters, the engine does not.
        """
        stated = {
            "layout": LAYOUT,
            "model": system.model.hash,
            "population": self.population.model_dump(mode="json"),
            "patients": [self.patients, self.draws, self.seed, self.days],
            "regimens": [arm.fields() | {"name": ""} for arm in self.regimens],
            "hypotheses": list(self.hypotheses),
            "labs": list(self.labs),
        }
        digest = hashlib.sha256(to_json(stated).encode())
        for name, column in sorted((self.known.columns if self.known else {}).items(), key=lambda item: str(item[0])):
            digest.update(str(name).encode() + np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()[:20]


def plan_bank(trials: Sequence[Trial]) -> BankPlan:
    """Plan of the bank that serves some trials of the same patients: every regimen and lab that any of them needs.

    Parameters
    ----------
    trials : sequence of Trial
        Designs side by side.

    Raises
    ------
    ValueError
        If the trials have other patients, hypotheses or draws.

    Examples
    --------
    >>> from importlib.resources import as_file, files
    >>> from hepatica.trials.definition.trial_file import load_trial
    >>> with as_file(files("hepatica") / "trial.template.toml") as path:
    ...     plan = plan_bank([load_trial(path)])
    >>> len(plan.regimens), plan.days
    (3, 168)
    """
    first = trials[0]
    for other in trials[1:]:
        if patients_of(other) != patients_of(first):
            raise ValueError("designs side by side have one population, bank, posterior and set of hypotheses")
    regimens = dict.fromkeys(arm for trial in trials for arm in trial.regimens())
    labs = {name for trial in trials for name in trial.labs()}
    return BankPlan(
        population=load_population(first.population, transplant_rate=first.transplant_rate),
        patients=first.bank.patients,
        draws=min(first.bank.draws, first.bank.patients),
        seed=first.bank.seed,
        regimens=tuple(regimens),
        hypotheses=first.hypotheses,
        days=int(np.ceil(max(trial.follow_up for trial in trials))),
        labs=tuple(name for name in LATENT if name in labs),
        known=first.known(),
        posterior=first.posterior,
    )


def patients_of(trial: Trial) -> tuple[object, ...]:
    """All that decides who the patients of a trial's bank are.

    Parameters
    ----------
    trial : Trial
        Any.
    """
    return (
        trial.population,
        trial.bank,
        trial.hypotheses,
        trial.posterior,
        trial.transplant_rate,
        trial.together_with,
    )
