"""Release of one lot: the chance that each true value meets its limit, the verdict, and the expected loss.

A lot may be released as it is, released with a dose adjusted to its potency, or rejected. Of what the limits permit,
the action of least expected loss is taken; without a belief about loss, the first that they permit. The link between
potency and outcome is a probability that the file states: no strong link is assumed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.surface import Surface
from hepatica.manufacturing.quality.release.attribute_belief import result_and_belief
from hepatica.manufacturing.quality.release.expected_loss import (
    ExpectedLoss,
    Verdict,
    least_regret,
    model_losses,
    stated_losses,
)
from hepatica.manufacturing.quality.release.lot_file import Attribute, Lot
from hepatica.manufacturing.quality.release.lot_model import ModelAssessment, assess_lot

__all__ = ["Assumption", "ExpectedLoss", "Finding", "LotRelease", "Verdict", "release_lot"]


class Assumption(StrEnum):
    """Assumptions of a certificate, each said in words where it is shown."""

    ERRORS_NORMAL = "errors_normal"
    NO_EARLIER_LOTS = "no_earlier_lots"
    LINK_UNPROVEN = "link_unproven"
    NO_LOSS = "no_loss"
    NO_HARM_OF_CELLS = "no_harm_of_cells"
    DOSE_BY_POTENCY = "dose_by_potency"
    LOSS_BY_MODEL = "loss_by_model"
    WORLDS_OF_THE_LINK = "worlds_of_the_link"
    DOSE_BY_LOSS = "dose_by_loss"


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
    model : ModelAssessment or None
        Where the loss is the model's.
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
    model: ModelAssessment | None = None


def release_lot(lot: Lot, *, surface: Surface | None = None, study: str = "", seed: int = 1) -> LotRelease:
    """Decide about a lot.

    Parameters
    ----------
    lot : Lot
        As its file states it.
    surface : Surface, optional
        Of the study that a `model_loss` names, at the planned dose.
    study : str
        Its title.
    seed : int
        Of the draws behind the intervals of the losses.

    Raises
    ------
    InputError
        If the file asks for the model's loss and there is no surface.

    Examples
    --------
    >>> from hepatica.manufacturing.quality.release.lot_file import check_lot
    >>> potency = {"name": "potency", "role": "potency", "values": [0.7], "assay_sd": 0.1, "scale": "log", "lower": 0.7}
    >>> dose = {"planned": 1e6, "largest": 2e6}
    >>> found = release_lot(check_lot({"title": "t", "lot": "1", "dose": dose, "attribute": [potency]}))
    >>> found.verdict.value, round(found.factor, 2)
    ('conditional', 1.43)
    """
    if lot.model_loss is not None and surface is None:
        raise InputError("model_loss", lot.model_loss.study, "a surface of this study, as `stored_surface` makes it")
    model = None if lot.model_loss is None or surface is None else assess_lot(lot, surface, study=study, seed=seed)
    factor = _factor(lot) if model is None else model.factor
    findings = tuple(_find(a, lot.chance, factor) for a in lot.attribute)
    permitted = [Verdict.REJECT]
    if (factor > 1.0 if model is not None else factor == factor) and all(f.meets_adjusted for f in findings):
        permitted.insert(0, Verdict.CONDITIONAL)
    if all(f.meets for f in findings):
        permitted.insert(0, Verdict.RELEASE)
    losses = stated_losses(lot, factor, seed) if model is None else model_losses(model)
    if model is not None:
        verdict = least_regret(model, permitted)
    else:
        verdict = min(permitted, key=lambda v: losses[v].mean) if losses else permitted[0]
    stated = lot.loss or lot.model_loss
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
        linked=float("nan") if stated is None else stated.linked,
        loss_source="" if stated is None else stated.source,
        chance=lot.chance,
        assumptions=_assumptions(lot, factor),
        model=model,
    )


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
            _, belief = result_and_belief(attribute)
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
    result, belief = result_and_belief(attribute)
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


def _assumptions(lot: Lot, factor: float) -> tuple[Assumption, ...]:
    numeric = [a for a in lot.attribute if a.passed is None]
    held = {
        Assumption.ERRORS_NORMAL: bool(numeric),
        Assumption.NO_EARLIER_LOTS: any(a.process is None for a in numeric),
        Assumption.DOSE_BY_POTENCY: factor == factor and lot.model_loss is None,
        Assumption.LINK_UNPROVEN: lot.loss is not None,
        Assumption.WORLDS_OF_THE_LINK: lot.model_loss is not None,
        Assumption.LOSS_BY_MODEL: lot.model_loss is not None,
        Assumption.DOSE_BY_LOSS: lot.model_loss is not None,
        Assumption.NO_LOSS: lot.loss is None and lot.model_loss is None,
        Assumption.NO_HARM_OF_CELLS: lot.loss is not None and lot.loss.more_cells == 0.0 and factor == factor,
    }
    return tuple(a for a, holds in held.items() if holds)
