"""Evaluation of regimens in the admitted patients of a study, for a search."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.harms import Harm
from hepatica.dosing.search import Outcomes
from hepatica.dosing.search.regimens import RegimenSpace
from hepatica.dosing.utility import OUTPUTS, Utility, evaluate_benefit
from hepatica.engine import System
from hepatica.patients import Admitted
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.simulation import Arm, simulate
from hepatica.study import Study

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
COURSES_AT_ONCE = 8192  # of a patient under an arm, so that memory stays below some 200 MB
GROUPS = 3  # subgroups by MELD at admission, of equal size


@dataclass
class RegimenEvaluation:
    """Evaluation of regimens in the admitted patients of a study; standard care is simulated beside them.

    The gain is expected over the chance that cells do nothing, burden and losses to harms taken off.

    Attributes
    ----------
    study : Study
    system : System
    patients : Admitted
    regimens : RegimenSpace
    harms : tuple of Harm
    workers : int or None
    failed : int
        Solves that failed after the retry.
    """

    study: Study
    system: System
    patients: Admitted
    regimens: RegimenSpace
    workers: int | None = None
    failed: int = 0
    utility: Utility = field(init=False)

    def __post_init__(self) -> None:
        """Utility of the study."""
        self.utility = self.study.utility.utility()

    @property
    def harms(self) -> tuple[Harm, ...]:
        """Harms of the study, in the order of an excess; those without a limit exclude nothing."""
        return self.utility.harms

    def __call__(self, points: Floats, first: int, last: int) -> Outcomes:
        """Outcomes of candidates in patients `first` to `last`."""
        patients, arms = self.patients.take(np.arange(first, last)), self.regimens.arms(points)
        size = max(1, COURSES_AT_ONCE // (last - first))
        blocks = [self._block(patients, arms[k : k + size]) for k in range(0, len(arms), size)]
        return Outcomes(*(np.concatenate(parts, axis=-2) for parts in zip(*blocks, strict=True)))

    def _block(self, patients: Admitted, arms: list[Arm]) -> Outcomes:
        """Outcomes of a block of arms, per hypothesis."""
        every = [Arm("standard care", together_with=self.study.together_with), *arms]
        by = [self._under(patients, every, h) for h in self.study.hypotheses]
        return Outcomes(np.stack([b[0] for b in by]), np.stack([b[1] for b in by]), np.stack([b[2] for b in by], 1))

    def _under(self, patients: Admitted, arms: list[Arm], hypothesis: str) -> tuple[Floats, Floats, Floats]:
        ds = simulate(
            self.system,
            patients,
            arms,
            self.study.times(),
            outputs=OUTPUTS,
            hypothesis=hypothesis,
            workers=self.workers,
        )
        self.failed += int((ds["status"].values != 0).sum())
        benefit = evaluate_benefit(ds, arms, self.utility, patients.cohort.covariate("body_weight"))
        null = self.no_effect(hypothesis)
        net = (1.0 - null) * benefit.net + null * benefit.net_null
        shape = (len(self.harms), len(arms) - 1, benefit.net.shape[1])
        excess = [benefit.harms[h.name][1:] - benefit.harms[h.name][0] for h in self.harms]
        return (
            net[1:] - net[0],
            benefit.lost[1:] - benefit.lost[0],
            np.array(excess).reshape(shape),
        )

    def no_effect(self, hypothesis: str) -> float:
        """Probability that cells do nothing but harm, which the expected gain counts as it does in a decision."""
        known = self.patients.cohort.known
        return PRIOR_NULL_EFFECT_PROBABILITY if known is None else known.null_effect_probability(hypothesis)

    def group(self, first: int, last: int) -> Ints:
        """Subgroup of each patient by MELD at admission: 0 the mildest third, 2 the gravest."""
        meld = self.patients.labs["meld"]
        edges = np.quantile(meld, np.arange(1, GROUPS) / GROUPS)
        return np.searchsorted(edges, meld[first:last], side="right").astype(np.int64)
