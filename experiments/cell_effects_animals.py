"""Harm of an infusion in healthy animals beside what was seen, and harms that dose alone makes, not its rate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from cell_effects_cases import MECHANISMS, UNEXPLAINED
from cell_effects_infection import OTHERS, infected, relative_risk
from cell_effects_run import HALF_YEAR, TIMES, Floats, run

from hepatica.engine import Events, Problem, System
from hepatica.patients import Admitted
from hepatica.simulation import Arm
from hepatica.therapy import Product, Regimen
from hepatica.translation import as_species
from hepatica.translation.arms import NO_EVENT, prior_parameters
from hepatica.translation.dose_response.reach import MAN_WEIGHT

MINUTE, HOUR = 1 / 1440, 1 / 24
DAY = np.unique(np.concatenate([np.arange(0.0, 0.25, 0.005), np.arange(0.25, 1.01, 0.05)]))
DOSES = (1e5, 1e6, 1e7, 1e8)
DRAWS, SEED = 200, 7


class Known(NamedTuple):
    """A dose whose harm in animals was printed."""

    animal: str
    source: str
    dose: float  # cells per kg
    duration: float  # day
    seen: str


SEEN = (
    Known("mouse", "adipose", 5e7, MINUTE, "all lived (Kwon2024)"),
    Known("mouse", "adipose", 1.5e8, MINUTE, "all died"),
    Known("mouse", "adipose", 2.5e8, MINUTE, "all died"),
    Known("mouse", "umbilical_cord", 1e8, MINUTE, "borne for 26 weeks"),
    Known("mouse", "bone_marrow", 2.5e8, MINUTE, "borne, cells of others"),
    Known("primate", "umbilical_cord", 1e7, HOUR, "borne"),
    Known("primate", "umbilical_cord", 3e7, 10 * MINUTE, "passing coma in some"),
    Known("primate", "umbilical_cord", 3e7, 4 * HOUR, "coma no more"),
)


def beside_animals(system: System) -> list[tuple[object, ...]]:
    """Embolism within a day and fall of oxygenation, typical and over draws from the priors, beside what was seen."""
    people = np.concatenate([system.typical("")[None], prior_parameters(system, DRAWS, SEED)])
    return [(*known, *_follow(system, people, known)) for known in SEEN]


def _follow(system: System, people: Floats, known: Known) -> tuple[object, ...]:
    """Healthy animals of one dose; a primate stands in man's physiology."""
    own = as_species(system, people, "mouse") if known.animal == "mouse" else people.copy()
    weight = float(own[0, system.parameters.index("body_weight")]) if known.animal == "mouse" else MAN_WEIGHT
    product = Product(source=known.source)
    for name, factor in product.multipliers().items():
        own[:, system.parameters.index(name)] *= factor
    for name, value in product.settings().items():
        own[:, system.parameters.index(name)] = value
    given = Regimen(known.dose, duration=known.duration).events(weight, viability=product.viability)
    rows = [(t, system.states.index(s), a, k) for t, s, a, k in given]
    limits = np.full((len(own), len(system.model.thresholds), NO_EVENT), np.inf)
    names = ("lung_plugging", "thrombosis_hazard", "oxygenation")
    events = Events.gather([rows] * len(own))
    done = system.solve(Problem(own, system.healthy(own), DAY, names, events, limits, start=0.0, rtol=1e-4))
    factor, rate, lethal, steep = (
        own[:, system.parameters.index(n)][:, None]
        for n in ("tissue_factor", "embolism_rate", "lethal_load", "lethal_steep")
    )
    load = (factor * done.values[:, :, 0]) ** steep
    of_lung = -100 * np.expm1(-np.trapezoid(rate * load / (load + lethal**steep), DAY, axis=1))
    any_clot = -100 * np.expm1(-done.values[:, -1, 1])
    fall = 100 * (1 - done.values[:, :, 2].min(1) / done.values[:, 0, 2])
    good = done.status[1:] == 0
    return tuple(x for v in (of_lung, any_clot, fall) for x in (v[0], *np.quantile(v[1:][good], (0.05, 0.95))))


def by_dose(system: System, patients: Admitted) -> list[tuple[object, ...]]:
    """Harms that the rate of infusion leaves alone: infection, scar, tumours, sensitisation, by dose and infusions."""
    at, rows = int(np.argmin(np.abs(TIMES - HALF_YEAR))), []
    scar_off = MECHANISMS["TGF-beta on scar (harm)"]
    for times in (1, 4):
        arms = [Arm("care"), *(Arm(f"{d:g}", Regimen(d, infusions=times, duration=HOUR)) for d in DOSES)]
        all_on = infected(system, patients, arms, UNEXPLAINED)
        alone = infected(system, patients, arms, (*UNEXPLAINED, *OTHERS))
        values = run(system, patients, arms, off=UNEXPLAINED).values
        without = run(system, patients, arms, off=(*UNEXPLAINED, *scar_off)).values
        scar = 100 * (values["collagen"][..., at] - without["collagen"][..., at]) / values["collagen"][:1, :, at]
        tumour = values["tumour_intensity"][..., : at + 1].mean((-1, -2))
        memory = values["sensitisation"].max(-1).mean(-1)
        for a, dose in enumerate(DOSES, start=1):
            rr, only = relative_risk(all_on[a], all_on[0]), relative_risk(alone[a], alone[0])
            rows.append(
                (dose, times, *rr, *only, float(scar[a].mean()), float(tumour[a] / tumour[0]), float(memory[a]))
            )
    return rows
