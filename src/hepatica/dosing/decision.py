"""The decision: the best arm under each hypothesis, the least worst regret over them, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import stdtr

from hepatica.dosing.utility import Benefit, Utility, evaluate_benefit
from hepatica.dosing.variance_components import VarianceComponents, decompose_variance
from hepatica.model.structure import Model
from hepatica.patients import Cohort
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES

Floats = NDArray[np.float64]
MIN_DRAWS = 40  # below which no interval of ignorance is called sure
TAIL = 0.05  # chance of no gain from which on a gain is not called sure


@dataclass(frozen=True)
class HypothesisResult:
    """What one hypothesis says of all arms; arm 0 is standard care.

    Attributes
    ----------
    hypothesis : str
    gain, survival, survival_gain : tuple of VarianceComponents
        Per arm: net quality-adjusted life days over standard care, survival to the horizon, and its gain.
    excess : dict of harm to tuple of VarianceComponents
        Per arm: probability of the harm over that of standard care.
    admissible : tuple of bool
        Whether no harm exceeds its limit.
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
class Assumption:
    """A parameter whose uncertainty moves the gain of the recommended arm.

    `correlation` is Spearman's between the parameter's draws and the mean gain of each draw.
    """

    parameter: str
    label: str
    grade: str
    correlation: float


@dataclass(frozen=True)
class Confirmed:
    """Gain of the shown regimen over standard care in more patients per draw, under one hypothesis."""

    hypothesis: str
    patients: int
    gain: VarianceComponents
    survival_gain: VarianceComponents


@dataclass(frozen=True)
class Decision:
    """The answer.

    Attributes
    ----------
    arms : tuple of Arm
    by_hypothesis : tuple of HypothesisResult
    recommended : int
        Arm of least worst regret over the hypotheses.
    regret : (hypothesis, arm)
        Net quality-adjusted life days given up against the best arm of that hypothesis.
    is_confident : bool
        Whether the 90 % interval of the gain excludes 0 under every hypothesis, the chance that cells do nothing included.
    edges : tuple of str
        Axes of the grid ("dose", "infusions") on whose upper edge the recommended arm lies.
    beyond_given : bool
        Whether its dose exceeds any ever given by its route.
    assumptions : tuple of Assumption
        Those that move the gain first.
    confirmed : tuple of Confirmed
        The top-ranked regimen again, per hypothesis; `is_confident` rests on these.
    credible_set : tuple of int
        The fewest arms that hold the best one with a probability of 90 %, the likeliest first.
    null_effect_probability : tuple of float
        Chance under each hypothesis that cells do nothing in people (`Draws.null_effect_probability`).
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
        """Whether the recommendation is to give cells."""
        return self.arms[self.recommended].regimen.gives_cells

    @property
    def top(self) -> int:
        """The top-ranked arm that gives cells, named even when standard care wins."""
        if self.gives_cells:
            return self.recommended
        worst = self.regret.max(axis=0)
        cells = [a for a, arm in enumerate(self.arms) if arm.regimen.gives_cells and np.isfinite(worst[a])]
        return min(cells, key=lambda a: (worst[a], a)) if cells else self.recommended

    def frame(self) -> pd.DataFrame:
        """One row per hypothesis and arm."""
        rows = []
        for k, h in enumerate(self.by_hypothesis):
            for a, arm in enumerate(self.arms):
                r = arm.regimen
                row: dict[str, object] = {
                    "hypothesis": h.hypothesis,
                    "arm": arm.name,
                    "dose": r.dose,
                    "per_kg": r.per_kg,
                    "infusions": r.infusions,
                    "interval": r.interval,
                    "route": r.route,
                }
                for name, s in (
                    ("gain", h.gain[a]),
                    ("survival", h.survival[a]),
                    ("survival_gain", h.survival_gain[a]),
                    *((f"excess_{n}", e[a]) for n, e in h.excess.items()),
                ):
                    row |= {
                        name: s.mean,
                        f"{name}_low": s.low,
                        f"{name}_high": s.high,
                        f"{name}_between_sd": s.between_patients_sd,
                        f"{name}_ignorance_sd": s.parameter_uncertainty_sd,
                    }
                row |= {
                    "admissible": h.admissible[a],
                    "regret": self.regret[k, a],
                    "recommended": a == self.recommended,
                    "best_of_hypothesis": a == h.best,
                }
                rows.append(row)
        return pd.DataFrame(rows)


def evaluate_hypothesis(ds: xr.Dataset, arms: list[Arm], utility: Utility) -> HypothesisResult:
    """Value all arms under the hypothesis that made `ds`; arm 0 must be standard care."""
    w, draw = evaluate_benefit(ds, arms, utility), ds["draw"].values
    every = range(len(arms))

    def over(values: Floats) -> tuple[VarianceComponents, ...]:
        return tuple(decompose_variance(values[a] - values[0], draw) for a in every)

    gain = over(w.net)
    excess = {name: over(p) for name, p in w.harms.items()}
    admissible = tuple(all(excess[h.name][a].mean <= h.limit for h in utility.harms) for a in every)
    ranked = sorted((a for a in every if admissible[a]), key=lambda a: (-gain[a].mean, a))
    return HypothesisResult(
        str(ds.attrs["hypothesis"]),
        gain,
        tuple(decompose_variance(w.survival[a], draw) for a in every),
        over(w.survival),
        excess,
        admissible,
        ranked[0],
        ranked[1] if len(ranked) > 1 else ranked[0],
        w,
    )


def decide(datasets: list[xr.Dataset], arms: list[Arm], utility: Utility, cohort: Cohort) -> Decision:
    """Decide among arms from one Dataset per hypothesis.

    Parameters
    ----------
    datasets : list of Dataset
        From `simulate`, with the outputs of `utility.OUTPUTS`.
    arms : list of Arm
        The first is standard care.
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
    doubts = tuple(
        PRIOR_NULL_EFFECT_PROBABILITY if cohort.known is None else cohort.known.null_effect_probability(h.hypothesis)
        for h in by
    )
    confident = chosen.gives_cells and is_confident([h.gain[recommended] for h in by], doubts, cohort)
    edges = tuple(axis for axis in ("dose", "infusions") if chosen.gives_cells and _on_edge(arms, recommended, axis))
    weight = float(np.median(cohort.covariate("body_weight")))
    given = ROUTES[chosen.route].highest_given.value
    beyond = chosen.gives_cells and chosen.cells(weight) / weight > given * (1 + 1e-9)
    shown = (
        recommended
        if chosen.gives_cells
        else int(np.argmin(np.where([a.regimen.gives_cells for a in arms], worst, np.inf)))
    )
    moved = np.mean([h.benefit.net[shown] - h.benefit.net[0] for h in by], axis=0)
    return Decision(
        tuple(arms),
        by,
        recommended,
        regret,
        confident,
        edges,
        bool(beyond),
        rank_assumptions(moved, cohort),
        credible_set=credible_set(by, cohort.draw),
        null_effect_probability=doubts,
    )


