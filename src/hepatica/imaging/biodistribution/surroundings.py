"""Surroundings of the cells in a subject: what the sub-model takes from the liver and does not follow."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of

Floats = NDArray[np.float64]
PATIENTS = 200
"""Virtual patients whose surroundings are summarised."""
LEAST = 1e-9
SHUNT = "shunt"
"""Beginning of the names of shares of flow that bypass the liver."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Distribution of the surroundings: joint normal on the log scale, or the logit scale for shares.

    Attributes
    ----------
    names : tuple of str
    centre : (k,) array
        Medians on that scale.
    factor : (k, k) array
        Lower Cholesky factor of the covariance; zero where a value is stated.
    is_share : (k,) array of bool
        On the logit scale.
    source : str
        Population, or ``"stated"``.
    """

    names: tuple[str, ...]
    centre: Floats
    factor: Floats
    is_share: NDArray[np.bool_]
    source: str

    def values(self, z: Floats) -> Floats:
        """Values (draw, k) at standard normal coordinates (draw, k).

        Examples
        --------
        >>> one = Surroundings(("x",), np.zeros(1), np.zeros((1, 1)), np.array([True]), "stated")
        >>> one.values(np.zeros((1, 1))).tolist()
        [[0.5]]
        """
        moved = np.exp(np.clip(self.centre + z @ self.factor.T, -50.0, 50.0))
        return np.asarray(np.where(self.is_share, moved / (1.0 + moved), moved))


def summarise(names: tuple[str, ...], sample: Floats, is_share: NDArray[np.bool_], source: str) -> Surroundings:
    """Surroundings from a sample of patients.

    Parameters
    ----------
    names : tuple of str
        Of the quantities.
    sample : (patient, k) array
        0 or above; shares below 1.
    is_share : (k,) array of bool
        On the logit scale.
    source : str
        Of the patients.

    Examples
    --------
    >>> made = summarise(("x",), np.array([[1.0], [np.e**2]]), np.array([False]), "two")
    >>> made.centre.round(6).tolist()
    [1.0]
    """
    value = np.maximum(sample, LEAST)
    share = np.minimum(value, 1.0 - LEAST)
    scaled = np.where(is_share, np.log(share / (1.0 - share)), np.log(value))
    spread = np.atleast_2d(np.cov(scaled, rowvar=False)) if len(scaled) > 1 else np.zeros((len(names), len(names)))
    factor = np.asarray(np.linalg.cholesky(spread + 1e-12 * np.eye(len(names))), float)
    return Surroundings(names, scaled.mean(axis=0), factor, is_share, source)


@functools.cache
def of_population(key: str, *, seed: int = 1) -> Surroundings:
    """Surroundings of the virtual patients of a population at admission.

    Parameters
    ----------
    key : str
        One of ``hepatica.patients.populations()``.
    seed : int
        Of the random streams.

    Raises
    ------
    InputError
        If there is no such population.

    Examples
    --------
    >>> made = of_population("stable_decompensated_cirrhosis")
    >>> bool((made.values(np.zeros((1, len(made.names)))) > 0).all())
    True
    """
    from hepatica.admission import admit
    from hepatica.engine import shipped_system
    from hepatica.patients import load_population, populations
    from hepatica.simulation import Arm, simulate

    if key not in populations():
        raise InputError("population", key, f"one of {', '.join(populations())}")
    names = surroundings_of(submodel())
    system = shipped_system()
    patients = admit(system, load_population(key), PATIENTS, seed=seed, draws=PATIENTS, known=None)
    course = simulate(system, patients, [Arm("standard care")], np.array([0.0, 1.0]), outputs=names)
    sample = np.stack([course[n].values[0].mean(axis=1) for n in names], axis=1)
    sample = sample[np.isfinite(sample).all(axis=1)]
    return summarise(names, sample, _shares(sample), key)


def _shares(sample: Floats) -> NDArray[np.bool_]:
    """Quantities without unit of which no patient has 1 or more."""
    parameters = submodel().model.parameters
    bare = np.array([parameters[n].unit in ("", "1") for n in surroundings_of(submodel())])
    return np.asarray(bare & (sample < 1.0).all(axis=0))


def stated(values: Mapping[str, float]) -> Surroundings:
    """Surroundings that the user states, without spread.

    Parameters
    ----------
    values : mapping of str to float
        Every one, in internal units.

    Raises
    ------
    InputError
        If one is missing, unknown or not above 0.

    Examples
    --------
    >>> names = surroundings_of(submodel())
    >>> stated({n: 0.1 for n in names}).values(np.ones((1, len(names))))[0, 0].round(6).item()
    0.1
    """
    names = surroundings_of(submodel())
    shares = [n for n in values if n.startswith(SHUNT)]
    if (
        set(values) != set(names)
        or not all(0 < v < 1e6 for v in values.values())
        or any(values[n] >= 1 for n in shares)
    ):
        raise InputError("surroundings", sorted(values), f"numbers above 0 of {', '.join(names)}, a shunt below 1")
    exact = np.array([[values[n] for n in names]])
    k = len(names)
    return Surroundings(names, np.log(exact[0]), np.zeros((k, k)), np.zeros(k, bool), "stated")
