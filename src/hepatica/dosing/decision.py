"""Decision among arms: the best under each hypothesis, minimax regret over the hypotheses, and its confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hepatica.dosing.assumptions import Assumption, rank_assumptions
from hepatica.dosing.utility import Benefit, Utility, evaluate_benefit
from hepatica.dosing.variance_components import VarianceComponents, decompose_variance
from hepatica.patients import Cohort
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES

Floats = NDArray[np.float64]
MIN_DRAWS = 40  # parameter draws below which no gain is called confident
TAIL = 0.05  # probability of no gain from which on a gain is not called confident


@dataclass(frozen=True)
class HypothesisResult:
    """Outcomes of all arms under one hypothesis; arm 0 is standard care.

    Attributes
    ----------
    hypothesis : str
    gain, survival, survival_gain : tuple of VarianceComponents
        Per arm: net quality-adjusted life days over standard care, survival to the horizon, and its gain.
    excess : dict of harm to tuple of VarianceComponents
        Per arm: probability of the harm over that of standard care.
    admissible : tuple of bool
        True where no harm exceeds its limit.
    best, runner_up : int
        Arms ranked by gain among the admissible, standard care included.
    benefit : Benefit
    """

    hypothesis: str
    gain: tuple[VarianceComponents, ...]
    survival: tuple[VarianceComponents, ...]
    survival_gain: tuple[VarianceComponents, ...]
    excess: dict[str, tuple[VarianceComponents, ...]]
    admissible: tuple[bool, ...]
    best: int
    runner_up: int
    benefit: Benefit


@dataclass(frozen=True)
class Confirmed:
    """Gain of the shown regimen over standard care in more patients per draw, under one hypothesis."""

    hypothesis: str
    patients: int
    gain: VarianceComponents
    survival_gain: VarianceComponents


@dataclass(frozen=True)
class Decision:
    """Decision among arms over the hypotheses.

    Attributes
    ----------
    arms : tuple of Arm
    by_hypothesis : tuple of HypothesisResult
    recommended : int
        Arm of least worst regret over the hypotheses.
    regret : (hypothesis, arm)
        Net quality-adjusted life days given up against the best arm of that hypothesis.
    is_confident : bool
        True if the 90 % interval of the gain excludes 0 under every hypothesis, the null-effect probability included.
    edges : tuple of str
        Axes of the grid ("dose", "infusions") on whose upper edge the recommended arm lies.
    beyond_given : bool
        True if its dose exceeds any ever given by its route.
    assumptions : tuple of Assumption
        Those that move the gain first.
    confirmed : tuple of Confirmed
        The top-ranked regimen again, per hypothesis; `is_confident` rests on these.
    credible_set : tuple of int
        The fewest arms that hold the best one with a probability of 90 %, the likeliest first.
    null_effect_probability : tuple of float
        Probability under each hypothesis that cells have no effect in people (`Draws.null_effect_probability`).
    """

    arms: tuple[Arm, ...]
    by_hypothesis: tuple[HypothesisResult, ...]
    recommended: int
    regret: Floats
    is_confident: bool
    edges: tuple[str, ...]
    beyond_given: bool
    assumptions: tuple[Assumption, ...]
    confirmed: tuple[Confirmed, ...] = ()
    credible_set: tuple[int, ...] = ()
    null_effect_probability: tuple[float, ...] = ()

    @property
    def gives_cells(self) -> bool:
        """True if the recommendation is to give cells."""
        return self.arms[self.recommended].regimen.gives_cells

    @property
    def top(self) -> int:
        """Top-ranked arm that gives cells, named even when standard care wins."""
        if self.gives_cells:
            return self.recommended
        worst = self.regret.max(axis=0)
        cells = [a for a, arm in enumerate(self.arms) if arm.regimen.gives_cells and np.isfinite(worst[a])]
        return min(cells, key=lambda a: (worst[a], a)) if cells else self.recommended

    def frame(self) -> pd.DataFrame:
        """Table of the decision, one row per hypothesis and arm."""
        rows = [self._row(k, a) for k in range(len(self.by_hypothesis)) for a in range(len(self.arms))]
        return pd.DataFrame(rows)

    def _row(self, k: int, a: int) -> dict[str, object]:
        h, r = self.by_hypothesis[k], self.arms[a].regimen
        row: dict[str, object] = {"hypothesis": h.hypothesis, "arm": self.arms[a].name}
        row |= {n: getattr(r, n) for n in ("dose", "per_kg", "infusions", "interval", "route")}
        outcomes = {"gain": h.gain, "survival": h.survival, "survival_gain": h.survival_gain}
        for name, arms in (outcomes | {f"excess_{n}": e for n, e in h.excess.items()}).items():
            row |= {
                name: arms[a].mean,
                f"{name}_low": arms[a].low,
                f"{name}_high": arms[a].high,
                f"{name}_between_patients_sd": arms[a].between_patients_sd,
                f"{name}_parameter_uncertainty_sd": arms[a].parameter_uncertainty_sd,
            }
        return row | {
            "admissible": h.admissible[a],
            "regret": self.regret[k, a],
            "recommended": a == self.recommended,
            "best_of_hypothesis": a == h.best,
        }


def evaluate_hypothesis(ds: xr.Dataset, arms: list[Arm], utility: Utility) -> HypothesisResult:
    """Outcomes of all arms under the hypothesis that made `ds`; arm 0 must be standard care."""
    benefit, draw = evaluate_benefit(ds, arms, utility), ds["draw"].values
    every = range(len(arms))

    def over(values: Floats) -> tuple[VarianceComponents, ...]:
        return tuple(decompose_variance(values[a] - values[0], draw) for a in every)

    gain = over(benefit.net)
    excess = {name: over(p) for name, p in benefit.harms.items()}
    admissible = tuple(all(excess[h.name][a].mean <= h.limit for h in utility.harms) for a in every)
    ranked = sorted((a for a in every if admissible[a]), key=lambda a: (-gain[a].mean, a))
    return HypothesisResult(
        hypothesis=str(ds.attrs["hypothesis"]),
        gain=gain,
        survival=tuple(decompose_variance(benefit.survival[a], draw) for a in every),
        survival_gain=over(benefit.survival),
        excess=excess,
        admissible=admissible,
        best=ranked[0],
        runner_up=ranked[1] if len(ranked) > 1 else ranked[0],
        benefit=benefit,
    )


def decide(datasets: list[xr.Dataset], arms: list[Arm], utility: Utility, cohort: Cohort) -> Decision:
    """Decision among arms from one Dataset per hypothesis.

    Parameters
    ----------
    datasets : list of Dataset
        From `simulate`, with the outputs of `utility.OUTPUTS`.
    arms : list of Arm
        The first is standard care.
    utility : Utility
        Benefit and harms.
    cohort : Cohort
        Virtual patients.

    Examples
    --------
    >>> from hepatica import admit, check_study, load_population, simulate
    >>> grid = {"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein"]}
    >>> study = check_study({"title": "t", "patients": 8, "draws": 8, "horizon": "30 d", "grid": grid})
    >>> from hepatica.dosing.utility import OUTPUTS
    >>> from hepatica.engine import shipped_system
    >>> system, arms, times = shipped_system(), study.arms(), study.times()
    >>> patients = admit(system, load_population("hbv_aclf"), 8, seed=1, draws=8)
    >>> given = {"outputs": OUTPUTS}
    >>> ds = [simulate(system, patients, arms, times, hypothesis=h, **given) for h in study.hypotheses]
    >>> decide(ds, arms, study.utility.utility(), patients.cohort).is_confident
    False
    """
    by = tuple(evaluate_hypothesis(ds, arms, utility) for ds in datasets)
    regret = np.stack(
        [
            [h.gain[h.best].mean - g.mean if ok else np.inf for g, ok in zip(h.gain, h.admissible, strict=True)]
            for h in by
        ]
    )
    worst = regret.max(axis=0)
    recommended = int(np.argmin(worst))
    chosen = arms[recommended].regimen
    null_effect = tuple(
        PRIOR_NULL_EFFECT_PROBABILITY if cohort.known is None else cohort.known.null_effect_probability(h.hypothesis)
        for h in by
    )
    confident = chosen.gives_cells and is_confident([h.gain[recommended] for h in by], null_effect, cohort)
    edges = tuple(axis for axis in ("dose", "infusions") if chosen.gives_cells and _on_edge(arms, recommended, axis))
    weight = float(np.median(cohort.covariate("body_weight")))
    given = ROUTES[chosen.route].highest_given.value
    beyond = chosen.gives_cells and chosen.cells(weight) / weight > given * (1 + 1e-9)
    worst_of_cells = np.where([a.regimen.gives_cells for a in arms], worst, np.inf)
    shown = recommended if chosen.gives_cells else int(np.argmin(worst_of_cells))
    net_gain = np.mean([h.benefit.net[shown] - h.benefit.net[0] for h in by], axis=0)
    return Decision(
        arms=tuple(arms),
        by_hypothesis=by,
        recommended=recommended,
        regret=regret,
        is_confident=confident,
        edges=edges,
        beyond_given=bool(beyond),
        assumptions=rank_assumptions(net_gain, cohort),
        credible_set=credible_set(by, cohort.draw),
        null_effect_probability=null_effect,
    )


def is_confident(gains: Sequence[VarianceComponents], null_effect: Sequence[float], cohort: Cohort) -> bool:
    """True if a gain exceeds 0 with 95 % probability under every hypothesis.

    Parameters
    ----------
    gains : sequence of VarianceComponents
        One per hypothesis.
    null_effect : sequence of float
        Probability of each hypothesis that cells have no effect in people, which the model itself does not hold.
    cohort : Cohort
        Virtual patients.
    """
    enough = len(np.unique(cohort.draw)) >= MIN_DRAWS  # a 5 % tail needs draws to stand in it
    return enough and all(
        g.low > 0 and p + (1 - p) * (1 - g.above_zero) < TAIL for g, p in zip(gains, null_effect, strict=True)
    )


def credible_set(by: Sequence[HypothesisResult], draw: NDArray[np.int64], level: float = 0.9) -> tuple[int, ...]:
    """Credible set of the best arm: the fewest arms that hold it with this probability, the likeliest first.

    Hypotheses count alike. Draw by draw, the best is the admissible arm of the largest mean gain among its patients:
    few patients a draw make the set larger than it need be.
    """
    draws, where = np.unique(draw, return_inverse=True)
    chance = np.zeros(len(by[0].gain))
    for h in by:
        net = h.benefit.net
        good = np.isfinite(net).all(axis=0)
        mean = np.stack([np.bincount(where[good], row[good], minlength=len(draws)) for row in net])
        mean[~np.array(h.admissible)] = -np.inf
        first = mean[:, np.bincount(where[good], minlength=len(draws)) > 0].argmax(axis=0)
        chance += np.bincount(first, minlength=len(chance)) / len(first) / len(by)
    order = np.argsort(-chance, kind="stable")
    return tuple(order[: int(np.searchsorted(np.cumsum(chance[order]), level - 1e-12)) + 1].tolist())


def confirm(decision: Decision, datasets: list[xr.Dataset], utility: Utility, cohort: Cohort) -> Decision:
    """Decision confirmed: the top-ranked regimen evaluated again, with more patients per draw.

    Parameters
    ----------
    decision : Decision
        Decision to confirm.
    datasets : list of Dataset
        One per hypothesis, arms standard care and the top-ranked regimen, in that order.
    utility : Utility
        Benefit and harms.
    cohort : Cohort
        The patients of these datasets.
    """
    pair = [decision.arms[0], decision.arms[decision.top]]
    confirmed, net_gain = [], []
    for ds in datasets:
        h = evaluate_hypothesis(ds, pair, utility)
        confirmed.append(Confirmed(h.hypothesis, ds.sizes["patient"], h.gain[1], h.survival_gain[1]))
        net_gain.append(h.benefit.net[1] - h.benefit.net[0])
    confident = decision.gives_cells and is_confident(
        [c.gain for c in confirmed], decision.null_effect_probability, cohort
    )
    return replace(
        decision,
        is_confident=confident,
        confirmed=tuple(confirmed),
        assumptions=rank_assumptions(np.mean(net_gain, axis=0), cohort, [c.hypothesis for c in confirmed]),
    )


def _on_edge(arms: list[Arm], chosen: int, axis: str) -> bool:
    values = sorted({getattr(a.regimen, axis) for a in arms if a.regimen.gives_cells})
    return len(values) > 1 and getattr(arms[chosen].regimen, axis) == values[-1]
