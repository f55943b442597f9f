"""Risk of people recalibrated on people: logistic recalibration of the model's, and a logistic model of the labs.

The log odds of the recalibrated risk are the mean of those of both; each is shown beside it. At other days than that of
the people's outcome the same shift applies on the scale of the log cumulative hazard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hepatica.individual.discrepancy import enough_events, log_odds
from hepatica.individual.regressions import Logistic

Floats = NDArray[np.float64]
MIN_PROBABILITY = 1e-4
LABS_PENALTY = 5.0
"""Ridge penalty of the labs' logistic model, on coefficients of standardised features; assumed."""


@dataclass(frozen=True)
class RiskModel:
    """Recalibration of the risk of death or transplant.

    Attributes
    ----------
    model : Logistic
        Of the model's log odds.
    labs : Logistic
        Of the labs alone.
    """

    model: Logistic
    labs: Logistic

    @classmethod
    def fit(cls, probability: Floats, features: Floats, event: Floats) -> RiskModel | None:
        """Fit on people; None where fewer than `hepatica.individual.predictors.MIN_EVENTS` had it, or had it not.

        Parameters
        ----------
        probability : (n,)
            The model's.
        features : (n, k)
            Of the labs' model; NaN where missing.
        event : (n,)
            1, 0 or NaN.
        """
        good = np.isfinite(event) & np.isfinite(probability)
        if not enough_events(event[good]):
            return None
        return cls(
            Logistic.fit(log_odds(probability[good]), event[good]),
            Logistic.fit(features[good], event[good], LABS_PENALTY),
        )

    def by_model(self, probability: Floats) -> Floats:
        """Risk recalibrated without the labs' model."""
        return self.model.predict(log_odds(probability))

    def by_labs(self, features: Floats) -> Floats:
        """Risk by the labs alone."""
        return self.labs.predict(features)

    def recalibrate(self, probability: Floats, features: Floats) -> Floats:
        """Recalibrated risk, (n,)."""
        pair = [log_odds(self.by_model(probability))[:, 0], log_odds(self.by_labs(features))[:, 0]]
        return np.asarray(expit(np.mean(pair, axis=0)))

    def to_dict(self) -> dict[str, Any]:
        """Numbers in types of JSON."""
        return {
            name: {key: [float(f"{x:.6g}") for x in np.minimum(values, 1e30)] for key, values in vars(part).items()}
            for name, part in (("model", self.model), ("labs", self.labs))
        }

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> RiskModel:
        """Risk model of the numbers of `to_dict`."""
        return cls(*(Logistic(**{k: np.array(v, float) for k, v in row[name].items()}) for name in ("model", "labs")))


def shift_hazard(risk: Floats, before: float, after: float) -> Floats:
    """Risks at any day, moved by the shift of the log cumulative hazard that takes one risk to another.

    Parameters
    ----------
    risk : array
        Before recalibration.
    before, after : float
        Risk at the day of the people's outcome before and after.

    Examples
    --------
    >>> shift_hazard(np.array([0.0, 0.2, 1.0]), 0.2, 0.1).round(3).tolist()
    [0.0, 0.1, 1.0]
    """
    low, high = (np.clip(x, MIN_PROBABILITY, 1 - MIN_PROBABILITY) for x in (before, after))
    factor = np.log1p(-high) / np.log1p(-low)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(factor * np.log1p(-np.asarray(risk, float))))
