"""Operating characteristics of simulated trials under one truth, from their records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.virtual.effects import USELESS, TrueEffects
from hepatica.trials.virtual.records import Records, Stop

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rate:
    """Probability with its Monte-Carlo standard error.

    Attributes
    ----------
    value, error : float
    """

    value: float
    error: float

    @classmethod
    def of(cls, hits: NDArray[np.bool_]) -> Rate:
        """Share of true values; if none is true, or all, the error is that of their exact 95 % bound.

        Parameters
        ----------
        hits : (trial,)
            Truth for each trial.

        Examples
        --------
        >>> Rate.of(np.array([True, False]))
        Rate(value=0.5, error=0.35355...)
        >>> round(1.96 * Rate.of(np.zeros(100, bool)).error, 3)
        0.03
        """
        p, n = float(np.mean(hits)), max(len(hits), 1)
        if p in (0.0, 1.0):
            return cls(p, float(1 - 0.05 ** (1 / n)) / 1.96)
        return cls(p, float(np.sqrt(p * (1 - p) / n)))


@dataclass(frozen=True)
class Operating:
    """Operating characteristics under one truth.

    Attributes
    ----------
    success : Rate
        Any null hypothesis rejected.
    selection : (arm,)
        Probability that each arm is chosen; that of the control is of none.
    stops : dict of Stop to float
    by_look : (look,)
        Probability of ending at each look.
    size, day, information : float
        Expected patients randomised, day of the end, events or patients analysed.
    size_quantiles, day_quantiles : (3,)
        5, 50 and 95 %.
    estimate, truth : (arm with cells,)
        Mean estimate when the trial ends, and that of a very large trial without looks.
    estimate_error : (arm with cells,)
        Monte-Carlo standard error of the mean estimate.
    randomised, deaths, transplants : (arm,)
        Expected patients.
    useless, harmful : float
        Expected patients on arms whose true effect is none, or harm.
    trials : int
    adapted : dict of str to float
        Means of what an adaptive design has changed.
    """

    success: Rate
    selection: Floats
    stops: Mapping[Stop, float]
    by_look: Floats
    size: float
    day: float
    information: float
    size_quantiles: Floats
    day_quantiles: Floats
    estimate: Floats
    estimate_error: Floats
    truth: Floats
    randomised: Floats
    deaths: Floats
    transplants: Floats
    useless: float
    harmful: float
    trials: int
    adapted: Mapping[str, float] = field(default_factory=dict)

    @property
    def bias(self) -> Floats:
        """Mean estimate less the true one, (arm with cells,)."""
        return np.asarray(self.estimate - self.truth)


def operating(records: Records, truth: Floats, effects: TrueEffects) -> Operating:
    """Operating characteristics of simulated trials.

    Parameters
    ----------
    records : Records
        Of the trials.
    truth : (arm with cells,)
        True value of the estimate.
    effects : TrueEffects
        By draw, for patients on useless and harmful doses.
    """
    arms = records.randomised.shape[1]
    gain = effects.gain
    if records.draw[0] >= 0:
        own = gain[records.draw]
    else:
        own = np.broadcast_to(effects.survival[:, -1] - effects.survival[0, -1], (records.trials, arms))
    treated = records.randomised[:, 1:]
    with np.errstate(invalid="ignore"):
        estimate = np.array([known_mean(records.estimate[:, a]) for a in range(arms - 1)])
    return Operating(
        success=Rate.of(records.success),
        selection=np.bincount(records.selected, minlength=arms) / records.trials,
        stops={s: float((records.stop == s).mean()) for s in Stop},
        by_look=np.bincount(records.look, minlength=int(records.look.max()) + 1) / records.trials,
        size=float(records.size.mean()),
        day=float(records.day.mean()),
        information=float(records.information.mean()),
        size_quantiles=np.quantile(records.size, (0.05, 0.5, 0.95)),
        day_quantiles=np.quantile(records.day, (0.05, 0.5, 0.95)),
        estimate=estimate,
        estimate_error=np.array([_mean_error(records.estimate[:, a]) for a in range(arms - 1)]),
        truth=truth,
        randomised=records.randomised.mean(axis=0),
        deaths=records.deaths.mean(axis=0),
        transplants=records.transplants.mean(axis=0),
        useless=float((treated * (np.abs(own[:, 1:]) < USELESS)).sum(axis=1).mean()),
        harmful=float((treated * (own[:, 1:] <= -USELESS)).sum(axis=1).mean()),
        trials=records.trials,
        adapted={name: known_mean(values) for name, values in records.adapted.items()},
    )


def known_mean(values: Floats) -> float:
    """Mean of the finite values; NaN where there are none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _mean_error(values: Floats) -> float:
    """Standard error of the mean of known values; NaN of fewer than two."""
    known = values[np.isfinite(values)]
    return float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else np.nan
