"""Request and answer of a calibration: posterior parameter draws from the published evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Strict
from hepatica.study import HYPOTHESES

if TYPE_CHECKING:
    from hepatica.calibrate.run import Calibration


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
    leave_out: bool = False
    quick: bool = False


REQUESTS: dict[str, Any] = {"calibrate": CalibrateRequest}
ANSWERS: dict[str, Any] = {"calibrate": CalibrateAnswer}
