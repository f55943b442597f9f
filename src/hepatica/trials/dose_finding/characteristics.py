"""Operating characteristics of a dose-finding design, from the final states of its trials and their weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import TOXICITY_ONLY, Floats, Ints, Reason, State


@dataclass(frozen=True, kw_only=True)
class Truth:
    """True outcome probabilities of a scenario.

    Parameters
    ----------
    outcomes : array of float, (levels, categories)
        Probability of each category; rows sum to 1.
    best : int
        Level that a design should select, counted from 0; -1 where none should be.
    """

    outcomes: Floats
    best: int

    @property
    def toxicity(self) -> Floats:
        """Probability of toxicity by level."""
        return np.asarray(self.outcomes[:, self.outcomes.shape[1] // 2 :].sum(axis=1))


def toxicity_truth(toxicity: object, target: float, *, most: float | None = None) -> Truth:
    """Scenario of toxicity alone; the level nearest to the target should be selected.

    Parameters
    ----------
    toxicity : sequence of float
        True probability by level.
    target : float
        Toxicity aimed at.
    most : float, optional
        No level should be selected if all exceed this.

    Raises
    ------
    InputError
        If a probability is not between 0 and 1, or toxicity falls with the level.

    Examples
    --------
    >>> toxicity_truth([0.05, 0.15, 0.3], 0.3).best
    2
    """
    p = np.asarray(toxicity, float)
    if p.ndim != 1 or not len(p) or not ((p >= 0) & (p <= 1)).all() or (np.diff(p) < 0).any():
        raise InputError("toxicity", toxicity, "a probability for each level, none below the one before")
    best = -1 if most is not None and p[0] > most else int(np.abs(p - target).argmin())
    return Truth(outcomes=np.stack([1 - p, p], axis=1), best=best)


def joint_truth(toxicity: object, response: object, *, best: int, odds_ratio: float = 1.0) -> Truth:
    """Scenario of toxicity and response, associated by an odds ratio (Plackett 1965).

    Parameters
    ----------
    toxicity, response : sequence of float
        Marginal probabilities by level.
    best : int
        Level that should be selected, counted from 0; -1 if none.
    odds_ratio : float
        1 where toxicity and response are independent.

    Raises
    ------
    InputError
        If a number is impossible.

    Examples
    --------
    >>> joint_truth([0.2], [0.5], best=0).outcomes.round(2).tolist()
    [[0.4, 0.4, 0.1, 0.1]]
    """
    t, e = np.asarray(toxicity, float), np.asarray(response, float)
    if t.shape != e.shape or t.ndim != 1 or not all(((p >= 0) & (p <= 1)).all() for p in (t, e)):
        raise InputError("toxicity, response", (toxicity, response), "two probabilities for each level")
    if odds_ratio <= 0:
        raise InputError("odds_ratio", odds_ratio, "a positive number")
    if abs(odds_ratio - 1) < 1e-9:
        both = t * e
    else:
        s = 1 + (t + e) * (odds_ratio - 1)
        both = (s - np.sqrt(s**2 - 4 * odds_ratio * (odds_ratio - 1) * t * e)) / (2 * (odds_ratio - 1))
    return Truth(outcomes=np.stack([1 - t - e + both, e - both, t - both, both], axis=1), best=best)


@dataclass(frozen=True, kw_only=True)
class Characteristics:
    """Operating characteristics; standard errors are of the simulation and zero for an exact enumeration.

    Attributes
    ----------
    selection : array of float, (levels,)
        Probability that each level is selected.
    none : float
        Probability that no level is.
    correct : float
        Probability that the level is selected that should be, or none where none should be.
    too_high : float
        Probability that a level above it is selected.
    patients, toxicities, responses : array of float, (levels,)
        Expected numbers.
    size : float
        Expected patients in all.
    overdosed : float
        Expected share of the patients treated above the level that should be selected.
    overdose_60, overdose_80 : float
        Probability that more than 60 % or 80 % of the patients are.
    reasons : dict
        Probability of each reason for the end.
    selection_error, patients_error : array of float, (levels,)
        Monte-Carlo standard errors.
    size_error : float
    trials : int
        Simulated trials; 0 for an exact enumeration.
    lost : float
        Probability left out of an exact enumeration, a bound of the error of every probability.
    """

    selection: Floats
    none: float
    correct: float
    too_high: float
    patients: Floats
    toxicities: Floats
    responses: Floats
    size: float
    overdosed: float
    overdose_60: float
    overdose_80: float
    reasons: dict[Reason, float]
    selection_error: Floats
    patients_error: Floats
    size_error: float
    trials: int
    lost: float = 0.0


def summarise(
    state: State, selected: Ints, reason: Ints, truth: Truth, *, weight: Floats | None = None, lost: float = 0.0
) -> Characteristics:
    """Operating characteristics of final states.

    Parameters
    ----------
    state : State
        At the end of each trial.
    selected, reason : array of int, (trials,)
        Level selected and reason for the end of each trial.
    truth : Truth
        True outcome probabilities.
    weight : array of float, (trials,), optional
        Probability of each state of an enumeration; simulated trials have none and count alike.
    lost : float
        Probability of states that were left out.
    """
    trials = len(selected)
    w = np.full(trials, 1 / trials) if weight is None else weight
    levels = state.counts.shape[1]
    treated = state.treated.astype(float)
    size = treated.sum(axis=1)
    chosen = selected[:, None] == np.arange(levels)
    over = treated[:, truth.best + 1 :].sum(axis=1) / np.maximum(size, 1)

    def error(values: NDArray[np.generic]) -> Floats:
        if weight is not None:
            return np.zeros(np.shape(values)[1:])
        return np.asarray(np.asarray(values, float).std(axis=0, ddof=min(1, trials - 1)) / np.sqrt(trials))

    return Characteristics(
        selection=w @ chosen,
        none=float(w @ (selected < 0)),
        correct=float(w @ (selected == truth.best)),
        too_high=float(w @ (selected > truth.best)),
        patients=w @ treated,
        toxicities=w @ state.toxic,
        responses=w @ state.responding if truth.outcomes.shape[1] > TOXICITY_ONLY else np.zeros(levels),
        size=float(w @ size),
        overdosed=float(w @ over),
        overdose_60=float(w @ (over > 0.6)),
        overdose_80=float(w @ (over > 0.8)),
        reasons={Reason(int(r)): float(w[reason == r].sum()) for r in np.unique(reason)},
        selection_error=error(chosen),
        patients_error=error(treated),
        size_error=float(error(size)),
        trials=0 if weight is not None else trials,
        lost=lost,
    )
