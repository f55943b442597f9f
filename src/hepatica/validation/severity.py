"""Matching of virtual patients to the published severity of an arm: exponential tilting, and a shifted population.

Weights reach no further than the patients that there are. Where too few would stay effective, patients are drawn anew
with a larger or smaller insult (in a population without one, with more or less cirrhosis); where the means of MELD or
its labs stay out of reach even so, the arm is refused.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from hepatica.calibrate.matching import SimulatedArm
from hepatica.evidence import Publication
from hepatica.patients import Admitted, Population
from hepatica.patients.population import Component, Covariate
from hepatica.variables import Use, used_in

Floats = NDArray[np.float64]
MIN_EFFECTIVE_SHARE = 0.1
"""Share of virtual patients that stay effective when they match the published means of an arm."""
MATCHED = tuple(v.name for v in used_in(Use.PUBLICATION, Use.LIKELIHOOD, Use.BASELINE))
"""Variables whose published means at day 0 are matched."""
MIN_LAB = 1e-6  # smallest value whose logarithm is taken
STEPS = 11  # from the published means to none of them
PENALTY, MAX_TILT = 5e-3, 4.0  # of the coefficients of tilting, and their bound
SEVERITY = {"meld": 1, "bilirubin": 1, "inr": 1, "creatinine": 1, "albumin": -1}
"""Labs that say how ill people are, with their sign; of them all but albumin can refuse an arm."""
SHIFTS = {1: (1.3, 1.7, 2.2), -1: (0.75, 0.55, 0.4)}  # factors of the insult that are tried in turn
PROBE = 8  # part of the patients in which a shift is tried
MAX_GAP = 2.0  # SDs between virtual patients by which a mean of severity may stay out of reach
MAX_CIRRHOSIS = 0.95  # share of the liver that is scar, at most


class BaselineMatch(NamedTuple):
    """Weights of virtual patients that match an arm's means at day 0, and how far they reach.

    Attributes
    ----------
    weight : (patients,)
        Of mean 1.
    effective : float
        Effective share of the patients; 1 without a published mean.
    reached : float
        Share of the way to the published means, 0 to 1.
    direction : int
        1 where people were sicker than virtual ones, -1 where less sick, 0 where nothing of severity is printed.
    gaps : dict of variable to (published, reached, SDs apart)
        Of labs of severity.
    """

    weight: Floats
    effective: float
    reached: float = 1.0
    direction: int = 0
    gaps: dict[str, tuple[float, float, float]] = {}  # noqa: RUF012 - of a tuple, never changed

    @property
    def distance(self) -> float:
        """Sum of squared logarithms by which means of severity are not reached."""
        return float(sum(np.log(max(a, MIN_LAB) / max(b, MIN_LAB)) ** 2 for a, b, _ in self.gaps.values()))

    def said(self, key: str, factor: float) -> tuple[str, ...]:
        """Statements on a shifted population and on means that are not reached."""
        moved = (f"{key} with an insult of {factor:g} times its size",) if factor != 1.0 else ()
        apart = [f"{v} {a:.3g} published, {b:.3g} reached" for v, (a, b, sd) in self.gaps.items() if abs(sd) > 0.5]
        return moved + ((f"severity of {key} at day 0: {', '.join(apart)}",) if self.reached < 1 and apart else ())

    def refusal(self, key: str) -> str:
        """Reason why an arm's severity is out of reach of a population; empty if it is not."""
        far = {v: gap for v, gap in self.gaps.items() if abs(gap[2]) > MAX_GAP and v != "albumin"}
        if not far:
            return ""
        name, (published, reached, _) = max(far.items(), key=lambda x: abs(x[1][2]))
        return f"{name} at day 0 is {published:.3g}, and no patients of {key} come nearer than {reached:.3g}"


