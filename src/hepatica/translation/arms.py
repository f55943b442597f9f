"""Animal arms predicted by the model: species' physiology, and an unknown variance between species as in MAPLE.

A parameter of biology in an animal is man's times exp(sigma z), z standard normal for each parameter and species; sigma
has a half-normal prior and is learnt from the arms. How much toxin stands for a study's own is unknown too, and is
averaged over under the control that was printed.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import binom

from hepatica.engine import Events, Problem, System
from hepatica.patients.streams import normals, uniforms
from hepatica.therapy import Regimen
from hepatica.translation.species import SPECIES, as_species

Floats = NDArray[np.float64]
TOXIN = tuple(np.geomspace(2.0, 64.0, 9))  # of the model's reference overdoses
TOXIN_FINE = tuple(np.geomspace(2.0, 64.0, 41))  # between them survival is interpolated
SIGMA = (0.0, 0.1, 0.2, 0.4, 0.7)
SIGMA_SCALE = 0.5  # of its half-normal prior
NO_EVENT = 8  # thresholds of hazards that no animal of these arms reaches


@dataclass(frozen=True, kw_only=True)
class AnimalArm:
    """An arm of a trial in animals.

    Attributes
    ----------
    id : str
    cells : float
        Given at once; 0 for a control.
    route : str
        One of ``hepatica.therapy``'s; empty for a control.
    start : float
        Days after the toxin.
    n, alive : int or None
        None where not printed.
    share : float or None
        Share alive, where n was not printed.
    """

    id: str
    cells: float = 0.0
    route: str = ""
    start: float = 0.0
    n: int | None = None
    alive: int | None = None
    share: float | None = None

    @property
    def observed(self) -> float | None:
        """Share alive as printed."""
        return self.alive / self.n if self.n and self.alive is not None else self.share


@dataclass(frozen=True, kw_only=True)
class AnimalTrial:
    """A trial in animals; the first arm is its control where that was printed."""

    key: str
    species: str
    horizon: float
    arms: tuple[AnimalArm, ...]
    reason: str = ""


@functools.cache
def trials() -> tuple[AnimalTrial, ...]:
    """Trials of ``trials.toml``, in its order."""
    text = (files("hepatica.translation") / "trials.toml").read_text(encoding="utf-8")
    return tuple(
        AnimalTrial(
            key=key,
            species=row["species"],
            horizon=row["horizon"],
            reason=row["reason"],
            arms=tuple(AnimalArm(**arm) for arm in row["arms"]),
        )
        for key, row in tomllib.loads(text).items()
    )


def prior_parameters(system: System, draws: int, seed: int, hypothesis: str = "") -> Floats:
    """Typical people of draws from the priors, (draws, n_parameters), in internal units."""
    out = np.repeat(system.typical(hypothesis)[None], draws, axis=0)
    ids = np.arange(draws, dtype=np.int64)
    for name, p in system.model.parameters.items():
        if p.entry.prior.varies:
            k = system.parameters.index(name)
            z, u = normals(seed, ids, f"animal prior {name}")[:, 0], uniforms(seed, ids, f"animal spike {name}")[:, 0]
            out[:, k] = p.entry.prior.apply(out[:, k], z, u)
    return out


def deviate(system: System, parameters: Floats, species: str, sigma: float, seed: int) -> Floats:
    """Parameters of another species, with its own deviations of biology.

    Parameters
    ----------
    system : System
        Gives the order of parameters.
    parameters : (n, n_parameters)
        Of man.
    species : str
        One of `SPECIES`.
    sigma : float
        Standard deviation of the log ratio between species.
    seed : int
        Of the deviations.

    Returns
    -------
    (n, n_parameters)
        Parameters with a log-normal prior deviate, but for those that the species' own table states.
    """
    out, ids = as_species(system, parameters, species), np.arange(len(parameters), dtype=np.int64)
    for name, p in system.model.parameters.items():
        if p.entry.prior.kind == "lognormal" and name not in SPECIES[species].rows:
            z = normals(seed, ids, f"animal {species} {name}")[:, 0]
            out[:, system.parameters.index(name)] *= np.exp(sigma * z)
    return out


def survival(system: System, parameters: Floats, trial: AnimalTrial, arm: AnimalArm, toxin: float) -> Floats:
    """Probability of living to the horizon, (n,); NaN where a solve failed."""
    times = np.linspace(0.0, trial.horizon, 1 + 8 * int(np.ceil(trial.horizon)))
    rows = [(0.0, system.states.index("drug"), toxin, 0)]
    if arm.cells > 0:
        weight = SPECIES[trial.species].rows["body_weight"].value
        given = Regimen(arm.cells, per_kg=False, route=arm.route).events(weight, viability=1.0)
        rows += [(t + arm.start, system.states.index(s), a, k) for t, s, a, k in given]
    n = len(parameters)
    limits = np.full((n, len(system.model.thresholds), NO_EVENT), np.inf)
    events = Events.gather([rows] * n)
    done = system.solve(
        Problem(
            parameters, system.healthy(parameters), times, ("death_intensity",), events, limits, start=0.0, rtol=1e-4
        )
    )
    alive: Floats = np.exp(-np.trapezoid(done.values[:, :, 0], times, axis=1))
    return np.where(done.status == 0, alive, np.nan)


def refine_toxin(alive: Floats, nodes: Floats, fine: Floats) -> Floats:
    """Survival between simulated amounts of toxin: linear in the log odds over the logarithm of the amount.

    Parameters
    ----------
    alive : (..., n_nodes)
        Probabilities; NaN where a solve failed.
    nodes : (n_nodes,)
        Amounts simulated, rising.
    fine : (n_fine,)
        Amounts wanted, within the nodes.

    Returns
    -------
    (..., n_fine)
        NaN between nodes of which one failed.

    Examples
    --------
    >>> refine_toxin(np.array([0.8, 0.2]), np.array([1.0, 4.0]), np.array([1.0, 2.0, 4.0])).round(6).tolist()
    [0.8, 0.5, 0.2]
    """
    p = np.clip(alive, 1e-9, 1 - 1e-9)
    odds, x = np.log(p / (1 - p)), np.log(nodes)
    right = np.clip(np.searchsorted(x, np.log(fine), side="left"), 1, len(x) - 1)
    share = np.clip((np.log(fine) - x[right - 1]) / (x[right] - x[right - 1]), 0.0, 1.0)
    low, high = odds[..., right - 1], odds[..., right]
    between = np.where(share == 0, low, np.where(share == 1, high, (1 - share) * low + share * high))
    out: Floats = 1.0 / (1.0 + np.exp(-between))
    return out


def log_likelihood(trial: AnimalTrial, alive: Floats, *, control_only: bool = False) -> Floats:
    """Log likelihood of the printed counts.

    Parameters
    ----------
    trial : AnimalTrial
        With counts.
    alive : (n_arms, ...)
        Probabilities of living.
    control_only : bool
        Only of the arms without cells.

    Returns
    -------
    (...,)
        0 where nothing was printed; minus infinity where a solve failed.
    """
    out = np.zeros(alive.shape[1:])
    for p, arm in zip(alive, trial.arms, strict=True):
        if arm.n is not None and arm.alive is not None and not (control_only and arm.cells > 0):
            out = out + binom.logpmf(arm.alive, arm.n, np.clip(np.nan_to_num(p, nan=0.5), 1e-6, 1 - 1e-6))
            out = np.where(np.isnan(p), -np.inf, out)
    return out


def sigma_prior(sigma: Floats, scale: float = SIGMA_SCALE) -> Floats:
    """Half-normal prior of the standard deviation between species on its nodes, (n_sigma,), each with its cell's width.

    Examples
    --------
    >>> sigma_prior(np.array([0.0, 1.0, 2.0]), 100.0).round(2).tolist()
    [0.25, 0.5, 0.25]
    """
    edges = np.concatenate(([sigma[0]], (sigma[1:] + sigma[:-1]) / 2, [sigma[-1]]))
    density = np.exp(-0.5 * (sigma / scale) ** 2) * np.diff(edges)
    out: Floats = density / density.sum()
    return out


def learn_sigma(by_trial: Mapping[str, Floats], sigma: Floats, scale: float = SIGMA_SCALE) -> Floats:
    """Posterior of the standard deviation between species.

    Parameters
    ----------
    by_trial : mapping of str to (n_sigma, n_draws, n_toxin)
        Log likelihoods; draws are the same people throughout, toxins are of each trial alone.
    sigma : (n_sigma,)
        Nodes, rising.
    scale : float
        Of the half-normal prior.

    Returns
    -------
    (n_sigma,)
        Probabilities of the nodes, each with the width of its cell.
    """
    per_draw = sum(logsumexp(x, axis=2) - np.log(x.shape[2]) for x in by_trial.values())
    log_posterior = np.log(sigma_prior(sigma, scale)) + logsumexp(per_draw, axis=1)
    out: Floats = np.exp(log_posterior - logsumexp(log_posterior))
    return out


def sigma_error(by_trial: Mapping[str, Floats], sigma: Floats, *, replicates: int = 200, seed: int = 1) -> Floats:
    """Monte-Carlo error of `learn_sigma`, (n_sigma,), by bootstrap over the draws.

    Parameters
    ----------
    by_trial, sigma
        As in `learn_sigma`.
    replicates, seed : int
        Of the bootstrap.
    """
    n = next(iter(by_trial.values())).shape[1]
    rows = np.random.default_rng(seed).integers(0, n, (replicates, n))
    every = [learn_sigma({k: x[:, r] for k, x in by_trial.items()}, sigma) for r in rows]
    out: Floats = np.std(every, axis=0)
    return out


def draws_that_count(by_trial: Mapping[str, Floats]) -> Floats:
    """Effective number of draws behind each node of sigma (Kong 1992), (n_sigma,)."""
    per_draw = sum(logsumexp(x, axis=2) for x in by_trial.values())
    out: Floats = np.exp(2 * logsumexp(per_draw, axis=1) - logsumexp(2 * np.asarray(per_draw), axis=1))
    return out
