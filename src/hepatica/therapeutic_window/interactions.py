"""Interaction of cells with established treatments, additive and on the odds of survival, by when cells begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from hepatica.dosing.window.course import Courses
from hepatica.dosing.window.uncertainty import Sample, draw_means, no_narrower, quantiles, resampled_means, shrunken
from hepatica.patients import Admitted
from hepatica.progress import Progress, ignore_progress
from hepatica.simulation import Arm
from hepatica.therapeutic_window.contrasts import TELLING, Difference, difference
from hepatica.therapeutic_window.sampling import Sampler
from hepatica.therapeutic_window.variations import Variation, backgrounds, fits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DELAYS = (0.0, 3.0, 7.0, 14.0)  # day, of the first infusion after an established treatment begins at admission
NEGLIGIBLE = 0.1  # day, of net quality-adjusted days up to which nobody would speak of an interaction; assumed
LEAST_ODDS = 1e-3  # share alive, or dead, below which the odds are not read
ENDPOINTS = ("net_gain", "survival", "thrombosis")
SEED = 0  # of the bootstrap, which decides no patient
FACTORIAL = np.array([1.0, -1.0, -1.0, 1.0])  # of neither, treatment, cells, both: both - treatment - cells + neither


class Additivity(StrEnum):
    """Interaction by its sign and size; each word needs two Monte-Carlo errors."""

    MORE = "more_than_additive"
    LESS = "less_than_additive"
    ADDITIVE = "additive"  # within `NEGLIGIBLE`
    UNSURE = "not_told_from_additive"


class Factorial(NamedTuple):
    """Outcome of the four cells of a 2 x 2 factorial comparison in the same patients, each (patient,)."""

    neither: Floats
    treatment: Floats
    cells: Floats
    both: Floats


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """Cells with an established treatment under one hypothesis, and one day on which cells begin.

    Attributes
    ----------
    hypothesis, treatment : str
    delay : float, day
        Of the first infusion after the established treatment begins.
    treatment_alone, cells_alone, both : mapping of endpoint to Difference
        From neither, in the same patients: net quality-adjusted days, survival and thrombo-embolism to the horizon.
    interaction : mapping of endpoint to Difference
        Effect of both beyond the sum of each alone; above zero is more than additive.
    log_odds : Difference
        Interaction on the log odds of survival, a ratio of odds ratios: it does not shrink as survival nears one.
    delayed : Difference
        Net days of both with this delay, less those of both from the same day on.
    timing : Difference
        Interaction in net days with this delay, less that from the same day on: what the order of the two does
        beyond what a delay does to cells alone.
    """

    hypothesis: str
    treatment: str
    delay: float
    treatment_alone: Mapping[str, Difference]
    cells_alone: Mapping[str, Difference]
    both: Mapping[str, Difference]
    interaction: Mapping[str, Difference]
    log_odds: Difference
    delayed: Difference
    timing: Difference

    @property
    def additivity(self) -> Additivity:
        """Of the net quality-adjusted days."""
        d = self.interaction["net_gain"]
        if abs(d.mean) + TELLING * d.error <= NEGLIGIBLE:
            return Additivity.ADDITIVE
        return {1: Additivity.MORE, -1: Additivity.LESS, 0: Additivity.UNSURE}[sign_of(d)]


def sign_of(d: Difference) -> int:
    """Sign of a difference in days that is neither negligible nor within two Monte-Carlo errors of zero; else 0."""
    return d.sign if abs(d.mean) > NEGLIGIBLE else 0


def contrast(f: Factorial, draw: Ints, weights: Sequence[float] | Floats, *, seed: int) -> Difference:
    """Weighted sum of the four outcomes of a factorial comparison, paired within patients.

    Parameters
    ----------
    f : Factorial
        Of the same patients.
    draw : (patient,) int
        Parameter draw of each.
    weights : (4,)
        Of neither, treatment, cells, both; they add up to zero.
    seed : int
        Of the bootstrap.

    Examples
    --------
    >>> f = Factorial(*(np.full(4, x) for x in (0.0, 2.0, 3.0, 4.0)))
    >>> contrast(f, np.arange(4), FACTORIAL, seed=1).mean
    -1.0
    """
    apart = np.tensordot(np.asarray(weights, float), np.stack(f), axes=1)[None]
    return difference(Sample(apart, draw), Sample(np.zeros_like(apart), draw), 0, seed=seed)


def odds_interaction(f: Factorial, draw: Ints, *, seed: int) -> Difference:
    """Interaction on the log odds of an event of the population, log of the ratio of odds ratios.

    Parameters
    ----------
    f : Factorial
        Probabilities of the same patients.
    draw : (patient,) int
        Parameter draw of each.
    seed : int
        Of the bootstrap over draws.
    """
    values = np.where(np.isfinite(np.stack(f)).all(axis=0), np.stack(f), np.nan)
    mean, count, within = draw_means(Sample(values, draw))

    def of(shares: Floats) -> Floats:
        return np.asarray(logit(np.clip(shares, LEAST_ODDS, 1 - LEAST_ODDS)) @ FACTORIAL)

    again = of(resampled_means(mean, seed=seed))
    low, high = no_narrower(quantiles(of(shrunken(mean, count, within))), quantiles(again))
    return Difference(float(of(np.nanmean(mean, axis=0))), float(again.std(ddof=1)), low, high)


def compute_interactions(
    sampler: Sampler,
    base: Variation,
    log_dose: float,
    patients: Admitted,
    *,
    progress: Progress = ignore_progress,
) -> tuple[Interaction, ...]:
    """Interactions of cells with every established treatment that goes with the base, for every delay and hypothesis.

    Parameters
    ----------
    sampler : Sampler
        Of the study.
    base : Variation
        Cells, their route and schedule; its own background treatment stays in every arm.
    log_dose : float
        Decimal logarithm of cells per kg in all.
    patients : Admitted
        The same in all arms.
    progress : Progress, optional
        Told of the stage "interaction", in patients.
    """
    treatments, delays = backgrounds(base), _delays(base, sampler.study.horizon)
    arms, made, hypotheses = _arms(base, log_dose, treatments, delays), [], sampler.study.hypotheses
    for place, h in enumerate(hypotheses if treatments and delays else ()):

        def report(_: str, done: int, n: int, place: int = place) -> None:
            progress("interaction", place * n + done, len(hypotheses) * n)

        blocks = [_outcomes(c) for c in sampler.blocks(arms, patients, h, report)]
        outcomes = {e: np.concatenate([b[e] for b in blocks], axis=1) for e in ENDPOINTS}
        for t, (name, _) in enumerate(treatments, start=1):
            made += _of_treatment(outcomes, t, len(treatments) + 1, (h, name, delays), patients.cohort.draw)
    return tuple(made)


def _of_treatment(
    outcomes: Mapping[str, Floats],
    column: int,
    width: int,
    labels: tuple[str, str, Sequence[float]],
    draw: Ints,
) -> list[Interaction]:
    """Interactions of the treatment of a column of `_arms`, one for each delay; `width` arms share a delay."""
    hypothesis, treatment, delays = labels
    own = [
        {e: Factorial(v[0], v[column], v[width * k], v[width * k + column]) for e, v in outcomes.items()}
        for k in range(1, len(delays) + 1)
    ]
    return [_interaction(hypothesis, treatment, d, f, own[0], draw) for d, f in zip(delays, own, strict=True)]


def _interaction(
    hypothesis: str,
    treatment: str,
    delay: float,
    f: Mapping[str, Factorial],
    first: Mapping[str, Factorial],
    draw: Ints,
) -> Interaction:
    """All contrasts of one treatment with one delay."""

    def each(weights: Sequence[float] | Floats) -> dict[str, Difference]:
        return {e: contrast(own, draw, weights, seed=SEED) for e, own in f.items()}

    gain, at_once = f["net_gain"], first["net_gain"]
    later = Factorial(*(a - b for a, b in zip(gain, at_once, strict=True)))
    return Interaction(
        hypothesis=hypothesis,
        treatment=treatment,
        delay=delay,
        treatment_alone=each((-1, 1, 0, 0)),
        cells_alone=each((-1, 0, 1, 0)),
        both=each((-1, 0, 0, 1)),
        interaction=each(FACTORIAL),
        log_odds=odds_interaction(f["survival"], draw, seed=SEED),
        delayed=contrast(later, draw, (0, 0, 0, 1), seed=SEED),
        timing=contrast(later, draw, FACTORIAL, seed=SEED),
    )


def _delays(base: Variation, horizon: float) -> tuple[float, ...]:
    """Delays with which all infusions fit the horizon; the base's own start is the first."""
    return tuple(d for d in DELAYS if fits(replace(base.regimen, start=base.regimen.start + d), horizon))


def _arms(
    base: Variation, log_dose: float, treatments: Sequence[tuple[str, tuple[str, ...]]], delays: Sequence[float]
) -> list[Arm]:
    """Neither and each treatment; then, for each delay, cells alone and cells with each treatment."""
    backgrounds_of = [base.together_with, *(both for _, both in treatments)]
    made = [Arm("standard care", together_with=both) for both in backgrounds_of]
    dose = float(10.0**log_dose / base.regimen.infusions)
    for delay in delays:
        regimen = replace(base.regimen, dose=dose, start=base.regimen.start + delay)
        made += [Arm(regimen.label, regimen, base.product, together_with=both) for both in backgrounds_of]
    return made


def _outcomes(c: Courses) -> dict[str, Floats]:
    """Endpoints of all arms, (arm, patient); NaN where a solve failed."""
    failed = c.ds["status"].values != 0
    values = {
        "net_gain": c.benefit.net,
        "survival": c.benefit.survival,
        "thrombosis": c.benefit.harms["thrombosis"],
    }
    return {name: np.where(failed, np.nan, v) for name, v in values.items()}
