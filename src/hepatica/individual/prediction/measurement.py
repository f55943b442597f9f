"""Next measurement of one person: what each lab on each day would tell about risk, and about the choice of regimen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.posterior import Posterior
from hepatica.individual.prediction.gain import systematic

Floats = NDArray[np.float64]
AHEAD = (1.0, 3.0, 7.0, 14.0)
"""Days from the last lab on which a measurement is tried."""
MEMBERS = 300


def value_of_measurements(
    posterior: Posterior, risk: Floats, gains: Floats, *, ahead: Sequence[float] = AHEAD, horizon: float
) -> pd.DataFrame:
    """Expected value of each further measurement, by pre-posterior analysis over members of the posterior.

    Each member is in turn the truth, its measurement is drawn with discrepancy and assay error, and the others are
    weighed by it. The value for the choice is the expected value of sample information (Raiffa & Schlaifer 1961): the
    mean gain of the best choice after the measurement less that before.

    Parameters
    ----------
    posterior : Posterior
        Of the person.
    risk : (m,)
        Weighted sample of the risk.
    gains : (m, regimens)
        Weighted sample of the expected gain of each regimen, standard care first.
    ahead : sequence of float
        Days from the last lab.
    horizon : float
        Last day of the forecast; no measurement is later.

    Returns
    -------
    DataFrame
        ``lab``, ``day``, ``risk_share`` (share of the variance of the risk that is resolved) and ``gain`` (day), the
        most useful first.
    """
    members = systematic(posterior.sample_weight, MEMBERS)
    days = np.array([d for a in ahead if (d := posterior.observations.last_day + a) < horizon])
    columns = ["lab", "day", "risk_share", "gain"]
    if not len(days):
        return pd.DataFrame(columns=columns)
    now = float(gains[members].mean(axis=0).max())
    rows = []
    for lab in LABS:
        if not posterior.errors[lab].weighs:
            continue
        drawn = posterior.labs(lab, days, posterior.course, assay=True)[members]
        centre = posterior.labs(lab, days, posterior.course, assay=True, drawn=False)[members]
        error = posterior.errors[lab]
        for k, day in enumerate(days):
            sd = max(float(np.std(drawn[:, k] - centre[:, k])), error.assay)
            share, value = _resolved(drawn[:, k], centre[:, k], sd, risk[members], gains[members])
            rows.append({"lab": lab, "day": float(day), "risk_share": share, "gain": max(value - now, 0.0)})
    return pd.DataFrame(rows, columns=columns).sort_values("risk_share", ascending=False, ignore_index=True)


def _resolved(drawn: Floats, centre: Floats, sd: float, risk: Floats, gains: Floats) -> tuple[float, float]:
    """Share of the variance of the risk that a measurement resolves, and mean gain of the best choice after it."""
    log = -0.5 * ((drawn[:, None] - centre[None]) / sd) ** 2
    np.fill_diagonal(log, -np.inf)  # nobody is told about himself
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    variance = float(risk.var())
    after = float((weight @ risk**2 - (weight @ risk) ** 2).mean())
    share = 0.0 if variance < 1e-12 else float(np.clip(1 - after / variance, 0.0, 1.0))
    chosen = (weight @ gains).argmax(axis=1)
    return share, float(gains[np.arange(len(gains)), chosen].mean())
