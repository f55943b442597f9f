"""Model sensitivity of the continual reassessment method: which values of beta select which level.

Cheung & Chappell 2002, Biometrics 58:671: level k is selected for beta in the set H_k, and if it is to be selected in
the long run its true toxicity lies in an indifference interval about the target.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.working_models import Empiric, WorkingModel, check_skeleton
from hepatica.trials.dose_finding.state import Floats


class Sensitivity(NamedTuple):
    """Sets of beta by level, and the toxicity of each level at their ends.

    Attributes
    ----------
    breaks : array of float, (levels + 1,)
        Ends of the sets H_k.
    low, high : array of float, (levels,)
        Toxicity of level k - 1 and of level k + 1 at the ends of H_k: the indifference interval; NaN at the
        outermost levels, which are open to one side.
    """

    breaks: Floats
    low: Floats
    high: Floats


def model_sensitivity(
    skeleton: object, target: float, *, model: WorkingModel | None = None, furthest: float = 5.0
) -> Sensitivity:
    """Sets of beta for which each level is nearest to the target.

    Parameters
    ----------
    skeleton : sequence of float
        Prior guesses of toxicity by level.
    target : float
        Toxicity aimed at.
    model : WorkingModel, optional
        The power model by default.
    furthest : float
        End of the range of beta, on both sides.

    Raises
    ------
    InputError
        If two levels have no border within the range.

    Examples
    --------
    >>> model_sensitivity([0.1, 0.25, 0.4], 0.25).breaks.round(2).tolist()
    [-5.0, -0.24, 0.22, 5.0]
    """
    model = model or Empiric()
    labels = model.labels(check_skeleton(skeleton))

    def both(beta: float, place: int) -> float:  # the border: two levels as far from the target on either side
        return float(model.toxicity(labels[place : place + 2], beta).sum() - 2 * target)

    breaks = [-furthest]
    for place in range(len(labels) - 1):
        if both(-furthest, place) * both(furthest, place) > 0:
            raise InputError(
                "furthest", furthest, f"a wider range: levels {place + 1} and {place + 2} have no border in it"
            )
        breaks.append(float(brentq(both, -furthest, furthest, args=(place,), xtol=1e-13)))
    ends = np.array([*breaks, furthest])
    low, high = np.full(len(labels), np.nan), np.full(len(labels), np.nan)
    for place in range(len(labels)):
        if place > 0:
            low[place] = model.toxicity(labels[place - 1 : place], ends[place])[0]
        if place < len(labels) - 1:
            high[place] = model.toxicity(labels[place + 1 : place + 2], ends[place + 1])[0]
    return Sensitivity(ends, low, high)
