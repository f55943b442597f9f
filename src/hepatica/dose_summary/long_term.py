"""Deaths by cause to the horizon and the five years after it, with variance components."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hepatica.dose_study import Answer
from hepatica.dose_summary.courses import first_course
from hepatica.dose_summary.ranking import shows_cells
from hepatica.dosing.variance_components import VarianceComponents, decompose_variance
from hepatica.outcomes import tail
from hepatica.outcomes.causes import CAUSES, EMBOLISM, deaths_by_cause

Floats = NDArray[np.float64]
EVERY_CAUSE = (*CAUSES, EMBOLISM)


class LateEvent(Enum):
    """Event after the horizon, in competition with the others."""

    DEATH = "death"
    TUMOUR = "tumour"
    BLEEDING = "bleeding"
    TRANSPLANT = "transplant"


@dataclass(frozen=True)
class ShownArm:
    """Arm of the courses under a hypothesis; standard care stands once, as the hypotheses differ in cells alone.

    Attributes
    ----------
    arm : int
        Its place in the Datasets of the answer: 0 standard care, 1 the shown regimen.
    hypothesis : str
    """

    arm: int
    hypothesis: str


def shown_arms(answer: Answer) -> list[ShownArm]:
    """Standard care, then the shown regimen under each hypothesis."""
    arms = [ShownArm(0, next(iter(answer.courses)))]
    return arms + ([ShownArm(1, h) for h in answer.courses] if shows_cells(answer.decision) else [])


def death_shares(answer: Answer) -> dict[str, dict[str, Floats]]:
    """Expected share dead by the horizon, by hypothesis and cause.

    Returns
    -------
    dict of hypothesis to dict of cause to (arm, patient) ndarray
        Causes add up to all deaths.
    """
    utility = answer.study.utility.utility()
    return {
        h: {cause: dead[..., -1] for cause, dead in deaths_by_cause(ds, utility.fatal(ds)).items()}
        for h, ds in answer.courses.items()
    }


def cause_components(
    answer: Answer, dead: dict[str, dict[str, Floats]]
) -> dict[ShownArm, dict[str, VarianceComponents]]:
    """Share dead by the horizon of each cause, with its variance components; "all" is their sum.

    Parameters
    ----------
    answer : Answer
        For its arms and parameter draws.
    dead : dict
        As of `death_shares`.
    """
    draw = first_course(answer)["draw"].values
    rows: dict[ShownArm, dict[str, VarianceComponents]] = {}
    for c in shown_arms(answer):
        own = {cause: values[c.arm] for cause, values in dead[c.hypothesis].items()}
        own["all"] = np.sum([own[cause] for cause in EVERY_CAUSE], axis=0)
        rows[c] = {cause: decompose_variance(values, draw) for cause, values in own.items()}
    return rows


def mean_cause_shares(answer: Answer, dead: dict[str, dict[str, Floats]]) -> dict[ShownArm, dict[str, float]]:
    """Mean share dead by the horizon of each cause, failed patients left out; `dead` as of `death_shares`."""
    return {
        c: {cause: float(np.nanmean(dead[c.hypothesis][cause][c.arm])) for cause in EVERY_CAUSE}
        for c in shown_arms(answer)
    }


def tails(answer: Answer) -> dict[str, tail.Tail]:
    """The five years after the horizon, by hypothesis."""
    share = answer.study.utility.utility().deaths_per_thrombosis
    return {h: tail.tail(ds, answer.study.horizon, fatal_share=share) for h, ds in answer.long_term.items()}


def cumulative_incidence(t: tail.Tail, arm: int, event: LateEvent) -> Floats:
    """Cumulative incidence from the horizon on, mean over those alive without transplant at it.

    Returns
    -------
    (time,) ndarray
        At `Tail.times`; patients whose solve failed do not count.
    """
    values = getattr(t, event.value)[arm]
    weight = np.where(np.isfinite(values[:, -1]), t.weight[arm], 0.0)
    return np.asarray(np.average(np.nan_to_num(values), axis=0, weights=weight))


@dataclass(frozen=True, kw_only=True)
class FiveYears:
    """Five years of one arm, each a mean with its variance components.

    Attributes
    ----------
    alive_at_horizon, alive_at_end : VarianceComponents
        Share of those admitted, alive without transplant.
    events : dict of LateEvent to VarianceComponents
        Cumulative incidence of those alive at the horizon.
    collagen : VarianceComponents or None
        Change of the liver's collagen from the horizon on; None where the model has none.
    """

    alive_at_horizon: VarianceComponents
    alive_at_end: VarianceComponents
    events: dict[LateEvent, VarianceComponents]
    collagen: VarianceComponents | None


def five_year_outcomes(answer: Answer, by_hypothesis: dict[str, tail.Tail]) -> dict[ShownArm, FiveYears]:
    """Five-year outcomes of every shown arm, from `tails`; empty without them."""
    if not by_hypothesis:
        return {}
    draw = next(iter(answer.long_term.values()))["draw"].values
    return {c: _five_years(by_hypothesis[c.hypothesis], c.arm, draw) for c in shown_arms(answer)}


def _five_years(t: tail.Tail, arm: int, draw: NDArray[np.int64]) -> FiveYears:
    def probability(values: Floats) -> VarianceComponents:
        s = decompose_variance(values, draw)
        return replace(s, low=max(s.low, 0.0), high=min(s.high, 1.0))

    free = t.weight * (1.0 - t.death[..., -1] - t.transplant[..., -1])
    return FiveYears(
        alive_at_horizon=probability(t.weight[arm]),
        alive_at_end=probability(free[arm]),
        events={e: probability(t.of_those_alive(getattr(t, e.value)[..., -1])[arm]) for e in LateEvent},
        collagen=None if t.collagen is None else decompose_variance(t.of_those_alive(t.collagen)[arm], draw),
    )
