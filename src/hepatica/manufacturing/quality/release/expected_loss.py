"""Expected loss of the actions about a lot, by the loss that its file states or by the model's; and least regret."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from hepatica.manufacturing.quality.margins import LossSlope
from hepatica.manufacturing.quality.release.attribute_belief import result_and_belief
from hepatica.manufacturing.quality.release.guard_band import Belief
from hepatica.manufacturing.quality.release.loss_limits import loss_interval
from hepatica.manufacturing.quality.release.lot_file import Lot
from hepatica.manufacturing.quality.release.lot_model import ModelAssessment


class Verdict(StrEnum):
    """Decision about a lot."""

    RELEASE = "release"
    CONDITIONAL = "conditional"
    REJECT = "reject"


class ExpectedLoss(NamedTuple):
    """Quality-adjusted days lost by an action: mean and 95 % interval."""

    mean: float
    low: float
    high: float


def stated_losses(lot: Lot, factor: float, seed: int) -> dict[Verdict, ExpectedLoss]:
    """Expected loss of each action by the slope that the file states; empty where it states none."""
    if lot.loss is None:
        return {}
    loss, slope = lot.loss, LossSlope(lot.loss.days, lot.loss.low, lot.loss.high, lot.loss.linked)
    (potency,) = (a for a in lot.attribute if a.role == "potency")
    _, belief = result_and_belief(potency)
    made = {Verdict.REJECT: ExpectedLoss(loss.rejection, loss.rejection, loss.rejection)}
    for verdict, times in ((Verdict.RELEASE, 1.0), (Verdict.CONDITIONAL, factor)):
        if times == times:
            is_log = potency.scale == "log"
            given = (
                Belief(belief.mean + float(np.log(times)), belief.sd)
                if is_log
                else Belief(belief.mean * times, belief.sd * times)
            )
            ends = loss_interval(given, slope, reference=loss.reference, seed=seed, log=is_log)
            made[verdict] = ExpectedLoss(*(float(x) for x in ends + loss.more_cells * (times - 1.0)))
    return made


def model_losses(model: ModelAssessment) -> dict[Verdict, ExpectedLoss]:
    """Expected loss of each action by the model; a higher dose only where it loses less."""
    cost = model.rejection
    made = {Verdict.RELEASE: ExpectedLoss(*model.planned[:3]), Verdict.REJECT: ExpectedLoss(cost, cost, cost)}
    if model.factor > 1.0:
        made[Verdict.CONDITIONAL] = ExpectedLoss(*model.adjusted[:3])
    return made


def least_regret(model: ModelAssessment, permitted: list[Verdict]) -> Verdict:
    """Permitted action whose largest regret over the hypotheses is least; the first of equals."""
    release = model.loss.by_hypothesis(1.0)
    losses = {
        Verdict.RELEASE: release,
        Verdict.CONDITIONAL: model.loss.by_hypothesis(model.factor),
        Verdict.REJECT: np.full_like(release, model.rejection),
    }
    least = np.min([losses[v] for v in permitted], axis=0)
    return min(permitted, key=lambda v: float((losses[v] - least).max()))
