"""Platform trial on the bank: arms that open and fill, a shared control, comparisons with concurrent controls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.adaptive.setting import Setting, gathered, last_day, only
from hepatica.trials.virtual.comparison import compare
from hepatica.trials.virtual.conduct.block import Adapted
from hepatica.trials.virtual.conduct.streams import uniforms
from hepatica.trials.virtual.multiplicity import step_down, step_levels
from hepatica.trials.virtual.records import Conducted, Ending, Stop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Recruitment(NamedTuple):
    """Recruitment of a platform.

    Attributes
    ----------
    arm : (trial, patient)
        Arm.
    entered : (trial, patient)
        Patients randomised; nobody is while no arm with cells is open.
    open : (trial, patient, arm with cells)
        Arms open when each patient arrives.
    """

    arm: Ints
    entered: Bools
    open: Bools


def recruit(trial: Trial, entry: Floats, draw: Floats, dropped: Floats | None = None) -> Recruitment:
    """Recruitment, patient by patient: complete randomisation among the control and the arms that are open.

    Parameters
    ----------
    trial : Trial
        With a table [platform].
    entry : (trial, patient)
        Days of arrival, rising.
    draw : (trial, patient)
        Uniform numbers.
    dropped : (trial, arm with cells), optional
        Days from which an arm recruits no more.
    """
    rule, arms = trial.platform, trial.arm[1:]
    assert rule is not None
    ratio, opens = np.array(trial.ratio, float), np.array([a.opens for a in arms], float)
    names = [a.name for a in arms]
    before = [names.index(a.after) if a.after else -1 for a in arms]
    count = np.zeros((len(entry), len(opens)), np.int64)
    arm, is_open = np.zeros(entry.shape, np.int64), np.zeros((*entry.shape, len(opens)), bool)
    for i in range(entry.shape[1]):
        closed = count >= rule.per_arm
        if dropped is not None:
            closed |= entry[:, i, None] >= dropped
        waits = np.stack([~closed[:, k] if k >= 0 else np.zeros(len(entry), bool) for k in before], axis=1)
        now = (entry[:, i, None] >= opens) & ~closed & ~waits
        is_open[:, i] = now
        weight = np.concatenate([np.full((len(entry), 1), ratio[0]), np.where(now, ratio[1:], 0.0)], axis=1)
        edges = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
        arm[:, i] = (draw[:, i, None] >= edges[:, :-1]).sum(axis=1) * now.any(axis=1)
        treated = np.flatnonzero(arm[:, i] > 0)
        count[treated, arm[treated, i] - 1] += 1
    return Recruitment(arm, np.asarray(is_open.any(axis=2)), is_open)


def compared_patients(trial: Trial, recruitment: Recruitment, arm: int) -> Bools:
    """Patients of a comparison, (trial, patient): the arm's own, and its controls.

    Parameters
    ----------
    trial : Trial
        With a table [platform].
    recruitment : Recruitment
        Of a block.
    arm : int
        From 1 on.
    """
    rule, there = trial.platform, recruitment.open[:, :, arm - 1]
    assert rule is not None
    if not rule.concurrent:  # every control until the arm closed
        there = np.logical_or.accumulate(there[:, ::-1], axis=1)[:, ::-1] & recruitment.entered
    return np.asarray((recruitment.arm == arm) | ((recruitment.arm == 0) & there & recruitment.entered))


def recruit_with_looks(setting: Setting, entry: Floats) -> tuple[Recruitment, Floats]:
    """Recruitment with arms dropped at their own looks, and the days on which they are, (trial, arm with cells).

    The looks are taken in the order of their days; what has been recruited before one does not depend on it.

    Parameters
    ----------
    setting : Setting
        Trial with a table [platform].
    entry : (trial, patient)
        Days of arrival, rising.
    """
    trial, rule = setting.trial, setting.trial.platform
    assert rule is not None
    draw = uniforms(trial.seed, "platform", setting.block, trial.patients)
    made = recruit(trial, entry, draw)
    dropped = np.full((len(entry), len(trial.arm) - 1), np.inf)
    pending = np.full(dropped.shape, rule.first is not None)
    while pending.any():
        days = np.where(pending, look_days(trial, made, entry), np.inf)
        arm, row = days.argmin(axis=1), np.arange(len(days))
        day = days[row, arm]
        if np.isinf(day).all():
            break
        data = setting.data(Adapted(arm=made.arm, entry=np.where(made.entered, entry, np.inf)))
        for a in range(dropped.shape[1]):
            here = (arm == a) & np.isfinite(day)
            if not here.any():
                continue
            followed = np.where(here, day, -1.0)[:, None] - entry
            until = only(compared_patients(trial, made, a + 1), followed)
            z = compare(data, trial.primary, a + 1, until=until, estimate=False).z
            dropped[here & (z < rule.futility), a] = day[here & (z < rule.futility)]
        pending[row, arm] = False
        made = recruit(trial, entry, draw, dropped)
    return made, dropped


def look_days(trial: Trial, recruitment: Recruitment, entry: Floats) -> Floats:
    """Day of each arm's own look, (trial, arm with cells); inf where it has too few patients.

    Parameters
    ----------
    trial : Trial
        With a table [platform].
    recruitment : Recruitment
        Of a block.
    entry : (trial, patient)
        Days of arrival.
    """
    rule = trial.platform
    assert rule is not None and rule.first is not None
    days = []
    for a in range(1, len(trial.arm)):
        own = recruitment.arm == a
        reached = own & (np.cumsum(own, axis=1) == rule.first)
        days.append(np.where(reached, entry, np.inf).min(axis=1) + rule.lag)
    return np.stack(days, axis=1)


def run_platform(setting: Setting) -> Conducted:
    """Conduct of a block of platform trials.

    Parameters
    ----------
    setting : Setting
        Trial with a table [platform].
    """
    trial, rule = setting.trial, setting.trial.platform
    assert rule is not None
    entry = setting.data().block.entry
    made, dropped = recruit_with_looks(setting, entry)
    data = setting.data(Adapted(arm=made.arm, entry=np.where(made.entered, entry, np.inf)))
    arms = range(1, len(trial.arm))
    each = [compare(data, trial.primary, a, until=only(compared_patients(trial, made, a))) for a in arms]
    z = np.where(np.isfinite(dropped), -np.inf, np.stack([c.z for c in each], axis=1))
    rejected = z >= -ndtri(trial.analysis.alpha)
    if rule.familywise:
        levels = {a: np.full(len(z), -ndtri(a)) for a in step_levels(trial.analysis, len(arms))}
        rejected = step_down(z, levels, np.zeros(z.shape, bool), trial.analysis)
    stops = np.isfinite(dropped).all(axis=1)
    ending = Ending(
        look=np.zeros(len(z), np.int64),
        stop=np.where(stops, int(Stop.FUTILITY), int(Stop.COMPLETE)),
        rejected=rejected,
        z=np.stack([c.z for c in each], axis=1),
        estimate=np.stack([c.estimate for c in each], axis=1),
        information=gathered(data, made.entered),
        day=last_day(data, made.entered),
    )
    return Conducted(data, ending, made.entered, _adapted(trial, made, entry, rejected, dropped))


def _adapted(trial: Trial, made: Recruitment, entry: Floats, rejected: Bools, dropped: Floats) -> dict[str, Floats]:
    """Rejections and drops of each arm, and the day of its last patient, by name."""
    values: dict[str, Floats] = {}
    for a, arm in enumerate(trial.arm[1:], start=1):
        values[f"rejected:{arm.name}"] = rejected[:, a - 1].astype(float)
        if trial.platform is not None and trial.platform.first is not None:
            values[f"dropped:{arm.name}"] = np.isfinite(dropped[:, a - 1]).astype(float)
        values[f"closed:{arm.name}"] = np.where(made.arm == a, entry, -np.inf).max(axis=1)
    return values
