"""Contrasts between arms of one publication: the effect of cells on people's outcomes.

An odds ratio of a share, or the difference of a mean's change from day 0. Arms that share a control are compared with
it; without one, the other arms are compared with the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, logsumexp

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import SHARES, Endpoint
from hepatica.calibrate.likelihood import LEVELS, MIN_SHARE, WITHIN_PERSON_CORRELATION, Scale
from hepatica.calibrate.terms import INFLATION, MAX_PUBLICATION_WEIGHT, Lines, between_people_sd, inflation_of
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY, between_study_sd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Contrast:
    """Contrast: published difference between a treated arm and its control.

    Attributes
    ----------
    publication, treated, control, variable : str
    label : str
        For a reader: variable and day.
    lines : tuple of int
        Of the treated arm and the control at the day; for ``log`` and ``level`` then both at day 0.
    scale : {"share", "log", "level"}
    value, error : float
        On that scale: logarithm of the odds ratio, difference of logarithms, or difference. The error holds sampling
        and inflation by risk of bias.
    between : float
        What the SD of what differs between trials (batches, donors, care) is in units of: 1 for shares, the SD between
        people for means.
    weight : float
    """

    publication: str
    treated: str
    control: str
    variable: str
    label: str
    lines: tuple[int, ...]
    scale: Scale
    value: float
    error: float
    between: float = 1.0
    weight: float = 1.0

    @property
    def what(self) -> str:
        """Between-trial SD that applies, an entry of `hepatica.patients.draws.BETWEEN_STUDY_SD`."""
        return "effect_share" if self.scale is Scale.SHARE else "effect_mean"

    @property
    def typical(self) -> float:
        """SD of the contrast, between-trial variability at its prior median included."""
        return float(np.hypot(self.error, self.between * between_study_sd(self.what)))

    def of(self, mean: Floats) -> Floats:
        """Simulated contrast from means (..., lines)."""
        x = mean[..., list(self.lines)]
        if self.scale is Scale.SHARE:
            p = np.clip(x, MIN_SHARE, 1 - MIN_SHARE)
            return np.asarray(logit(p[..., 0]) - logit(p[..., 1]))
        if self.scale is Scale.LOG:
            x = np.log(x)
        treated, control = x[..., 0], x[..., 1]
        return np.asarray(treated - control if x.shape[-1] == 2 else (treated - x[..., 2]) - (control - x[..., 3]))

    def log_likelihood(self, simulated: Floats, differs: Floats | None = None) -> Floats:
        """Log likelihood of simulated contrasts, given between-trial SDs of the same shape (prior median else)."""
        variance = self.error**2 + (self.between * (between_study_sd(self.what) if differs is None else differs)) ** 2
        return np.asarray(-0.5 * self.weight * ((simulated - self.value) ** 2 / variance + np.log(variance)))


def contrasts(
    plan: Plan, publications: Sequence[Publication], *, inflation: dict[str, float] = INFLATION
) -> tuple[Contrast, ...]:
    """Contrasts that the arms of a plan can show; of publications for calibration only."""
    at = {(x.publication, x.arm, x.endpoint): k for k, x in enumerate(plan.lines)}
    cells = {(a.publication, a.arm): a.cells for a in plan.arms}
    all_contrasts: list[Contrast] = []
    for p in publications:
        if p.role != "calibration":
            continue
        treated = [a.id for a in p.arms if cells.get((p.key, a.id)) and not a.subset_of]
        control = next((a.id for a in p.arms if cells.get((p.key, a.id)) is False and not a.subset_of), "")
        own: list[Contrast] = []
        for arm in treated:
            against = control or treated[0]
            if arm == against:
                continue
            rows = _pairs(p, arm, against, at)
            if not rows and control and arm != treated[0]:  # nothing printed of the control
                rows = _pairs(p, arm, against := treated[0], at)
            for a, b in rows:
                c = _one(p, a, b, arm, against, at, inflation_of(p, publications, inflation))
                if c is not None:
                    own.append(c)
        own = [
            replace(c, weight=1.0 / sum((x.treated, x.variable) == (c.treated, c.variable) for x in own)) for c in own
        ]
        total = sum(
            c.weight for c in own if c.scale is not Scale.SHARE
        )  # shares are counted people, and weigh what they are
        most = min(1.0, MAX_PUBLICATION_WEIGHT[p.risk_of_bias] / total) if total else 1.0
        all_contrasts += [c if c.scale is Scale.SHARE else replace(c, weight=c.weight * most) for c in own]
    return tuple(all_contrasts)


def _pairs(p: Publication, arm: str, against: str, at: Lines) -> list[tuple[Observation, Observation]]:
    """Paired observations of both arms at one time."""
    control = {(o.variable, o.time, o.kind): o for o in p.find(arm=against)}
    return [
        (o, control[o.variable, o.time, o.kind])
        for o in p.find(arm=arm)
        if o.time > 0
        and (o.variable, o.time, o.kind) in control
        and (p.key, arm, _endpoint(o)) in at
        and not p.lacks(o)
        and not p.lacks(control[o.variable, o.time, o.kind])
    ]


def _endpoint(o: Observation) -> Endpoint:
    return Endpoint(o.variable, o.time, o.kind == "change")


def _one(
    p: Publication,
    a: Observation,
    b: Observation,
    arm: str,
    against: str,
    at: Lines,
    inflation: float,
) -> Contrast | None:
    """Contrast of observations a and b of two arms; None where a number that it needs is not printed."""
    lines: tuple[int, ...] = (at[p.key, arm, _endpoint(a)], at[p.key, against, _endpoint(b)])
    between = 1.0
    if a.variable in SHARES:
        scale, estimate = Scale.SHARE, _log_odds_ratio(p, a, b, inflation)
    else:
        scale = Scale.LEVEL if a.variable in LEVELS or a.kind == "change" else Scale.LOG
        sd, other = between_people_sd(a), between_people_sd(b)
        printed = sd is not None and other is not None and a.n is not None and b.n is not None
        if not printed or (scale is Scale.LOG and min(a.value, b.value) <= 0):
            return None
        first = _baselines(p, a, arm, against)
        between = float(np.sqrt(((sd or 0.0) ** 2 + (other or 0.0) ** 2) / 2)) / (
            1.0 if scale is Scale.LEVEL else b.value
        )
        if first is not None:
            lines = (*lines, *(at[p.key, x, Endpoint(a.variable, 0.0)] for x in (arm, against)))
        estimate = _difference(a, b, first, scale, inflation)
    if estimate is None:
        return None
    return Contrast(
        publication=p.key,
        treated=arm,
        control=against,
        variable=a.variable,
        label=f"{a.variable} day {a.time:g}",
        lines=lines,
        scale=scale,
        value=estimate[0],
        error=estimate[1],
        between=between,
    )


def _baselines(p: Publication, a: Observation, arm: str, against: str) -> tuple[Observation, Observation] | None:
    """Observations of both arms at day 0 of the same kind, with SD and number; None for a change or where one lacks."""
    if a.kind == "change":
        return None
    treated, control = (
        [o for o in p.find(arm=x, variable=a.variable, time=0.0) if o.kind == a.kind and between_people_sd(o) and o.n]
        for x in (arm, against)
    )
    return (treated[0], control[0]) if treated and control else None


def _difference(
    a: Observation,
    b: Observation,
    first: tuple[Observation, Observation] | None,
    scale: Scale,
    inflation: float,
) -> tuple[float, float]:
    """Difference of two means, of their changes from day 0 where both are printed, and its standard error."""
    log = scale is Scale.LOG
    variance, value = 0.0, 0.0
    for k, (o, sign) in enumerate(((a, 1), (b, -1))):
        now = (between_people_sd(o) or 0.0) / (o.value if log else 1.0) / np.sqrt(o.n or 1)
        value += sign * (np.log(o.value) if log else o.value)
        if first is None:
            variance += now**2
            continue
        start = first[k]
        then = (between_people_sd(start) or 0.0) / (start.value if log else 1.0) / np.sqrt(start.n or 1)
        value -= sign * (np.log(start.value) if log else start.value)
        variance += now**2 + then**2 - 2 * WITHIN_PERSON_CORRELATION * now * then
    return float(value), float(np.sqrt(inflation * variance))


def _log_odds_ratio(p: Publication, a: Observation, b: Observation, inflation: float) -> tuple[float, float] | None:
    """Log odds ratio of two proportions and its standard error, half a person added to each cell."""
    n_a, n_b = p.people(a), p.people(b)
    if n_a is None or n_b is None:
        return None
    (x, n), (y, m) = ((o.value / 100 * k + 0.5, k + 1.0) for o, k in ((a, n_a), (b, n_b)))
    value = float(np.log(x / (n - x)) - np.log(y / (m - y)))
    return value, float(np.sqrt(inflation * (1 / x + 1 / (n - x) + 1 / y + 1 / (m - y))))


def null_effect_probability(
    contrasts: Sequence[Contrast],
    fit: Floats,
    differs: Mapping[str, Floats] | None = None,
    before: float = PRIOR_NULL_EFFECT_PROBABILITY,
) -> float:
    """Posterior probability that cells have no effect in people, given the differences between arms (Bayes' theorem).

    Parameters
    ----------
    contrasts : sequence of Contrast
        Differences between published arms.
    fit : array
        Logarithm of the likelihood of all differences under each draw from the priors of the cells; not finite where a
        draw made no patients.
    differs : mapping of str to array
        Draws of the SD by which trials differ, of each kind of difference, over which the likelihood of no effect is
        averaged; typical ones if not given.
    before : float
        The chance before.

    Examples
    --------
    >>> c = Contrast("p", "a", "b", "survival", "survival day 90", (0, 1), Scale.SHARE, 1.0, 0.5, 0.0)
    >>> as_predicted = c.log_likelihood(np.array([1.0, 1.0]))  # exp(2) times as likely as without an effect
    >>> round(null_effect_probability([c], as_predicted), 3)
    0.015
    """
    null = [c.log_likelihood(np.zeros(1), None if differs is None else differs[c.what].ravel()) for c in contrasts]
    none = np.sum(null, axis=0) if null else np.zeros(1)
    plain = float(logsumexp(none) - np.log(len(none)))
    known = fit[np.isfinite(fit)]
    factor = np.exp(logsumexp(known) - np.log(len(known)) - plain) if len(known) else 1.0
    return float(before / (before + (1 - before) * factor))
