"""Working models of the continual reassessment method: toxicity by dose label and one parameter beta.

O'Quigley, Pepe & Fisher 1990, Biometrics 46:33 (power model); O'Quigley & Chevret 1991 (logistic); beta enters as
exp(beta), so that toxicity rises with the dose whatever its value, and beta = 0 gives the skeleton.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import Floats


class WorkingModel(ABC):
    """One-parameter model of toxicity."""

    @abstractmethod
    def labels(self, skeleton: Floats) -> Floats:
        """Dose labels at which beta = 0 gives the skeleton."""

    @abstractmethod
    def log_toxicity(self, labels: Floats, beta: Floats) -> tuple[Floats, Floats]:
        """Logarithms of toxicity and of its complement; arguments broadcast."""

    @abstractmethod
    def slopes(self, labels: Floats, beta: Floats) -> tuple[Floats, Floats]:
        """Derivatives by beta of the two logarithms."""

    @abstractmethod
    def solve(self, label: float, toxicity: float) -> float:
        """Beta at which a label has a toxicity."""

    def toxicity(self, labels: Floats, beta: Floats | float) -> Floats:
        """Toxicity; arguments broadcast."""
        return np.exp(self.log_toxicity(np.asarray(labels, float), np.asarray(beta, float))[0])


@dataclass(frozen=True)
class Empiric(WorkingModel):
    """Power model: toxicity = label ** exp(beta).

    Examples
    --------
    >>> Empiric().toxicity(np.array([0.2]), 0.0).round(6).tolist()
    [0.2]
    """

    def labels(self, skeleton: Floats) -> Floats:
        """The skeleton itself."""
        return np.asarray(skeleton, float)

    def log_toxicity(self, labels: Floats, beta: Floats) -> tuple[Floats, Floats]:
        """As `WorkingModel.log_toxicity`."""
        log_p = np.exp(beta) * np.log(labels)
        return log_p, np.log(-np.expm1(np.minimum(log_p, -1e-300)))

    def slopes(self, labels: Floats, beta: Floats) -> tuple[Floats, Floats]:
        """As `WorkingModel.slopes`."""
        log_p = np.exp(beta) * np.log(labels)
        return log_p, log_p / np.expm1(np.minimum(-log_p, 700.0)) * -1.0

    def solve(self, label: float, toxicity: float) -> float:
        """As `WorkingModel.solve`."""
        return float(np.log(np.log(toxicity) / np.log(label)))


@dataclass(frozen=True)
class Logistic(WorkingModel):
    """One-parameter logistic model: logit of toxicity = intercept + exp(beta) * label.

    Parameters
    ----------
    intercept : float
        Fixed; labels are negative where the skeleton lies below its inverse logit.

    Examples
    --------
    >>> model = Logistic()
    >>> model.toxicity(model.labels(np.array([0.2])), 0.0).round(6).tolist()
    [0.2]
    """

    intercept: float = 3.0

    def labels(self, skeleton: Floats) -> Floats:
        """As `WorkingModel.labels`.

        Raises
        ------
        InputError
            If the skeleton reaches the toxicity of a label of 0, where beta has no effect.
        """
        labels = logit(np.asarray(skeleton, float)) - self.intercept
        if (labels >= 0).any():
            raise InputError("skeleton", list(skeleton), f"below {expit(self.intercept):.3f}, or a higher intercept")
        return np.asarray(labels)

    def log_toxicity(self, labels: Floats, beta: Floats) -> tuple[Floats, Floats]:
        """As `WorkingModel.log_toxicity`."""
        odds = self.intercept + np.exp(beta) * labels
        return -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, odds)

    def slopes(self, labels: Floats, beta: Floats) -> tuple[Floats, Floats]:
        """As `WorkingModel.slopes`."""
        tilt = np.exp(beta) * labels
        p = expit(self.intercept + tilt)
        return (1 - p) * tilt, -p * tilt

    def solve(self, label: float, toxicity: float) -> float:
        """As `WorkingModel.solve`."""
        return float(np.log((logit(toxicity) - self.intercept) / label))


def check_skeleton(skeleton: object) -> Floats:
    """Skeleton as an array.

    Raises
    ------
    InputError
        If it is not rising within 0 and 1.

    Examples
    --------
    >>> check_skeleton([0.1, 0.3]).tolist()
    [0.1, 0.3]
    """
    values = np.asarray(skeleton, float)
    if values.ndim != 1 or not len(values) or not ((values > 0) & (values < 1)).all() or (np.diff(values) <= 0).any():
        raise InputError("skeleton", skeleton, "a rising probability for each level, between 0 and 1")
    return values
