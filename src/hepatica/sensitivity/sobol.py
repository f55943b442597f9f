"""Sobol' indices of a few leading parameters: how much of an output's variance each decides (Saltelli et al. 2010).

A block is one row of Saltelli's design: two independent points, and between them one point for each parameter, with
that parameter from the other point. Its first-order index is the share of the variance that would go if the parameter
were known; its total index is the share that would stay if all others were known. Sampling and indices are SALib's;
intervals are percentiles of a bootstrap over blocks.

A block with a point that has no answer goes as a whole, since its other points are compared with that one; how many
went is told, and where more than half did there are no indices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.model.spread import Spread
from hepatica.patients import DrawKey, Draws

Floats = NDArray[np.float64]
LEVEL = 0.90
RESAMPLES = 1000
MOST_LOST = 0.5  # share of the blocks without an answer above which there are no indices
FLAT = 1e-9  # range of an output, over its size, below which nothing moves it


@dataclass(frozen=True)
class Indices:
    """Sobol' indices, each (parameters, outputs).

    Attributes
    ----------
    first, first_low, first_high : first order, with the bounds of a 90 % bootstrap interval
    total, total_low, total_high : total, the same
    mean, sd : of each output over the blocks, (outputs,)
    blocks : blocks with an answer
    lost : blocks without
    """

    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    mean: Floats
    sd: Floats
    blocks: int
    lost: int


def design(parameters: int, samples: int, seed: int) -> Floats:
    """Saltelli's design: coordinates of every point, (samples, parameters + 2, parameters), each uniform in (0, 1).

    Parameters
    ----------
    parameters : int
        Parameters to move.
    samples : int
        Blocks; a power of two, by which Sobol' sequences are balanced.
    seed : int
        Seed of the random streams.

    Raises
    ------
    InputError
        If `samples` is no power of two.

    Examples
    --------
    >>> u = design(3, 8, seed=1)
    >>> u.shape, bool((u[:, 1, 0] == u[:, -1, 0]).all()), bool((u[:, 1, 1:] == u[:, 0, 1:]).all())
    ((8, 5, 3), True, True)
    """
    from SALib.sample import sobol

    if samples < 2 or samples & (samples - 1):
        raise InputError("--samples", samples, "a power of two, at least 2, as 64")
    u = sobol.sample(_problem(parameters), samples, calc_second_order=False, seed=seed)
    return np.asarray(np.clip(u, 1e-9, 1 - 1e-9).reshape(samples, parameters + 2, parameters))


def indices(values: Floats, *, seed: int = 0, resamples: int = RESAMPLES) -> Indices:
    """Sobol' indices of outputs at the points of a design.

    Parameters
    ----------
    values : (samples, parameters + 2, outputs)
        NaN where a point has no answer.
    seed : int
        Seed of the random streams.
    resamples : int
        Bootstrap resamples.

    Raises
    ------
    InputError
        If more than half of the blocks have none.

    Examples
    --------
    >>> u = design(2, 256, seed=1)
    >>> s = indices((3 * u[..., :1] + 4 * u[..., 1:]))
    >>> s.first[:, 0].round(2).tolist(), s.blocks, s.lost
    ([0.36, 0.64], 256, 0)
    """
    from SALib.analyze import sobol

    samples, points, outputs = values.shape
    complete = np.isfinite(values).all(axis=(1, 2))
    if complete.sum() < max(2, (1 - MOST_LOST) * samples):
        had = f"{int(complete.sum())} of {samples} blocks with an answer"
        raise InputError("--sobol", had, "at least half; take parameters that leave more patients, or more patients")
    k, kept = points - 2, values[complete]
    estimates = np.zeros((6, k, outputs))
    for o in range(outputs):
        y = kept[..., o].ravel()
        if np.ptp(y) <= FLAT * max(1.0, float(np.abs(y).max())):
            continue  # nothing moves it
        s = sobol.analyze(
            _problem(k),
            y,
            calc_second_order=False,
            num_resamples=resamples,
            conf_level=LEVEL,
            keep_resamples=True,
            seed=seed + 1,
        )
        for row, name in ((0, "S1"), (3, "ST")):
            ends = np.quantile(s[f"{name}_conf_all"], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
            estimates[row : row + 3, :, o] = s[name], *ends
    ends = kept[:, [0, -1]].reshape(-1, outputs)  # the two independent points
    return Indices(
        first=estimates[0],
        first_low=estimates[1],
        first_high=estimates[2],
        total=estimates[3],
        total_low=estimates[4],
        total_high=estimates[5],
        mean=ends.mean(axis=0),
        sd=ends.std(axis=0),
        blocks=int(complete.sum()),
        lost=int((~complete).sum()),
    )


def _problem(parameters: int) -> dict[str, object]:
    names = [f"x{i}" for i in range(parameters)]
    return {"num_vars": parameters, "names": names, "bounds": [[0.0, 1.0]] * parameters}


def posterior_quantiles(name: str, spread: Spread, draws: Draws, hypotheses: Sequence[str] = ()) -> Floats | None:
    """Prior quantiles of the posterior draws of a parameter, in rising order.

    Parameters
    ----------
    name : str
        Name of the parameter.
    spread : Spread
        Its prior.
    draws : Draws
        Parameter draws.
    hypotheses : sequence of str
        Rows of all of these are put together where they differ.

    Returns
    -------
    (n,) ndarray, or None
        None where the draws say nothing of the parameter.

    Examples
    --------
    >>> d = Draws({DrawKey.coordinate("x"): np.array([0.0, -9.0, 9.0])})
    >>> posterior_quantiles("x", Spread(kind="lognormal", cv=0.5), d).round(3).tolist()
    [0.0, 0.5, 1.0]
    """
    rows = np.arange(draws.n)
    quantiles = []
    for h in hypotheses or ("",):
        z, u = draws.of(DrawKey.coordinate(name, h), rows), draws.of(DrawKey.spike(name, h), rows)
        if z is None:
            return None
        q = ndtr(z)
        if spread.kind == "spike" and u is not None:
            q = np.where(u < spread.weight, u, spread.weight + (1 - spread.weight) * q)
        quantiles.append(q)
    return np.sort(np.concatenate(quantiles))


def at_quantiles(u: Floats, among: Floats | None) -> Floats:
    """Prior quantiles at probabilities `u` of the posterior, or of the prior itself without posterior draws.

    Examples
    --------
    >>> at_quantiles(np.array([0.25, 0.75]), np.array([0.4, 0.5, 0.6])).tolist()
    [0.45, 0.55]
    """
    if among is None:
        return u
    return np.asarray(np.quantile(among, u))
