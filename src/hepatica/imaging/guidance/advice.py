"""Advice on the next dose: regimens by expected net gain under the subject's posterior, against not looking."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

import numpy as np

from hepatica.admission import admit
from hepatica.dosing.decision import HypothesisResult, evaluate_hypothesis
from hepatica.dosing.utility import OUTPUTS, Utility
from hepatica.engine import System, shipped_system
from hepatica.imaging.biodistribution.fit import SubjectFit
from hepatica.imaging.guidance.delivery import GIVEN, Delivery, deliver
from hepatica.imaging.guidance.image_draws import image_draws, shipped_draws
from hepatica.imaging.guidance.plan import Plan
from hepatica.patients import Admitted, load_population
from hepatica.simulation import Arm, simulate
from hepatica.therapy import Product, Regimen

CARE = Arm("standard care")
POORER = 0.8
"""Mean retention after over before the scans, below which it is called poorer than expected."""
UNREACHED = 0.05
"""Probability of reaching the liver below which no further cells are advised by a route."""
CONFIDENT = 0.95
"""Probability that a gain exceeds 0, the chance that cells do nothing in people counted in."""
COUNTS = 0.05
"""Probability from which on a hypothesis has a say in harms and confidence."""
NEGLIGIBLE = 1e-6
"""Probability below which a hypothesis is left out of the gain: no more than a million to one is said."""
TIE = 0.1
"""Net quality-adjusted days, as they are printed, within which the option nearest the infusion imaged is advised."""
KEPT = 8


class Verdict(StrEnum):
    """Form of the advice."""

    GIVE = "give"
    NO_GAIN = "no_gain"  # no regimen is better than standard care
    STOP = "stop"  # further cells would not reach the liver


class Change(StrEnum):
    """Difference from the infusion that was imaged."""

    ROUTE = "route"
    SPLIT = "split"
    PRODUCT = "product"


@dataclass(frozen=True)
class Option:
    """Regimen and product, evaluated.

    Attributes
    ----------
    product : str
        ``""`` is the product that was given.
    regimen : Regimen
    gain, low, high : float
        Net quality-adjusted days over standard care, hypotheses weighed by their posterior probability; the interval
        spans the 90 % intervals of those that count.
    by_hypothesis : dict of str to float
        Without those that the scans leave less than one in a million.
    unseen : float
        The gain that would be expected without the scans.
    is_admissible : bool
        False where a harm exceeds its limit under a hypothesis that counts.
    delivery : Delivery
    """

    product: str
    regimen: Regimen
    gain: float
    low: float
    high: float
    by_hypothesis: dict[str, float]
    unseen: float
    is_admissible: bool
    delivery: Delivery


@dataclass(frozen=True)
class Advice:
    """Advice on the next dose.

    Attributes
    ----------
    verdict : Verdict
    options : tuple of Option
        The best first.
    unseen : Option or None
        What would be chosen without the scans; None is standard care.
    gain_of_looking : float
        Net quality-adjusted days, under the posterior, of the advised over the unseen choice.
    changes : tuple of Change
        From the infusion that was seen.
    is_poorer : bool
        Retention by the route and product that were seen is poorer than expected.
    seen : Delivery
        By that route and product.
    is_confident : bool
        The gain exceeds 0 with 95 % probability under every hypothesis that counts.
    """

    verdict: Verdict
    options: tuple[Option, ...]
    unseen: Option | None
    gain_of_looking: float
    changes: tuple[Change, ...]
    is_poorer: bool
    seen: Delivery
    is_confident: bool

    @property
    def best(self) -> Option | None:
        """Advised option; None where none is."""
        return self.options[0] if self.verdict is Verdict.GIVE else None


def advise(fit: SubjectFit, plan: Plan, *, seed: int = 1) -> Advice:
    """Advise the next dose, route, time and product.

    Parameters
    ----------
    fit : SubjectFit
        After the scans so far.
    plan : Plan
        What may be given.
    seed : int
        Of the random streams.

    Notes
    -----
    Virtual patients of the population carry the subject's draws of the cells' parameters and go through the decision
    of `hepatica dose`. First every regimen with the product that was given, then the best of them with the others.

    Examples
    --------
    >>> from hepatica.imaging.biodistribution import Infusion, fit_subject, of_population
    >>> from hepatica.imaging.quantification import LabelledCells, OrganLabel
    >>> fit = fit_subject([OrganLabel("lung", 0.1, 0.3, 0.03)], Infusion(LabelledCells(tracer="Zr89", number=1e8)),
    ...     of_population("hbv_aclf"), draws=200, points=500)
    >>> advice = advise(fit, Plan("hbv_aclf", (Regimen(1e6),), horizon=30.0, patients=40))
    >>> len(advice.options), advice.gain_of_looking >= 0
    (1, True)
    """
    given = fit.infusion
    routes = dict.fromkeys(r.route for r in plan.regimens)
    delivered = {
        (name, route): deliver(fit, route, product, name=name, reach=plan.reach, seed=seed)
        for name, product in [(GIVEN, None), *plan.products.items()]
        for route in routes
    }
    route = given.labelled.route
    seen = delivered[GIVEN, route] if route in routes else deliver(fit, route, reach=plan.reach, seed=seed)
    own = _product(given.product, given.labelled.viability)
    choices = [(GIVEN, own, r) for r in plan.regimens]
    options, confident = _evaluated(fit, plan, choices, delivered, seed)
    if plan.products:
        best = options[0].regimen
        others = [(n, _product(p, p.viability), best) for n, p in plan.products.items()]
        more, sure = _evaluated(fit, plan, others, delivered, seed)
        confident |= sure
        options = _ranked([*options, *more])
    usable = [o for o in options if o.is_admissible and o.delivery.reaches >= UNREACHED]
    unseen = max((o for o in options if o.product == GIVEN), key=lambda o: o.unseen)
    without = unseen if unseen.unseen > 0 else None
    if not any(d.reaches >= UNREACHED for d in delivered.values()):
        verdict = Verdict.STOP
    elif not usable or usable[0].gain <= 0:
        verdict = Verdict.NO_GAIN
    else:
        verdict, nearest = Verdict.GIVE, least_changed(usable, route)
        options = (nearest, *(o for o in options if o is not nearest))
    chosen = options[0] if verdict is Verdict.GIVE else None
    worth = (chosen.gain if chosen else 0.0) - (without.gain if without else 0.0)
    return Advice(
        verdict,
        tuple(options),
        without,
        max(worth, 0.0),
        _changes(chosen, given.labelled.route),
        seen.ratio < POORER,
        seen,
        chosen is not None and (chosen.product, chosen.regimen) in confident,
    )


def _product(product: Product, viability: float) -> Product:
    """Product as it is given for treatment: without label."""
    return replace(product, viability=viability, tracer="")


def least_changed(usable: Sequence[Option], route: str) -> Option:
    """Option, of those (best first) whose gain is that of the best, with the fewest changes from what was imaged."""
    tied = [o for o in usable if o.gain > 0 and o.gain >= usable[0].gain - TIE]
    return min(tied, key=lambda o: (len(_changes(o, route)), -o.gain))


def _changes(chosen: Option | None, route: str) -> tuple[Change, ...]:
    if chosen is None:
        return ()
    made = [Change.ROUTE] * (chosen.regimen.route != route) + [Change.SPLIT] * (chosen.regimen.infusions > 1)
    return (*made, *([Change.PRODUCT] * (chosen.product != GIVEN)))


def _ranked(options: Sequence[Option]) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda o: (not o.is_admissible, -o.gain)))


Choice = tuple[str, Product, Regimen]


def _evaluated(
    fit: SubjectFit, plan: Plan, choices: list[Choice], delivered: dict[tuple[str, str], Delivery], seed: int
) -> tuple[tuple[Option, ...], set[tuple[str, Regimen]]]:
    """Options, the best first, and those whose gain is confident."""
    arms = [CARE, *(Arm(f"{n} {r.label}".strip(), r, p) for n, p, r in choices)]
    patients = _admitted(plan.population, plan.patients, seed)
    chance, prior = fit.probability, fit.prior_probability
    possible = [h for h in chance if chance[h] >= NEGLIGIBLE]
    after = _results(fit, plan, arms, patients, stage="posterior", hypotheses=possible)
    before = _without_looking(fit, plan, arms, patients, seed)
    counting = [h for h in after if chance[h] >= COUNTS]
    options, confident = [], set()
    for k, (name, _, regimen) in enumerate(choices, 1):
        gains = {h: r.gain[k] for h, r in after.items()}
        options.append(
            Option(
                name,
                regimen,
                sum(chance[h] * g.mean for h, g in gains.items()),
                min(gains[h].low for h in counting),
                max(gains[h].high for h in counting),
                {h: g.mean for h, g in gains.items()},
                sum(prior[h] * r.gain[k].mean for h, r in before.items()),
                all(after[h].admissible[k] for h in counting),
                delivered[name, regimen.route],
            )
        )
        if all(gains[h].low > 0 and gains[h].above_zero > CONFIDENT for h in counting):
            confident.add((name, regimen))
    return _ranked(options), confident


@functools.cache
def _system() -> System:
    return shipped_system()


@functools.lru_cache(maxsize=4)
def _admitted(population: str, patients: int, seed: int) -> Admitted:
    return admit(_system(), load_population(population), patients, seed=seed, draws=patients, known=shipped_draws())


_UNSEEN: dict[tuple[object, ...], dict[str, HypothesisResult]] = {}
"""Results without the scans, which do not change as scans arrive."""


def _without_looking(
    fit: SubjectFit, plan: Plan, arms: list[Arm], patients: Admitted, seed: int
) -> dict[str, HypothesisResult]:
    drawn = hashlib.blake2b(b"".join(f.prior.tobytes() for f in fit.by_hypothesis.values()), digest_size=16).digest()
    key = (plan.population, plan.patients, plan.horizon, seed, tuple(arms), drawn)
    if key not in _UNSEEN:
        while len(_UNSEEN) >= KEPT:
            _UNSEEN.pop(next(iter(_UNSEEN)))
        _UNSEEN[key] = _results(fit, plan, arms, patients, stage="prior", hypotheses=fit.by_hypothesis)
    return _UNSEEN[key]


def _results(
    fit: SubjectFit,
    plan: Plan,
    arms: list[Arm],
    patients: Admitted,
    *,
    stage: Literal["prior", "posterior"],
    hypotheses: Iterable[str],
) -> dict[str, HypothesisResult]:
    cohort = replace(patients.cohort, known=image_draws(fit, stage))
    own = Admitted(cohort, patients.initial, patients.labs, patients.tried)
    late = np.arange(30.0, plan.horizon, 5.0)
    times = np.unique(np.concatenate([np.arange(0.0, min(30.0, plan.horizon), 1.0), late, [plan.horizon]]))
    utility, system, draws = Utility(), _system(), shipped_draws()
    made = {}
    for h in hypotheses:
        ds = simulate(system, own, arms, times, outputs=OUTPUTS, hypothesis=h)
        null = draws.null_effect_probability(h)
        made[h] = evaluate_hypothesis(ds, arms, utility, null_effect_probability=null)
    return made
