"""True effects of arms on the bank: expected survival of eligible patients by parameter draw, without simulation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.analysis.required_size import Method, expected_signal, required_sizes
from hepatica.trials.analysis.survival_comparison import HazardPattern
from hepatica.trials.bank.build import Bank
from hepatica.trials.bank.plan import DEATHS, TRANSPLANT
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.conduct.events import couple, expected_survival
from hepatica.trials.virtual.conduct.population import Eligible
from hepatica.trials.virtual.conduct.streams import exponentials

Floats = NDArray[np.float64]
USELESS = 0.02
"""Change of the probability of being alive at the end of follow-up within which a dose counts as useless, and beyond
which, downwards, as harmful: one patient in fifty."""


class TrueEffects(NamedTuple):
    """True effects under a hypothesis.

    Attributes
    ----------
    survival : (arm, day)
        Probability of no death of the native liver's causes, in the mean of eligible patients.
    by_draw : (draw, arm)
        At the end of follow-up, by parameter draw.
    """

    survival: Floats
    by_draw: Floats

    @property
    def gain(self) -> Floats:
        """Gain of survival over the control, (draw, arm)."""
        return np.asarray(self.by_draw - self.by_draw[:, :1])


def true_effects(trial: Trial, bank: Bank, eligible: Eligible, hypothesis: str) -> TrueEffects:
    """True effects of the arms with their full dose.

    Parameters
    ----------
    trial : Trial
        Its arms.
    bank : Bank
        That holds them.
    eligible : Eligible
        Patients of the trial.
    hypothesis : str
        Of the bank.
    """
    outcomes = bank.outcomes[hypothesis]
    place = [bank.regimen(shares[0]) for shares in trial.arms()]
    rows = np.array(place)[:, None], eligible.patients[None, :]
    hazards = {cause: outcomes.hazards[cause][rows] for cause in DEATHS}
    alive = expected_survival(hazards, DEATHS, trial.variation.frailty)
    end = int(np.floor(trial.follow_up))
    of = bank.draw[eligible.patients]
    by_draw = np.stack([alive[:, of == d, end].mean(axis=1) for d in eligible.draws])
    return TrueEffects(alive.mean(axis=1), by_draw)


class Fates(NamedTuple):
    """Fates of a patient under control and under an arm, as probabilities in the mean of eligible patients.

    Attributes
    ----------
    saved : dies under control, lives under the arm
    killed : lives under control, dies under the arm
    """

    saved: float
    killed: float


COUPLINGS = {"shared": 1.0, "copula": None, "independent": 0.0}
COUPLED_DRAWS = 40  # blocks of thresholds over which the fates of a copula are averaged


def fates(trial: Trial, bank: Bank, eligible: Eligible, hypothesis: str, arm: int, correlation: float) -> Fates:
    """Shares of patients saved and killed by an arm, which depend on how a patient's fates are coupled across arms.

    Parameters
    ----------
    trial : Trial
        Its arms.
    bank : Bank
        That holds them.
    eligible : Eligible
        Patients of the trial.
    hypothesis : str
        Of the bank.
    arm : int
        From 1 on.
    correlation : float
        Of the Gaussian copula of the thresholds of all deaths together: 1 shares the threshold, 0 is independence.

    Returns
    -------
    Fates
        In closed form for 1 and 0; otherwise averaged over keyed thresholds of each patient.
    """
    outcomes, arms = bank.outcomes[hypothesis], trial.arms()
    end = int(np.floor(trial.follow_up))
    total = np.stack(
        [
            np.sum([outcomes.hazards[c][bank.regimen(arms[a][0]), eligible.patients, end] for c in DEATHS], axis=0)
            for a in (0, arm)
        ]
    ).astype(float)
    alive = np.exp(-total)
    if correlation == 1:
        return Fates(float(np.maximum(alive[1] - alive[0], 0).mean()), float(np.maximum(alive[0] - alive[1], 0).mean()))
    if correlation == 0:
        return Fates(float(((1 - alive[0]) * alive[1]).mean()), float((alive[0] * (1 - alive[1])).mean()))
    saved = killed = 0.0
    for b in range(COUPLED_DRAWS):
        common = exponentials(trial.seed, "coupling", b, len(eligible.patients))
        own = couple(common, exponentials(trial.seed, f"coupling:{arm}", b, len(eligible.patients)), correlation)
        lives = common > total[0], own > total[1]
        saved += float((~lives[0] & lives[1]).mean()) / COUPLED_DRAWS
        killed += float((lives[0] & ~lives[1]).mean()) / COUPLED_DRAWS
    return Fates(saved, killed)


def transplant_share(trial: Trial, bank: Bank, eligible: Eligible, hypothesis: str) -> Floats:
    """Expected share transplanted by the end of follow-up, each arm, in competition with death, (arm,).

    Parameters
    ----------
    trial : Trial
        Its arms.
    bank : Bank
        That holds them.
    eligible : Eligible
        Patients of the trial.
    hypothesis : str
        Of the bank.
    """
    from hepatica.outcomes.survival import incidences_of_steps

    outcomes, end = bank.outcomes[hypothesis], int(np.floor(trial.follow_up))
    shares = []
    for arm in trial.arms():
        row = bank.regimen(arm[0])
        death = np.sum([outcomes.hazards[c][row, eligible.patients, : end + 1] for c in DEATHS], axis=0).astype(float)
        graft = outcomes.hazards[TRANSPLANT][row, eligible.patients, : end + 1].astype(float)
        steps = np.stack([np.diff(graft, axis=-1), np.diff(death, axis=-1)])
        shares.append(incidences_of_steps(steps)[0, :, -1].mean())
    return np.array(shares)


MATERIAL = 1.25  # ratio of two hazard ratios within which hazards count as proportional
LEAST_DEATHS = 0.002  # share of patients who die in a period, below which its hazard ratio says nothing


class HazardCourse(NamedTuple):
    """Course of the true hazard ratio of an arm against control, and the sizes that analyses of it need.

    Attributes
    ----------
    cut : float, days
        By which half of the expected deaths of both arms have come.
    early, late : float
        Hazard ratio before and after it; NaN where hardly anybody dies.
    pattern : HazardPattern
    sizes : dict of Method to float
        Patients for the trial's power, all followed to the end, at its ratio of the two arms.
    """

    cut: float
    early: float
    late: float
    pattern: HazardPattern
    sizes: Mapping[Method, float]


def hazard_course(trial: Trial, survival: Floats, arm: int) -> HazardCourse:
    """Course of the hazard ratio from expected survival.

    Parameters
    ----------
    trial : Trial
        Its ratio, error and power.
    survival : (arm, day)
        Of `TrueEffects`.
    arm : int
        From 1 on.

    Notes
    -----
    A hazard ratio of a period is that of the cumulative hazards gathered in it.
    """
    two = np.minimum.accumulate(survival[[0, arm]], axis=1)
    share = trial.ratio[arm] / (trial.ratio[0] + trial.ratio[arm])
    pooled = (1 - share) * two[0] + share * two[1]
    cut = int(np.searchsorted(1 - pooled, 0.5 * (1 - pooled[-1])))
    gathered = -np.log(np.maximum(two[:, [0, cut, -1]], 1e-12))
    deaths = -np.diff(two[:, [0, cut, -1]], axis=1)
    steps = np.diff(gathered, axis=1)
    seen = (deaths > LEAST_DEATHS).all(axis=0)
    early, late = (float(v) for v in np.where(seen, steps[1] / np.maximum(steps[0], 1e-12), np.nan))
    signal = expected_signal(
        np.arange(two.shape[1], dtype=float), two[0] / two[0, 0], two[1] / two[1, 0], allocation=share
    )
    sizes = required_sizes(signal, alpha=2 * trial.analysis.alpha, power=trial.analysis.power)
    return HazardCourse(float(cut), early, late, _pattern_of(early, late), sizes)


def _pattern_of(early: float, late: float) -> HazardPattern:
    """Course of the hazard ratio that is known."""
    before, after = np.log(early), np.log(late)
    if np.isnan(before + after):
        return HazardPattern.UNKNOWN
    if abs(before - after) <= np.log(MATERIAL):
        return HazardPattern.PROPORTIONAL
    if before * after < 0 and min(abs(before), abs(after)) > 0.5 * np.log(MATERIAL):
        return HazardPattern.CROSSING
    return HazardPattern.LATE if abs(after) > abs(before) else HazardPattern.EARLY
