"""Decision among arms: gain and harm of each under each hypothesis, minimax regret over them, and the conclusion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hepatica.dosing.assumptions import Assumption, rank_assumptions
from hepatica.dosing.conclusion import Conclusion, conclude, predictive_of
from hepatica.dosing.credible import credible_set
from hepatica.dosing.leaders import choose_leaders
from hepatica.dosing.readers import learning_of
from hepatica.dosing.transplants import transplant_balance
from hepatica.dosing.utility import Benefit, Utility, evaluate_benefit
from hepatica.dosing.variance_components import VarianceComponents, decompose_mixture, decompose_variance
from hepatica.dosing.verdict import MIN_DRAWS, Form, Thresholds, side
from hepatica.patients import Cohort
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY, between_study_sd
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES

__all__ = ["MIN_DRAWS", "TAIL", "Decision", "HypothesisResult", "conclude_decision", "decide"]
Floats = NDArray[np.float64]
TAIL = 1 - Thresholds().benefit_chance  # probability of no net gain from which on cells are not given


@dataclass(frozen=True)
class HypothesisResult:
    """Outcomes of all arms under one hypothesis; arm 0 is standard care.

    Attributes
    ----------
    hypothesis : str
    gain : tuple of VarianceComponents
        Per arm: net quality-adjusted life days over standard care, the chance of no effect counted in.
    survival, survival_gain : tuple of VarianceComponents
        Per arm: survival to the horizon where cells act, and its gain.
    transplant_free, transplants, avoided, lost, waiting_days : tuple of VarianceComponents
        Per arm: survival to the horizon without transplant; probability of a transplant by it, of one avoided and of
        one lost against standard care; days alive on the list.
    excess : dict of harm to tuple of VarianceComponents
        Per arm: probability of the harm over that of standard care.
    admissible : tuple of bool
        False where a harm's excess is too likely above its limit, by two Monte-Carlo errors.
    best, runner_up : int
        Arms ranked by gain among the admissible, standard care included.
    benefit : Benefit
    """

    hypothesis: str
    gain: tuple[VarianceComponents, ...]
    survival: tuple[VarianceComponents, ...]
    survival_gain: tuple[VarianceComponents, ...]
    transplant_free: tuple[VarianceComponents, ...]
    transplants: tuple[VarianceComponents, ...]
    avoided: tuple[VarianceComponents, ...]
    lost: tuple[VarianceComponents, ...]
    waiting_days: tuple[VarianceComponents, ...]
    excess: dict[str, tuple[VarianceComponents, ...]]
    admissible: tuple[bool, ...]
    best: int
    runner_up: int
    benefit: Benefit


@dataclass(frozen=True)
class Decision:
    """Decision among arms over the hypotheses.

    Attributes
    ----------
    arms : tuple of Arm
    by_hypothesis : tuple of HypothesisResult
        Of the search.
    recommended : int
        The dose of the conclusion where the verdict is to give it, at least within a trial; else standard care.
    regret : (hypothesis, arm)
        Net quality-adjusted life days given up against the best arm of that hypothesis, by the search.
    edges : tuple of str
        Axes of the grid ("dose", "infusions") on whose upper edge the dose lies.
    beyond_given : bool
        True if its dose exceeds any ever given by its route.
    assumptions : tuple of Assumption
        Those that move the gain first.
    conclusion : Conclusion
        On the leaders: in fresh patients after `confirm`, in those of the search before.
    is_confirmed : bool
        True if the leaders were simulated again in fresh patients.
    credible_set : tuple of int
        The fewest arms that hold the best one with a probability of 90 %, the likeliest first.
    null_effect_probability : tuple of float
        Probability under each hypothesis that cells have no effect in people (`Draws.null_effect_probability`).
    """

    arms: tuple[Arm, ...]
    by_hypothesis: tuple[HypothesisResult, ...]
    recommended: int
    regret: Floats
    edges: tuple[str, ...]
    beyond_given: bool
    assumptions: tuple[Assumption, ...]
    conclusion: Conclusion
    is_confirmed: bool = False
    credible_set: tuple[int, ...] = ()
    null_effect_probability: tuple[float, ...] = ()

    @property
    def gives_cells(self) -> bool:
        """True if the verdict is to give cells, at least within a trial."""
        return self.arms[self.recommended].regimen.gives_cells

    @property
    def top(self) -> int:
        """The dose of the conclusion, named even where the verdict is not to give it; 0 without any."""
        return self.conclusion.dose

    def frame(self) -> pd.DataFrame:
        """Table of the decision, one row per hypothesis and arm."""
        rows = [self._row(k, a) for k in range(len(self.by_hypothesis)) for a in range(len(self.arms))]
        return pd.DataFrame(rows)

    def _row(self, k: int, a: int) -> dict[str, object]:
        h, arm = self.by_hypothesis[k], self.arms[a]
        row: dict[str, object] = {"hypothesis": h.hypothesis, "arm": arm.name}
        row |= {n: getattr(arm.regimen, n) for n in ("dose", "per_kg", "infusions", "interval", "duration", "route")}
        row |= {"source": arm.product.source, "together_with": " ".join(arm.together_with)}
        outcomes = {name: getattr(h, name) for name in ("gain", "survival", "survival_gain", "transplant_free")}
        outcomes |= {"transplants": h.transplants, "transplants_avoided": h.avoided, "transplants_lost": h.lost}
        outcomes["waiting_days"] = h.waiting_days
        for name, arms in (outcomes | {f"excess_{n}": e for n, e in h.excess.items()}).items():
            row |= {
                name: arms[a].mean,
                f"{name}_low": arms[a].low,
                f"{name}_high": arms[a].high,
                f"{name}_error": arms[a].error,
                f"{name}_between_patients_sd": arms[a].between_patients_sd,
                f"{name}_parameter_uncertainty_sd": arms[a].parameter_uncertainty_sd,
            }
        return row | {
            "admissible": h.admissible[a],
            "regret": self.regret[k, a],
            "recommended": a == self.recommended,
            "dose_of_conclusion": a == self.top,
            "on_plateau": a in self.conclusion.plateau,
            "best_of_hypothesis": a == h.best,
        }


def evaluate_hypothesis(
    ds: xr.Dataset,
    arms: Sequence[Arm],
    utility: Utility,
    *,
    null_effect_probability: float = PRIOR_NULL_EFFECT_PROBABILITY,
    harm_chance: float | None = None,
    weight: Floats | None = None,
) -> HypothesisResult:
    """Outcomes of all arms under the hypothesis that made `ds`; arm 0 must be standard care."""
    benefit, draw = evaluate_benefit(ds, arms, utility, weight), ds["draw"].values
    every = range(len(arms))
    most = Thresholds().harm_chance if harm_chance is None else harm_chance

    def of(values: Floats) -> tuple[VarianceComponents, ...]:
        return tuple(decompose_variance(values[a], draw) for a in every)

    def over(values: Floats) -> tuple[VarianceComponents, ...]:
        return of(values - values[0])

    net, null, balance = benefit.net, benefit.net_null, transplant_balance(benefit.transplanted, benefit.survival)
    gain = tuple(decompose_mixture(net[a] - net[0], null[a] - net[0], draw, null_effect_probability) for a in every)
    limited = [(h, benefit.harms[h.name]) for h in utility.harms if np.isfinite(h.limit)]
    draws = len(np.unique(draw))

    def passes(over: Floats) -> bool:
        """True of a limited harm that is too likely above its limit, by two Monte-Carlo errors."""
        share = decompose_variance(over, draw).above_zero
        return side(share, most, float(np.sqrt(share * (1 - share) / draws))) > 0

    admissible = tuple(a == 0 or not any(passes(p[a] - p[0] - h.limit) for h, p in limited) for a in every)
    ranked = sorted((a for a in every if admissible[a]), key=lambda a: (-gain[a].mean, a))
    return HypothesisResult(
        hypothesis=str(ds.attrs["hypothesis"]),
        gain=gain,
        survival=of(benefit.survival),
        survival_gain=over(benefit.survival),
        transplant_free=of(benefit.transplant_free),
        transplants=of(benefit.transplanted),
        avoided=of(balance.avoided),
        lost=of(balance.lost),
        waiting_days=of(benefit.waiting_days),
        excess={name: over(p) for name, p in benefit.harms.items()},
        admissible=admissible,
        best=ranked[0],
        runner_up=ranked[1] if len(ranked) > 1 else ranked[0],
        benefit=benefit,
    )


def decide(
    datasets: list[xr.Dataset],
    arms: list[Arm],
    utility: Utility,
    cohort: Cohort,
    thresholds: Thresholds | None = None,
) -> Decision:
    """Decision among arms from one Dataset per hypothesis.

    Parameters
    ----------
    datasets : list of Dataset
        From `simulate`, with the outputs of `utility.OUTPUTS`.
    arms : list of Arm
        The first is standard care.
    utility : Utility
        Benefit, harms and burden.
    cohort : Cohort
        Virtual patients.
    thresholds : Thresholds, optional
        Of the verdict; the defaults unless given.

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
    >>> decide(ds, arms, study.utility.utility(), patients.cohort).conclusion.form is not Form.GIVE
    True
    """
    t = thresholds or Thresholds()
    null = tuple(null_effect_of(cohort, str(ds.attrs["hypothesis"])) for ds in datasets)
    weight = cohort.covariate("body_weight")
    by = tuple(
        evaluate_hypothesis(ds, arms, utility, null_effect_probability=p, harm_chance=t.harm_chance, weight=weight)
        for ds, p in zip(datasets, null, strict=True)
    )
    regret = np.stack(
        [
            [h.gain[h.best].mean - g.mean if ok else np.inf for g, ok in zip(h.gain, h.admissible, strict=True)]
            for h in by
        ]
    )
    allowed = np.isfinite(regret).all(axis=0)
    loss = np.stack([[h.gain[h.best].mean - g.mean for g in h.gain] for h in by]).max(axis=0)
    leaders = choose_leaders(arms, loss, _paired_errors(by, loss, allowed), allowed, matters=t.matters)
    columns = (0, *leaders)
    predictive = [
        predictive_of(
            _columns(h.benefit, columns),
            cohort.draw,
            hypothesis=h.hypothesis,
            null_effect_probability=p,
            trial_sd=between_trials(cohort, h.hypothesis),
        )
        for h, p in zip(by, null, strict=True)
    ]
    conclusion = conclude(
        arms,
        columns,
        predictive,
        utility.harms,
        t,
        patients=len(cohort.patient),
        seed=int(cohort.seed),
        prior_effect=learning_of(cohort.known),
    )
    chosen = conclusion.dose
    net_gain = np.mean([h.benefit.net[chosen] - h.benefit.net[0] for h in by], axis=0)
    return conclude_decision(
        arms=tuple(arms),
        by_hypothesis=by,
        regret=regret,
        conclusion=conclusion,
        cohort=cohort,
        assumptions=rank_assumptions(net_gain, cohort),
        credible_set=credible_set([h.benefit.net for h in by], [h.admissible for h in by], cohort.draw),
        null_effect_probability=null,
    )


def null_effect_of(cohort: Cohort, hypothesis: str) -> float:
    """Probability that cells do nothing in people under a hypothesis, as the cohort's draws learnt it."""
    known = cohort.known
    return PRIOR_NULL_EFFECT_PROBABILITY if known is None else known.null_effect_probability(hypothesis)


