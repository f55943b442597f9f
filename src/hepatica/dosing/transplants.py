"""Transplants avoided and lost against standard care, where transplant and death compete."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class TransplantBalance(NamedTuple):
    """Probability of a transplant avoided and of one lost, against standard care; each (arm, patient).

    Attributes
    ----------
    avoided : (arm, patient)
        Not needed by the horizon, because the patient lives without it.
    lost : (arm, patient)
        Not done by the horizon, because the patient died first.
    """

    avoided: Floats
    lost: Floats


def transplant_balance(transplanted: Floats, alive: Floats) -> TransplantBalance:
    """Transplants avoided and lost in each patient, from the states at the horizon.

    Of transplants that standard care has and an arm has not, as many are lost as more patients are dead; the others
    are avoided. An arm with more transplants has neither.

    Parameters
    ----------
    transplanted, alive : (arm, patient)
        Probabilities at the horizon; arm 0 is standard care, and who lives with a transplant is alive.

    Examples
    --------
    >>> t = transplant_balance(np.array([[0.3], [0.1]]), np.array([[0.6], [0.55]]))
    >>> t.avoided[1].round(2).tolist(), t.lost[1].round(2).tolist()
    ([0.15], [0.05])
    """
    fewer = np.maximum(transplanted[:1] - transplanted, 0.0)
    lost = np.minimum(np.maximum(alive[:1] - alive, 0.0), fewer)
    return TransplantBalance(fewer - lost, lost)
