"""Verdict of a decision in one of four forms, by thresholds that stand in the study file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.harms import Harm
from hepatica.dosing.information.sample import TrialValue, estimate_sd, trial_value, with_errors
from hepatica.dosing.predictive import MIN_SHARE, Predictive

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TRIAL_REPEATS = 50  # bootstrap replicates behind the Monte-Carlo error of a trial's value
MIN_DRAWS = 40  # parameter draws below which no verdict is firm: a tail of 5 % needs draws to stand in it
ERRORS = 2.0  # Monte-Carlo errors that a number must clear a threshold by before a word is said of it
LIKELY_HARM = 0.5  # probability of net harm from which on harm is named as the reason


class Form(StrEnum):
    """Form of a verdict."""

    GIVE = "give"
    TRIAL = "only_within_a_trial"
    NOT = "do_not_give"
    HARM = "harm_too_likely"


class Reason(StrEnum):
    """Reason of a verdict."""

    BENEFIT_LIKELY = "benefit_likely"  # the chance of benefit reaches its threshold
    TRIAL_PAYS = "trial_pays"  # benefit is uncertain, and an affordable trial is worth more than it costs
    UNSURE = "unsure"  # a gain that matters is expected, but its chance falls short of the threshold
    NO_GAIN = "no_gain"  # no net gain is expected
    TOO_SMALL = "too_small"  # the gain that is expected is too small to matter
    TRIAL_COSTS = "trial_costs"  # no affordable trial is worth its cost
    LIMIT = "limit"  # a limit of harm is too likely exceeded by every regimen that would gain
    NET_HARM = "net_harm"  # net harm is likelier than not
    FEW_DRAWS = "few_draws"  # too few parameter draws for a firm verdict
    WITHIN_ERROR = "within_error"  # the chance of benefit lies within two Monte-Carlo errors of its threshold
    GAIN_WITHIN_ERROR = "gain_within_error"  # so does the gain of what matters
    TRIAL_WITHIN_ERROR = "trial_within_error"  # and the value of the trial of its cost
    LIMIT_WITHIN_ERROR = "limit_within_error"  # and the chance of a limited harm of its threshold


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Thresholds of the verdict; a study file may change them.

    Attributes
    ----------
    reader : str
        Whose prior counts, one of `readers.READERS`.
    benefit_chance : float
        Least probability that the net gain, burden taken off, is above zero. Assumed: one in ten wrong,
        of which some 5 % is the chance that cells do nothing in people at all.
    harm_chance : float
        Largest probability that the excess of a harm is above its limit. Assumed: one in ten.
    matters : float, day
        Opportunity loss below which regimens are not told apart, and gain below which cells are not worth a trial.
        Assumed: a quality-adjusted day.
    trial_people : int
        Largest affordable trial. Assumed: the largest randomised trials of cells in liver failure have some hundred.
    trial_cost : float, day
        Quality-adjusted days that one participant costs others. Assumed: ten thousand dollars at a hundred thousand
        for a quality-adjusted year are about 36 days; a tenth of it, as care is given anyway.
    population : float
        Patients whom the answer serves before it is outdated. Assumed.
    """

    reader: str = "neutral"
    benefit_chance: float = 0.90
    harm_chance: float = 0.10
    matters: float = 1.0
    trial_people: int = 400
    trial_cost: float = 4.0
    population: float = 10_000.0


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Judgement of one regimen under one hypothesis, for one reader.

    Attributes
    ----------
    hypothesis, reader : str
    form : Form
    reasons : tuple of Reason
    gain, low, high, error : float
        Net gain in quality-adjusted life days, its 90 % interval, and the Monte-Carlo error of the gain.
    chance, chance_error : float
        Probability that the net gain is above zero.
    survival_gain, survival_low, survival_high, survival_error : float
        Gain in survival to the horizon, as a probability.
    harm_chance, harm_chance_error : dict of harm to float
        Probability that a limited harm's excess lies above its limit.
    trial : TrialValue
        Of the largest affordable trial.
    """

    hypothesis: str
    reader: str
    form: Form
    reasons: tuple[Reason, ...]
    gain: float
    low: float
    high: float
    error: float
    chance: float
    chance_error: float
    survival_gain: float
    survival_low: float
    survival_high: float
    survival_error: float
    harm_chance: dict[str, float]
    harm_chance_error: dict[str, float]
    trial: TrialValue


def trial_of(
    p: Predictive,
    arm: int,
    people: int,
    t: Thresholds,
    *,
    replicates: Sequence[Predictive] = (),
    choices: Ints | None = None,
) -> TrialValue:
    """Value of a trial of an arm against standard care; what differs between trials is noise to it.

    Parameters
    ----------
    p : Predictive
        Of standard care and the leaders.
    arm : int
        Column of the arm that is tried.
    people : int
        In the trial.
    t : Thresholds
        Cost of a participant, and patients whom the answer serves.
    replicates : sequence of Predictive
        Bootstrap replicates of `p`, for the Monte-Carlo errors.
    choices : (choice,) int, optional
        Columns among which the choice is made after the trial; all unless given.
    """
    columns = np.arange(p.arms) if choices is None else choices
    care, effect = np.tile(np.clip(p.survival[:, 0], MIN_SHARE, 1 - MIN_SHARE), 2), p.learnable_effect(arm)
    between = np.tile(p.trial_sd, 2)
    trial = trial_value(
        p.learnable_gain[:, columns],
        p.learnable_weight,
        effect,
        care,
        people,
        population=t.population,
        cost=t.trial_cost,
        between=between,
    )
    if not replicates:
        return trial
    gains = np.stack([r.learnable_gain[:, columns] for r in replicates])
    weights = np.stack([r.learnable_weight for r in replicates])
    sd = np.hypot(estimate_sd(care, effect, people), between)
    return with_errors(trial, gains, weights, effect, sd, population=t.population)


def judge(
    p: Predictive,
    arm: int,
    t: Thresholds,
    harms: Sequence[Harm],
    replicates: Sequence[Predictive],
    *,
    reader: str = "neutral",
) -> Judgement:
    """Verdict on an arm under one hypothesis.

    Parameters
    ----------
    p : Predictive
        For the reader.
    arm : int
        Its column.
    t : Thresholds
        Of the verdict.
    harms : sequence of Harm
        Those with a finite limit may forbid.
    replicates : sequence of Predictive
        Bootstrap replicates of `p`, for the Monte-Carlo errors.
    reader : str
        To be named.
    """
    limits = {h.name: h.limit for h in harms if np.isfinite(h.limit)}
    low, high = p.interval(arm)
    alive, worst, most = p.survival_gain(arm)
    first = Judgement(
        hypothesis=p.hypothesis,
        reader=reader,
        form=Form.NOT,
        reasons=(),
        gain=float(p.mean()[arm]),
        low=low,
        high=high,
        error=_error([float(r.mean()[arm]) for r in replicates]),
        chance=p.chance(arm),
        chance_error=_error([r.chance(arm) for r in replicates]),
        survival_gain=alive,
        survival_low=worst,
        survival_high=most,
        survival_error=_error([float(r.scenario_weight @ r.scenario_survival_gain(arm)) for r in replicates]),
        harm_chance={name: p.harm_chance(name, arm, limit) for name, limit in limits.items()},
        harm_chance_error={name: p.harm_chance_error(name, arm, limit) for name, limit in limits.items()},
        trial=trial_of(p, arm, t.trial_people, t, replicates=replicates[:TRIAL_REPEATS], choices=np.unique([0, arm])),
    )
    harm = 1 - p.chance(arm, above=-t.matters)
    harms_net = side(harm, LIKELY_HARM, _error([r.chance(arm, above=-t.matters) for r in replicates])) > 0
    form, reasons = _form(first, t, is_net_harm=harms_net, enough=len(p.weight) >= MIN_DRAWS)
    return replace(first, form=form, reasons=reasons)


def _error(replicates: Sequence[float]) -> float:
    """Monte-Carlo error by bootstrap replicates; 0 without any."""
    return float(np.std(replicates)) if len(replicates) else 0.0


def side(value: float, threshold: float, error: float) -> int:
    """Side of a threshold on which a value lies by more than two Monte-Carlo errors: 1 above, -1 below, 0 not told.

    Examples
    --------
    >>> side(3.0, 0.0, 1.0), side(-3.0, 0.0, 1.0), side(1.0, 0.0, 1.0), side(1.0, 0.0, np.nan)
    (1, -1, 0, 0)
    """
    apart = ERRORS * error if np.isfinite(error) else np.inf
    return int(value - apart > threshold) - int(value + apart < threshold)


def _form(j: Judgement, t: Thresholds, *, is_net_harm: bool, enough: bool) -> tuple[Form, tuple[Reason, ...]]:
    """Form of a verdict and its reasons: only within a trial where two errors tell neither to give nor not to."""
    limits = [side(j.harm_chance[h], t.harm_chance, j.harm_chance_error[h]) for h in j.harm_chance]
    if 1 in limits:
        return Form.HARM, (Reason.LIMIT,)
    pays, gains = side(j.trial.net, 0.0, j.trial.error), side(j.gain, t.matters, j.error)
    if is_net_harm and pays < 0:
        return Form.HARM, (Reason.NET_HARM,)
    likely, doubts = side(j.chance, t.benefit_chance, j.chance_error), [] if enough else [Reason.FEW_DRAWS]
    if 0 in limits:
        doubts.append(Reason.LIMIT_WITHIN_ERROR)
    if likely == 0:
        doubts.append(Reason.WITHIN_ERROR)
    if likely > 0 and side(j.gain, 0.0, j.error) > 0 and not doubts:
        return Form.GIVE, (Reason.BENEFIT_LIKELY,)
    if pays > 0:
        return Form.TRIAL, (*doubts, Reason.TRIAL_PAYS)
    trial = Reason.TRIAL_COSTS if pays < 0 else Reason.TRIAL_WITHIN_ERROR
    if gains > 0:
        return Form.TRIAL, (*(doubts or [Reason.UNSURE]), trial)
    small = Reason.NO_GAIN if side(j.gain, 0.0, j.error) < 0 else Reason.TOO_SMALL
    form = Form.NOT if gains < 0 and pays < 0 else Form.TRIAL
    return form, (small if gains < 0 else Reason.GAIN_WITHIN_ERROR, *doubts, trial)


def overall(judgements: Sequence[Judgement]) -> Form:
    """Verdict over the hypotheses, which are never averaged: what holds under each of them.

    Give where all say give, harm where any says harm; where they differ otherwise the question itself is open, and
    cells are given only within a trial.

    Examples
    --------
    >>> overall([])
    <Form.NOT: 'do_not_give'>
    """
    forms = {j.form for j in judgements}
    if not forms:
        return Form.NOT
    if Form.HARM in forms:
        return Form.HARM
    if len(forms) == 1:
        return next(iter(forms))
    return Form.TRIAL