def between_trials(cohort: Cohort, hypothesis: str) -> Floats:
    """SD between trials of the log odds ratio of survival under each patient's draw."""
    if cohort.known is None:
        return np.full(len(cohort.draw), float(between_study_sd("effect_share")))
    return cohort.known.between("effect_share", cohort.draw, hypothesis)


def _columns(b: Benefit, columns: Sequence[int]) -> Benefit:
    """Benefit of some arms."""
    own = list(columns)
    fields: dict[str, Any] = {
        name: {k: v[own] for k, v in value.items()} if isinstance(value, dict) else value[own]
        for name, value in vars(b).items()
    }
    return Benefit(**fields)


def _paired_errors(by: Sequence[HypothesisResult], loss: Floats, allowed: NDArray[np.bool_]) -> Floats:
    """Monte-Carlo error of each arm's gain against that of the best arm with the same patients, of hypotheses."""
    best = int(np.argmin(np.where(allowed, loss, np.inf)))
    errors = []
    for h in by:
        over = h.benefit.net - h.benefit.net[best]
        good = np.isfinite(over).all(axis=0)
        errors.append(over[:, good].std(axis=1) / np.sqrt(max(good.sum(), 1)))
    return np.asarray(np.max(errors, axis=0))


def conclude_decision(*, arms: tuple[Arm, ...], conclusion: Conclusion, cohort: Cohort, **known: Any) -> Decision:
    """Decision with what follows from its conclusion: the arm recommended, the edges it lies on, extrapolation.

    Parameters
    ----------
    arms : tuple of Arm
        The first is standard care.
    conclusion : Conclusion
        On the leaders.
    cohort : Cohort
        For the median body weight.
    known : dict
        The other fields of `Decision`.
    """
    dose = conclusion.dose
    chosen = arms[dose].regimen
    gives = conclusion.form in (Form.GIVE, Form.TRIAL) and chosen.gives_cells
    weight = float(np.median(cohort.covariate("body_weight")))
    given = ROUTES[chosen.route].highest_given.value
    return Decision(
        arms=arms,
        conclusion=conclusion,
        recommended=dose if gives else 0,
        edges=tuple(axis for axis in ("dose", "infusions") if chosen.gives_cells and _on_edge(arms, dose, axis)),
        beyond_given=bool(chosen.gives_cells and chosen.cells(weight) / weight > given * (1 + 1e-9)),
        **known,
    )


def _on_edge(arms: Sequence[Arm], chosen: int, axis: str) -> bool:
    values = sorted({getattr(a.regimen, axis) for a in arms if a.regimen.gives_cells})
    return len(values) > 1 and getattr(arms[chosen].regimen, axis) == values[-1]
