"""Comparison of two survival curves that notices non-proportional hazards and offers the analysis that suits them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history
from hepatica.trials.analysis.cox.fit import CoxFit, cox
from hepatica.trials.analysis.cox.proportional_hazards import proportional_hazards_test
from hepatica.trials.analysis.log_rank import LogRankTest, log_rank
from hepatica.trials.analysis.max_combo import MaxComboTest, max_combo
from hepatica.trials.analysis.required_size import Method, Signal, required_sizes
from hepatica.trials.analysis.rmst import RestrictedMeanComparison, checked_arms, compare_restricted_means
from hepatica.words import say

Array = NDArray[np.float64]
LEVEL = 0.1
"""Level of the test of proportional hazards: a false alarm costs a second look, a miss the conclusion."""
MIN_EVENTS = 10
"""Events below which the course of the hazards cannot be told."""


class HazardPattern(StrEnum):
    """Course of the hazard ratio over time."""

    PROPORTIONAL = "proportional"
    LATE = "late"
    EARLY = "early"
    CROSSING = "crossing"
    UNKNOWN = "unknown"


OFFERED: dict[HazardPattern, tuple[Method, ...]] = {
    HazardPattern.PROPORTIONAL: (Method.LOG_RANK,),
    HazardPattern.LATE: (Method.MAX_COMBO, Method.RESTRICTED_MEAN),
    HazardPattern.EARLY: (Method.MAX_COMBO, Method.RESTRICTED_MEAN),
    HazardPattern.CROSSING: (Method.RESTRICTED_MEAN,),
    HazardPattern.UNKNOWN: (Method.LOG_RANK, Method.RESTRICTED_MEAN),
}


class HazardRatio(NamedTuple):
    """Hazard ratio of treated against control with its interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class SurvivalComparison:
    """Two arms compared in every way that the course of the hazards may ask for.

    Attributes
    ----------
    patients, events : (int, int)
        Control and treated.
    log_rank : LogRankTest
    max_combo : MaxComboTest
    restricted_means : RestrictedMeanComparison or None
        None without an event.
    hazard_ratio : HazardRatio
        As if it were constant.
    early, late : HazardRatio
        Before and after `cut`, the median time of the events; NaN where an arm has none.
    cut : float
    p_proportional : float
        Of the test of proportional hazards; NaN when it cannot be done.
    pattern : HazardPattern
    signal : Signal
        Standardised effects by method.
    alpha, power : float
    """

    patients: tuple[int, int]
    events: tuple[int, int]
    log_rank: LogRankTest
    max_combo: MaxComboTest
    restricted_means: RestrictedMeanComparison | None
    hazard_ratio: HazardRatio
    early: HazardRatio
    late: HazardRatio
    cut: float
    p_proportional: float
    pattern: HazardPattern
    signal: Signal
    alpha: float
    power: float

    @property
    def offered(self) -> tuple[Method, ...]:
        """Analyses that suit the course of the hazards, the first before the others."""
        return OFFERED[self.pattern]

    def sizes(self) -> dict[Method, float]:
        """Patients for the power wanted by each method, were the effect as observed, which tends to be too large."""
        return required_sizes(self.signal, alpha=self.alpha, power=self.power)


