"""Delivery: living cells that would reach and stay in the liver, by route and product, as the scans left it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.biodistribution.fit import HypothesisFit, SubjectFit, prior_draws
from hepatica.imaging.biodistribution.next_scan import transferred
from hepatica.imaging.biodistribution.parameter_space import ParameterSpace
from hepatica.imaging.biodistribution.summary import Interval, retained
from hepatica.patients.streams import uniforms
from hepatica.therapy import Product

Floats = NDArray[np.float64]
GIVEN = ""
"""Name of the product that was given."""


class Delivery(NamedTuple):
    """Delivery of living cells to the liver by one route and product.

    Attributes
    ----------
    product : str
        ``""`` is the product that was given.
    route : str
    retention : Interval
        Share of living cells given that live in the liver after a day; hypotheses weighed by their probability.
    expected : float
        Mean of that share before the scans.
    mean : float
        After them.
    by_hypothesis : dict of str to Interval
    reaches : float
        Probability that the share exceeds the plan's `reach`.
    """

    product: str
    route: str
    retention: Interval
    expected: float
    mean: float
    by_hypothesis: dict[str, Interval]
    reaches: float

    @property
    def ratio(self) -> float:
        """Mean after the scans over that before."""
        return self.mean / max(self.expected, 1e-300)


def deliver(
    fit: SubjectFit,
    route: str,
    product: Product | None = None,
    *,
    name: str = GIVEN,
    reach: float = 0.01,
    seed: int = 1,
) -> Delivery:
    """Delivery by a route and product, before and after the scans.

    Parameters
    ----------
    fit : SubjectFit
        After the scans so far.
    route : str
        One of ``hepatica.therapy.ROUTES``.
    product : Product, optional
        The one that was given, unless another is.
    name : str
        Of the product.
    reach : float
        Share of living cells that counts as reaching the liver.
    seed : int
        Of the random streams.

    Examples
    --------
    >>> from hepatica.imaging.biodistribution import Infusion, fit_subject, stated
    >>> from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of
    >>> from hepatica.imaging.quantification import LabelledCells, OrganLabel
    >>> around = stated({n: 0.1 for n in surroundings_of(submodel())})
    >>> fit = fit_subject([OrganLabel("lung", 0.1, 0.3, 0.03)],
    ...     Infusion(LabelledCells(tracer="Zr89", number=1e8)), around, draws=200, points=500)
    >>> deliver(fit, "portal_vein").mean > 2 * deliver(fit, "peripheral_vein").mean
    True
    """
    before, after = {}, {}
    for h, one in fit.by_hypothesis.items():
        space = _given_by(one, route, product)
        before[h] = _expected(space, fit.effort.seed, len(one.prior))
        after[h] = retained(space, transferred(one, space, seed))
    mixed = mixture(after, fit.probability, seed)
    return Delivery(
        name,
        route,
        Interval.of(mixed),
        float(np.nanmean(mixture(before, fit.prior_probability, seed))),
        float(np.nanmean(mixed)),
        {h: Interval.of(v) for h, v in after.items()},
        float(np.mean(mixed > reach)),
    )


def _given_by(fit: HypothesisFit, route: str, product: Product | None) -> ParameterSpace:
    infusion = fit.space.infusion
    other = replace(infusion, labelled=replace(infusion.labelled, route=route), product=product or infusion.product)
    return replace(fit.space, infusion=other)


@functools.lru_cache(maxsize=64)
def _expected(space: ParameterSpace, seed: int, draws: int) -> Floats:
    """Retention before any scan, which stays as scans arrive."""
    z = prior_draws(space, seed=seed, draws=draws)
    return retained(space, z)


def mixture(values: Mapping[str, Floats], probability: Mapping[str, float], seed: int) -> Floats:
    """Draws of the mixture of hypotheses: each draw comes from one, with its probability.

    Parameters
    ----------
    values : mapping of str to (draw,) array
        Of each hypothesis.
    probability : mapping of str to float
        Of each hypothesis.
    seed : int
        Of the random streams.

    Examples
    --------
    >>> mixture({"a": np.zeros(1000), "b": np.ones(1000)}, {"a": 0.25, "b": 0.75}, 1).mean().round(1).item()
    0.8
    """
    rows = np.stack([values[h] for h in values])
    ends = np.cumsum([probability[h] for h in values])
    u = uniforms(seed, np.arange(rows.shape[1]), "imaging:mixture")[:, 0] * ends[-1]
    which = np.minimum(np.searchsorted(ends, u, side="right"), len(rows) - 1)
    return np.asarray(rows[which, np.arange(rows.shape[1])])
