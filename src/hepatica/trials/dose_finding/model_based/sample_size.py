"""Sample size of the continual reassessment method for a stated probability of correct selection.

The scenarios are those of Cheung 2013, Clinical Trials 10:852: each level in turn is the MTD, and the odds of toxicity
of neighbouring levels differ by one ratio. The paper's closed formulae approximate the average probability of correct
selection over them; here it is simulated, at every size along one run of trials.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from hepatica.errors import InputError
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress, ignore_progress
from hepatica.trials.dose_finding.isotonic import isotonic
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.model_based.skeleton import calibrate_skeleton
from hepatica.trials.dose_finding.simulation import PURPOSE
from hepatica.trials.dose_finding.state import Floats

HALFWIDTH = 0.25  # of the skeleton's indifference interval, times the target, as in the paper


class CrmSize(NamedTuple):
    """Sample size, and what it rests on.

    Attributes
    ----------
    patients : int or None
        Smallest size whose average probability of correct selection is reached; None if not up to the largest tried.
    correct : array of float, (sizes,)
        Average probability of correct selection with 1, 2, ... patients, smoothed to rise.
    error : array of float, (sizes,)
        Its Monte-Carlo standard error.
    """

    patients: int | None
    correct: Floats
    error: Floats


def calibration_set(target: float, levels: int, odds_ratio: float) -> Floats:
    """Toxicity by scenario and level: level k is the MTD of scenario k.

    Parameters
    ----------
    target : float
        Toxicity of the MTD.
    levels : int
        Dose levels.
    odds_ratio : float
        Ratio of the odds of toxicity of neighbouring levels, above 1.

    Raises
    ------
    InputError
        If a number is impossible.

    Examples
    --------
    >>> calibration_set(0.25, 3, 2.0)[0].round(3).tolist()
    [0.25, 0.4, 0.571]
    """
    if not (0 < target < 1 and levels >= 2 and odds_ratio > 1):
        raise InputError(
            "target, levels, odds_ratio", (target, levels, odds_ratio), "a probability, 2 or more, above 1"
        )
    place = np.arange(levels)
    return np.asarray(expit(logit(target) + np.log(odds_ratio) * (place - place[:, None])))


def _correct(design: Crm, toxicity: Floats, best: int, tolerance: Floats) -> Floats:
    """Selection of the MTD after each patient, (patients, trials)."""
    state, right = design.begin(len(tolerance)), np.empty(tolerance.T.shape, bool)
    row = np.arange(len(tolerance))
    for patient in range(tolerance.shape[1]):
        hit = tolerance[:, patient] < toxicity[state.level]
        last = np.stack([~hit, hit], axis=1).astype(np.int64)
        state.counts[row, state.level] += last
        nearest = design.nearest(state)
        right[patient] = nearest == best
        state = state._replace(level=design.restrict(state.level, nearest, last)[0])
    return right.astype(float)


def crm_sample_size(
    correct: float,
    target: float,
    levels: int,
    odds_ratio: float,
    *,
    largest: int = 60,
    trials: int = 2000,
    seed: int = 1,
    progress: Progress = ignore_progress,
) -> CrmSize:
    """Smallest size of a trial by the continual reassessment method, one patient a time, begun at the median level.

    Parameters
    ----------
    correct : float
        Average probability of correct selection that is wanted.
    target, levels, odds_ratio
        As of `calibration_set`.
    largest : int
        Largest size tried.
    trials : int
        Trials a scenario.
    seed : int
        Seed of the streams.
    progress : Progress
        Receiver of progress.

    Raises
    ------
    InputError
        If a number is impossible.

    Examples
    --------
    >>> size = crm_sample_size(0.5, 0.25, 3, 2.5, largest=25, trials=200)
    >>> size.patients < 25
    True
    """
    if not 0 < correct < 1 or largest < 1 or trials < 2:
        raise InputError(
            "correct, largest, trials", (correct, largest, trials), "a probability, and sizes of 1 and 2 or more"
        )
    scenarios = calibration_set(target, levels, odds_ratio)
    middle = (levels - 1) // 2 if levels % 2 else levels // 2 - 1
    skeleton = tuple(calibrate_skeleton(HALFWIDTH * target, target, middle, levels).tolist())
    design = Crm(levels=levels, max_patients=largest, cohort=1, start=middle, skeleton=skeleton, target=target)
    tolerance = uniforms(seed, np.arange(trials), PURPOSE, largest)
    mean = np.zeros((largest, trials))
    for place, toxicity in enumerate(scenarios):
        progress("scenarios", place, levels)
        mean += _correct(design, toxicity, place, tolerance) / levels
    progress("scenarios", levels, levels)
    curve = isotonic(mean.mean(axis=1), np.ones(largest))
    reached = np.flatnonzero(curve >= correct)
    size = int(reached[0]) + 1 if len(reached) else None
    return CrmSize(size, curve, mean.std(axis=1) / np.sqrt(trials))
