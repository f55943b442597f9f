"""Answer of a dose-finding trial on virtual patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from hepatica.api.base import Answer, Number, Strict
from hepatica.api.trials.characteristics import RateAnswer

if TYPE_CHECKING:
    from hepatica.trials.virtual.escalation.characteristics import EscalationCharacteristics, HypothesisEscalation


class DesignAnswer(Strict):
    """Operating characteristics of a design under the mean truth.

    Attributes
    ----------
    selection : list of float
        Probability that each level is selected.
    none, correct, size, toxicities, days : float
        `days` is the mean duration of its trials.
    """

    selection: list[Number]
    none: Number
    correct: Number
    size: Number
    toxicities: Number
    days: Number


class FeasibleAnswer(Strict):
    """Operating characteristics of a way of counting patients whose lot fell short.

    Attributes
    ----------
    selection : list of float
        Probability that each level is selected.
    none, correct, overdose, toxicities, size, delivered_share : float
    """

    selection: list[Number]
    none: Number
    correct: Number
    overdose: Number
    toxicities: Number
    size: Number
    delivered_share: Number


class HypothesisEscalationAnswer(Strict):
    """Escalation under one hypothesis.

    Attributes
    ----------
    hypothesis : str
    toxicity, gain : list of float
        Mean probability of dose-limiting toxicity, and gain of survival, by level.
    best : int or None
        Level that should be selected, from 1; null for none.
    designs : dict of str to DesignAnswer
    feasible : dict of str to FeasibleAnswer
        By way of counting; empty where lots do not fall short.
    correct : RateAnswer
        Of the trial's design, truths drawn.
    selection, patients : list of float
        By level, truths drawn.
    none, useless, harmful : float
    """

    hypothesis: str
    toxicity: list[Number]
    gain: list[Number]
    best: int | None
    designs: dict[str, DesignAnswer]
    feasible: dict[str, FeasibleAnswer]
    correct: RateAnswer
    selection: list[Number]
    patients: list[Number]
    none: Number
    useless: Number
    harmful: Number

    @classmethod
    def of(cls, h: HypothesisEscalation) -> Self:
        """From an escalation.

        Parameters
        ----------
        h : HypothesisEscalation
            Any.
        """
        designs = {
            name: DesignAnswer(
                selection=c.selection.tolist(),
                none=c.none,
                correct=c.correct,
                size=c.size,
                toxicities=float(c.toxicities.sum()),
                days=h.days[name],
            )
            for name, c in h.designs.items()
        }
        numbers = ("none", "correct", "overdose", "toxicities", "size", "delivered_share")
        feasible = {
            way: FeasibleAnswer(selection=c.selection.tolist(), **{name: getattr(c, name) for name in numbers})
            for way, c in h.feasible.items()
        }
        return cls(
            hypothesis=h.hypothesis,
            toxicity=h.truth.toxicity.tolist(),
            gain=h.gain.tolist(),
            best=None if h.truth.best < 0 else h.truth.best + 1,
            designs=designs,
            feasible=feasible,
            correct=RateAnswer.of(h.drawn.correct),
            selection=h.drawn.selection.tolist(),
            patients=h.drawn.patients.tolist(),
            none=h.drawn.none,
            useless=h.drawn.useless,
            harmful=h.drawn.harmful,
        )


class EscalationAnswer(Answer):
    """Operating characteristics of a dose-finding trial.

    Attributes
    ----------
    title, trial_hash, bank : str
    screened, eligible : int
    hypotheses : list of HypothesisEscalationAnswer
    """

    title: str
    trial_hash: str
    bank: str
    screened: int
    eligible: int
    hypotheses: list[HypothesisEscalationAnswer]

    @classmethod
    def of(cls, found: EscalationCharacteristics, bank: str = "") -> Self:
        """From characteristics.

        Parameters
        ----------
        found : EscalationCharacteristics
            Of a trial.
        bank : str
            Key of the bank.
        """
        return cls(
            title=found.trial.title,
            trial_hash=found.trial.hash,
            bank=bank,
            screened=found.eligible.screened,
            eligible=len(found.eligible.patients),
            hypotheses=[HypothesisEscalationAnswer.of(h) for h in found.hypotheses],
        )


ANSWERS: dict[str, Any] = {"escalation": EscalationAnswer}
