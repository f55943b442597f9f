"""Blinded sample-size re-estimation on the bank: the size follows a nuisance parameter of all arms together.

Nuisance parameters are the standard deviation of a value (about its regression on baseline), the proportion of all
patients, and the chance that a patient brings an event (Kieser and Friede 2003, Stat Med 22:3571; Gould 1992, Stat Med
11:55; Whitehead 2001, Drug Inf J 35:1387).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.trials.definition.endpoint import TIME_TO_EVENT, Kind
from hepatica.trials.virtual.adaptive.re_estimation import grown_data
from hepatica.trials.virtual.adaptive.setting import Setting, only
from hepatica.trials.virtual.adaptive.stages import decision_days
from hepatica.trials.virtual.comparison import compare
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.kernels.scores import pooled_histories, residual_scores
from hepatica.trials.virtual.records import Conducted, Ending, Stop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
FEWEST = 4  # patients with an outcome, below which the plan is kept
USUAL_LAG = 28.0  # day, of a time to event


class Errors(NamedTuple):
    """Standard normal quantiles of one-sided alpha and of power, and the treated share."""

    alpha: float
    power: float
    treated: float


def size_for_means(sd: Floats, effect: float, errors: Errors) -> Floats:
    """Patients of a trial of means, (trial,), with the correction of Guenther 1981 (Am Stat 35:243) for a t test.

    Examples
    --------
    >>> size_for_means(np.array([1.0]), 0.5, Errors(1.959964, 0.841621, 0.5)).round(1).tolist()
    [127.5]
    """
    spread = sd**2 / (errors.treated * (1 - errors.treated))
    return np.asarray((errors.alpha + errors.power) ** 2 * spread / effect**2 + errors.alpha**2 / 2)


def size_for_proportions(pooled: Floats, effect: float, errors: Errors) -> Floats:
    """Patients of a trial of proportions, (trial,), by the pooled variance under the null.

    Parameters
    ----------
    pooled : (trial,)
        Proportion of both arms together.
    effect : float
        Difference, treated less control.
    errors : Errors
        Of the test.
    """
    s = errors.treated
    low, high = max(s * effect, -(1 - s) * effect), 1 - max((1 - s) * effect, -s * effect)
    p = np.clip(pooled, low + 1e-6, high - 1e-6)
    p0, p1 = p - s * effect, p + (1 - s) * effect
    null = errors.alpha * np.sqrt(p * (1 - p) / (s * (1 - s)))
    own = errors.power * np.sqrt(p0 * (1 - p0) / (1 - s) + p1 * (1 - p1) / s)
    return np.asarray((null + own) ** 2 / effect**2)


def size_for_events(chance: Floats, effect: float, errors: Errors) -> Floats:
    """Patients whose events suffice for a log-rank test, (trial,), by Schoenfeld's formula.

    Parameters
    ----------
    chance : (trial,)
        That a patient brings an event.
    effect : float
        Log hazard ratio.
    errors : Errors
        Of the test.
    """
    events = ((errors.alpha + errors.power) / effect) ** 2 / (errors.treated * (1 - errors.treated))
    return np.asarray(events / np.maximum(chance, 1e-9))


def event_chance(time: Floats, event: Bools, lost: Bools, horizon: float) -> Floats:
    """Chance of an event by the horizon, those lost before it counting as without, (trial,).

    Cumulative incidence of all arms together as far as anybody has been followed, then constant hazards as in the
    second half of that time.

    Parameters
    ----------
    time : (trial, patient)
        Up to which each has been followed; -1 for those who are not there.
    event, lost : (trial, patient)
        End by an event, or by drop-out and other censoring; neither where follow-up goes on.
    horizon : float
        Day.
    """
    p = pooled_histories(time, event | lost)
    own = np.take_along_axis(event, p.order, axis=1) * p.event
    incidence = (p.alive * own / p.at_risk).sum(axis=1)
    alive = np.prod(1 - p.event / np.maximum(p.at_risk, 1), axis=1)
    last = np.maximum(p.time.max(axis=1), 0.0)
    late = (p.time >= last[:, None] / 2) * p.event
    exposure = np.maximum(p.time - last[:, None] / 2, 0.0).sum(axis=1)
    rates = [(late * what).sum(axis=1) / np.maximum(exposure, 1e-9) for what in (own, 1.0)]
    left = np.maximum(horizon - last, 0.0)
    share = np.where(rates[1] > 0, rates[0] / np.maximum(rates[1], 1e-12), 0.0)
    return np.asarray(incidence + alive * share * -np.expm1(-rates[1] * left))


def nuisance(setting: Setting, data: EndpointData, until: Floats) -> tuple[Floats, Ints]:
    """Nuisance parameter on the day of the look, and patients it rests on, (trial,) each.

    Parameters
    ----------
    setting : Setting
        Trial with a table [blinded_re_estimation].
    data : EndpointData
        Of a block.
    until : (trial, patient)
        Day since randomisation up to which each is followed at the look; negative before randomisation.
    """
    trial, rule = setting.trial, setting.trial.blinded_re_estimation
    assert rule is not None
    e = trial.primary
    visit = e.visit(trial.follow_up)
    if e.kind in TIME_TO_EVENT:
        h = data.history(e, until=until)
        lost = ~h.event & (h.time < np.minimum(until, visit) - 1e-6) & (h.time >= 0)
        return event_chance(h.time, h.event, lost, visit), np.asarray((h.time >= 0).sum(axis=1))
    known = until >= visit
    if e.kind is Kind.PROPORTION:
        hit, present = data.proportion(e)
        n = (present & known).sum(axis=1)
        return (hit & present & known).sum(axis=1) / np.maximum(n, 1), np.asarray(n)
    v = data.values(e)
    present = v.present & np.isfinite(v.value) & known
    n = present.sum(axis=1)
    rest = residual_scores(np.where(present, v.value, 0.0), v.baseline, present)
    variance = (rest**2).sum(axis=1) / np.maximum(n - 2, 1)
    share = trial.ratio[1] / sum(trial.ratio)
    less = share * (1 - share) * rule.effect**2 if rule.corrected else 0.0
    return np.sqrt(np.maximum(variance - less, variance / 100)), np.asarray(n)


def needed_size(setting: Setting, value: Floats) -> Floats:
    """Patients that the nuisance parameter asks for, (trial,).

    Parameters
    ----------
    setting : Setting
        Trial with a table [blinded_re_estimation].
    value : (trial,)
        Of the nuisance parameter.
    """
    trial, rule = setting.trial, setting.trial.blinded_re_estimation
    assert rule is not None
    a = trial.analysis
    errors = Errors(float(-ndtri(a.alpha)), float(ndtri(a.power)), trial.ratio[1] / sum(trial.ratio))
    e = trial.primary
    if e.kind in TIME_TO_EVENT:
        return size_for_events(value, rule.effect, errors)
    if e.kind is Kind.PROPORTION:
        return size_for_proportions(value, rule.effect if e.higher_is_better else -rule.effect, errors)
    return size_for_means(value, rule.effect, errors)


def run_blinded(setting: Setting) -> Conducted:
    """Conduct of a block of trials with blinded re-estimation.

    Parameters
    ----------
    setting : Setting
        Trial with a table [blinded_re_estimation].
    """
    trial, rule = setting.trial, setting.trial.blinded_re_estimation
    assert rule is not None
    planned, most = trial.patients, int(np.ceil(trial.patients * rule.max_increase))
    data, e = setting.data(patients=most), trial.primary
    lag = rule.lag
    if lag is None:
        lag = USUAL_LAG if e.kind in TIME_TO_EVENT else e.visit(trial.follow_up)
    day = decision_days(data.block.entry, rule.first, float(lag))
    place, entry = np.arange(most), data.block.entry
    there = (place < planned) & (entry <= day[:, None])
    value, n = nuisance(setting, data, np.where(there, day[:, None] - entry, -1.0))
    least = there.sum(axis=1) if rule.may_shrink else np.full(len(day), planned)
    asked = np.where(n >= FEWEST, np.ceil(needed_size(setting, value) - 1e-9), planned)
    size = np.clip(asked, least, most).astype(np.int64)
    data, entered = grown_data(setting, data, size, day)
    last = compare(data, e, 1, until=only(entered))
    ending = Ending(
        look=np.zeros(len(day), np.int64),
        stop=np.full(len(day), int(Stop.COMPLETE)),
        rejected=(last.z >= -ndtri(trial.analysis.alpha))[:, None],
        z=last.z[:, None],
        estimate=last.estimate[:, None],
        information=last.information,
        day=np.where(entered, data.block.entry, -np.inf).max(axis=1) + trial.follow_up,
    )
    changed = {"enlarged": (size > planned).astype(float), "size_over_plan": size / planned, "nuisance": value}
    return Conducted(data, ending, entered, changed)
