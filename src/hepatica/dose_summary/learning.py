"""Posterior against prior: contraction of the gain's interval, and the parameters that the evidence informed most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.dose_study import Answer
from hepatica.dosing import Decision
from hepatica.patients import DrawKey, DrawKind

Floats = NDArray[np.float64]
SHOWN = 10  # parameters


def interval_contraction(prior: Decision, posterior: Decision) -> float:
    """Width of the posterior's 90 % interval of the gain over the prior's, mean over hypotheses.

    The regimen is that which the posterior shows; a prior without width counts as 1.
    """
    arm, shares = posterior.top, []
    for old, new in zip(prior.by_hypothesis, posterior.by_hypothesis, strict=True):
        wide = old.gain[arm].high - old.gain[arm].low
        shares.append((new.gain[arm].high - new.gain[arm].low) / wide if wide > 0 else 1.0)
    return float(np.mean(shares))


@dataclass(frozen=True)
class InformedParameter:
    """Parameter draws in standardised prior coordinates: mean 0 and SD 1 where nothing was learnt.

    Attributes
    ----------
    key : DrawKey
    label : str
    z : (draw,) ndarray
    """

    key: DrawKey
    label: str
    z: Floats

    @property
    def shift(self) -> float:
        """Mean, in SDs of the prior."""
        return float(self.z.mean())

    @property
    def contraction(self) -> float:
        """SD over that of the prior."""
        return float(self.z.std())


def most_informed(answer: Answer, most: int = SHOWN) -> list[InformedParameter]:
    """Parameters whose draws moved or narrowed most; none with the priors alone."""
    known, parameters = answer.patients.cohort.known, answer.system.model.parameters
    if known is None:
        return []
    rows = [
        InformedParameter(k, parameters[k.name].entry.label, v)
        for k, v in known.columns.items()
        if k.kind is DrawKind.COORDINATE and k.name in parameters
    ]
    return sorted(rows, key=lambda p: p.contraction - abs(p.shift))[:most]
