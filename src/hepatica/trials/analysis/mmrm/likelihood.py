"""Likelihood of repeated measures from sufficient statistics by pattern of observed visits; REML and ML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.analysis.mmrm.covariance import Covariance

Array = NDArray[np.float64]


class Method(StrEnum):
    """Restricted or full maximum likelihood."""

    REML = "REML"
    ML = "ML"


@dataclass(frozen=True)
class Pattern:
    """Patients of one covariance group who were seen at the same visits.

    Attributes
    ----------
    group : int
    visits : (k,) of int
    patients : int
    products : (k, k, p + 1, p + 1)
        Sums over patients of products of the rows of the design with the outcome as last column.
    """

    group: int
    visits: NDArray[np.intp]
    patients: int
    products: Array

    def total(self, weights: Array) -> Array:
        """Sum over patients of Z' W Z, (..., p + 1, p + 1).

        Parameters
        ----------
        weights : (..., k, k)
            W.
        """
        k, q = self.visits.size, self.products.shape[-1]
        flat = weights.reshape(*weights.shape[:-2], k * k) @ self.products.reshape(k * k, q * q)
        return np.asarray(flat.reshape(*weights.shape[:-2], q, q))


def patterns(
    design: Array, outcome: Array, *, patient: NDArray[np.intp], visit: NDArray[np.intp], group: NDArray[np.intp]
) -> list[Pattern]:
    """Sufficient statistics by covariance group and pattern of visits.

    Parameters
    ----------
    design : (row, p)
        Of the rows with an outcome.
    outcome : (row,)
        Without gaps.
    patient, visit, group : (row,) of int
        Codes; a patient has one group and at most one row at a visit.
    """
    order = np.lexsort((visit, patient))
    z = np.column_stack([design, outcome])[order]
    _, first = np.unique(patient[order], return_index=True)
    seen: dict[tuple[int, tuple[int, ...]], list[Array]] = {}
    for rows in np.split(np.arange(order.size), first[1:]):
        key = int(group[order[rows[0]]]), tuple(visit[order[rows]].tolist())
        seen.setdefault(key, []).append(z[rows])
    result = []
    for (g, visits), blocks in sorted(seen.items()):
        stacked = np.stack(blocks)
        products = np.einsum("nap,nbq->abpq", stacked, stacked)
        result.append(Pattern(g, np.array(visits, dtype=np.intp), len(blocks), products))
    return result


class Derivatives(NamedTuple):
    """Minus twice the log-likelihood with its gradient, observed and expected Hessian, and the fixed effects.

    `first` and `second` are the sums P_j and Q_jk of Kenward and Roger, `curved` their R_jk.
    """

    value: float
    gradient: Array
    hessian: Array
    expected: Array
    beta: Array
    covariance: Array
    first: Array
    second: Array
    curved: Array


@dataclass(frozen=True)
class Model:
    """Repeated measures with a covariance structure in each group.

    Attributes
    ----------
    patterns : sequence of Pattern
    structure : Covariance
    visits, groups : int
    method : Method
    """

    patterns: Sequence[Pattern]
    structure: Covariance
    visits: int
    groups: int
    method: Method

    @property
    def rows(self) -> int:
        """Observations."""
        return sum(p.patients * p.visits.size for p in self.patterns)

    @property
    def width(self) -> int:
        """Fixed effects."""
        return int(self.patterns[0].products.shape[-1]) - 1

    def split(self, theta: Array) -> Array:
        """Parameters by covariance group, (group, parameter).

        Parameters
        ----------
        theta : (group x parameter,)
            Of all groups.
        """
        return theta.reshape(self.groups, -1)

    def value(self, theta: Array) -> tuple[float, Array, Array]:
        """Minus twice the log-likelihood, fixed effects and their covariance; infinite where not positive definite.

        Parameters
        ----------
        theta : (group x parameter,)
            Covariance parameters of all groups.
        """
        p = self.width
        total, log_det = np.zeros((p + 1, p + 1)), 0.0
        if not all(self.structure.is_covariance(row, self.visits) for row in self.split(theta)):
            return np.inf, np.zeros(p), np.zeros((p, p))
        matrices = [self.structure.matrix(row, self.visits) for row in self.split(theta)]
        for pattern in self.patterns:
            v = matrices[pattern.group][np.ix_(pattern.visits, pattern.visits)]
            total += pattern.total(_inverse(v))
            log_det += pattern.patients * float(np.linalg.slogdet(v)[1])
        covariance = _inverse(total[:p, :p])
        beta = covariance @ total[:p, p]
        value = log_det + float(total[p, p] - total[:p, p] @ beta)
        if self.method is Method.REML:
            value += float(np.linalg.slogdet(total[:p, :p])[1]) - p * np.log(2 * np.pi)
        return value + self.rows * float(np.log(2 * np.pi)), beta, covariance

    def derivatives(self, theta: Array) -> Derivatives:
        """Likelihood with all that inference needs.

        Parameters
        ----------
        theta : (group x parameter,)
            Covariance parameters of all groups, inside their bounds.

        References
        ----------
        Kenward1997, Jennrich1986
        """
        value, beta, covariance = self.value(theta)
        p, n, m = self.width, theta.size, theta.size // self.groups
        first, second, curved = np.zeros((n, p + 1, p + 1)), np.zeros((2, n, n, p + 1, p + 1)), None
        traces, trace2, trace_curved = np.zeros(n), np.zeros((n, n)), np.zeros((n, n))
        parts = [self.structure.derivatives(row, self.visits) for row in self.split(theta)]
        matrices = [self.structure.matrix(row, self.visits) for row in self.split(theta)]
        for pattern in self.patterns:
            at, mine = np.ix_(pattern.visits, pattern.visits), slice(pattern.group * m, (pattern.group + 1) * m)
            inverse = _inverse(matrices[pattern.group][at])
            v1 = parts[pattern.group][0][:, at[0], at[1]] @ inverse  # V_j V^-1
            v2 = parts[pattern.group][1][:, :, at[0], at[1]] @ inverse
            first[mine] += pattern.total(inverse @ v1)
            pairs = v1[:, None] @ v1[None]
            second[0, mine, mine] += pattern.total(inverse @ pairs)
            second[1, mine, mine] += pattern.total(inverse @ v2)
            traces[mine] += pattern.patients * np.trace(v1, axis1=-2, axis2=-1)
            trace2[mine, mine] += pattern.patients * np.trace(pairs, axis1=-2, axis2=-1)
            trace_curved[mine, mine] += pattern.patients * np.trace(v2, axis1=-2, axis2=-1)
        residual = np.append(-beta, 1.0)
        curved = second[1]
        along = first @ residual  # (n, p + 1)
        quadratic = second[0] @ residual @ residual - along[:, :p] @ covariance @ along[:, :p].T
        bent = curved @ residual @ residual
        gradient = traces - along @ residual
        expected, bend = trace2, trace_curved
        xx, xq, xc = first[:, :p, :p], second[0][:, :, :p, :p], curved[:, :, :p, :p]
        if self.method is Method.REML:
            small = covariance @ xx
            gradient = gradient - np.trace(small, axis1=-2, axis2=-1)
            cross = np.einsum("jab,kba->jk", small, small)
            expected = expected - 2 * np.einsum("ab,jkba->jk", covariance, xq) + cross
            bend = bend - np.einsum("ab,jkba->jk", covariance, xc)
        hessian = -expected + bend + quadratic + quadratic.T - bent
        return Derivatives(value, gradient, hessian, expected, beta, covariance, -xx, xq, xc)


def _inverse(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
