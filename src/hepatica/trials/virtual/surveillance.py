"""Long-term safety surveillance: patient-years that exclude an excess of events, and a sequential test of it.

Events are Poisson in patient-years. The fixed design excludes an excess when the exact upper confidence limit of the
rate (Garwood 1936, Biometrika 28:437) lies below background plus excess. The sequential one is Wald's probability ratio
test (1945, Ann Math Stat 16:117), looked at all the time, cut at twice the fixed design's patient-years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, poisson

from hepatica.errors import InputError
from hepatica.outcomes.survival import incidences_of_steps
from hepatica.trials.bank.build import Bank
from hepatica.trials.bank.plan import DEATHS, TRANSPLANT
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.conduct.population import Eligible, eligible_patients

Floats = NDArray[np.float64]
YEAR = 365.25  # day
MOST_YEARS = 1e9


@dataclass(frozen=True)
class Surveillance:
    """Surveillance of one event.

    Attributes
    ----------
    background, excess : float
        Events per patient-year: expected, and to be excluded on top.
    alpha, power : float
        One-sided error of calling a harmful product safe, and the chance to call a harmless one so.
    patient_years : float
        Of the fixed design.
    most_events : int
        Events up to which the excess is excluded there.
    """

    background: float
    excess: float
    alpha: float
    power: float
    patient_years: float
    most_events: int


def upper_limit(events: int, patient_years: float, alpha: float) -> float:
    """Exact upper confidence limit of a Poisson rate, one-sided.

    Examples
    --------
    >>> round(upper_limit(0, 100.0, 0.05), 5)  # the rule of three
    0.02996
    """
    return float(chi2.ppf(1 - alpha, 2 * (events + 1)) / 2 / patient_years)


def plan_surveillance(background: float, excess: float, *, alpha: float = 0.05, power: float = 0.8) -> Surveillance:
    """Patient-years that exclude a stated excess of events.

    Parameters
    ----------
    background, excess : float
        Events per patient-year.
    alpha, power : float
        One-sided error and power.

    Returns
    -------
    Surveillance
        The fewest patient-years from which on the power is reached, to a thousandth: the power moves in a sawtooth, and
        the least that reaches it for good by this design's own number of events is taken.

    Raises
    ------
    InputError
        If a number is impossible.

    Examples
    --------
    >>> plan = plan_surveillance(0.01, 0.01)
    >>> round(plan.patient_years), plan.most_events
    (972, 12)
    """
    for name, value, most in (("background", background, np.inf), ("alpha", alpha, 0.5), ("power", power, 1.0)):
        if not 0 <= value < most:
            raise InputError(name, value, f"a number from 0 to {most:g}")
    if not excess > 0 or not alpha > 0:
        raise InputError("excess", excess, "events per patient-year above 0, and an error above 0")
    for events in range(100_000):
        # with this many events the limit is background + excess at:
        years = float(chi2.ppf(1 - alpha, 2 * (events + 1)) / 2 / (background + excess))
        if years > MOST_YEARS:
            break
        if poisson.cdf(events, background * years) >= power:
            return Surveillance(background, excess, alpha, power, years, events)
    raise InputError("excess", excess, f"a larger one: more than {MOST_YEARS:g} patient-years would be needed")


@dataclass(frozen=True)
class SequentialSurveillance:
    """Sequential test of a Poisson rate.

    Attributes
    ----------
    alarm : float
        Log likelihood ratio at which the excess is declared.
    clear : float
        Log likelihood ratio at which it is excluded.
    patient_years : float
        At which the test ends at the latest.
    """

    background: float
    excess: float
    alarm: float
    clear: float
    patient_years: float

    @classmethod
    def of(cls, plan: Surveillance) -> SequentialSurveillance:
        """Wald's test with the errors of a fixed design, cut at twice its patient-years.

        Parameters
        ----------
        plan : Surveillance
            Fixed design.
        """
        if plan.background == 0:
            raise InputError("background", 0.0, "a rate above 0; without background the first event is an alarm")
        missed, false_alarm = plan.alpha, 1 - plan.power
        return cls(
            plan.background,
            plan.excess,
            float(np.log((1 - missed) / false_alarm)),
            float(np.log(missed / (1 - false_alarm))),
            2 * plan.patient_years,
        )

    def ratio(self, events: Floats | int, years: Floats | float) -> Floats:
        """Log likelihood ratio of background plus excess against background.

        Parameters
        ----------
        events, years : (...)
            Seen so far.
        """
        rise = np.log1p(self.excess / self.background)
        return np.asarray(np.asarray(events, float) * rise - self.excess * np.asarray(years, float))

    def run(self, rate: float, trials: int, seed: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Patient-years at the end and alarms of simulated surveillances, (trial,) each.

        Parameters
        ----------
        rate : float
            True events per patient-year.
        trials : int
            To simulate.
        seed : int
            Of the stream.
        """
        rng = np.random.Generator(np.random.Philox(key=seed))
        years, events = np.zeros(trials), np.zeros(trials)
        ends, alarms = np.full(trials, self.patient_years), np.zeros(trials, bool)
        going = np.ones(trials, bool)
        while going.any():
            wait = rng.exponential(1 / max(rate, 1e-300), trials)
            rise = np.log1p(self.excess / self.background)
            cleared_at = (events * rise - self.clear) / self.excess  # without an event the ratio falls to `clear` then
            quiet = np.minimum(cleared_at, self.patient_years)
            stops = going & (years + wait >= quiet)
            ends[stops] = quiet[stops]
            alarms[stops] = (cleared_at > self.patient_years)[stops] & (self.ratio(events, quiet) > 0)[stops]
            going &= ~stops
            years, events = years + wait, events + 1
            rings = going & (self.ratio(events, years) >= self.alarm)
            ends[rings], alarms[rings] = years[rings], True
            going &= ~rings
        return ends, alarms


