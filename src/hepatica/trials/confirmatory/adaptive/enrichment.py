"""Adaptive enrichment: at an interim look the trial goes on in all patients, in a subgroup alone, in both, or stops.

Two hypotheses, of the full population and of the subgroup, are tested by closed testing of inverse normal
combinations (Brannath et al. 2009, Stat Med 28:1445; Jenkins, Stone and Jennison 2011, Pharm Stat 10:347). Their
intersection is tested by Simes, Bonferroni or, with the known correlation of the two statistics, Spiessens and Debois
(2010, Contemp Clin Trials 31:647).
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
from hepatica.trials.confirmatory.adaptive.closed_testing import Bonferroni, Simes
from hepatica.trials.confirmatory.dunnett import none_above

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class IntersectionTest(Enum):
    """Test of the intersection of full population and subgroup."""

    SIMES = "Simes"
    BONFERRONI = "Bonferroni"
    SPIESSENS_DEBOIS = "Spiessens-Debois"


class Decision(Enum):
    """Interim decision."""

    BOTH = 0
    FULL = 1
    SUBGROUP = 2
    STOP = 3


@dataclass(frozen=True)
class EnrichmentDesign:
    """Two-stage enrichment design; outcomes are normal with known standard deviation.

    Attributes
    ----------
    first, second : float
        Patients of each arm in the stages.
    prevalence : float
        Of the subgroup.
    sd : float
    full, subgroup : float
        Interim differences from which the full population, and the subgroup, go on.
    alpha : float
        Familywise, one-sided.
    test : IntersectionTest
    """

    first: float
    second: float
    prevalence: float
    sd: float = 1.0
    full: float = 0.0
    subgroup: float = 0.0
    alpha: float = 0.025
    test: IntersectionTest = IntersectionTest.SPIESSENS_DEBOIS

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        for name, value in (("first", self.first), ("second", self.second), ("sd", self.sd)):
            if not 0 < value < np.inf:
                raise InputError(name, value, "give a positive number")
        if not 0 < self.prevalence < 1:
            raise InputError("prevalence", self.prevalence, "give the share of the subgroup, between 0 and 1")

    def decide(self, full: Floats, subgroup: Floats) -> NDArray[np.int64]:
        """Interim decisions (trials,), as values of `Decision`, from differences (trials,)."""
        keep_full, keep_sub = full >= self.full, subgroup >= self.subgroup
        rules = [keep_full & keep_sub, keep_full, keep_sub]
        return np.select(
            rules, [d.value for d in (Decision.BOTH, Decision.FULL, Decision.SUBGROUP)], Decision.STOP.value
        )

    def intersection(self, z_full: Floats, z_subgroup: Floats) -> Floats:
        """p-values (trials,) of the intersection from the statistics of one stage."""
        if self.test is IntersectionTest.SPIESSENS_DEBOIS:
            # correlation sqrt(prevalence) as the product of equal loadings
            loading = np.full(2, self.prevalence**0.25)
            largest = np.maximum(z_full, z_subgroup)
            return np.clip(1 - none_above(np.stack([largest, largest], axis=-1), loading), 0.0, 1.0)
        p = np.stack([ndtr(-z_full), ndtr(-z_subgroup)], axis=-1)
        return (Simes() if self.test is IntersectionTest.SIMES else Bonferroni()).p_value(p)

    def reject(self, z1: Floats, z2: Floats, decision: NDArray[np.int64]) -> Flags:
        """Hypotheses (trials, 2) rejected, of full population and subgroup.

        Parameters
        ----------
        z1, z2 : (trials, 2)
            Statistics of full population and subgroup, of the stages' own patients.
        decision : (trials,)
            Values of `Decision`.
        """
        both = self.intersection(z2[:, 0], z2[:, 1])
        p_full, p_sub = ndtr(-z2[:, 0]), ndtr(-z2[:, 1])
        later = np.select([decision == d.value for d in Decision], [both, p_full, p_sub, np.ones(len(both))])
        goes = np.stack([np.isin(decision, (0, 1)), np.isin(decision, (0, 2))], axis=-1)
        joint = self._combine(self.intersection(z1[:, 0], z1[:, 1]), later)
        alone = self._combine(ndtr(-z1), ndtr(-z2))
        return np.asarray(goes & alone & joint[:, None])

    def _combine(self, one: Floats, two: Floats) -> Flags:
        w1, w2 = np.sqrt(np.array([self.first, self.second]) / (self.first + self.second))
        z = [-ndtri(np.clip(p, 1e-300, 1 - 1e-16)) for p in (one, two)]
        return np.asarray(w1 * z[0] + w2 * z[1] >= -ndtri(self.alpha))


class EnrichmentCharacteristics(NamedTuple):
    """Operating characteristics of an enrichment design.

    Attributes
    ----------
    decisions : dict
        Probability of each interim decision.
    reject_full, reject_subgroup, reject_any : float
    familywise_error : float
        Probability of rejecting a hypothesis that is true.
    """

    decisions: dict[Decision, float]
    reject_full: float
    reject_subgroup: float
    reject_any: float
    familywise_error: float


def simulate_enrichment(
    design: EnrichmentDesign, subgroup: float, complement: float, *, trials: int = 20000, seed: int = 1
) -> EnrichmentCharacteristics:
    """Simulate an enrichment design; after the subgroup alone is chosen, all patients of stage 2 belong to it.

    Parameters
    ----------
    design : EnrichmentDesign
        Design in use.
    subgroup, complement : float
        Mean difference to control in the subgroup and outside it.
    trials, seed : int
        Simulated trials, and seed of the random streams.

    Returns
    -------
    EnrichmentCharacteristics
    """
    who, share = np.arange(trials), design.prevalence

    def stage(name: str, inside: Floats, outside: Floats) -> tuple[Floats, Floats]:
        """Differences (trials, 2) of full population and subgroup, and their statistics, for patients of an arm."""
        noise = normals(seed, who, f"enrichment:{name}", 2) * design.sd * np.sqrt(2.0)
        a = subgroup + noise[:, 0] / np.sqrt(inside)
        b = complement + noise[:, 1] / np.sqrt(np.maximum(outside, 1e-300))
        n = inside + outside
        full = np.where(outside > 0, (inside * a + outside * np.where(outside > 0, b, 0.0)) / n, a)
        z = np.stack([full * np.sqrt(n), a * np.sqrt(inside)], axis=-1) / (design.sd * np.sqrt(2.0))
        return np.stack([full, a], axis=-1), z

    ones = np.ones(trials)
    means, z1 = stage("stage 1", design.first * share * ones, design.first * (1 - share) * ones)
    decision = design.decide(means[:, 0], means[:, 1])
    alone = decision == Decision.SUBGROUP.value
    inside = np.where(alone, design.second, design.second * share)
    _, z2 = stage("stage 2", inside, design.second - inside)
    rejected = design.reject(z1, z2, decision)
    true = np.array([share * subgroup + (1 - share) * complement <= 0, subgroup <= 0])
    return EnrichmentCharacteristics(
        decisions={d: float((decision == d.value).mean()) for d in Decision},
        reject_full=float(rejected[:, 0].mean()),
        reject_subgroup=float(rejected[:, 1].mean()),
        reject_any=float(rejected.any(axis=1).mean()),
        familywise_error=float((rejected & true).any(axis=1).mean()),
    )
