"""Parts of the answer of images: intervals, labels, quantities, odds, planned scans, options and advice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from hepatica.api.base import Number, Strict

if TYPE_CHECKING:
    from hepatica.imaging.biodistribution.next_scan import PlannedScan
    from hepatica.imaging.biodistribution.summary import QuantitySummary
    from hepatica.imaging.guidance.advice import Advice, Option


class IntervalAnswer(Strict):
    """Median and 90 % interval."""

    low: Number
    median: Number
    high: Number


class LabelAnswer(Strict):
    """Label seen in an organ, with what the model makes of it.

    Attributes
    ----------
    organ : str
    day : float
    percent, sd, limit : float or None
        Of the label given.
    voxel_ml, voxel_limit : float or None
        Volume of a voxel, and the least percent that is told from none in one.
    cells, living_share : dict of str to IntervalAnswer
        Living cells, and the share of label in them, under each hypothesis; empty for an organ outside the model.
    limit_cells, voxel_limit_cells : dict of str to float
        Least number of living cells seen in the organ and in one voxel of it, under each hypothesis.
    """

    organ: str
    day: Number
    percent: Number
    sd: Number
    limit: Number
    voxel_ml: Number
    voxel_limit: Number
    cells: dict[str, IntervalAnswer]
    living_share: dict[str, IntervalAnswer]
    limit_cells: dict[str, Number]
    voxel_limit_cells: dict[str, Number]


class QuantityAnswer(Strict):
    """Quantity before and after the scans.

    Attributes
    ----------
    hypothesis, name : str
    prior, posterior : IntervalAnswer
    shrinkage : float
    """

    hypothesis: str
    name: str
    prior: IntervalAnswer
    posterior: IntervalAnswer
    shrinkage: Number


class OddsAnswer(Strict):
    """Odds of "label means cells" after a scan, as log10.

    Attributes
    ----------
    day : float or None
        Null before the first scan.
    log_odds, log_factor : float
    """

    day: Number
    log_odds: Number
    log_factor: Number


class PlannedScanAnswer(Strict):
    """Planned scan.

    Attributes
    ----------
    tracer : str
    day : float
    organs : list of str
    is_same_infusion : bool
    information_bits : float
        On the hypotheses.
    homing_sd : float
        Expected over present standard deviation of log homing.
    """

    tracer: str
    day: Number
    organs: list[str]
    is_same_infusion: bool
    information_bits: Number
    homing_sd: Number


class OptionAnswer(Strict):
    """Regimen that may be given next.

    Attributes
    ----------
    product, route : str
    dose : float
    per_kg : bool
    infusions : int
    interval, start : float
        Days.
    gain, low, high : float
        Net quality-adjusted days over standard care.
    by_hypothesis : dict of str to float
    unseen : float
    is_admissible : bool
    retention : IntervalAnswer
    reaches : float
    """

    product: str
    route: str
    dose: Number
    per_kg: bool
    infusions: int
    interval: Number
    start: Number
    gain: Number
    low: Number
    high: Number
    by_hypothesis: dict[str, Number]
    unseen: Number
    is_admissible: bool
    retention: IntervalAnswer
    reaches: Number

    @classmethod
    def of(cls, option: Option) -> Self:
        """Answer of an option."""
        regimen: dict[str, Any] = {
            n: getattr(option.regimen, n) for n in ("route", "dose", "per_kg", "infusions", "interval", "start")
        }
        own: dict[str, Any] = {
            n: getattr(option, n) for n in ("product", "gain", "low", "high", "unseen", "is_admissible")
        }
        return cls(
            by_hypothesis=dict(option.by_hypothesis),
            retention=IntervalAnswer(**option.delivery.retention._asdict()),
            reaches=option.delivery.reaches,
            **regimen,
            **own,
        )


class AdviceAnswer(Strict):
    """Advice on the next dose.

    Attributes
    ----------
    verdict : {"give", "no_gain", "stop"}
    changes : list of str
        From the infusion that was seen.
    is_poorer, is_confident : bool
    gain_of_looking : float
        Net quality-adjusted days.
    options : list of OptionAnswer
        The best first.
    unseen : OptionAnswer or None
    """

    verdict: str
    changes: list[str]
    is_poorer: bool
    is_confident: bool
    gain_of_looking: Number
    options: list[OptionAnswer]
    unseen: OptionAnswer | None

    @classmethod
    def of(cls, advice: Advice) -> Self:
        """Answer of an advice."""
        return cls(
            verdict=advice.verdict,
            changes=[c.value for c in advice.changes],
            is_poorer=advice.is_poorer,
            is_confident=advice.is_confident,
            gain_of_looking=advice.gain_of_looking,
            options=[OptionAnswer.of(o) for o in advice.options],
            unseen=None if advice.unseen is None else OptionAnswer.of(advice.unseen),
        )


def planned_answer(p: PlannedScan) -> PlannedScanAnswer:
    """Answer of a planned scan."""
    return PlannedScanAnswer(
        tracer=p.tracer,
        day=p.day,
        organs=list(p.organs),
        is_same_infusion=p.is_same_infusion,
        information_bits=p.hypotheses,
        homing_sd=p.homing_sd,
    )


def quantity_answer(q: QuantitySummary) -> QuantityAnswer:
    """Answer of a quantity."""
    return QuantityAnswer(
        hypothesis=q.hypothesis,
        name=q.name,
        prior=IntervalAnswer(**q.prior._asdict()),
        posterior=IntervalAnswer(**q.posterior._asdict()),
        shrinkage=q.shrinkage,
    )
