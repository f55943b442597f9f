"""Records of predicted publications in answers: numbers and statements with their predictions and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.api.base import Number, Strict

if TYPE_CHECKING:
    from hepatica.validation.records import Record


class Prediction(Strict):
    """Scores of one hypothesis for one published number."""

    median: Number
    crps: Number
    log_score: Number
    crps_error: Number
    log_score_error: Number


class Baseline(Strict):
    """Interval and scores of a plain predictor for one published number."""

    q05: Number
    q95: Number
    crps: Number
    log_score: Number
    crps_error: Number
    log_score_error: Number


class OddsRatio(Strict):
    """Difference of shares as an odds ratio, half a person added to each count."""

    observed: Number
    median: Number
    q05: Number
    q95: Number


class PredictionRecord(Strict):
    """One published number, its prediction and its scores.

    Attributes
    ----------
    publication, arm, against, endpoint, unit : str
        `against` names the arm from which it is a difference; empty for an arm by itself.
    time : float
        Days.
    until : float or None
        Last day that it may be of, where the day is not exact.
    observed : float or None
        Null where a statement was printed and not a number.
    statement : str
        What was printed: a direction, a range, a bound of a p value; empty for a number.
    probability : float or None
        Of the statement; it is scored by its logarithm and by the quadratic score, which stands as the CRPS.
    scale : str
        ``difference``; ``ratio``, ``odds_ratio``, ``risk_ratio``, ``hazard_ratio`` as logarithms; ``z`` of a test.
    q05, q25, median, q75, q95 : float
        Quantiles of the prediction.
    crps, log_score : float
    crps_error, log_score_error : float
        Monte Carlo standard errors.
    by_hypothesis : dict of str to Prediction
    baselines : dict of str to Baseline
        Predictors ``no_effect``, ``pooled_effect`` and ``meta_regression``.
    odds_ratio : OddsRatio or None
        Of a difference of shares.
    cells : bool
        Cells were given in the arm.
    """

    publication: str
    arm: str
    against: str
    endpoint: str
    time: Number
    until: Number
    unit: str
    observed: Number
    statement: str
    probability: Number
    scale: str
    q05: Number
    q25: Number
    median: Number
    q75: Number
    q95: Number
    crps: Number
    log_score: Number
    crps_error: Number
    log_score_error: Number
    by_hypothesis: dict[str, Prediction]
    baselines: dict[str, Baseline]
    odds_ratio: OddsRatio | None
    cells: bool

    @classmethod
    def of(cls, r: Record) -> PredictionRecord:
        """Record of a predicted publication."""
        names = ("q05", "q25", "median", "q75", "q95")
        return cls(
            **{name: getattr(r, name) for name in ("publication", "arm", "against", "time", "until", "unit")},
            **{name: getattr(r, name) for name in ("observed", "statement", "probability", "scale")},
            endpoint=r.endpoint_text,
            **dict(zip(names, r.quantiles.tolist(), strict=True)),
            crps=r.crps,
            log_score=r.log_score,
            crps_error=r.crps_error,
            log_score_error=r.log_score_error,
            by_hypothesis={
                h: Prediction(**dict(zip(Prediction.model_fields, row, strict=True)))
                for h, row in r.by_hypothesis.items()
            },
            baselines={
                name: Baseline(**dict(zip(Baseline.model_fields, row, strict=True)))
                for name, row in r.references.items()
            },
            odds_ratio=OddsRatio(**dict(zip(OddsRatio.model_fields, r.odds, strict=True))) if r.odds else None,
            cells=bool(r.cells),
        )