def is_confident(gains: Sequence[VarianceComponents], nothing: Sequence[float], cohort: Cohort) -> bool:
    """Whether a gain lies above 0 with 95 % under every hypothesis, what the model does not doubt doubted too."""
    enough = len(np.unique(cohort.draw)) >= MIN_DRAWS  # a 5 % tail needs draws to stand in it
    return enough and all(
        g.low > 0 and p + (1 - p) * (1 - g.above_zero) < TAIL for g, p in zip(gains, nothing, strict=True)
    )


def credible_set(by: Sequence[HypothesisResult], draw: NDArray[np.int64], level: float = 0.9) -> tuple[int, ...]:
    """The fewest arms that hold the best one with this probability, hypotheses counting alike; the likeliest first.

    Draw by draw, the best is the admissible arm of the largest mean gain among its patients: few patients a draw make the
    set larger than it need be.
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
    """Ask again of the top-ranked regimen, with more patients per draw.

    Parameters
    ----------
    datasets : list of Dataset
        One per hypothesis, arms standard care and the top-ranked regimen, in that order.
    cohort : Cohort
        The patients of these datasets.
    """
    pair = [decision.arms[0], decision.arms[decision.top]]
    found, moved = [], []
    for ds in datasets:
        h = evaluate_hypothesis(ds, pair, utility)
        found.append(Confirmed(h.hypothesis, ds.sizes["patient"], h.gain[1], h.survival_gain[1]))
        moved.append(h.benefit.net[1] - h.benefit.net[0])
    certain = decision.gives_cells and is_confident([c.gain for c in found], decision.null_effect_probability, cohort)
    return replace(
        decision,
        is_confident=certain,
        confirmed=tuple(found),
        assumptions=rank_assumptions(np.mean(moved, axis=0), cohort, [c.hypothesis for c in found]),
    )


def _on_edge(arms: list[Arm], chosen: int, axis: str) -> bool:
    values = sorted({getattr(a.regimen, axis) for a in arms if a.regimen.gives_cells})
    return len(values) > 1 and getattr(arms[chosen].regimen, axis) == values[-1]


def _spearman(x: Floats, y: Floats) -> Floats:
    """Rank correlation of each row of x (m, n) with y (n,); 0 where one of them does not vary."""
    a, b = (pd.DataFrame(v.T).rank().to_numpy() for v in (x, y[None]))
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    size = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return np.asarray((a * b).sum(axis=0) / np.where(size > 0, size, np.inf))


def rank_assumptions(
    gain: Floats, cohort: Cohort, hypotheses: Sequence[str] = ("",), *, top: int = 8
) -> tuple[Assumption, ...]:
    """Parameters whose draws go with the gain, strongest first; weaker than chance are left out.

    The threshold is Bonferroni's at 10 % for Spearman's correlation of that many draws.
    """
    model: Model = cohort.model
    draws, where, count = np.unique(cohort.draw, return_inverse=True, return_counts=True)
    ok = np.isfinite(gain)
    means = np.bincount(where[ok], gain[ok], minlength=len(draws)) / np.maximum(
        np.bincount(where[ok], minlength=len(draws)), 1
    )
    if len(draws) < 10 or means.std() == 0:
        return ()
    typical = Cohort(model, cohort.population, cohort.seed, np.zeros(len(draws), np.int64), draws, cohort.known)
    places = [typical.prior_values(h) for h in hypotheses]  # a draw may say something else under another hypothesis
    found = []
    values = np.mean([np.stack(list(p.values())) for p in places], axis=0)
    for name, rho in zip(places[0], _spearman(values, means), strict=True):
        p = 2 * stdtr(len(draws) - 2, -abs(rho) * np.sqrt((len(draws) - 2) / max(1 - rho**2, 1e-12)))
        if p * len(places[0]) < 0.1:
            entry = model.parameters[name].entry
            found.append(Assumption(name, entry.label, entry.grade, float(rho)))
    return tuple(sorted(found, key=lambda a: -abs(a.correlation))[:top])