def compare_survival(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    horizon: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> SurvivalComparison:
    """Compare two arms, and notice unasked when the hazards are not proportional.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    treated : (patient,) bool
        True in the treated arm.
    strata : (patient,), optional
        Of the tests and of the hazard ratio.
    horizon : float, optional
        Of the restricted means; the longest that both arms support unless given.
    alpha, power : float
        Two-sided level, and the power for which sizes are given.

    Returns
    -------
    SurvivalComparison

    Raises
    ------
    InputError
        If an arm is empty, the shapes differ, or an event is neither 0 nor 1.

    References
    ----------
    Grambsch1994, Karrison2016, Royston2013

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> arm = np.arange(400) % 2
    >>> time = rng.exponential(1, 400)
    >>> late = np.where((arm == 1) & (time > 0.4), 0.4 + (time - 0.4) / 0.4, time)
    >>> found = compare_survival(np.minimum(late, 2), late < 2, arm)
    >>> found.pattern.value, [method.value for method in found.offered]
    ('late', ['max-combo', 'restricted mean'])
    """
    time, happened = checked_history(time, event)
    if not np.isin(happened, (0, 1)).all():
        other = int(happened[~np.isin(happened, (0, 1))][0])
        raise InputError("event", other, "0 or 1 of every patient; of several causes, competing risks")
    dead, arm = happened > 0, checked_arms(treated, time.size)
    tested = log_rank(time, dead, arm, strata=strata)
    combined = max_combo(time, dead, arm, strata=strata)
    means = compare_restricted_means(time, dead, arm, horizon=horizon) if dead.any() else None
    overall = _fit(time, dead, arm, strata)
    cut = float(np.median(time[dead])) if dead.any() else float("nan")
    early = _fit(np.minimum(time, cut), dead & (time <= cut), arm, strata) if dead.any() else None
    after = time > cut
    late = _fit(time[after], dead[after], arm[after], None if strata is None else np.asarray(strata)[after])
    p_proportional = _test(overall, int(dead.sum()))
    shift = (
        0.0 if means is None or not means.difference.std_error else -means.difference.value / means.difference.std_error
    )
    signal = Signal(
        patients=float(time.size),
        log_rank=tested.z,
        restricted_mean=shift,
        components=combined.z,
        correlation=combined.correlation,
    )
    return SurvivalComparison(
        patients=(int((~arm).sum()), int(arm.sum())),
        events=(int(dead[~arm].sum()), int(dead[arm].sum())),
        log_rank=tested,
        max_combo=combined,
        restricted_means=means,
        hazard_ratio=_ratio(overall),
        early=_ratio(early),
        late=_ratio(late),
        cut=cut,
        p_proportional=p_proportional,
        pattern=_pattern(p_proportional, _ratio(early), _ratio(late)),
        signal=signal,
        alpha=alpha,
        power=power,
    )


def _fit(time: Array, event: NDArray[np.bool_], arm: NDArray[np.bool_], strata: ArrayLike | None) -> CoxFit | None:
    """Cox regression on the arm; None where an arm has no event or no patient."""
    if not (event[arm].any() and event[~arm].any()):
        return None
    return cox(time, event, arm.astype(float), strata=strata)


def _ratio(fit: CoxFit | None) -> HazardRatio:
    if fit is None or not fit.converged:
        return HazardRatio(float("nan"), float("nan"), float("nan"))
    value, low, high = fit.hazard_ratio()[0].tolist()
    return HazardRatio(value, low, high)


def _test(fit: CoxFit | None, events: int) -> float:
    """P value of the test of proportional hazards; NaN with few events or where it cannot be done."""
    if fit is None or not fit.converged or events < MIN_EVENTS:
        return float("nan")
    try:
        return float(proportional_hazards_test(fit).p[0])
    except InputError:  # all events at one time
        return float("nan")


def _pattern(p: float, early: HazardRatio, late: HazardRatio) -> HazardPattern:
    """Course of the hazard ratio."""
    if np.isnan(p):
        return HazardPattern.UNKNOWN
    if p >= LEVEL:
        return HazardPattern.PROPORTIONAL
    before, after = np.log(early.value), np.log(late.value)
    if np.isnan(before) or np.isnan(after):
        return HazardPattern.UNKNOWN
    if before * after < 0 and min(abs(before), abs(after)) > np.log(1.25):
        return HazardPattern.CROSSING
    return HazardPattern.LATE if abs(after) > abs(before) else HazardPattern.EARLY


def describe(found: SurvivalComparison, lang: str = "en") -> list[str]:
    """Sentences for people: what the hazards do, which analysis suits them, and the size that it needs.

    Parameters
    ----------
    found : SurvivalComparison
        Of two arms.
    lang : str
        ``"en"`` or ``"zh"``.

    Examples
    --------
    >>> describe(compare_survival([1, 2, 3, 4], [1, 0, 1, 1], [0, 1, 0, 1]))[0]
    'Too few events (3) to tell how the hazard ratio changes over time.'
    """
    given: dict[str, object] = {
        "events": sum(found.events),
        "p": f"{found.p_proportional:.2g}",
        "cut": f"{found.cut:.4g}",
        "early": f"{found.early.value:.2f}",
        "late": f"{found.late.value:.2f}",
        "ratio": f"{found.hazard_ratio.value:.2f}",
    }
    columns = {HazardPattern.PROPORTIONAL: ("p", "ratio"), HazardPattern.UNKNOWN: ("events",)}
    chosen = columns.get(found.pattern, ("p", "cut", "early", "late"))
    lines = [say(f"trial_analysis.{found.pattern.value}", lang, **{name: given[name] for name in chosen})]
    names = {method: say(f"trial_analysis.method_{method.name.lower()}", lang) for method in Method}
    joined = say("trial_analysis.joined", lang)
    if found.pattern is not HazardPattern.PROPORTIONAL:
        lines.append(say("trial_analysis.offer", lang, methods=joined.join(names[m] for m in found.offered)))
    sizes = [(names[m], n) for m, n in found.sizes().items() if m in (*found.offered, Method.LOG_RANK)]
    said = [
        say("trial_analysis.size", lang, method=name, n=f"{np.ceil(n):.0f}")
        if np.isfinite(n) and n < 1e6
        else say("trial_analysis.size_none", lang, method=name)
        for name, n in sizes
    ]
    lines.append(say("trial_analysis.sizes", lang, power=f"{100 * found.power:g}", sizes=joined.join(said)))
    lines.append(say("common.research_use", lang))
    return lines
