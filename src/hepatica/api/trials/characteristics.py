"""Request and answer of virtual trials: operating characteristics under every hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Strict
from hepatica.trials.definition.trial import Trial

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.progress import Progress
    from hepatica.trials.bank.build import Bank
    from hepatica.trials.virtual.characteristics import TrialCharacteristics
    from hepatica.trials.virtual.failure import FailureShares
    from hepatica.trials.virtual.operating import Operating, Rate


class RateAnswer(Strict):
    """Probability with its Monte-Carlo standard error.

    Attributes
    ----------
    value, error : float
    """

    value: Number
    error: Number

    @classmethod
    def of(cls, rate: Rate) -> Self:
        """From a rate.

        Parameters
        ----------
        rate : Rate
            Any.
        """
        return cls(value=rate.value, error=rate.error)


class OperatingAnswer(Strict):
    """Operating characteristics under one truth.

    Attributes
    ----------
    success : RateAnswer
        Trials that reject any null hypothesis.
    selection : list of float
        Probability that each arm is chosen; that of the control is of none.
    stops : dict of str to float
        By reason.
    by_look : list of float
        Probability of ending at each look.
    size, days, information : float
        Expected patients randomised, day of the end, events or patients analysed.
    estimate, truth : list of float
        Log hazard ratio, difference or log win ratio of each arm: mean when the trial ends, and true.
    randomised, deaths, transplants : list of float
        Expected patients by arm.
    useless, harmful : float
        Expected patients on arms without effect, and on harmful ones.
    trials : int
    adapted : dict of str to float
        Means of what an adaptive design has changed, an arm's own after a colon; shares as such.
    """

    success: RateAnswer
    selection: list[Number]
    stops: dict[str, Number]
    by_look: list[Number]
    size: Number
    days: Number
    information: Number
    estimate: list[Number]
    truth: list[Number]
    randomised: list[Number]
    deaths: list[Number]
    transplants: list[Number]
    useless: Number
    harmful: Number
    trials: int
    adapted: dict[str, Number]

    @classmethod
    def of(cls, o: Operating) -> Self:
        """From operating characteristics.

        Parameters
        ----------
        o : Operating
            Any.
        """
        lists = ("selection", "by_look", "estimate", "truth", "randomised", "deaths", "transplants")
        return cls(
            success=RateAnswer.of(o.success),
            stops={stop.name.lower(): share for stop, share in o.stops.items()},
            size=o.size,
            days=o.day,
            information=o.information,
            useless=o.useless,
            harmful=o.harmful,
            trials=o.trials,
            adapted=dict(o.adapted),
            **{name: getattr(o, name).tolist() for name in lists},
        )


class HypothesisAnswer(Strict):
    """Characteristics under one hypothesis.

    Attributes
    ----------
    hypothesis : str
    average, drawn, null : OperatingAnswer
        Their `success` is power, assurance and type I error.
    endpoints : dict of str to dict of str to RateAnswer
        Success of each endpoint, by truth: average, drawn, null.
    survival : list of float
        Expected share alive at the end of follow-up, by arm.
    fates : dict of str to list of float
        Shares saved and killed by the first arm with cells, by coupling.
    failure : dict of str to float
        Percentage points of failure by cause, as shares; empty unless asked for.
    """

    hypothesis: str
    average: OperatingAnswer
    drawn: OperatingAnswer
    null: OperatingAnswer
    endpoints: dict[str, dict[str, RateAnswer]]
    survival: list[Number]
    fates: dict[str, list[Number]]
    failure: dict[str, Number]


class TrialAnswer(Answer):
    """Operating characteristics of a trial.

    Attributes
    ----------
    title, trial_hash, bank : str
    screened, eligible : int
        Virtual patients of the bank, and those eligible.
    information : float
        Planned maximum: events or patients.
    critical : list of float
        Planned critical values of z by look; null where a look is by date.
    hypotheses : list of HypothesisAnswer
    readers : dict of str to RateAnswer
        Assurance.
    """

    title: str
    trial_hash: str
    bank: str
    screened: int
    eligible: int
    information: Number
    critical: list[Number]
    hypotheses: list[HypothesisAnswer]
    readers: dict[str, RateAnswer]

    @classmethod
    def of(cls, found: TrialCharacteristics, failure: Sequence[FailureShares] = (), bank: str = "") -> Self:
        """From characteristics.

        Parameters
        ----------
        found : TrialCharacteristics
            Of a trial.
        failure : sequence of FailureShares
            By hypothesis, if asked for.
        bank : str
            Key of the bank.
        """
        by_name = {f.hypothesis: f for f in failure}
        views = []
        for h in found.hypotheses:
            f = by_name.get(h.hypothesis)
            shares = {} if f is None else {c.value: v for c, v in f.shares.items()} | {"remaining": f.remaining}
            views.append(
                HypothesisAnswer(
                    hypothesis=h.hypothesis,
                    average=OperatingAnswer.of(h.average),
                    drawn=OperatingAnswer.of(h.drawn),
                    null=OperatingAnswer.of(h.null),
                    endpoints={
                        name: {truth.value: RateAnswer.of(r) for truth, r in rates.items()}
                        for name, rates in h.endpoints.items()
                    },
                    survival=h.effects.survival[:, -1].tolist(),
                    fates={name: list(fate) for name, fate in h.fates.items()},
                    failure=dict(shares),
                )
            )
        return cls(
            title=found.trial.title,
            trial_hash=found.trial.hash,
            bank=bank,
            screened=found.eligible.screened,
            eligible=len(found.eligible.patients),
            information=found.most,
            critical=found.critical.tolist(),
            hypotheses=views,
            readers={r.name: RateAnswer.of(r.assurance) for r in found.readers},
        )


class TrialRequest(Request):
    """Operating characteristics of a trial.

    Attributes
    ----------
    trial : Trial
    trials : int
        Simulated under each truth.
    secondary : int
        Of these, trials whose every endpoint is compared.
    failure : int
        Trials at each step of the reasons for failure; 0 leaves them out.
    """

    trial: Trial
    trials: int = Field(default=2000, ge=1, le=1_000_000)
    secondary: int = Field(default=500, ge=0, le=1_000_000)
    failure: int = Field(default=0, ge=0, le=100_000)

    def bank(
        self, folder: Path, *, system: System, workers: int | None = None, progress: Progress | None = None
    ) -> Bank:
        """Bank of potential outcomes of the trial, built or read.

        Parameters
        ----------
        folder : Path
            Of banks.
        system : System
            Model with its engine.
        workers : int, optional
            Threads; no number depends on it.
        progress : Progress, optional
            Told of the stages.
        """
        from hepatica.progress import ignore_progress
        from hepatica.trials.bank.build import build_bank
        from hepatica.trials.bank.plan import plan_bank

        return build_bank(
            plan_bank([self.trial]), system, folder, workers=workers, progress=progress or ignore_progress
        )

    def characterise(
        self, bank: Bank, *, workers: int | None = None, progress: Progress | None = None
    ) -> tuple[TrialCharacteristics, tuple[FailureShares, ...]]:
        """Characteristics of a confirmatory trial, and its reasons for failure.

        Parameters
        ----------
        bank : Bank
            Of the trial.
        workers : int, optional
            Threads; no number depends on it.
        progress : Progress, optional
            Told of the stages.
        """
        from hepatica.progress import ignore_progress
        from hepatica.trials.virtual.characteristics import characterise
        from hepatica.trials.virtual.failure import failure_shares

        settings: dict[str, Any] = {"workers": workers, "progress": progress or ignore_progress}
        characteristics = characterise(self.trial, bank, trials=self.trials, secondary=self.secondary, **settings)
        hypotheses = self.trial.hypotheses if self.failure else ()
        return characteristics, tuple(
            failure_shares(self.trial, bank, h, trials=self.failure, **settings) for h in hypotheses
        )


REQUESTS: dict[str, Any] = {"trial": TrialRequest}
ANSWERS: dict[str, Any] = {"trial": TrialAnswer}