def event_rates(trial: Trial, bank: Bank, eligible: Eligible, hypothesis: str, event: str) -> Floats:
    """First events per patient-year of each arm over follow-up, in competition with death and transplant, (arm,).

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
    event : str
        ``infection``, or one of `RECURRENT`.
    """
    outcomes, rates = bank.outcomes[hypothesis], []
    for shares in trial.arms():
        row, who = bank.regimen(shares[0]), eligible.patients
        ends = np.sum([outcomes.hazards[c][row, who].astype(float) for c in (*DEATHS, TRANSPLANT)], axis=0)
        alive = np.exp(-ends)
        if event == "infection":
            onset = outcomes.infection[row, who]
            before = alive * (np.arange(alive.shape[1]) < onset[:, None])
            first = np.isfinite(onset) & (onset < alive.shape[1])
            at = np.minimum(np.where(first, onset, 0).astype(int), alive.shape[1] - 1)
            happened = np.where(first, alive[np.arange(len(who)), at], 0.0).sum()
        else:
            own = outcomes.hazards[event][row, who].astype(float)
            before = alive * np.exp(-own)
            steps = np.stack([np.diff(own, axis=-1), np.diff(ends, axis=-1)])
            happened = incidences_of_steps(steps)[0, :, -1].sum()
        at_risk = 0.5 * (before[:, 1:] + before[:, :-1]).sum() / YEAR
        rates.append(happened / at_risk if at_risk > 0 else np.nan)
    return np.array(rates)


class TrialSurveillance(NamedTuple):
    """Surveillance of an event in a trial under a hypothesis, with the rate in the first arm with cells."""

    hypothesis: str
    event: str
    rate: float
    plan: Surveillance


def plan_trial_surveillance(
    trial: Trial, bank: Bank, event: str, excess: float, *, alpha: float = 0.05, power: float = 0.8
) -> tuple[TrialSurveillance, ...]:
    """Surveillance of an event, the background that of the control arm, under every hypothesis.

    Parameters
    ----------
    trial : Trial
        The control first.
    bank : Bank
        That holds its arms.
    event : str
        ``infection``, or one of `RECURRENT`.
    excess : float
        Events per patient-year to exclude.
    alpha, power : float
        One-sided error and power.

    Raises
    ------
    InputError
        If nobody is eligible, or a number is impossible.
    """
    eligible, rows = eligible_patients(bank, trial), []
    for hypothesis in trial.hypotheses:
        rates = event_rates(trial, bank, eligible, hypothesis, event)
        plan = plan_surveillance(float(rates[0]), excess, alpha=alpha, power=power)
        rows.append(TrialSurveillance(hypothesis, event, float(rates[min(1, len(rates) - 1)]), plan))
    return tuple(rows)
