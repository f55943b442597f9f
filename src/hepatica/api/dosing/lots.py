"""Lots of a study's product in an answer; and an outcome's mean with its variance components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.api.base import Number, Strict

if TYPE_CHECKING:
    from hepatica.dosing.variance_components import VarianceComponents
    from hepatica.manufacturing.clinical.dose_lots import DoseLots


class Estimate(Strict):
    """Mean of an outcome with its variance components.

    Attributes
    ----------
    mean : float
    low, high : float
        5 and 95 % points of the population mean under parameter uncertainty.
    between_patients_sd, parameter_uncertainty_sd : float
    above_zero : float
        Probability that the population mean is above zero.
    error : float
        Monte-Carlo standard error of the mean.
    """

    mean: Number
    low: Number
    high: Number
    between_patients_sd: Number
    parameter_uncertainty_sd: Number
    above_zero: Number
    error: Number

    @classmethod
    def of(cls, v: VarianceComponents) -> Estimate:
        """Estimate of an outcome."""
        return cls.model_validate({name: getattr(v, name) for name in cls.model_fields})


class LotEffectRow(Strict):
    """Effect of the variation of lots under one hypothesis, in net quality-adjusted days per patient.

    Attributes
    ----------
    hypothesis : str
    variation : Estimate
        Gain with lots as they vary over that with the typical lot.
    thrombosis : Estimate
        The same of the probability of thrombo-embolism.
    pooling : Estimate
        Gain with pooled lots over that with lots as they are.
    assay, assay_error, perfect_assay, perfect_assay_error : float
        Gain of a dose by an assay's result over the best single dose, with standard errors.
    """

    hypothesis: str
    variation: Estimate
    thrombosis: Estimate
    pooling: Estimate
    assay: Number
    assay_error: Number
    perfect_assay: Number
    perfect_assay_error: Number


class LotsAnswer(Strict):
    """Lots of the study's product at the recommended (or top) regimen.

    Attributes
    ----------
    regimen : str
    potency_units : list of float
        Median, 5 and 95 % points of living cells times potency in one infusion; per kg where the dose is.
    typical_units : float
        The same of the typical lot.
    feasible : list of float
        5 and 95 % points of the cells that bring the typical lot's units.
    assay_sd : float
        Standard error of the logarithm of the assay's result.
    pooled_donors, patients : int
    effects : list of LotEffectRow
    """

    regimen: str
    potency_units: list[Number]
    typical_units: Number
    feasible: list[Number]
    assay_sd: Number
    pooled_donors: int
    patients: int
    effects: list[LotEffectRow]

    @classmethod
    def of(cls, result: DoseLots) -> LotsAnswer:
        """Answer of lots that were computed."""
        return cls(
            regimen=result.regimen.label,
            potency_units=list(result.potency_units),
            typical_units=result.typical_units,
            feasible=list(result.feasible),
            assay_sd=result.assay_sd,
            pooled_donors=result.pooled_donors,
            patients=result.patients,
            effects=[
                LotEffectRow(
                    hypothesis=e.hypothesis,
                    variation=Estimate.of(e.variation),
                    thrombosis=Estimate.of(e.thrombosis),
                    pooling=Estimate.of(e.pooling),
                    assay=e.assay.mean,
                    assay_error=e.assay.error,
                    perfect_assay=e.perfect_assay.mean,
                    perfect_assay_error=e.perfect_assay.error,
                )
                for e in result.effects
            ],
        )
