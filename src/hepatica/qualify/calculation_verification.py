"""Calculation verification: solver, discretization and sampling errors of the outcomes, in their own units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import arrive
from hepatica.dosing import Decision, Utility
from hepatica.dosing.utility import OUTPUTS, evaluate_benefit
from hepatica.engine import System
from hepatica.outcomes.scores import meld
from hepatica.patients import Admitted
from hepatica.simulation import RTOL, Arm, simulate

Floats = NDArray[np.float64]
BATCHES = 4
STEP = 0.25  # day, of the dense output times


@dataclass(frozen=True)
class Error:
    """Numerical error: largest difference to a more accurate calculation, over patients and arms.

    Attributes
    ----------
    key : str
        Its sentence is ``qualify.error_<key>``.
    death : float
        Probability of death by the horizon.
    meld : float
        Points, over all output times; NaN where it is not compared.
    days, gain : float
        Quality-adjusted life days of an arm, and of cells over standard care in one patient.
    mean_gain : float
        The same in the mean of the patients.
    """

    key: str
    death: float
    meld: float
    days: float
    gain: float
    mean_gain: float


@dataclass(frozen=True)
class Sampling:
    """Monte Carlo error of the gain under one hypothesis, in quality-adjusted life days.

    Attributes
    ----------
    mean : float
        Gain of the shown regimen over standard care.
    low, high : float
        Its 90 % interval of parameter uncertainty.
    by_patients, by_draws : float
        Standard errors of the mean by the number of patients, and by that of draws.
    by_batches : float
        The same in all, from the scatter of batches of draws.
    ahead, ahead_error : float
        Mean lead over the next regimen with cells, and its standard error over draws; NaN where there is none.
    """

    hypothesis: str
    mean: float
    low: float
    high: float
    by_patients: float
    by_draws: float
    by_batches: float
    ahead: float
    ahead_error: float

    @property
    def error(self) -> float:
        """Standard error of the mean in all."""
        return float(np.hypot(self.by_patients, self.by_draws))


def solver_errors(
    system: System, patients: Admitted, pair: Sequence[Arm], times: Floats, utility: Utility, hypothesis: str
) -> tuple[Error, ...]:
    """Solve again with a tolerance 10 and 100 times tighter, by the reference engine, and with dense output times.

    Parameters
    ----------
    system : System
        The compiled model.
    patients : Admitted
        A handful; the reference engine takes about a second for each course.
    pair : sequence of Arm
        Standard care and a regimen.
    times : array, (n,), day
        Output times.
    utility : Utility
        Values of outcomes, for quality-adjusted life days.
    hypothesis : str
        One of `study.HYPOTHESES`.
    """
    reference = System(system.model, "reference")
    tight, dense = RTOL / 100, np.unique(np.concatenate([times, np.arange(0.0, times[-1], STEP)]))
    initial, _ = arrive(system, patients.cohort, rtol=tight)

    def follow(by: System, who: Admitted, at: Floats, rtol: float) -> tuple[Floats, Floats, Floats]:
        ds = simulate(by, who, pair, at, outputs=OUTPUTS, hypothesis=hypothesis, rtol=rtol)
        w = evaluate_benefit(ds, list(pair), utility)
        points = meld(bilirubin=ds["bilirubin"].values, creatinine=ds["creatinine"].values, inr=ds["inr"].values)
        return 1.0 - w.survival, np.asarray(points), w.net

    usual = follow(system, patients, times, RTOL)
    careful = {
        "ten": follow(system, patients, times, RTOL / 10),
        "hundred": follow(system, patients, times, tight),
        "history": follow(system, replace(patients, initial=initial), times, tight),
        "reference": follow(reference, patients, times, tight),
        "dense": follow(system, patients, dense, RTOL),
    }
    return (
        *(compare(key, usual, result) for key, result in careful.items()),
        compare("engines", careful["hundred"], careful["reference"]),
    )


def compare(key: str, usual: tuple[Floats, Floats, Floats], careful: tuple[Floats, Floats, Floats]) -> Error:
    """Largest differences of deaths (arm, patient), MELD (arm, patient, time) and days (arm, patient).

    Examples
    --------
    >>> one = np.array([[0.1], [0.2]])
    >>> e = compare("x", (one, one[..., None], 10 * one), (one, one[..., None], 10 * one + [[0.0], [0.5]]))
    >>> e.death, e.days, e.gain
    (0.0, 0.5, 0.5)
    """
    (death, points, days), (death_2, points_2, days_2) = usual, careful
    gain = (days[1] - days[0]) - (days_2[1] - days_2[0])
    same = points.shape == points_2.shape
    return Error(
        key,
        _largest(death - death_2),
        _largest(points - points_2) if same else float("nan"),
        _largest(days - days_2),
        _largest(gain),
        float(abs(np.nanmean(gain))),
    )


def _largest(values: Floats) -> float:
    return float(np.nanmax(np.abs(values)))


def sampling_errors(decision: Decision, draw: NDArray[np.int64]) -> tuple[Sampling, ...]:
    """Monte Carlo error of the shown regimen's gain under each hypothesis; none where no cells are given."""
    top, samplings = decision.top, []
    if not decision.arms[top].regimen.gives_cells:
        return ()
    draws = len(np.unique(draw))
    for h in decision.by_hypothesis:
        own = h.benefit.net[top] - h.benefit.net[0]
        others = [a for a, arm in enumerate(decision.arms) if arm.regimen.gives_cells and a != top and h.admissible[a]]
        second = max(others, key=lambda a: h.gain[a].mean) if others else None
        lead = by_draw(h.benefit.net[top] - h.benefit.net[second], draw) if second is not None else np.array([np.nan])
        split, n = h.gain[top], int(np.isfinite(own).sum())
        batches = [np.nanmean(own[draw % BATCHES == k]) for k in range(BATCHES) if (draw % BATCHES == k).any()]
        samplings.append(
            Sampling(
                h.hypothesis,
                split.mean,
                split.low,
                split.high,
                split.between_patients_sd / np.sqrt(n),
                split.parameter_uncertainty_sd / np.sqrt(draws),
                float(np.std(batches, ddof=1) / np.sqrt(len(batches))) if len(batches) > 1 else float("nan"),
                float(lead.mean()),
                float(lead.std(ddof=1) / np.sqrt(len(lead))) if len(lead) > 1 else float("nan"),
            )
        )
    return tuple(samplings)


def by_draw(values: Floats, draw: NDArray[np.int64]) -> Floats:
    """Mean of each draw's patients, failed ones left out."""
    kept = np.isfinite(values)
    _, where = np.unique(draw[kept], return_inverse=True)
    return np.asarray(np.bincount(where, values[kept]) / np.bincount(where))
