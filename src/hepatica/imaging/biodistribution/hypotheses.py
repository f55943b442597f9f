"""Odds between the hypotheses on what label means, before and after each scan."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hepatica.imaging.biodistribution.fit import Effort, SubjectFit, fit_subject
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


_Row = tuple[str, float, float, float, float, float]
_Key = tuple[tuple[_Row, ...], Infusion, Surroundings, tuple[tuple[str, float], ...], Effort]
_KNOWN: dict[_Key, float] = {}
"""Log10 odds after scans that were fitted before: a watched folder asks for them again after each new one."""
KEPT = 256


def odds_by_scan(fit: SubjectFit, surroundings: Surroundings) -> tuple[ScanOdds, ...]:
    """Odds before the scans and after each.

    Parameters
    ----------
    fit : SubjectFit
        After all scans; those to fewer have the same effort.
    surroundings : Surroundings
        Of the fit.

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
    _keep(_key(fit, surroundings, len(times)), log_odds(fit))
    for k in range(1, len(times) + 1):
        key = _key(fit, surroundings, k)
        if key not in _KNOWN:
            _keep(key, _log_odds_of(key))
        now = _KNOWN[key]
        made.append(ScanOdds(float(times[k - 1]), now, now - made[-1].log_odds))
    return tuple(made)


def _key(fit: SubjectFit, surroundings: Surroundings, count: int) -> _Key:
    rows = tuple((*r[:5], r.relative_sd) for r in fit.observed.before(count).labels)
    return rows, fit.infusion, surroundings, tuple(fit.prior_probability.items()), fit.effort


def _keep(key: _Key, value: float) -> None:
    while len(_KNOWN) >= KEPT:
        _KNOWN.pop(next(iter(_KNOWN)))
    _KNOWN[key] = value


def _log_odds_of(key: _Key) -> float:
    """Log10 odds after some of the scans."""
    rows, infusion, surroundings, chances, effort = key
    labels = [OrganLabel(*row[:5], relative_sd=row[5]) for row in rows]
    prior, (draws, points, seed) = dict(chances), effort
    return log_odds(
        fit_subject(labels, infusion, surroundings, prior_probability=prior, draws=draws, points=points, seed=seed)
    )
