"""Gain by baseline risk and by subgroup, and the share of it that is the patient's own risk alone (prognostic)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
MIN_SHARE = 1e-4
STEPS = 60  # bisections for the common odds ratio
MIN_PATIENTS = 10  # of a subgroup


@dataclass(frozen=True)
class RiskGroup:
    """Patients of similar risk of death under standard care.

    Attributes
    ----------
    low, high, risk : float
        Ends and mean of the risk.
    patients : int
    gain, error : float
        Mean gain in survival, and its standard error.
    foreseen : float
        The gain that one odds ratio for everybody would give at these risks.
    """

    low: float
    high: float
    risk: float
    patients: int
    gain: float
    error: float
    foreseen: float


@dataclass(frozen=True)
class PrognosticShare:
    """Heterogeneity of a gain in survival, taken apart.

    Attributes
    ----------
    log_odds_ratio : float
        Common to all patients.
    share : float
        Of the variance of the gain between patients, what the patient's own risk explains by that odds ratio alone.
    groups : tuple of RiskGroup
    """

    log_odds_ratio: float
    share: float
    groups: tuple[RiskGroup, ...]


def common_odds_ratio(care: Floats, treated: Floats) -> float:
    """Log odds ratio that, common to all patients, gives the mean survival that was seen.

    Parameters
    ----------
    care, treated : (patient,)
        Probabilities of survival.

    Examples
    --------
    >>> care = np.array([0.2, 0.5, 0.8])
    >>> round(common_odds_ratio(care, expit(logit(care) + 0.7)), 6)
    0.7
    """
    own, mean = logit(np.clip(care, MIN_SHARE, 1 - MIN_SHARE)), float(np.mean(treated))
    low, high = -12.0, 12.0
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if float(np.mean(expit(own + middle))) < mean else (low, middle)
    return 0.5 * (low + high)


def prognostic_share(care: Floats, treated: Floats, *, groups: int = 4) -> PrognosticShare:
    """Share of the differences in gain between patients that is prognostic: a common odds ratio at different risks.

    A treatment that multiplies everybody's odds by the same number gains most days where the risk is middling; that is
    no reason to treat one patient differently from another beyond risk. What is left is predictive of the effect.

    Parameters
    ----------
    care, treated : (patient,)
        Probability of survival to the horizon; patients with a NaN are left out.
    groups : int
        Quantile groups of the risk.

    References
    ----------
    Kent DM, Paulus JK, van Klaveren D et al., 2020, Ann Intern Med 172:35 (PATH statement).

    Examples
    --------
    >>> care = np.linspace(0.1, 0.9, 40)
    >>> round(prognostic_share(care, expit(logit(care) + 0.7)).share, 3)
    1.0
    """
    good = np.isfinite(care) & np.isfinite(treated)
    care, treated = care[good], treated[good]
    ratio = common_odds_ratio(care, treated)
    gain = treated - care
    foreseen = expit(logit(np.clip(care, MIN_SHARE, 1 - MIN_SHARE)) + ratio) - care
    total = float(((gain - gain.mean()) ** 2).sum())
    left = float(((gain - foreseen) ** 2).sum())
    share = float(np.clip(1 - left / total, 0.0, 1.0)) if total > 1e-12 else 1.0
    edges = np.quantile(1 - care, np.linspace(0, 1, groups + 1))
    where = np.clip(np.searchsorted(edges, 1 - care, side="right") - 1, 0, groups - 1)
    rows = []
    for k in range(groups):
        own = where == k
        if own.sum() < 2:
            continue
        rows.append(
            RiskGroup(
                low=float(edges[k]),
                high=float(edges[k + 1]),
                risk=float((1 - care[own]).mean()),
                patients=int(own.sum()),
                gain=float(gain[own].mean()),
                error=float(gain[own].std(ddof=1) / np.sqrt(own.sum())),
                foreseen=float(foreseen[own].mean()),
            )
        )
    return PrognosticShare(ratio, share, tuple(rows))


@dataclass(frozen=True)
class SubgroupOptimum:
    """Best arm of a subgroup.

    Attributes
    ----------
    name : str
    patients : int
    best : int
        Arm of the largest mean net gain.
    gain, error : float
        Of that arm over standard care.
    lost, lost_error : float
        Days that the arm chosen for everybody gives up here against the best, and the standard error of the difference.
    """

    name: str
    patients: int
    best: int
    gain: float
    error: float
    lost: float
    lost_error: float


def subgroup_optima(net: Floats, members: dict[str, NDArray[np.bool_]], chosen: int) -> tuple[SubgroupOptimum, ...]:
    """Best arm in each subgroup, beside the arm chosen for everybody.

    Parameters
    ----------
    net : (arm, patient)
        Net quality-adjusted life days; arm 0 is standard care.
    members : dict of name to (patient,) bool
        Subgroups; those of fewer than `MIN_PATIENTS` are left out.
    chosen : int
        Arm chosen for everybody.

    Examples
    --------
    >>> net = np.array([np.zeros(20), np.repeat([1.0, 3.0], 10), np.full(20, 2.0)])
    >>> optima = subgroup_optima(net, {"second half": np.arange(20) >= 10}, chosen=2)
    >>> optima[0].best, optima[0].lost
    (1, 1.0)
    """
    good, rows = np.isfinite(net).all(axis=0), []
    for name, member in members.items():
        own = net[:, good & member]
        n = own.shape[1]
        if n < MIN_PATIENTS:
            continue
        best = int(own.mean(axis=1).argmax())
        gain, lost = own[best] - own[0], own[best] - own[chosen]
        errors = [float(x.std(ddof=1) / np.sqrt(n)) for x in (gain, lost)]
        rows.append(SubgroupOptimum(name, n, best, float(gain.mean()), errors[0], float(lost.mean()), errors[1]))
    return tuple(rows)
