"""Names of the competing predictors and of the binary outcome, and the sizes of sample that they need."""

from __future__ import annotations

from enum import Enum

OUTCOME = "death or transplant"
MIN_PEOPLE = 15
"""Measured on a day, to fit a correction or a regression of a lab on that day."""
MIN_EVENTS = 5
"""People with the outcome, and without it, to fit a regression of it."""


class Predictor(Enum):
    """A predictor of a lab or of the outcome, by the name that stands in tables.

    Attributes
    ----------
    UNCORRECTED
        The model with its dispersion estimated, its mean as it is.
    CORRECTED
        The model with mean and dispersion estimated: discrepancy for labs, recalibration for the outcome.
    LAST_VALUE
        The last value carried forward.
    REGRESSION
        Ridge or logistic regression without the model.
    REGRESSION_WITH_MODEL
        The same with the model's forecast as one more feature.
    MIXED_MODEL
        Linear mixed model of the lab over time.
    POOL
        Linear pool of the model with mean estimated, the regressions and the last value, by weights of least CRPS.
    MELD
        Logistic regression on MELD.
    MELD_3
        Logistic regression on MELD 3.0, where nearly everybody has its inputs.
    """

    UNCORRECTED = "model as it is"
    CORRECTED = "model"
    LAST_VALUE = "last value"
    REGRESSION = "regression"
    REGRESSION_WITH_MODEL = "regression with model"
    MIXED_MODEL = "mixed model"
    POOL = "linear pool"
    MELD = "MELD"
    MELD_3 = "MELD 3.0"
