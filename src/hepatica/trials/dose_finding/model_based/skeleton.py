"""Skeleton of the continual reassessment method from an indifference interval.

Lee & Cheung 2009, Clinical Trials 6:227: neighbouring levels are spaced so that the method, in the long run, selects a
level whose toxicity lies within the target plus or minus a half-width.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.working_models import Empiric, Logistic, WorkingModel
from hepatica.trials.dose_finding.state import Floats


def calibrate_skeleton(
    halfwidth: float, target: float, prior_mtd: int, levels: int, *, model: WorkingModel | None = None
) -> Floats:
    """Skeleton for a half-width of the indifference interval.

    Parameters
    ----------
    halfwidth : float
        Half-width about the target.
    target : float
        Toxicity aimed at.
    prior_mtd : int
        Level whose prior guess is the target, counted from 0.
    levels : int
        Dose levels.
    model : WorkingModel, optional
        The power model by default.

    Raises
    ------
    InputError
        If the interval leaves 0 and 1, or the level does not exist.

    Examples
    --------
    >>> calibrate_skeleton(0.05, 0.25, 2, 5).round(3).tolist()
    [0.084, 0.157, 0.25, 0.355, 0.46]
    """
    model = model or Empiric()
    if not 0 < target - halfwidth < target < target + halfwidth < 1:
        raise InputError(
            "halfwidth", halfwidth, f"a positive number that keeps {target} plus or minus it within 0 and 1"
        )
    if not 0 <= prior_mtd < levels:
        raise InputError("prior_mtd", prior_mtd, f"a level from 0 to {levels - 1}")
    # at the border between two levels, one has toxicity target - halfwidth and the next target + halfwidth
    low, high = target - halfwidth, target + halfwidth
    if isinstance(model, Logistic):
        if logit(high) >= model.intercept:
            raise InputError("intercept", model.intercept, f"above {logit(high):.3f}, the logit of the upper end")
        ratio = (logit(high) - model.intercept) / (logit(low) - model.intercept)
        middle = logit(target) - model.intercept
        return np.asarray(expit(model.intercept + middle * ratio ** (np.arange(levels) - prior_mtd)))
    if isinstance(model, Empiric):
        return np.asarray(target ** ((np.log(high) / np.log(low)) ** (np.arange(levels) - float(prior_mtd))))
    raise InputError("model", model, "Empiric() or Logistic()")
