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


def recruit(trial: Trial, entry: Floats, draw: Floats) -> Recruitment:
    """Recruitment, patient by patient: complete randomisation among the control and the arms that are open.

    Parameters
    ----------
    trial : Trial
        With a table [platform].
    entry : (trial, patient)
        Days of arrival, rising.
    draw : (trial, patient)
        Uniform numbers.
    """
    rule = trial.platform
    assert rule is not None
    ratio, opens = np.array(trial.ratio, float), np.array([a.opens for a in trial.arm[1:]], float)
    count = np.zeros((len(entry), len(opens)), np.int64)
    arm, is_open = np.zeros(entry.shape, np.int64), np.zeros((*entry.shape, len(opens)), bool)
    for i in range(entry.shape[1]):
        now = (entry[:, i, None] >= opens) & (count < rule.per_arm)
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
    draw = uniforms(trial.seed, "platform", setting.block, trial.patients)
    made = recruit(trial, entry, draw)
    data = setting.data(Adapted(arm=made.arm, entry=np.where(made.entered, entry, np.inf)))
    arms = range(1, len(trial.arm))
    each = [compare(data, trial.primary, a, until=only(compared_patients(trial, made, a))) for a in arms]
    z = np.stack([c.z for c in each], axis=1)
    rejected = z >= -ndtri(trial.analysis.alpha)
    if rule.familywise:
        levels = {a: np.full(len(z), -ndtri(a)) for a in step_levels(trial.analysis, len(arms))}
        rejected = step_down(z, levels, np.zeros(z.shape, bool), trial.analysis)
    ending = Ending(
        look=np.zeros(len(z), np.int64),
        stop=np.full(len(z), int(Stop.COMPLETE)),
        rejected=rejected,
        z=z,
        estimate=np.stack([c.estimate for c in each], axis=1),
        information=gathered(data, made.entered),
        day=last_day(data, made.entered),
    )
    return Conducted(data, ending, made.entered, _adapted(trial, made, entry, rejected))


def _adapted(trial: Trial, made: Recruitment, entry: Floats, rejected: Bools) -> dict[str, Floats]:
    """Rejections of each arm, and the day of its last patient, by name."""
    values: dict[str, Floats] = {}
    for a, arm in enumerate(trial.arm[1:], start=1):
        values[f"rejected:{arm.name}"] = rejected[:, a - 1].astype(float)
        values[f"closed:{arm.name}"] = np.where(made.arm == a, entry, -np.inf).max(axis=1)
    return values
