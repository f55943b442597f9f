"""Graphical multiple testing: weights of hypotheses and the transitions of their error when one is rejected.

Bretz, Maurer, Brannath and Posch 2009, Stat Med 28:586; with group sequential looks Maurer and Bretz 2013, Stat
Biopharm Res 5:311. Fixed sequences, Holm, fallback and gatekeeping are graphs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import spend
from hepatica.trials.confirmatory.group_sequential.recursion import checked_information
from hepatica.trials.confirmatory.group_sequential.spending import Spending

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Graph:
    """Weights and transitions of m hypotheses.

    Attributes
    ----------
    weights : (m,)
        Shares of alpha, adding up to 1 at most.
    transitions : (m, m)
        Share of the error of a rejected hypothesis (row) that goes to each other one; no row adds up to more than 1.
    """

    weights: Floats
    transitions: Floats

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        w, g = np.asarray(self.weights, float), np.asarray(self.transitions, float)
        object.__setattr__(self, "weights", w)
        object.__setattr__(self, "transitions", g)
        if w.ndim != 1 or not (w >= 0).all() or w.sum() > 1 + 1e-9:
            raise InputError("weights", w.tolist(), "give shares of at least 0 that add up to 1 at most")
        if g.shape != (len(w), len(w)) or not (g >= 0).all() or (g.sum(axis=1) > 1 + 1e-9).any() or np.diag(g).any():
            raise InputError(
                "transitions", g.tolist(), "give a square of shares, 0 on the diagonal, each row adding up to 1 at most"
            )

    @classmethod
    def fixed_sequence(cls, m: int) -> Graph:
        """Hypotheses in order, each at full level once the one before is rejected."""
        return cls(np.eye(m)[0], np.eye(m, k=1))

    @classmethod
    def holm(cls, m: int) -> Graph:
        """Holm's procedure."""
        others = (np.ones((m, m)) - np.eye(m)) / max(m - 1, 1)
        return cls(np.full(m, 1 / m), others)

    def without(self, i: int) -> Graph:
        """Graph after hypothesis i is rejected: its error is handed on, its transitions are bridged."""
        w, g = self.weights.copy(), self.transitions.copy()
        w = w + w[i] * g[i]
        loop = g[:, i] * g[i]
        bridged = g + np.outer(g[:, i], g[i])
        rest = 1 - loop
        new = np.where(rest[:, None] > 1e-12, bridged / np.where(rest > 1e-12, rest, 1.0)[:, None], 0.0)
        np.fill_diagonal(new, 0.0)
        new[i] = 0.0
        new[:, i] = 0.0
        w[i] = 0.0
        return Graph(np.minimum(w, 1.0), new / np.maximum(new.sum(axis=1, keepdims=True), 1.0))


def graphical_test(p: ArrayLike, graph: Graph, alpha: float = 0.025) -> Flags:
    """Hypotheses (m,) rejected at familywise level alpha, from p-values (m,).

    Examples
    --------
    >>> graphical_test([0.01, 0.04, 0.03], Graph.holm(3), 0.05).tolist()
    [True, False, False]
    """
    return adjusted_p_values(p, graph) <= alpha


def adjusted_p_values(p: ArrayLike, graph: Graph) -> Floats:
    """Adjusted p-values (m,) of a graphical procedure, from p-values (m,).

    Examples
    --------
    >>> adjusted_p_values([0.01, 0.04, 0.03], Graph.holm(3)).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, float)
    if values.shape != graph.weights.shape or not ((values >= 0) & (values <= 1)).all():
        raise InputError("p", values.tolist(), f"give {len(graph.weights)} p-values from 0 to 1")
    left, worst, adjusted = list(range(len(values))), 0.0, np.ones(len(values))
    while left:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(graph.weights > 0, values / graph.weights, np.inf)
        here = min(left, key=lambda i: float(ratio[i]))
        worst = max(worst, float(ratio[here]))
        if not np.isfinite(worst):
            return adjusted
        adjusted[here] = min(1.0, worst)
        graph = graph.without(here)
        left.remove(here)
    return adjusted


def group_sequential_graph(
    z: Floats, fractions: Floats, graph: Graph, spending: tuple[Spending, ...], alpha: float = 0.025
) -> NDArray[np.int64]:
    """Looks (m,) at which hypotheses are rejected, from 1, by a graph over group sequential looks; 0 for never.

    After a rejection the boundaries of those that gain error are computed anew for all looks; earlier looks of
    theirs are not tested again.

    Parameters
    ----------
    z : (looks, m)
        Statistics; NaN where a hypothesis has no look.
    fractions : (looks, m)
        Information fractions of each hypothesis, the last of each column 1.
    graph : Graph
        Weights and transitions.
    spending : (m,)
        Spending function of each hypothesis.
    alpha : float
        Familywise, one-sided.
    """
    looks, m = np.asarray(z).shape
    rejected = np.zeros(m, np.int64)
    if len(spending) != m or np.shape(fractions) != (looks, m):
        raise InputError(
            "spending", len(spending), f"give {m} spending functions, and fractions of the shape of z, {looks, m}"
        )
    for look in range(looks):
        again = True
        while again:
            again = False
            for i in np.flatnonzero((rejected == 0) & np.isfinite(z[look]) & (graph.weights > 0)):
                own = np.isfinite(z[:, i])
                at = checked_information(fractions[own, i], "fractions")
                critical = spend(spending[i], at, float(graph.weights[i]) * alpha, False)
                if z[look, i] >= critical[int(own[:look].sum())]:
                    rejected[i], again = look + 1, True
                    graph = graph.without(int(i))
                    break
    return rejected


def z_to_p(z: ArrayLike) -> Floats:
    """One-sided p-values (...) of statistics (...)."""
    return np.asarray(ndtr(-np.asarray(z, float)))
