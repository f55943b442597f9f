"""Odds between the hypotheses on what label means, before and after each scan."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from hepatica.imaging.biodistribution.fit import POINTS, SubjectFit, fit_subject
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification.organ_label import OrganLabel

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
    fit: SubjectFit, surroundings: Surroundings, *, seed: int = 1, draws: int = 300, points: int = POINTS // 2
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
    draws, points : int
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
    first, second = fit.prior_probability.values()
    made = [ScanOdds(float("nan"), float(np.log10(first / second)), 0.0)]
    times = fit.observed.times
    for k in range(1, len(times) + 1):
        now = log_odds(fit)
        if k < len(times):
            rows = tuple((*r[:5], r.relative_sd) for r in fit.observed.before(k).labels)
            chances = tuple(fit.prior_probability.items())
            now = _log_odds_of(rows, fit.infusion, surroundings, chances, draws, points, seed)
        made.append(ScanOdds(float(times[k - 1]), now, now - made[-1].log_odds))
    return tuple(made)


@functools.lru_cache(maxsize=256)
def _log_odds_of(
    rows: tuple[tuple[str, float, float, float, float, float], ...],
    infusion: Infusion,
    surroundings: Surroundings,
    chances: tuple[tuple[str, float], ...],
    draws: int,
    points: int,
    seed: int,
) -> float:
    """Log10 odds after some scans; kept, because a watched folder asks for them again after each new one."""
    labels = [OrganLabel(*row, relative_sd=relative) for *row, relative in rows]
    prior = dict(chances)
    return log_odds(
        fit_subject(labels, infusion, surroundings, prior_probability=prior, draws=draws, points=points, seed=seed)
    )
