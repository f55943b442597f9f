"""Seamless phase 2/3: dose selection at an interim look, inverse normal combination test with closed testing.

Every intersection hypothesis has a p-value of stage 1 from its doses, and of stage 2 from those of its doses that
went on; combined with weights planned beforehand the familywise error holds for any selection (Bauer and Kieser 1999,
Stat Med 18:1833; Posch et al. 2005, Stat Med 24:3697). An intersection of dropped doses alone has no second stage and
is not rejected.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError
from hepatica.patients.streams import normals
from hepatica.trials.confirmatory.adaptive.closed_testing import Dunnett, Intersection, close, subsets

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Selection(Enum):
    """Rule of dose selection."""

    BEST = "best"
    WITHIN = "within a distance of the best"
    ALL = "all that are not futile"


HALF_DUNNETT = Dunnett()
"""Dunnett's test with as many controls as patients of a dose."""


@dataclass(frozen=True)
class SeamlessDesign:
    """Two-stage design with dose selection; outcomes are normal with known standard deviation.

    Attributes
    ----------
    first, second : float
        Patients of each arm in the stages; the control has as many.
    sd : float
    selection : Selection
    distance : float
        Of `Selection.WITHIN`, in the unit of the outcome.
    futility : float
        Interim difference to control below which a dose is dropped; -inf for none.
    alpha : float
        Familywise, one-sided.
    test : Intersection
    """

    first: float
    second: float
    sd: float = 1.0
    selection: Selection = Selection.BEST
    distance: float = 0.0
    futility: float = -np.inf
    alpha: float = 0.025
    test: Intersection = HALF_DUNNETT

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        for name, value in (("first", self.first), ("second", self.second), ("sd", self.sd)):
            if not 0 < value < np.inf:
                raise InputError(name, value, "give a positive number")
        if not 0 < self.alpha < 0.5 or self.distance < 0:
            raise InputError(
                "alpha, distance", (self.alpha, self.distance), "give a level below 0.5 and a distance of at least 0"
            )

    def select(self, differences: Floats) -> Flags:
        """Doses (trials, doses) that go on, from interim differences to control (trials, doses)."""
        alive = differences >= self.futility
        best = np.where(alive, differences, -np.inf).max(axis=1, keepdims=True)
        if self.selection is Selection.BEST:
            first = np.argmax(np.where(alive, differences, -np.inf), axis=1)
            return np.asarray(alive & (np.arange(differences.shape[1]) == first[:, None]))
        if self.selection is Selection.WITHIN:
            return np.asarray(alive & (differences >= best - self.distance))
        return np.asarray(alive)

    def reject(self, z1: Floats, z2: Floats, selected: Flags) -> Flags:
        """Doses (trials, doses) shown better than control.

        Parameters
        ----------
        z1, z2 : (trials, doses)
            Statistics of the stages' own patients.
        selected : (trials, doses)
            Doses that went on.
        """
        p1, p2 = ndtr(-z1), np.where(selected, ndtr(-z2), np.nan)
        w1, w2 = np.sqrt(np.array([self.first, self.second]) / (self.first + self.second))
        critical, rejected = -ndtri(self.alpha), []
        for members in subsets(z1.shape[1]):
            own = self.test.p_value(p1[:, list(members)])
            later = self._second(p2[:, list(members)])
            z = w1 * -ndtri(np.clip(own, 1e-300, 1 - 1e-16)) + w2 * -ndtri(np.clip(later, 1e-300, 1 - 1e-16))
            rejected.append(z >= critical)
        return close(np.stack(rejected, axis=-1), z1.shape[1]) & selected

    def _second(self, p: Floats) -> Floats:
        """p-values (trials,) of stage 2 of one intersection; 1 where none of its doses went on."""
        p_values = np.ones(len(p))
        counts = np.isfinite(p).sum(axis=1)
        for m in range(1, p.shape[1] + 1):
            rows = counts == m
            if rows.any():
                p_values[rows] = self.test.p_value(np.sort(p[rows], axis=1)[:, :m])  # NaN sorts last
        return p_values


class SeamlessCharacteristics(NamedTuple):
    """Operating characteristics of a seamless design.

    Attributes
    ----------
    selected, rejected : (doses,)
        Probabilities that a dose goes on, and that it is shown better.
    any_rejected : float
        Probability of at least one rejection.
    familywise_error : float
        Probability of rejecting a dose that is no better than control.
    expected_patients : float
    standard_error : float
        Largest Monte-Carlo standard error of a probability.
    """

    selected: Floats
    rejected: Floats
    any_rejected: float
    familywise_error: float
    expected_patients: float
    standard_error: float


def simulate_seamless(
    design: SeamlessDesign, effects: tuple[float, ...], *, trials: int = 20000, seed: int = 1
) -> SeamlessCharacteristics:
    """Simulate a seamless design.

    Parameters
    ----------
    design : SeamlessDesign
        Design in use.
    effects : tuple of float
        Mean difference of each dose to control.
    trials, seed : int
        Simulated trials, and seed of the random streams.

    Returns
    -------
    SeamlessCharacteristics
    """
    m = len(effects)
    subsets(m)  # refuses too many
    who, truth = np.arange(trials), np.asarray(effects, float)

    def stage(name: str, patients: float) -> Floats:
        means = normals(seed, who, f"seamless:{name}", m + 1) * design.sd / np.sqrt(patients)
        return np.asarray(means[:, 1:] + truth - means[:, :1])

    one, two = stage("stage 1", design.first), stage("stage 2", design.second)
    scale = design.sd * np.sqrt(2.0)
    selected = design.select(one)
    rejected = design.reject(one * np.sqrt(design.first) / scale, two * np.sqrt(design.second) / scale, selected)
    arms = selected.sum(axis=1)
    patients = (m + 1) * design.first + np.where(arms > 0, arms + 1, 0) * design.second
    false = (rejected & (truth <= 0)).any(axis=1).mean()
    return SeamlessCharacteristics(
        selected=selected.mean(axis=0),
        rejected=rejected.mean(axis=0),
        any_rejected=float(rejected.any(axis=1).mean()),
        familywise_error=float(false),
        expected_patients=float(patients.mean()),
        standard_error=float(0.5 / np.sqrt(trials)),
    )
