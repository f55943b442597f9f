"""Answer of a dose-finding trial on virtual patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from hepatica.api.base import Answer, Number, Strict
from hepatica.api.trials.characteristics import RateAnswer

if TYPE_CHECKING:
    from hepatica.trials.virtual.escalation import EscalationCharacteristics, HypothesisEscalation


class DesignAnswer(Strict):
    """Operating characteristics of a design under the mean truth.

    Attributes
    ----------
    selection : list of float
        Probability that each level is selected.
    none, correct, size, toxicities : float
    """

    selection: list[Number]
    none: Number
    correct: Number
    size: Number
    toxicities: Number


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
            )
            for name, c in h.designs.items()
        }
        return cls(
            hypothesis=h.hypothesis,
            toxicity=h.truth.toxicity.tolist(),
            gain=h.gain.tolist(),
            best=None if h.truth.best < 0 else h.truth.best + 1,
            designs=designs,
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
