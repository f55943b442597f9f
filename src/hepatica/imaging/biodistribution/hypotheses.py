"""Odds between the hypotheses on what label means, before and after each scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from hepatica.imaging.biodistribution.fit import POINTS, SubjectFit, fit_subject
from hepatica.imaging.biodistribution.surroundings import Surroundings

LARGEST_LOG_ODDS = 6.0
"""Log10 odds beyond which no more than "a million to one" is said: the model is not that sure of itself."""


class ScanOdds(NamedTuple):
    """Odds after a scan.

    Attributes
    ----------
    time : float, day
        Of the scan; NaN before the first.
    log_odds : float
        Log10 of the odds of "label means cells" against "viable cells hardly leave the lung".
    log_factor : float
        Log10 of the Bayes factor of this scan alone, given those before.
    """

    time: float
    log_odds: float
    log_factor: float


def log_odds(fit: SubjectFit) -> float:
    """Log10 odds of the first hypothesis against the second."""
    first, second = fit.log_probability.values()
    return (first - second) / float(np.log(10.0))


def odds_by_scan(
    fit: SubjectFit, surroundings: Surroundings, *, seed: int = 1, draws: int = 300
) -> tuple[ScanOdds, ...]:
    """Odds before the scans and after each.

    Parameters
    ----------
    fit : SubjectFit
        After all scans.
    surroundings : Surroundings
        Of the fit.
    seed : int
        Of the random streams.
    draws : int
        Of the fits to fewer scans.

    Examples
    --------
    >>> from hepatica.imaging.biodistribution.infusion import Infusion
    >>> from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of
    >>> from hepatica.imaging.biodistribution.surroundings import stated
    >>> from hepatica.imaging.quantification import LabelledCells, OrganLabel
    >>> around = stated({n: 0.1 for n in surroundings_of(submodel())})
    >>> fit = fit_subject([OrganLabel("lung", 0.1, 0.3, 0.03)],
    ...     Infusion(LabelledCells(tracer="Zr89", number=1e8)), around, draws=200, points=500)
    >>> [round(o.log_odds) > 0 for o in odds_by_scan(fit, around)]
    [False, True]
    """
    prior: Mapping[str, float] = fit.prior_probability
    first, second = prior.values()
    made = [ScanOdds(float("nan"), float(np.log10(first / second)), 0.0)]
    times = fit.observed.times
    for k in range(1, len(times) + 1):
        some = fit
        if k < len(times):
            labels = fit.observed.before(k).labels
            some = fit_subject(
                labels, fit.infusion, surroundings, prior_probability=prior, draws=draws, points=POINTS // 2, seed=seed
            )
        now = log_odds(some)
        made.append(ScanOdds(float(times[k - 1]), now, now - made[-1].log_odds))
    return tuple(made)
