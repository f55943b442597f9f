"""True toxicity of any dose: straight between levels on the scales of log dose and of logit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from hepatica.errors import InputError
from hepatica.trials.dose_finding.feasible.shortfall import Shortfall
from hepatica.trials.dose_finding.state import Floats


def check_doses(doses: object) -> Floats:
    """Doses of the levels as an array.

    Raises
    ------
    InputError
        If they are not positive and rising, two at least.

    Examples
    --------
    >>> check_doses((1.0, 2.0)).tolist()
    [1.0, 2.0]
    """
    values = np.asarray(doses, float)
    if values.ndim != 1 or len(values) < 2 or not (values > 0).all() or (np.diff(values) <= 0).any():
        raise InputError("doses", doses, "a rising positive dose for each level, two at least")
    return values


def interpolate_logit(doses: Floats, probabilities: Floats, dose: Floats) -> Floats:
    """Probability at any dose from that at the levels; the outermost slopes go on beyond them.

    Parameters
    ----------
    doses, probabilities : array of float, (levels,)
        Those of the levels.
    dose : array of float
        Doses asked for, positive.

    Examples
    --------
    >>> interpolate_logit(np.array([1.0, 4.0]), np.array([0.2, 0.5]), np.array([2.0])).round(3).tolist()
    [0.333]
    """
    x, y, at = np.log(doses), logit(probabilities), np.log(dose)
    place = np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2)
    slope = np.diff(y) / np.diff(x)
    return np.asarray(expit(y[place] + slope[place] * (at - x[place])))


@dataclass(frozen=True, kw_only=True)
class DoseCurve:
    """True toxicity by dose.

    Parameters
    ----------
    doses : tuple of float
        Doses of the levels, such as cells per kg.
    toxicity : tuple of float
        True toxicity when a level is delivered whole.

    Examples
    --------
    >>> DoseCurve(doses=(1.0, 4.0), toxicity=(0.2, 0.5)).at(np.array([1.0, 4.0])).round(3).tolist()
    [0.2, 0.5]
    """

    doses: tuple[float, ...]
    toxicity: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check doses and toxicity.

        Raises
        ------
        InputError
            If they do not fit.
        """
        p = np.asarray(self.toxicity, float)
        if len(p) != len(check_doses(self.doses)) or not ((p > 0) & (p < 1)).all() or (np.diff(p) < 0).any():
            raise InputError("toxicity", self.toxicity, "a probability above 0 and below 1 for each dose, none falling")

    def at(self, dose: Floats) -> Floats:
        """Toxicity at doses."""
        return interpolate_logit(np.array(self.doses), np.array(self.toxicity), dose)

    def as_assigned(self, shortfall: Shortfall, points: int = 2000) -> Floats:
        """Mean toxicity of each level when it is assigned and lots are as they come: what the naive rule estimates."""
        lot = (np.arange(points) + 0.5) / points
        return np.array([float(self.at(shortfall.deliver(np.array(dose), lot)).mean()) for dose in self.doses])
