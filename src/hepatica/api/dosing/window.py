"""Request and answer of a therapeutic window: doses that matter, with their intervals, and what moves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Row, RunInfo, rows
from hepatica.study import Study

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.progress import Progress
    from hepatica.therapeutic_window import TherapeuticWindow, WindowSettings


class WindowAnswer(Answer):
    """Therapeutic window of a study.

    Attributes
    ----------
    text : list of str
        The answer in sentences, in the language that was asked for; empty from Python.
    extrapolation : str
        Why the population is an extrapolation; empty if it is none.
    infusions : int
        Of the base schedule; doses are cells per kg in all of them.
    reference : float
        Cells per kg in all at which variations are compared.
    no_effect : dict of hypothesis to float
        Probability that cells do nothing in people, which no window holds.
    doses : list of rows
        One per window and dose: value, Monte-Carlo interval and error, intervals over parameters and over patients;
        null where the dose is never reached, 0 where it lies below the lowest one simulated.
    curves : list of rows
        One per window and dose of the grid: mean, Monte-Carlo error, intervals.
    moves : list of rows
        One per variation and hypothesis: differences from the base at the reference dose, and the ratio of doses.
    interactions : list of rows
        One per treatment, day on which cells begin and hypothesis: each alone, both, what both do beyond the sum.
    courses, failed : int
        Courses of a patient under an arm, and those whose solve failed.
    run : RunInfo
    """

    text: list[str] = []
    extrapolation: str
    infusions: int
    reference: Number
    no_effect: dict[str, Number]
    doses: list[Row]
    curves: list[Row]
    moves: list[Row]
    interactions: list[Row] = []
    courses: int
    failed: int
    run: RunInfo

    @classmethod
    def of(cls, result: TherapeuticWindow, *, text: Sequence[str] = ()) -> WindowAnswer:
        """Answer of a computed window.

        Parameters
        ----------
        result : hepatica.therapeutic_window.TherapeuticWindow
            Computed window.
        text : sequence of str
            The answer in sentences.
        """
        return cls(
            text=list(text),
            extrapolation=result.extrapolation,
            infusions=result.base.regimen.infusions,
            reference=float(10.0 ** result.log_doses[result.reference]),
            no_effect=dict(result.no_effect),
            doses=rows(result.doses()),
            curves=rows(result.curves()),
            moves=rows(result.moves()),
            interactions=rows(result.interaction_table()),
            courses=result.courses,
            failed=result.failed,
            run=RunInfo.of(result.study, result.system),
        )


class WindowRequest(Request):
    """Therapeutic window to compute.

    Attributes
    ----------
    study : Study
    low, high : float
        Range of one infusion, cells per kg.
    points : int
        Doses of the grid.
    relevant : float
        Gain in quality-adjusted days from which on a dose counts as effective.
    draws, per_draw, varied_draws, central_patients : int
        Parameter draws of the base window (0: all), patients of each, draws of each variation, patients of one draw.
    vary : list of str or null
        What is varied; all there is unless given.
    limits : dict of harm to float
        Excess probabilities that take the place of the study's limits.
    """

    study: Study
    low: float = 1e4
    high: float = 3e7
    points: int = 9
    relevant: float = Field(default=3.0, gt=0)
    draws: int = Field(default=0, ge=0)
    per_draw: int = 2
    varied_draws: int = 40
    central_patients: int = 100
    vary: list[str] | None = None
    limits: dict[str, float] = {}

    def settings(self) -> WindowSettings:
        """Settings of the window.

        Raises
        ------
        InputError
            If a number is out of range, or there is nothing of a name to vary.
        """
        from hepatica.errors import InputError
        from hepatica.therapeutic_window import Group, WindowSettings

        known = {g.value: g for g in Group}
        for k, name in enumerate(self.vary or ()):
            if name not in known:
                raise InputError("--vary", name, f"one of {', '.join(known)}")
            if name in (self.vary or ())[:k]:
                raise InputError("--vary", name, "each thing once")
        return WindowSettings(
            low=self.low,
            high=self.high,
            points=self.points,
            relevant=self.relevant,
            draws=self.draws,
            per_draw=self.per_draw,
            varied_draws=self.varied_draws,
            central_patients=self.central_patients,
            groups=tuple(Group) if self.vary is None else tuple(known[name] for name in self.vary),
            limits=self.limits,
        )

    def compute(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> TherapeuticWindow:
        """Compute the window.

        Parameters
        ----------
        system : System, optional
            The shipped model unless given.
        workers : int, optional
            Threads; one per core unless given.
        progress : Progress, optional
            Receiver of progress.
        """
        from hepatica.therapeutic_window import compute_window

        return compute_window(self.study, self.settings(), system=system, workers=workers, progress=progress)

    def run(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> WindowAnswer:
        """Compute the window and give the answer; see `compute`."""
        return WindowAnswer.of(self.compute(system=system, workers=workers, progress=progress))