def match_baseline(p: Publication, a: SimulatedArm, patients: Admitted) -> BaselineMatch:
    """Weights that match virtual patients to the published mean labs of an arm at day 0, by exponential tilting.

    Where too few would stay effective, the means go as far towards the published ones as leaves `MIN_EFFECTIVE_SHARE`.

    Parameters
    ----------
    p : Publication
        With the means at day 0.
    a : SimulatedArm
        The arm.
    patients : Admitted
        At admission.
    """
    rows = [
        (o.variable, o.value)
        for o in p.find(arm=a.arm, time=0.0)
        if o.variable in MATCHED and o.variable in patients.labs and o.kind in ("mean_sd", "mean", "median")
    ]
    n = len(patients.cohort.patient)
    if not rows:
        return BaselineMatch(np.ones(n), 1.0)
    x = np.stack([np.log(np.maximum(patients.labs[v], MIN_LAB)) for v, _ in rows], axis=1)
    mean, sd = x.mean(axis=0), x.std(axis=0) + 1e-9
    x, goal = (x - mean) / sd, (np.log([max(v, MIN_LAB) for _, v in rows]) - mean) / sd
    names = [v for v, _ in rows]
    direction = int(np.sign(sum(SEVERITY.get(v, 0) * g for v, g in zip(names, goal, strict=True))))
    weight, effective, reached = np.ones(n), 1.0, 0.0
    for step in np.linspace(1.0, 0.0, STEPS):
        w = _tilted(x, step * goal)
        share = float(w.sum() ** 2 / (w**2).sum() / n)
        if share >= MIN_EFFECTIVE_SHARE:
            weight, effective, reached = w / w.mean(), share, float(step)
            break
    at = weight @ x / n
    gaps = {
        v: (value, float(np.exp(at[k] * sd[k] + mean[k])), float(goal[k] - at[k]))
        for k, (v, value) in enumerate(rows)
        if v in SEVERITY
    }
    return BaselineMatch(weight, effective, reached, direction, gaps)


def shifted(population: Population, factor: float) -> Population:
    """Population whose insult is larger by a factor; one without an insult has more cirrhosis.

    Examples
    --------
    >>> from hepatica.patients import load_population
    >>> shifted(load_population("hbv_aclf"), 2.0).insult["effectors_young"].parts[0].median
    0.746
    """
    if factor == 1.0:
        return population
    causes = tuple(c.model_copy(update={"insult": _scaled(c.insult, factor)}) for c in population.causes)
    if population.insult or any(c.insult for c in causes):
        return population.model_copy(update={"insult": _scaled(population.insult, factor), "causes": causes})
    scarred = population.covariate.get("cirrhosis")
    if scarred is None:
        return population
    more = scarred.model_copy(update={"parts": tuple(_part(c, factor, MAX_CIRRHOSIS) for c in scarred.parts)})
    return population.model_copy(update={"covariate": {**population.covariate, "cirrhosis": more}})


def _scaled(doses: dict[str, float | Covariate], factor: float) -> dict[str, float | Covariate]:
    """Doses of an insult, larger by a factor."""
    return {
        name: dose.model_copy(update={"parts": tuple(_part(c, factor) for c in dose.parts)})
        if isinstance(dose, Covariate)
        else dose * factor
        for name, dose in doses.items()
    }


def _part(c: Component, factor: float, most: float = np.inf) -> Component:
    """Part of a distribution, larger by a factor."""
    sizes = {n: getattr(c, n) * factor for n in ("mean", "sd", "low", "high", "median")}
    high = min(sizes["high"], most)
    return c.model_copy(
        update=sizes | {"high": high, "low": min(sizes["low"], 0.99 * high), "mean": min(sizes["mean"], most)}
    )


def _tilted(x: Floats, goal: Floats) -> Floats:
    """Weights exp(x k), where k minimises log sum exp(x k) - k goal + penalty k^2."""

    def objective(k: Floats) -> tuple[float, Floats]:
        e = x @ k
        top = e.max()
        w = np.exp(e - top)
        return float(np.log(w.sum()) + top - k @ goal + PENALTY * k @ k), (w @ x) / w.sum() - goal + 2 * PENALTY * k

    bounds = [(-MAX_TILT, MAX_TILT)] * x.shape[1]
    k = minimize(objective, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return np.asarray(np.exp(x @ k - (x @ k).max()))
