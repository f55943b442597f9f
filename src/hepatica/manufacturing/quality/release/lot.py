"""Release of one lot: the chance that each true value meets its limit, the verdict, and the expected loss.

A lot may be released as it is, released with a dose adjusted to its potency, or rejected. Of what the limits permit,
the action of least expected loss is taken; without a belief about loss, the first that they permit. The link between
potency and outcome is a probability that the file states: no strong link is assumed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from hepatica.manufacturing.quality.margins import LossSlope
from hepatica.manufacturing.quality.release.guard_band import Belief, Process, assay_error, believe
from hepatica.manufacturing.quality.release.loss_limits import loss_interval
from hepatica.manufacturing.quality.release.lot_file import Attribute, Lot


class Verdict(StrEnum):
    """Decision about a lot."""

    RELEASE = "release"
    CONDITIONAL = "conditional"
    REJECT = "reject"


class Assumption(StrEnum):
    """Assumptions of a certificate, each said in words where it is shown."""

    ERRORS_NORMAL = "errors_normal"
    NO_EARLIER_LOTS = "no_earlier_lots"
    LINK_UNPROVEN = "link_unproven"
    NO_LOSS = "no_loss"
    NO_HARM_OF_CELLS = "no_harm_of_cells"
    DOSE_BY_POTENCY = "dose_by_potency"


class Finding(NamedTuple):
    """Attribute of a lot against its limit.

    Attributes
    ----------
    name, unit, role : str
    result : float
        Mean of the replicates (geometric on a log scale); NaN for pass or fail.
    low, high : float
        95 % interval of the true value.
    lower, upper : float
        Limits; infinite where there is none.
    is_inside : bool
        The result meets the limit, or the test was passed.
    chance : float
        Probability that the true value meets the limit; NaN for pass or fail.
    chance_adjusted : float
        The same at the adjusted dose; NaN where none is asked.
    meets, meets_adjusted : bool
        Inside, and the chance at least the one asked.
    source : str
    """

    name: str
    unit: str
    role: str
    result: float
    low: float
    high: float
    lower: float
    upper: float
    is_inside: bool
    chance: float
    chance_adjusted: float
    meets: bool
    meets_adjusted: bool
    source: str


class ExpectedLoss(NamedTuple):
    """Quality-adjusted days lost by an action: mean and 95 % interval."""

    mean: float
    low: float
    high: float


class LotRelease(NamedTuple):
    """Verdict on a lot.

    Attributes
    ----------
    title, lot, product : str
    verdict : Verdict
    findings : tuple of Finding
        In the order of the file.
    failing, failing_adjusted : tuple of str
        Attributes that do not meet their limit at the planned dose; at the adjusted one, empty where there is none.
    planned, adjusted, largest : float
        Doses of cells; `adjusted` is NaN where potency is not measured.
    factor : float
        Adjusted over planned dose.
    dose_unit : str
    losses : dict of Verdict to ExpectedLoss
        Empty where the file states no loss.
    linked : float
        Probability that potency is linked to outcome; NaN where the file states no loss.
    loss_source : str
    chance : float
        That release asks for.
    assumptions : tuple of Assumption
    """

    title: str
    lot: str
    product: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    failing: tuple[str, ...]
    failing_adjusted: tuple[str, ...]
    planned: float
    adjusted: float
    largest: float
    factor: float
    dose_unit: str
    losses: dict[Verdict, ExpectedLoss]
    linked: float
    loss_source: str
    chance: float
    assumptions: tuple[Assumption, ...]


def release_lot(lot: Lot, *, seed: int = 1) -> LotRelease:
    """Decide about a lot.

    Parameters
    ----------
    lot : Lot
        As its file states it.
    seed : int
        Of the draws behind the intervals of the losses.

    Returns
    -------
    LotRelease

    Examples
    --------
    >>> from hepatica.manufacturing.quality.release.lot_file import check_lot
    >>> potency = {"name": "potency", "role": "potency", "values": [0.7], "assay_sd": 0.1, "scale": "log", "lower": 0.7}
    >>> dose = {"planned": 1e6, "largest": 2e6}
    >>> found = release_lot(check_lot({"title": "t", "lot": "1", "dose": dose, "attribute": [potency]}))
    >>> found.verdict.value, round(found.factor, 2)
    ('conditional', 1.43)
    """
    factor = _factor(lot)
    findings = tuple(_find(a, lot.chance, factor) for a in lot.attribute)
    permitted = [Verdict.REJECT]
    if factor == factor and all(f.meets_adjusted for f in findings):
        permitted.insert(0, Verdict.CONDITIONAL)
    if all(f.meets for f in findings):
        permitted.insert(0, Verdict.RELEASE)
    losses = _losses(lot, factor, seed)
    verdict = min(permitted, key=lambda v: losses[v].mean) if losses else permitted[0]
    return LotRelease(
        title=lot.title,
        lot=lot.lot,
        product=lot.product,
        verdict=verdict,
        findings=findings,
        failing=tuple(f.name for f in findings if not f.meets),
        failing_adjusted=tuple(f.name for f in findings if factor == factor and not f.meets_adjusted),
        planned=lot.dose.planned,
        adjusted=lot.dose.planned * factor,
        largest=lot.dose.largest,
        factor=factor,
        dose_unit=lot.dose.unit,
        losses=losses,
        linked=float("nan") if lot.loss is None else lot.loss.linked,
        loss_source="" if lot.loss is None else lot.loss.source,
        chance=lot.chance,
        assumptions=_assumptions(lot, factor),
    )


def _belief(attribute: Attribute) -> tuple[float, Belief]:
    """Result, and belief about the true value, on the scale of the attribute."""
    values = np.log(attribute.values) if attribute.scale == "log" else np.array(attribute.values)
    assert attribute.assay_sd is not None  # of every attribute with values
    error = assay_error(attribute.assay_sd, values.size, run_sd=attribute.run_sd)
    law = attribute.law()
    if law is not None and attribute.scale == "log":
        law = Process(float(np.log(law.mean)), law.sd)
    return float(values.mean()), believe(float(values.mean()), error, law)


def _limits(attribute: Attribute, factor: float = 1.0) -> tuple[float, float]:
    """Limits of the true value per cell, on the scale of the attribute, when a dose of `factor` is given."""
    ends = (
        -np.inf if attribute.lower is None else attribute.lower,
        np.inf if attribute.upper is None else attribute.upper,
    )
    scaled = attribute.per_dose or attribute.role == "potency"
    low, high = (end / factor if scaled else end for end in ends)
    if attribute.scale == "log":
        return float(np.log(low)) if np.isfinite(low) else -np.inf, float(np.log(high))
    return low, high


def _factor(lot: Lot) -> float:
    """Adjusted over planned dose: restores the reference potency, at most the largest dose; NaN without potency."""
    for attribute in lot.attribute:
        if attribute.role == "potency":
            _, belief = _belief(attribute)
            value = float(np.exp(belief.mean)) if attribute.scale == "log" else belief.mean
            reference = 1.0 if lot.loss is None else lot.loss.reference
            most = lot.dose.largest / lot.dose.planned
            return float(min(max(reference / value, 1.0), most)) if value > 0.0 else float("nan")
    return float("nan")


def _find(attribute: Attribute, asked: float, factor: float) -> Finding:
    nan = float("nan")
    if attribute.passed is not None:
        ok = attribute.passed
        return Finding(
            attribute.name, attribute.unit, attribute.role, nan, nan, nan, -np.inf, np.inf, ok, nan, nan, ok, ok,
            attribute.source,
        )  # fmt: skip
    result, belief = _belief(attribute)
    low, high = _limits(attribute)
    chance, inside = belief.chance_within(low, high), low <= result <= high
    chance_adjusted, meets_adjusted = chance, inside and chance >= asked
    if factor == factor:
        ends = _limits(attribute, factor)
        chance_adjusted = belief.chance_within(*ends)
        meets_adjusted = ends[0] <= result <= ends[1] and chance_adjusted >= asked
    back = np.exp if attribute.scale == "log" else float
    return Finding(
        name=attribute.name,
        unit=attribute.unit,
        role=attribute.role,
        result=float(back(result)),
        low=float(back(belief.quantile(0.025))),
        high=float(back(belief.quantile(0.975))),
        lower=-np.inf if attribute.lower is None else attribute.lower,
        upper=np.inf if attribute.upper is None else attribute.upper,
        is_inside=inside,
        chance=chance,
        chance_adjusted=chance_adjusted if factor == factor else nan,
        meets=inside and chance >= asked,
        meets_adjusted=meets_adjusted,
        source=attribute.source,
    )


def _losses(lot: Lot, factor: float, seed: int) -> dict[Verdict, ExpectedLoss]:
    if lot.loss is None:
        return {}
    loss, slope = lot.loss, LossSlope(lot.loss.days, lot.loss.low, lot.loss.high, lot.loss.linked)
    (potency,) = (a for a in lot.attribute if a.role == "potency")
    _, belief = _belief(potency)
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


def _assumptions(lot: Lot, factor: float) -> tuple[Assumption, ...]:
    numeric = [a for a in lot.attribute if a.passed is None]
    held = {
        Assumption.ERRORS_NORMAL: bool(numeric),
        Assumption.NO_EARLIER_LOTS: any(a.process is None for a in numeric),
        Assumption.DOSE_BY_POTENCY: factor == factor,
        Assumption.LINK_UNPROVEN: lot.loss is not None,
        Assumption.NO_LOSS: lot.loss is None,
        Assumption.NO_HARM_OF_CELLS: lot.loss is not None and lot.loss.more_cells == 0.0 and factor == factor,
    }
    return tuple(a for a, holds in held.items() if holds)
