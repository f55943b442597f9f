"""Request and answer of a sensitivity analysis: Morris screening, tornado and Sobol' indices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from hepatica import __version__
from hepatica.api.base import Answer, Number, Request, Row, RunInfo, Strict, rows
from hepatica.study import MIN_DRAWS, Study

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.progress import Progress
    from hepatica.sensitivity.evaluate import Question
    from hepatica.sensitivity.screen import Screen
    from hepatica.sensitivity.tornado import Tornado
    from hepatica.sensitivity.variance import Variance


class SensitivityRun(RunInfo):
    """Provenance of a run: all that is needed to repeat it."""

    population: str


class DoseRanking(Strict):
    """Dose that comes first at the ends of the leading parameters.

    Attributes
    ----------
    first : str
        Arm that comes first with every parameter at its centre.
    arms : list of str
    rows : list of rows
        One per parameter and end: parameter, end, value, first, dose, changes.
    """

    first: str
    arms: list[str]
    rows: list[Row]


class SobolAnswer(Answer):
    """Sobol' indices of the leading parameters.

    Attributes
    ----------
    regimen : str
    over : str
        Distribution: prior, or learnt (the posterior).
    days : float
    draws, blocks, lost_blocks, failed, evaluations : int
    indices : list of rows
        One per parameter, output and hypothesis: first-order and total index with 90 % bounds, mean and SD.
    run : SensitivityRun
    """

    regimen: str
    over: str
    days: Number
    draws: int
    blocks: int
    lost_blocks: int
    failed: int
    evaluations: int
    indices: list[Row]
    run: SensitivityRun

    @classmethod
    def of(cls, v: Variance, q: Question, study_hash: str) -> SobolAnswer:
        """Indices of a computed decomposition of variance."""
        return cls(
            regimen=v.regimen,
            over=v.over,
            days=q.times[-1],
            draws=q.patients,
            blocks=v.indices.blocks,
            lost_blocks=v.indices.lost,
            failed=v.failed,
            evaluations=v.evaluations,
            indices=rows(v.frame()),
            run=_run(q, study_hash),
        )


class SensitivityAnswer(Answer):
    """Parameters that move survival, the gain by cells and the dose that comes first.

    Attributes
    ----------
    regimen : str
        Regimen whose gain is screened.
    days : float
        Horizon.
    patients, bases, skipped_bases, evaluations : int
    floors : dict of output to float
        Least effect that counts.
    ranked : list of str
        Parameters, the most influential first.
    negligible : list of str
        Parameters whose effect does not count.
    held : dict of parameter to str
        Parameters not moved, and why.
    effects : list of rows
        One per parameter, output and hypothesis: mean absolute elementary effect with bounds, mean, SD.
    dose : DoseRanking or None
    sobol : SobolAnswer or None
    run : SensitivityRun
    """

    regimen: str
    days: Number
    patients: int
    bases: int
    skipped_bases: int
    evaluations: int
    floors: dict[str, Number]
    ranked: list[str]
    negligible: list[str]
    held: dict[str, str]
    effects: list[Row]
    dose: DoseRanking | None
    sobol: SobolAnswer | None = None
    run: SensitivityRun

    @classmethod
    def of(cls, screen: Screen, tornado: Tornado | None, q: Question, study_hash: str) -> SensitivityAnswer:
        """Answer of a computed screen, with the ranking of doses if there is one."""
        frame = screen.frame(q.system)
        ranking = None
        if tornado is not None:
            ranking = DoseRanking(
                first=tornado.arms[tornado.usual], arms=list(tornado.arms), rows=rows(tornado.frame().iloc[1:])
            )
        return cls(
            regimen=screen.regimen,
            days=q.times[-1],
            patients=q.patients,
            bases=len(screen.centre),
            skipped_bases=screen.skipped,
            evaluations=screen.evaluations,
            floors=screen.floors,
            ranked=[screen.moved[k].name for k in screen.ranked()],
            negligible=list(dict.fromkeys(frame[frame["is_negligible"]]["parameter"])),
            held=screen.held,
            effects=rows(frame),
            dose=ranking,
            run=_run(q, study_hash),
        )


def _run(q: Question, study_hash: str) -> SensitivityRun:
    return SensitivityRun(
        study_hash=study_hash,
        model_hash=q.system.model.hash,
        seed=q.seed,
        version=__version__,
        engine=q.system.engine,
        population=q.population.key,
    )


@dataclass(frozen=True)
class SensitivityResult:
    """Computed sensitivity analysis, for tables and figures.

    Attributes
    ----------
    question, wide : Question
        Of the screen, and of the Sobol' indices.
    screen : Screen
    tornado : Tornado or None
    variance : Variance or None
    study_hash : str
    """

    question: Question
    wide: Question
    screen: Screen
    tornado: Tornado | None
    variance: Variance | None
    study_hash: str

    def answer(self) -> SensitivityAnswer:
        """Typed answer."""
        made = SensitivityAnswer.of(self.screen, self.tornado, self.question, self.study_hash)
        if self.variance is None:
            return made
        return made.model_copy(update={"sobol": SobolAnswer.of(self.variance, self.wide, self.study_hash)})


class SensitivityRequest(Request):
    """Sensitivity analysis of a study.

    Attributes
    ----------
    study : Study
        With the horizon of the analysis.
    trajectories : int
        Base points of the Morris screen.
    patients : int
        Virtual patients per base point.
    regimens : int
        Doses screened, per hypothesis.
    parameters : list of str
        Patterns such as ``cells:*``; all parameters if empty.
    top : int
        Parameters at whose ends the doses are ranked again.
    sobol : int
        Leading parameters whose Sobol' indices are estimated.
    samples : int
        Sample size of the indices, a power of two.
    over : {"prior", "learnt"}
        Their distribution.
    """

    study: Study
    trajectories: int = Field(default=6, ge=1)
    patients: int = Field(default=40, ge=4)
    regimens: int = Field(default=3, ge=1)
    parameters: list[str] = []
    top: int = Field(default=20, ge=0)
    sobol: int = Field(default=0, ge=0)
    samples: int = Field(default=64, ge=2)
    over: Literal["prior", "learnt"] = "prior"

    def question(self, system: System, workers: int | None) -> Question:
        """Question of the screen."""
        from hepatica.dose_study import study_population
        from hepatica.sensitivity.evaluate import Question, rising_doses
        from hepatica.study_system import system_of

        return Question(
            system_of(self.study, system),
            study_population(self.study),
            rising_doses(self.study.arms(), self.regimens),
            self.study.hypotheses,
            self.study.utility.utility(),
            self.study.times(),
            self.study.seed,
            self.patients,
            workers,
        )

    def compute(
        self, *, system: System, workers: int | None = None, progress: Progress | None = None
    ) -> SensitivityResult:
        """Screen, rank the doses again at the ends of the leading parameters, and divide the variance among them."""
        from hepatica.sensitivity.evaluate import rising_doses
        from hepatica.sensitivity.screen import screen
        from hepatica.sensitivity.tornado import tornado
        from hepatica.sensitivity.variance import variance

        q = self.question(system, workers)
        screened = screen(q, bases=self.trajectories, patterns=tuple(self.parameters), progress=progress)
        best, most = (
            [screened.moved[k] for k in screened.ranked()[:n] if not screened.is_negligible[k]]
            for n in (self.top, self.sobol)
        )
        ranks = replace(q, arms=rising_doses(self.study.arms(), 6))
        turned = tornado(ranks, best, draws=max(MIN_DRAWS, self.patients), progress=progress) if best else None
        wide, shares = replace(q, patients=max(MIN_DRAWS, self.patients)), None
        if most:
            arm = next(a for a in q.arms if a.name == screened.regimen)
            known = self.study.known() if self.over == "learnt" else None
            shares = variance(wide, most, arm, samples=self.samples, known=known, progress=progress)
        return SensitivityResult(q, wide, screened, turned, shares, self.study.hash)


REQUESTS: dict[str, Any] = {"sensitivity": SensitivityRequest}
ANSWERS: dict[str, Any] = {"sensitivity": SensitivityAnswer, "sobol": SobolAnswer}
