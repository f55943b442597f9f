"""Utility of joint outcomes of toxicity and response, and what levels are admissible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import Bools, Floats, Ints, State

BEST = 100.0


@dataclass(frozen=True, kw_only=True)
class Utility:
    """Utility of the four outcomes, 0 to 100.

    Parameters
    ----------
    response_without_toxicity, neither, both, toxicity_without_response : float
        Utilities; the first is usually 100 and the last 0.

    Examples
    --------
    >>> Utility(neither=40, both=60).values.tolist()
    [40.0, 100.0, 0.0, 60.0]
    """

    neither: float
    both: float
    response_without_toxicity: float = BEST
    toxicity_without_response: float = 0.0

    def __post_init__(self) -> None:
        """Check the order of the utilities.

        Raises
        ------
        InputError
            If toxicity raises or response lowers the utility.
        """
        none, response, toxic, both = self.values
        if not (0 <= toxic <= min(none, both) and max(none, both) <= response <= BEST and response > toxic):
            raise InputError("utility", self.values.tolist(), "0 to 100: response adds, toxicity takes away")

    @property
    def values(self) -> Floats:
        """In the order of outcome categories: neither, response, toxicity, both."""
        return np.array(
            [self.neither, self.response_without_toxicity, self.toxicity_without_response, self.both], float
        )


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of toxicity and response, and the posterior probabilities beyond which a level is not admissible.

    Parameters
    ----------
    toxicity : float
        Highest acceptable probability of toxicity.
    response : float
        Lowest acceptable probability of response.
    toxicity_cutoff, response_cutoff : float
        A level is closed when toxicity is above, or response below, its limit with more than this probability.
    """

    toxicity: float
    response: float
    toxicity_cutoff: float = 0.95
    response_cutoff: float = 0.9

    def __post_init__(self) -> None:
        """Check the probabilities.

        Raises
        ------
        InputError
            If one is not between 0 and 1.
        """
        for name in ("toxicity", "response", "toxicity_cutoff", "response_cutoff"):
            if not 0 < getattr(self, name) < 1:
                raise InputError(name, getattr(self, name), "a probability between 0 and 1")


def admissible_numbers(treated: Ints, toxic: Ints, responding: Ints, limits: Limits) -> tuple[Bools, Bools]:
    """Safety and activity of levels with these numbers, under uniform priors; shapes broadcast."""
    above = 1 - betainc(1.0 + toxic, 1.0 + treated - toxic, limits.toxicity)
    below = betainc(1.0 + responding, 1.0 + treated - responding, limits.response)
    return above <= limits.toxicity_cutoff, below <= limits.response_cutoff


def safe_and_active(state: State, limits: Limits) -> tuple[Bools, Bools]:
    """Safety and activity by level, (trials, levels); nothing above an unsafe level is safe."""
    safe, active = admissible_numbers(state.treated, state.toxic, state.responding, limits)
    return np.logical_and.accumulate(safe, axis=1), active
