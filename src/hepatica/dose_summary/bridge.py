"""Bridge to transplant: transplants, transplant-free survival and days on the list, per arm, among the leaders."""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.dose_study import Answer
from hepatica.dosing.variance_components import VarianceComponents


@dataclass(frozen=True, kw_only=True)
class BridgeRow:
    """One arm under one hypothesis; transplant and death compete.

    Attributes
    ----------
    arm : int
        Among the arms of the decision.
    hypothesis : str
    transplants : VarianceComponents
        Probability of a transplant by the horizon.
    alive_without : VarianceComponents
        Probability of being alive at the horizon without transplant.
    alive : VarianceComponents
        Probability of being alive at the horizon, transplanted or not.
    waiting_days : VarianceComponents
        Days alive without transplant.
    avoided, lost : VarianceComponents
        Probability, against standard care, of a transplant that is not needed because the patient lives without, and
        of one that does not take place because the patient died first.
    """

    arm: int
    hypothesis: str
    transplants: VarianceComponents
    alive_without: VarianceComponents
    alive: VarianceComponents
    waiting_days: VarianceComponents
    avoided: VarianceComponents
    lost: VarianceComponents


def bridge(answer: Answer) -> list[BridgeRow]:
    """Standard care and the leaders under each hypothesis, in fresh patients."""
    c, rows = answer.decision.conclusion, []
    for p in c.unread:
        for column, leader in enumerate(c.leaders):
            rows.append(
                BridgeRow(
                    arm=leader.arm,
                    hypothesis=p.hypothesis,
                    transplants=p.transplants[column],
                    alive_without=p.free[column],
                    alive=p.alive[column],
                    waiting_days=p.waiting[column],
                    avoided=p.avoided[column],
                    lost=p.lost[column],
                )
            )
    return rows


def are_transplanted(answer: Answer) -> bool:
    """True where transplants take place in this population at all."""
    return any(p.transplants[0].mean > 0 for p in answer.decision.conclusion.unread)
