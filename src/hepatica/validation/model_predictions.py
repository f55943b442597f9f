"""Posterior predictive distributions of the published numbers of one publication.

A prediction holds parameter uncertainty (draws), between-patient variability and the sampling error of an arm of that
size, the deviations between cohorts and between trials, and the bias of a comparison, as the likelihood has them.
Means are anchored to the published value at day 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import binom

from hepatica.calibrate.contrast_likelihood import BIAS_CORRELATION, RESIDUAL_SHARE
from hepatica.calibrate.endpoints import MEASURED, SHARES, Endpoint
from hepatica.calibrate.error_model.bias import BIAS
from hepatica.calibrate.error_model.sampling import WITHIN_PERSON_CORRELATION
from hepatica.calibrate.error_model.spread import LEVELS, between_people_sd
from hepatica.calibrate.matching import SimulatedArm
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation
from hepatica.patients import Draws
from hepatica.patients.draws import between_study_sd
from hepatica.patients.streams import normals, uniforms
from hepatica.validation.comparison import ComparedArms
from hepatica.validation.scores import Predictive
from hepatica.validation.simulated import ArmSummary

Floats = NDArray[np.float64]
MIN_PROPORTION = 1e-3
"""Bound of a simulated proportion whose log odds are taken."""


def shifted(mean: Floats, reference: Floats, sd: Floats, by: Floats, endpoint: Endpoint) -> Floats:
    """Mean shifted by a number of between-people SDs; by a factor where means are compared as logarithms.

    Parameters
    ----------
    mean, sd : (draws,)
        Mean and SD between people.
    reference : (draws,)
        Mean that the SD belongs to.
    by : (draws,)
        Number of SDs.
    endpoint : Endpoint
        Its variable decides the scale.

    Examples
    --------
    >>> mean, sd = np.array([10.0]), np.array([2.0])
    >>> [float(shifted(mean, mean, sd, np.array([-9.0]), Endpoint(v, 28.0))[0].round(2)) for v in ("meld", "bilirubin")]
    [-8.0, 1.68]
    """
    if endpoint.change or endpoint.variable in LEVELS:
        return np.asarray(mean + by * sd)
    return np.asarray(mean * np.exp(by * np.sqrt(np.log1p((sd / reference) ** 2))))


@dataclass(frozen=True, kw_only=True)
class ModelPredictions:
    """Predictions of the model for one publication.

    Attributes
    ----------
    publication : Publication
    arms : mapping of str to SimulatedArm
        By identifier.
    simulated : mapping of str to mapping of str to ArmSummary
        By arm and hypothesis.
    known : Draws
        Between-study variability.
    seed, draws : int
    """

    publication: Publication
    arms: Mapping[str, SimulatedArm]
    simulated: Mapping[str, Mapping[str, ArmSummary]]
    known: Draws
    seed: int
    draws: int

    def hypotheses_of(self, arm: str) -> tuple[str, ...]:
        """Hypotheses under which an arm was simulated."""
        return tuple(self.simulated[arm])

    def normal(self, *what: object) -> Floats:
        """Standard normal numbers, (draws,), independent for each purpose."""
        return np.asarray(normals(self.seed, np.arange(self.draws), self._purpose(*what))[:, 0])

    def _purpose(self, *what: object) -> str:
        return "validate:" + ":".join(map(str, (self.publication.key, *what)))

    def arm(self, o: Observation, endpoint: Endpoint, n: int, hypothesis: str) -> Predictive:
        """Posterior predictive distribution of a published number of n people."""
        mean, sd = self.mean(o.arm, endpoint, hypothesis)
        move = self._between_cohorts(o.variable) + self._residual(o)
        if self.arms[o.arm].cells:
            move = move + self._between_trials(o, hypothesis)
        if o.variable in SHARES:
            return Predictive.share(expit(logit(np.clip(mean, MIN_PROPORTION, 1 - MIN_PROPORTION)) + move), n)
        error = sd * np.sqrt(self._unexplained(o, endpoint) / n)
        return Predictive.normal(shifted(mean, mean, sd, move, endpoint), np.maximum(error, 1e-9))

    def _between_cohorts(self, variable: str) -> Floats:
        """Deviation of this cohort, (draws,), common to its arms: log odds of a proportion, SDs for a mean."""
        sd = self.known.between("share" if variable in SHARES else "mean", np.arange(self.draws))
        return np.asarray(sd * self.normal("cohort", variable))

    def _residual(self, o: Observation) -> Floats:
        """Deviation of one number by itself, (draws,), on the same scales."""
        sd = self.known.between("share_visit" if o.variable in SHARES else "mean_visit", np.arange(self.draws))
        return np.asarray(sd * self.normal("visit", o.arm, o.variable, o.time))

    def _between_trials(self, o: Observation, hypothesis: str) -> Floats:
        """Deviation of the effect of cells in this trial, (draws,): common to a variable, and each number's own."""
        what = "effect_share" if o.variable in SHARES else "effect_mean"
        sd = self.known.between(what, np.arange(self.draws), hypothesis)
        own = RESIDUAL_SHARE * float(between_study_sd(what)) * self.normal("difference", o.arm, o.variable, o.time)
        return np.asarray(sd * self.normal("trial", o.variable) + own)

    def _bias(self, o: Observation) -> Floats:
        """Bias of a comparison, (draws,): log odds of a proportion, SDs for a mean; in part common to all of them."""
        prior = BIAS[self.publication.risk_of_bias].shift(o.variable, 1.0)
        common, own = np.sqrt([BIAS_CORRELATION, 1 - BIAS_CORRELATION])
        z = common * self.normal("bias") + own * self.normal("bias", o.arm, o.variable, o.time)
        return np.asarray(prior.mean + prior.sd * z)

    def anchor(self, o: Observation, endpoint: Endpoint) -> Observation | None:
        """Published value at day 0 of the same variable and kind, to which the prediction is anchored."""
        if endpoint.change or o.variable not in MEASURED:
            return None
        known = self.publication.find(arm=o.arm, variable=o.variable, time=0.0)
        return next((b for b in known if (b.kind == "median") == (o.kind == "median")), None)

    def _unexplained(self, o: Observation, endpoint: Endpoint) -> float:
        """Share of the between-people variance that remains given the published mean at day 0."""
        return 1.0 if self.anchor(o, endpoint) is None else 1 - WITHIN_PERSON_CORRELATION**2

    def mean(self, arm: str, endpoint: Endpoint, hypothesis: str) -> tuple[Floats, Floats]:
        """Mean and between-people SD, (draws,) each, anchored to the published value at day 0."""
        summary = self.simulated[arm].get(hypothesis, next(iter(self.simulated[arm].values()))).summary
        mean, sd = summary[endpoint]
        mean, sd = np.where(np.isfinite(mean), mean, np.nanmean(mean)), np.where(np.isfinite(sd), sd, np.nanmean(sd))
        o = next((x for x in self.publication.find(arm=arm, variable=endpoint.variable, time=endpoint.time)), None)
        if endpoint.change:  # people's labs vary from day to day as well, which virtual patients' do not
            at_start = next(
                (
                    s
                    for b in self.publication.find(arm=arm, variable=endpoint.variable, time=0.0)
                    if (s := between_people_sd(b))
                ),
                0.0,
            )
            return mean, np.maximum(sd, at_start * np.sqrt(2 * (1 - WITHIN_PERSON_CORRELATION)))
        if o is not None:
            printed = self.anchor(o, endpoint)
        else:  # of a statement, or of a day that is not exact
            known = self.publication.find(arm=arm, variable=endpoint.variable, time=0.0) if endpoint.time > 0 else ()
            printed = next(iter(known), None) if endpoint.variable in MEASURED else None
        if printed is None or Endpoint(endpoint.variable, 0.0) not in summary:
            return mean, sd
        first, wide = summary[Endpoint(endpoint.variable, 0.0)]
        first = np.where(np.isfinite(first), first, np.nanmean(first))
        people, alike = between_people_sd(printed), np.full_like(first, np.nanmean(wide))
        if endpoint.variable in LEVELS:
            mean = mean - first + printed.value
        else:
            mean, sd, alike = (x / first * printed.value for x in (mean, sd, alike))
        if people is not None and np.all(
            alike > 0
        ):  # never narrower than virtual people: an SD that small may be an error's
            sd = sd * np.maximum(people / alike, 1.0)
        return mean, sd

    def compared(
        self, o: Observation, endpoint: Endpoint, other: Observation, n: int, m: int, hypothesis: str
    ) -> ComparedArms:
        """Means or shares of a treated arm and its control, of n and m people, with their sampling errors."""
        if o.variable in SHARES:
            pa, pb = self._shares(o, endpoint, other, hypothesis)
            return ComparedArms.of_shares(o.variable, pa, pb, n, m)
        (a, sa), (b, sb) = self.mean(o.arm, endpoint, hypothesis), self.mean(other.arm, endpoint, hypothesis)
        trial = self._between_trials(o, hypothesis) if self.arms[o.arm].cells else self._residual(o)
        trial = trial + self._bias(o)
        errors = (s * np.sqrt(self._unexplained(x, endpoint) / k) for s, x, k in ((sa, o, n), (sb, other, m)))
        return ComparedArms(o.variable, shifted(a, b, np.sqrt((sa**2 + sb**2) / 2), trial, endpoint), b, *errors)

    def difference(
        self, o: Observation, endpoint: Endpoint, other: Observation, n: int, m: int, hypothesis: str
    ) -> Predictive:
        """Posterior predictive distribution of a treated arm less its control, of n and m people."""
        return self.compared(o, endpoint, other, n, m, hypothesis).on("difference")

    def _shares(self, o: Observation, endpoint: Endpoint, other: Observation, hypothesis: str) -> tuple[Floats, Floats]:
        """Proportions of a treated arm and its control, (draws,) each, with common cohort and trial deviations."""
        cohort = self._between_cohorts(o.variable) + self._residual(other)
        trial = self._between_trials(o, hypothesis) if self.arms[o.arm].cells else self._residual(o)
        trial = trial + self._bias(o)
        la, lb = (
            logit(np.clip(self.mean(x, endpoint, hypothesis)[0], MIN_PROPORTION, 1 - MIN_PROPORTION)) + cohort
            for x in (o.arm, other.arm)
        )
        return np.asarray(expit(la + trial)), np.asarray(expit(lb))

    def odds(self, o: Observation, endpoint: Endpoint, other: Observation, n: int, m: int) -> tuple[float, ...]:
        """Odds ratio of a treated arm and its control: observed, and predictive median, 5 and 95 % quantiles."""
        rows = np.arange(self.draws)
        u, v = (
            uniforms(self.seed, rows, self._purpose("odds", x.arm, o.variable, o.time) + ":u")[:, 0] for x in (o, other)
        )

        def ratio(x: Floats | float, y: Floats | float) -> Floats:
            return np.asarray((x + 0.5) / (n - x + 0.5) / ((y + 0.5) / (m - y + 0.5)))

        drawn = [self._shares(o, endpoint, other, h) for h in self.hypotheses_of(o.arm)]
        seen = np.concatenate([ratio(binom.ppf(u, n, a), binom.ppf(v, m, b)) for a, b in drawn])
        return (
            float(ratio(n * o.value / 100, m * other.value / 100)),
            *map(float, np.quantile(seen, (0.5, 0.05, 0.95))),
        )
