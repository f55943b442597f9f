"""Leaders of a search in fresh patients: unbiased estimates, the choice among them, and its cross-fitted value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.search.outcomes import Outcomes, admissible, patient_error, patient_mean, worst_regret
from hepatica.dosing.search.robust import conditional_value_at_risk, tail_error, worst_subgroup

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Role(StrEnum):
    """Reason for which a candidate is estimated in fresh patients."""

    RACE = "race"  # least worst regret in the race
    HYPOTHESIS = "hypothesis"  # best under one hypothesis
    SUBGROUP = "subgroup"  # best worst subgroup
    CVAR = "cvar"  # best mean of the worst patients
    CELLS = "cells"  # best of its number of cells


class Estimate(NamedTuple):
    """Mean over fresh patients with its Monte-Carlo standard error."""

    mean: float
    error: float


@dataclass(frozen=True, kw_only=True)
class Leader:
    """Candidate estimated in fresh patients; tuples are per hypothesis.

    Attributes
    ----------
    candidate : int
        Its place among all candidates.
    roles : tuple of Role
    gain, lost : tuple of Estimate
        Net gain over standard care, and what harms took of it.
    excess : tuple of tuple of Estimate
        Of each harm, per hypothesis.
    below_leader : tuple of Estimate
        Gain less that of the choice, patient by patient.
    regret, regret_error : float
        Worst over the hypotheses, with the Monte-Carlo error of the difference; infinite if not admissible.
    worst_subgroup, cvar : tuple of Estimate
        Least mean of a subgroup, and mean of the worst tenth of patients.
    subgroup : tuple of int
        Which subgroup is worst; -1 if there is none.
    cells : float
        Cells in all.
    """

    candidate: int
    roles: tuple[Role, ...]
    gain: tuple[Estimate, ...]
    lost: tuple[Estimate, ...]
    excess: tuple[tuple[Estimate, ...], ...]
    below_leader: tuple[Estimate, ...]
    regret: float
    regret_error: float
    worst_subgroup: tuple[Estimate, ...]
    subgroup: tuple[int, ...]
    cvar: tuple[Estimate, ...]
    cells: float


def roles_of(outcomes: Outcomes, regret: Floats, group: Ints, by_cells: Ints, *, n: int) -> dict[int, list[Role]]:
    """Finalists to estimate in fresh patients, by place, each with its reasons.

    Parameters
    ----------
    outcomes : Outcomes
        Of finalists in the race.
    regret : (finalist,)
        Worst regret of each, infinite if given up.
    group : (patient,)
        Subgroups.
    by_cells : (any,)
        Finalists that are the best of their number of cells.
    n : int
        Leaders by worst regret.
    """
    roles: dict[int, list[Role]] = {}

    def name(places: Ints, role: Role) -> None:
        for k in places:
            if np.isfinite(regret[k]):
                roles.setdefault(int(k), []).append(role)

    name(np.argsort(regret, kind="stable")[:n], Role.RACE)
    good = np.isfinite(regret)
    if good.any():
        for values, role in (
            (patient_mean(outcomes.gain), Role.HYPOTHESIS),
            (worst_subgroup(outcomes.gain, group)[0].min(axis=0)[None], Role.SUBGROUP),
            (conditional_value_at_risk(outcomes.gain).min(axis=0)[None], Role.CVAR),
        ):
            ranks = np.where(good & np.isfinite(values), values, -np.inf)
            name(np.unique(np.argmax(ranks, axis=1)), role)
    name(by_cells, Role.CELLS)
    return roles


def choose(outcomes: Outcomes, limits: Floats) -> tuple[int, Floats]:
    """Candidate of least worst regret, and the regret of all; -1 if standard care has less, or none is admissible."""
    gain = patient_mean(outcomes.gain)
    regret = worst_regret(gain, admissible(outcomes, limits, errors=0.0))
    care = max(float(np.where(np.isfinite(regret), gain, -np.inf).max(initial=0.0)), 0.0)
    best = int(np.argmin(regret))
    return (best if np.isfinite(regret[best]) and regret[best] <= care else -1), regret


def cross_fitted_gain(outcomes: Outcomes, limits: Floats, raced: Outcomes | None = None) -> tuple[Estimate, ...]:
    """Gain of choosing the best leader, per hypothesis: chosen in one half of the patients, estimated in the other.

    The largest of several estimates is too large by the luck that chose it; a choice that is estimated in patients
    who had no part in it is not. Standard care, whose gain is 0, is a choice too. Patients of the race choose with
    either half.
    """
    n = outcomes.gain.shape[-1]
    own = np.empty((len(outcomes.gain), n))
    for half in (np.arange(n) % 2 == 0, np.arange(n) % 2 == 1):
        learnt = Outcomes(*(v[..., half] for v in outcomes))
        best, _ = choose(learnt if raced is None else raced.and_patients(learnt), limits)
        own[:, ~half] = 0.0 if best < 0 else outcomes.gain[:, best][:, ~half]
    return tuple(map(Estimate, patient_mean(own).tolist(), patient_error(own).tolist()))


def estimate_leaders(
    outcomes: Outcomes,
    candidates: Ints,
    roles: Mapping[int, list[Role]],
    group: Ints,
    *,
    cells: Floats,
    limits: Floats,
    raced: Outcomes | None = None,
) -> tuple[tuple[Leader, ...], int]:
    """Leaders with their estimates, the least worst regret first, and the place of the choice; -1 is standard care.

    The choice and the order count all patients, since means of all of them tell more; every estimate is of the fresh
    ones alone, since those of the race have been looked at by thousands of candidates.

    Parameters
    ----------
    outcomes : Outcomes
        In fresh patients.
    candidates : (leader,)
        Places among all candidates.
    roles : mapping
        Reasons by candidate.
    group : (patient,)
        Subgroups of the fresh patients.
    cells : (leader,)
        Cells in all.
    limits : (harm,)
        Largest acceptable excesses.
    raced : Outcomes, optional
        Of the same candidates in the patients of the race.
    """
    _, regret = choose(outcomes, limits)
    chosen, over_all = choose(outcomes if raced is None else raced.and_patients(outcomes), limits)
    reference = 0.0 if chosen < 0 else outcomes.gain[:, chosen : chosen + 1]
    measures = [_estimates(v) for v in (outcomes.gain, outcomes.lost, outcomes.gain - reference)]
    excess = [_estimates(v) for v in outcomes.excess]
    worst, which = worst_subgroup(outcomes.gain, group)
    apart = _within(outcomes.gain, group, which)
    tail = conditional_value_at_risk(outcomes.gain), tail_error(outcomes.gain)
    regret_error = _regret_error(outcomes, limits)
    order = np.argsort(over_all, kind="stable")
    leaders = tuple(
        Leader(
            candidate=int(candidates[k]),
            roles=tuple(roles[int(candidates[k])]),
            gain=measures[0][k],
            lost=measures[1][k],
            excess=tuple(harm[k] for harm in excess),
            below_leader=measures[2][k],
            regret=float(regret[k]),
            regret_error=float(regret_error[k]),
            worst_subgroup=tuple(map(Estimate, worst[:, k].tolist(), apart[:, k].tolist())),
            subgroup=tuple(int(g) for g in which[:, k]),
            cvar=tuple(map(Estimate, *(v[:, k].tolist() for v in tail))),
            cells=float(cells[k]),
        )
        for k in order
    )
    return leaders, (-1 if chosen < 0 else int(np.flatnonzero(order == chosen)[0]))


def _within(gain: Floats, group: Ints, which: Floats) -> Floats:
    """Standard error of the mean gain in each candidate's worst subgroup, (hypothesis, candidate); NaN without one."""
    member = group == which[..., None]
    return np.where(which >= 0, patient_error(np.where(member, gain, np.nan)), np.nan)


def _regret_error(outcomes: Outcomes, limits: Floats) -> Floats:
    """Standard error of each candidate's regret, paired, under the hypothesis where it is worst, (candidate,)."""
    gain, every = outcomes.gain, np.arange(outcomes.gain.shape[1])
    means = np.where(admissible(outcomes, limits, errors=0.0), patient_mean(gain), -np.inf)
    best = [
        g[m.argmax()] if m.max(initial=0.0) > 0 else np.zeros(g.shape[-1]) for g, m in zip(gain, means, strict=True)
    ]
    top = np.stack(best)[:, None]
    worst = (patient_mean(top) - means).argmax(axis=0)
    return np.where(np.isfinite(means).all(axis=0), patient_error(top - gain)[worst, every], np.inf)


def _estimates(values: Floats) -> list[tuple[Estimate, ...]]:
    """Of each candidate, one estimate per hypothesis; values (hypothesis, candidate, patient)."""
    mean, error = patient_mean(values), patient_error(values)
    return [
        tuple(Estimate(float(mean[h, k]), float(error[h, k])) for h in range(len(values)))
        for k in range(values.shape[1])
    ]
