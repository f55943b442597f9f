"""Request and answer of a calibration: posterior parameter draws from the published evidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Strict
from hepatica.study import HYPOTHESES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hepatica.calibrate.course import Settings
    from hepatica.calibrate.run import Calibration
    from hepatica.engine import System
    from hepatica.patients import Draws
    from hepatica.progress import Progress


class ParameterRow(Strict):
    """Posterior of one parameter in its prior's standardised coordinate (mean 0, SD 1: nothing learnt).

    Attributes
    ----------
    parameter : str
    hypothesis : str
        Empty for a parameter of the untreated course.
    mean, sd : float
    r_hat : float
        Of two runs; null where there is one.
    is_learnt : bool
        The SD is clearly below that of the prior.
    """

    parameter: str
    hypothesis: str
    mean: Number
    sd: Number
    r_hat: Number
    is_learnt: bool


class CalibrateAnswer(Answer):
    """Posterior of the parameters, with the files of its draws and of its provenance.

    Attributes
    ----------
    posterior, notes : str or None
        Parquet file of the draws; JSON file of what was learnt from what.
    publications : list of str
        Keys of those that were learnt from.
    data, contrasts : int
        Likelihood terms of untreated arms, and differences between arms.
    parameters : list of ParameterRow
    """

    posterior: str | None = None
    notes: str | None = None
    publications: list[str]
    data: int
    contrasts: int
    parameters: list[ParameterRow]

    @classmethod
    def of(cls, made: Calibration, posterior: Path | None = None, notes: Path | None = None) -> CalibrateAnswer:
        """Answer of a finished calibration."""
        from hepatica.calibrate.diagnostics.contraction import contraction

        return cls(
            posterior=None if posterior is None else str(posterior),
            notes=None if notes is None else str(notes),
            publications=list(made.draws.provenance["publications"]),
            data=len(made.terms),
            contrasts=len(made.contrasts),
            parameters=[
                ParameterRow(
                    parameter=str(row["parameter"]),
                    hypothesis=str(row["hypothesis"]),
                    mean=row["mean"],
                    sd=row["sd"],
                    r_hat=row["r_hat"],
                    is_learnt=bool(row["learnt"]),
                )
                for row in contraction(made.course, made.cells).to_dict(orient="records")
            ],
        )


class CalibrateRequest(Request):
    """Calibration against the published evidence.

    Attributes
    ----------
    without : list of str
        Keys of publications to leave out.
    alternative : list of str
        What another source says, such as ``lin2017:dose_1e6``.
    hypotheses : list of str
    seed : int or None
        That of the shipped draws unless given.
    data : list of Path
        Files of real people's labs, to learn from as well.
    publication : list of Path
        Files of publications of one's own (TOML), to learn from as well.
    leave_out : bool
        Learn without each publication too.
    quick : bool
        A few draws, to see that it runs.
    """

    without: list[str] = []
    alternative: list[str] = []
    hypotheses: list[str] = Field(default=list(HYPOTHESES), min_length=1)
    seed: int | None = Field(default=None, ge=0)
    data: list[Path] = []
    publication: list[Path] = []
    leave_out: bool = False
    quick: bool = False

    @property
    def settings(self) -> Settings:
        """Sizes of the calibration: those of the shipped draws, or a few draws to see that it runs."""
        from hepatica.calibrate.course import Settings

        few = Settings(
            draws=40, waves=(300, 200), people=8, particles=400, moves=1, last_moves=2, cell_draws=4, cell_people=4
        )
        sizes = few if self.quick else Settings()
        return sizes if self.seed is None else replace(sizes, seed=self.seed)

    def compute(
        self, work: Path, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> Calibration:
        """Posterior draws.

        Parameters
        ----------
        work : Path
            Folder of finished blocks, to go on from.
        system : System, optional
            The shipped model unless given.
        workers : int, optional
            Threads; all processors unless given.
        progress : Progress, optional
            Receiver of stages and counts.
        """
        from hepatica.api.sources import read_publication
        from hepatica.calibrate.run import calibrate, used
        from hepatica.engine import shipped_system
        from hepatica.evidence import evidence_hash
        from hepatica.individual.as_evidence.publication import as_publications
        from hepatica.progress import ignore_progress

        own = [read_publication(path) for path in self.publication]
        made = calibrate(
            system or shipped_system(),
            used(self.alternative, self.without, own),
            work,
            self.settings,
            hypotheses=self.hypotheses,
            people=[p for path in self.data for p in as_publications(path)],
            workers=workers,
            progress=progress or ignore_progress,
        )
        if not own:
            return made
        rows = zip(self.publication, own, strict=True)
        files = {p.key: {"file": path.name, "hash": evidence_hash([p])} for path, p in rows}
        return replace(made, draws=replace(made.draws, provenance={**made.draws.provenance, "own_publications": files}))

    def compute_left_out(
        self,
        made: Calibration,
        work: Path,
        *,
        system: System | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> Iterator[tuple[str, Draws]]:
        """Posterior draws without each publication, by its key, one after the other."""
        from hepatica.calibrate.leave_out import leave_out
        from hepatica.engine import shipped_system
        from hepatica.progress import ignore_progress

        few, tell = max(min(100, self.settings.draws), 20), progress or ignore_progress
        yield from leave_out(
            made, system or shipped_system(), work, self.settings, rows=few, workers=workers, progress=tell
        )

    def run(
        self,
        folder: Path,
        *,
        system: System | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> CalibrateAnswer:
        """Calibrate and write the draws, their provenance and those without each publication to a folder."""
        from hepatica.calibrate.run import write

        work = folder / "work"
        made = self.compute(work, system=system, workers=workers, progress=progress)
        posterior, notes = write(made, folder)
        if self.leave_out:
            for key, draws in self.compute_left_out(made, work, system=system, workers=workers, progress=progress):
                draws.write(folder / "without" / f"{key}.parquet")
        return CalibrateAnswer.of(made, posterior, notes)


REQUESTS: dict[str, Any] = {"calibrate": CalibrateRequest}
ANSWERS: dict[str, Any] = {"calibrate": CalibrateAnswer}
