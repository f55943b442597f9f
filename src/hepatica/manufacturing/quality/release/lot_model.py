"""Lot file to model: measured attributes as draws of a product's true ones, limits from loss, dose that makes good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.basis import RANGES, Coordinate
from hepatica.manufacturing.clinical.surface import Surface
from hepatica.manufacturing.quality.arrays import Floats
from hepatica.manufacturing.quality.release.attribute_belief import (
    attribute_error,
    attribute_process,
    result_and_belief,
)
from hepatica.manufacturing.quality.release.lot_file import Attribute, Lot
from hepatica.manufacturing.quality.release.model_loss import (
    AttributeLimit,
    LossSummary,
    ModelLoss,
    WorldLoss,
    attribute_limit,
    true_draws,
)


@dataclass(frozen=True, kw_only=True)
class ModelAssessment:
    """Lot against the model of its patients.

    Attributes
    ----------
    loss : ModelLoss
    factor : float
        Dose over the planned one that makes good for the lot.
    planned, adjusted, rejection : LossSummary or float
        Expected loss at either dose; what a rejection costs.
    worlds : tuple of WorldLoss
        At the planned dose, each world by itself.
    clots : LossSummary
        Probability of thrombo-embolism over that of the reference lot, at the planned dose.
    limits : tuple of AttributeLimit
    study, regimen : str
    gain : tuple of (str, float)
        Hypothesis, and net gain of the reference lot over standard care.
    """

    loss: ModelLoss
    factor: float
    planned: LossSummary
    adjusted: LossSummary
    rejection: float
    worlds: tuple[WorldLoss, ...]
    clots: LossSummary
    limits: tuple[AttributeLimit, ...]
    study: str
    regimen: str
    gain: tuple[tuple[str, float], ...]


def unit_of(attribute: Attribute) -> float:
    """Value of an attribute that stands for 1 of its coordinate: 100 % viability, or the stated reference."""
    return 100.0 if attribute.acts_on == "viability" else attribute.reference


def lot_values(lot: Lot, seed: int) -> dict[Coordinate, Floats]:
    """Draws of the true attributes that act, by coordinate, held within the simulated ranges."""
    made = {}
    for a in lot.attribute:
        if a.acts_on is not None:
            coordinate = Coordinate(a.acts_on)
            drawn = true_draws(result_and_belief(a)[1], log=a.scale == "log", seed=seed, name=a.acts_on)
            made[coordinate] = np.clip(drawn / unit_of(a), *RANGES[coordinate])
    return made


def assess_lot(lot: Lot, surface: Surface, *, study: str = "", seed: int = 1) -> ModelAssessment:
    """Assess a lot by a surface.

    Parameters
    ----------
    lot : Lot
        With a `model_loss`.
    surface : Surface
        Of its study, at its planned dose.
    study : str
        Title of the study, for the certificate.
    seed : int
        Of the draws of true values.

    Raises
    ------
    InputError
        If the lot asks for no loss from the model, or allows doses beyond those simulated.
    """
    stated = lot.model_loss
    if stated is None:
        raise InputError("model_loss", None, "a table [model_loss] with study, linked and rejection")
    most = lot.dose.largest / lot.dose.planned
    if most > RANGES[Coordinate.DOSE][1]:
        raise InputError("dose.largest", lot.dose.largest, f"at most {RANGES[Coordinate.DOSE][1]:g} times the planned")
    model = ModelLoss(surface, lot_values(lot, seed), stated.linked, stated.half)
    factor = model.restoring_factor(most)
    limits = tuple(
        _limit(model, a, Coordinate(a.acts_on), stated.rejection) for a in lot.attribute if a.acts_on is not None
    )
    return ModelAssessment(
        loss=model,
        factor=factor,
        planned=model.summary(1.0),
        adjusted=model.summary(factor),
        rejection=stated.rejection,
        worlds=model.by_world(1.0),
        clots=model.clots(1.0),
        limits=limits,
        study=study,
        regimen=surface.regimen,
        gain=tuple((h, float(g)) for h, g in zip(surface.hypotheses, surface.gain, strict=True)),
    )


def _limit(model: ModelLoss, attribute: Attribute, coordinate: Coordinate, rejection: float) -> AttributeLimit:
    """Release limit of an attribute from the loss; none where it lies above 100 %, which no value reaches."""
    limit = attribute_limit(
        model,
        coordinate,
        rejection,
        reference=unit_of(attribute),
        error=attribute_error(attribute),
        process=attribute_process(attribute),
        log=attribute.scale == "log",
    )
    beyond = attribute.unit == "%" and limit.true_limit is not None and limit.true_limit > 100.0
    return limit._replace(true_limit=None, limits=None, result_limit=None) if beyond else limit
