"""Requests and answers of simulations: the arms of a study, and ensembles of any size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from hepatica.api.base import Answer, Number, Request
from hepatica.errors import InputError
from hepatica.study import HYPOTHESES, Study

if TYPE_CHECKING:
    import xarray as xr

    from hepatica.engine import System
    from hepatica.ensemble import Tally
    from hepatica.progress import Progress


class SimulateAnswer(Answer):
    """Survival of the arms of a study; the courses are in a file.

    Attributes
    ----------
    file : str or None
        NetCDF file of every lab of every patient.
    hypothesis : str
    patients : int
    days : float
        Horizon.
    survival : dict of arm to float
        Mean probability of being alive at the horizon.
    failed : int
        Solves that failed after the retry.
    """

    file: str | None = None
    hypothesis: str
    patients: int
    days: Number
    survival: dict[str, Number]
    failed: int

    @classmethod
    def of(cls, ds: xr.Dataset, file: Path | None = None) -> SimulateAnswer:
        """Summary of a simulation.

        Parameters
        ----------
        ds : Dataset
            With `death_intensity` over (arm, patient, time) in 1/day, and `status`.
        file : Path, optional
            Where it was written.
        """
        import numpy as np

        alive = np.exp(-np.trapezoid(ds["death_intensity"].values, ds["time"].values, axis=-1))
        return cls(
            file=None if file is None else str(file),
            hypothesis=str(ds.attrs["hypothesis"]),
            patients=ds.sizes["patient"],
            days=float(ds["time"][-1]),
            survival={
                str(arm): round(float(np.nanmean(share)), 4) for arm, share in zip(ds["arm"].values, alive, strict=True)
            },
            failed=int((ds["status"] != 0).sum()),
        )


class _OfHypothesis(Request):
    study: Study
    hypothesis: str = "label_is_cells"

    @field_validator("hypothesis")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in HYPOTHESES:
            raise InputError("--hypothesis", value, f"one of {', '.join(HYPOTHESES)}")
        return value


class SimulateRequest(_OfHypothesis):
    """Simulation of the arms of a study under one hypothesis.

    Attributes
    ----------
    study : Study
    hypothesis : str
        What the label in images means: ``label_is_cells`` or ``lung_only``.
    """

    def compute(self, *, system: System, workers: int | None = None, progress: Progress | None = None) -> xr.Dataset:
        """Labs of every patient in every arm: a Dataset over (arm, patient, time in days)."""
        from hepatica.dose_study import COURSE_OUTPUTS, admit_patients
        from hepatica.progress import ignore_progress, staged
        from hepatica.simulation import simulate
        from hepatica.study_system import system_of

        system = system_of(self.study, system)
        ds = simulate(
            system,
            admit_patients(self.study, system, workers=workers),
            self.study.arms(),
            self.study.times(),
            outputs=COURSE_OUTPUTS,
            hypothesis=self.hypothesis,
            workers=workers,
            progress=staged(progress or ignore_progress, self.hypothesis),
        )
        ds.attrs["study_hash"] = self.study.hash
        return ds


class EnsembleAnswer(Answer):
    """Counts of an ensemble; endpoints and percentile bands are in its folder."""

    folder: str
    hypothesis: str
    patients: int
    candidates: int
    failed: int


class EnsembleRequest(_OfHypothesis):
    """Ensemble of any number of virtual patients.

    Attributes
    ----------
    study : Study
    hypothesis : str
    patients : int
    courses : bool
        Write every day of every patient too.
    """

    patients: int = Field(default=10_000, ge=1)
    courses: bool = False

    def run(
        self, folder: Path, *, system: System, workers: int | None = None, progress: Progress | None = None
    ) -> EnsembleAnswer:
        """Simulate a block of patients at a time, into files of a folder."""
        from hepatica import ensemble
        from hepatica.dose_study import study_population
        from hepatica.progress import ignore_progress, staged
        from hepatica.study_system import system_of

        tally: Tally = ensemble.run(
            system_of(self.study, system),
            study_population(self.study),
            self.study.arms(),
            folder,
            patients=self.patients,
            seed=self.study.seed,
            known=self.study.known(),
            draws=self.study.draws,
            times=self.study.times(),
            hypothesis=self.hypothesis,
            courses=self.courses,
            workers=workers,
            progress=staged(progress or ignore_progress, self.hypothesis),
        )
        return EnsembleAnswer(
            folder=str(folder),
            hypothesis=self.hypothesis,
            patients=tally.patients,
            candidates=tally.candidates,
            failed=tally.failed,
        )


REQUESTS: dict[str, Any] = {"simulate": SimulateRequest, "ensemble": EnsembleRequest}
ANSWERS: dict[str, Any] = {"simulate": SimulateAnswer, "ensemble": EnsembleAnswer}
