"""Morris elementary effects: design and statistics over each parameter's uncertainty (Morris1991, Campolongo2007).

Around each of `r` base points every parameter is moved by itself, two thirds of the way between the 5 % and the
95 % point of its prior; an elementary effect is the change of the output per whole way. Base points lie on the
grid of four levels over the same way. A parameter whose row states no ignorance stays at its value in every base
point and is moved half the way of a nominal spread, so that it can be seen what a wrong value would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import LABS
from hepatica.errors import InputError
from hepatica.model.parameters import Parameter
from hepatica.model.reach import dependencies, silent
from hepatica.model.spread import Spread
from hepatica.model.structure import Model
from hepatica.patients import Population
from hepatica.patients.population import Cause
from hepatica.patients.streams import uniforms
from hepatica.therapy import TREATMENTS, Product

Floats = NDArray[np.float64]
LEVELS, STEP, NOMINAL_STEP = 4, 2 / 3, 1 / 2
LOW, HIGH = 0.05, 0.95  # the way between them is 1
NOMINAL = 0.1
# names of one unit, of a reference or of a rounded corner: their value defines and is not measured
DEFINITIONS = ("one_*", "*_one_cell", "*_width", "age_mean", "diameter_usual", "minutes", "geometric")
STAGES = ("never", "with cells", "after admission", "from history on")


@dataclass(frozen=True)
class Movable:
    """Parameter that the screen perturbs, with its uncertainty.

    Attributes
    ----------
    name, module : str
    spread : Spread
        Its ignorance, or a nominal spread where its row states none.
    nominal : bool
    reaches : {"never", "with cells", "after admission", "from history on"}
        From when on it can matter to the outputs, proved from the equations.
    """

    name: str
    module: str
    spread: Spread
    nominal: bool
    reaches: str


def controls(population: Population) -> dict[str, str]:
    """Controls: parameters that state who a patient is or what is given, and why each is not perturbed."""
    product = Product()
    held: tuple[Population | Cause, ...] = (population, *population.causes)
    groups = (
        ("property of the patient", population.covariate),
        (
            "control of history or treatment",
            ["transplant_rate", *(name for p in held for name in (*p.before, *p.treatment))],
        ),
        ("established treatment", [name for t in TREATMENTS.values() for name, _ in t.sets]),
        ("property of the product", {**product.multipliers(), **product.settings()}),
    )
    return {name: why for why, names in reversed(groups) for name in names}


def parameter_uncertainty(p: Parameter) -> tuple[Spread, bool]:
    """Uncertainty of a parameter: its prior, or a nominal spread (True) where its row states none."""
    if p.entry.prior.varies:
        return p.entry.prior, False
    share = p.unit == "" and 0 < p.value < 1  # a share stays one
    return (Spread(kind="logitnormal", sd=NOMINAL) if share else Spread(kind="lognormal", cv=NOMINAL)), True


def movable(
    model: Model,
    population: Population,
    outputs: Sequence[str],
    *,
    patterns: Iterable[str] = (),
    dosed: Iterable[str] = (),
) -> tuple[list[Movable], dict[str, str]]:
    """Perturbed parameters, in the model's order, and those held with the reason.

    Parameters
    ----------
    model : Model
        Assembled model.
    population : Population
        Population of the patients.
    outputs : sequence of str
        States or quantities that are looked at.
    patterns : iterable of str
        Only names or ``module:name`` that match one of these, as in a shell.
    dosed : iterable of str
        States that treatment beside the cells puts something into.

    Raises
    ------
    InputError
        If a pattern matches no parameter.
    """
    backgrounds: tuple[Population | Cause, ...] = (population, *population.causes)
    given = {name for p in backgrounds for name in (*p.insult, *p.treatment) if name in model.states}
    zero = silent(model, {*given, *dosed})
    every = dependencies(model, outputs)
    care = dependencies(model, outputs, zero=zero)
    states = [s for s in model.states if s in every and s not in {t.hazard for t in model.thresholds}]
    labs = [n for n in (*LABS, *population.inclusion) if n in model.states or n in model.quantities]
    history = dependencies(model, [*labs, *states], zero=zero, events=False)
    held, perturbed = controls(population), []
    chosen = tuple(patterns)
    for pattern in chosen:
        if not any(_matches(p, (pattern,)) for p in model.parameters.values()):
            raise InputError("--parameters", pattern, "a pattern that fits a parameter, as 'cells:*' or 'death_*'")
    for p in model.parameters.values():
        if p.name in held or not _matches(p, chosen or ("*",)):
            continue
        fitted = population.fitted.get(p.name)
        if any(fnmatchcase(p.name, d) for d in DEFINITIONS):
            held[p.name] = "definition"
        elif not p.entry.prior.varies and (p.value if fitted is None else fitted.value) == 0:
            held[p.name] = "0, and no ignorance is stated"
        else:
            reaches = STAGES[3 if p.name in history else 2 if p.name in care else int(p.name in every)]
            perturbed.append(Movable(p.name, p.module, *parameter_uncertainty(p), reaches))
    return perturbed, {name: why for name, why in held.items() if name in model.parameters}


def _matches(p: Parameter, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns for text in (p.name, f"{p.module}:{p.name}"))


def quantile(place: float) -> float:
    """Quantile of the spread at a place (0 to 1) on the way that is screened."""
    return LOW + (HIGH - LOW) * place


def design(moved: Sequence[Movable], bases: NDArray[np.int64], seed: int) -> tuple[Floats, Floats]:
    """Radial one-at-a-time design: levels at the base points and after each parameter's own move, (bases, parameters).

    Each parameter has its own stream, so that one more or less leaves the others where they are.
    """
    base, after = np.empty((2, len(bases), len(moved)))
    for k, m in enumerate(moved):
        u = uniforms(seed, bases, f"sensitivity:{m.name}")[:, 0]
        if m.nominal:
            base[:, k], after[:, k] = 0.5, 0.5 + np.where(u < 0.5, -NOMINAL_STEP, NOMINAL_STEP)
        else:
            level = np.minimum(np.floor(u * LEVELS), LEVELS - 1) / (LEVELS - 1)
            base[:, k], after[:, k] = level, np.where(level < 0.5, level + STEP, level - STEP)
    return base, after


@dataclass(frozen=True)
class EffectStatistics:
    """Statistics of elementary effects, each (parameters, outputs).

    Attributes
    ----------
    mu_star : mean of absolute effects
    low, high : 90 % bootstrap interval of `mu_star` over the base points
    mu, sigma : mean and SD of the effects
    n : base points with an effect
    """

    mu_star: Floats
    low: Floats
    high: Floats
    mu: Floats
    sigma: Floats
    n: NDArray[np.int64]


def effect_statistics(effects: Floats, *, seed: int = 0, resamples: int = 1000) -> EffectStatistics:
    """Mean, mean absolute value and SD of elementary effects (bases, parameters, outputs); NaN is left out.

    Examples
    --------
    >>> s = effect_statistics(np.array([[[1.0]], [[-3.0]]]))
    >>> float(s.mu_star[0, 0]), float(s.mu[0, 0]), round(float(s.sigma[0, 0]), 3)
    (2.0, -1.0, 2.828)
    """
    r = len(effects)
    known = np.isfinite(effects)
    n = known.sum(axis=0)
    value = np.where(known, effects, 0.0)
    count = np.maximum(n, 1)
    mu, mu_star = (np.where(n > 0, v.sum(axis=0) / count, np.nan) for v in (value, np.abs(value)))
    spare = np.where(known, (effects - mu) ** 2, 0.0).sum(axis=0)
    sigma = np.where(n > 1, np.sqrt(spare / np.maximum(n - 1, 1)), np.nan)
    drawn = np.floor(uniforms(seed, np.arange(resamples), "sensitivity:bootstrap", r) * r).astype(np.int64)
    times = np.stack([(drawn == b).sum(axis=1) for b in range(r)], axis=1).astype(float)
    weight = np.tensordot(times, known.astype(float), 1)
    means = np.tensordot(times, np.abs(value), 1) / np.where(weight > 0, weight, np.nan)
    with np.errstate(all="ignore"):
        low, high = _quantiles(means, (0.05, 0.95))
    return EffectStatistics(mu_star=mu_star, low=low, high=high, mu=mu, sigma=sigma, n=n)


def _quantiles(values: Floats, which: tuple[float, float]) -> Floats:
    """Quantiles along the first axis, NaN left out; NaN where all are."""
    ordered = np.sort(values, axis=0)  # NaN last
    last = np.isfinite(values).sum(axis=0) - 1
    quantiles = [
        np.take_along_axis(ordered, np.rint(np.maximum(last, 0) * q).astype(np.int64)[None], axis=0)[0] for q in which
    ]
    return np.stack(quantiles)
