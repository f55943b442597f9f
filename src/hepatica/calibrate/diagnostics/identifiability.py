"""Practical identifiability: directions of parameter space that the data inform, and the parameters that share one.

Each unknown is measured in SDs of its prior. The information of the data (Fisher's, averaged over what was learnt) has
as its leading eigenvectors the directions in which the data say most beyond the prior (Cui et al. 2014, doi
10.1088/0266-5611/30/11/114015). Where several parameters load on such a direction and none of them by itself became
known nearly as well as the direction, only their combination was learnt: they are a group.

Stated limits: a direction counts as learnt if its SD fell below 0.9 of the prior's; a parameter loads on it with at
least a twentieth of its squared length; it is confounded if less than 0.6 of the direction's loss of variance shows in
its own. Two parameters that only count as their sum show half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hepatica.calibrate.cells import CellPosterior
from hepatica.calibrate.contrast_likelihood import Contrast
from hepatica.calibrate.course import CoursePosterior
from hepatica.calibrate.diagnostics.contraction import MAX_LEARNT_SD
from hepatica.calibrate.diagnostics.information import FisherInformation, of_cells, of_course
from hepatica.patients import DrawKey

Floats = NDArray[np.float64]
MIN_SQUARED_LOADING = 0.05  # share of a direction's squared length from which a parameter belongs to it
MAX_OWN_SHARE = 0.6  # share of the direction's loss of variance, below which a parameter by itself did not become known
N_DATA_NAMED = 3  # data named for each direction
UNEXPLAINED = "unexplained_"  # how the names begin of what cells do beyond their mechanisms
COLUMNS = ("hypothesis", "group", "parameter", "loading", "sd", "group_sd", "learnt", "confounded", "informed_by")


def groups(information: FisherInformation, *, hypothesis: str = "", always: int = 0) -> pd.DataFrame:
    """Groups of confounded parameters: informed directions, most informed first, and the parameters that load on each.

    Parameters
    ----------
    information : FisherInformation
        Fisher information of parameters in prior standard deviations.
    hypothesis : str
        Named hypothesis about what the cells do.
    always : int
        So many directions are given even if they were hardly learnt, or by one parameter alone.

    Returns
    -------
    DataFrame
        One row a direction and parameter: number of the group, ``loading`` on the direction (of length 1, the largest
        positive), ``sd`` of the parameter and ``group_sd`` of the direction over those of the prior, whether the
        direction was ``learnt`` and the parameter is ``confounded``, and ``informed_by``: the data that inform the
        direction most, with their shares. Directions on which fewer than two parameters are confounded are left out.

    Examples
    --------
    Two numbers of which only the sum was seen, with an error of 0.1 prior SDs, and a third that was not:

    >>> rng = np.random.default_rng(1)
    >>> x = rng.standard_normal((4000, 3))
    >>> x[:, :2] -= ((x[:, 0] + x[:, 1]) / 2 * 0.93)[:, None]
    >>> seen = np.array([[10.0, 10.0, 0.0]]), np.zeros(1, int), ("sum",)
    >>> information = FisherInformation(("a", "b", "c"), *seen, x, np.full(4000, 1 / 4000), np.arange(4000) % 2)
    >>> table = groups(information)
    >>> table["parameter"].tolist(), table["loading"].round(2).tolist(), table["informed_by"][0]
    (['a', 'b'], [0.71, 0.71], [('sum', 1.0)])
    >>> bool((table["sd"] > 0.65).all()), bool((table["group_sd"] < 0.1).all())
    (True, True)
    """
    with threadpool_limits(1):
        _, values, vectors = np.linalg.svd(information.roots, full_matrices=False)
        along = vectors[values > 1e-9 * max(1.0, float(values.max(initial=0.0)))].T
        width, own = information.sd(along), information.sd(np.eye(len(information.names)))
        seen = information.roots @ along
    rows, number = [], 0
    for k in range(along.shape[1]):
        v, loss, learnt = along[:, k], 1 - width[k] ** 2, bool(width[k] < MAX_LEARNT_SD)
        order = np.argsort(-np.abs(v), kind="stable")
        members = [int(m) for m in order if v[m] ** 2 >= MIN_SQUARED_LOADING] or [int(order[0])]
        confounded = {m for m in members if learnt and 1 - own[m] ** 2 < MAX_OWN_SHARE * loss}
        if len(confounded) < 2 and k >= always:
            continue
        number += 1
        sign, by = np.sign(v[members[0]]), informing(seen[:, k], information)
        rows += [
            (
                hypothesis,
                number,
                information.names[m],
                float(sign * v[m]),
                float(own[m]),
                float(width[k]),
                learnt,
                m in confounded,
                by,
            )
            for m in members
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def informing(seen: Floats, information: FisherInformation, top: int = N_DATA_NAMED) -> list[tuple[str, float]]:
    """Data most informative about a direction, and their shares of its Fisher information."""
    each = np.bincount(information.owner, seen**2, minlength=len(information.labels))
    total = each.sum()
    best = np.argsort(-each, kind="stable")[:top]
    return [(information.labels[d], round(float(each[d] / total), 3)) for d in best if each[d] > 0]


def pairs(information: FisherInformation, *, least: float = 0.2, hypothesis: str = "") -> pd.DataFrame:
    """Posterior correlations of pairs of parameters, strongest first; the priors are independent.

    Parameters
    ----------
    information : FisherInformation
        Fisher information of parameters in prior standard deviations.
    least : float
        Absolute correlation from which a pair is listed, in each of the two parts and with one sign; the weaker is
        shown.
    hypothesis : str
        Named hypothesis about what the cells do.

    Examples
    --------
    >>> x = np.random.default_rng(1).standard_normal((1000, 3))
    >>> x[:, 1] -= 0.8 * x[:, 0]
    >>> none = np.zeros((0, 3)), np.zeros(0, int), ()
    >>> table = pairs(FisherInformation(("a", "b", "c"), *none, x, np.full(1000, 1e-3), np.arange(1000) % 2))
    >>> table[["one", "other"]].values.tolist(), float(table["correlation"].round(1)[0])
    ([['a', 'b']], -0.6)
    """
    r, other = (_correlations(information, part) for part in (0, 1))
    agreed = np.where(r * other > 0, np.sign(r) * np.minimum(np.abs(r), np.abs(other)), 0.0)
    i, j = np.triu_indices(len(information.names), 1)
    strength = np.abs(agreed[i, j])
    order = np.argsort(-strength, kind="stable")
    rows = [
        (hypothesis, information.names[i[k]], information.names[j[k]], float(agreed[i[k], j[k]]))
        for k in order
        if strength[k] >= least
    ]
    return pd.DataFrame(rows, columns=["hypothesis", "one", "other", "correlation"])


def _correlations(information: FisherInformation, part: int) -> Floats:
    """Correlation matrix of the parameters in one part of the particles, (p, p)."""
    here = information.part == part
    weight = information.weight[here] / information.weight[here].sum()
    x = information.particles[here] - weight @ information.particles[here]
    with threadpool_limits(1):
        covariance = (x * weight[:, None]).T @ x
    sd = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    return np.asarray(covariance / np.outer(sd, sd))


def unidentified(
    course: CoursePosterior,
    cells: Mapping[str, CellPosterior],
    prior: Mapping[DrawKey, Floats],
    weights: Mapping[str, float],
    contrasts: Sequence[Contrast],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Practically unidentifiable groups and pairs of parameters, of the untreated course and of the cells.

    Parameters
    ----------
    course : CoursePosterior
        Posterior of the untreated course.
    cells : mapping of hypothesis to CellPosterior
        Posterior of the cell parameters under each hypothesis.
    prior, weights, contrasts
        As for `of_cells`.

    Returns
    -------
    (DataFrame, DataFrame)
        As `groups` and `pairs` give them; the hypothesis is "" for the course. After the directions of the cells comes
        the first of their mechanisms, learnt or not, as if what these do not explain were known to be nothing.
    """
    of_all = of_course(course)
    all_groups, all_pairs = [groups(of_all)], [pairs(of_all, least=0.3)]
    for h, c in cells.items() if contrasts else ():
        information = of_cells(c, prior, weights, contrasts)
        all_of, leading = (
            groups(information, hypothesis=h),
            groups(information.without(UNEXPLAINED), hypothesis=h, always=1),
        )
        leading = leading[leading["group"] == 1]
        all_groups.append(all_of)
        if not any(set(g["parameter"]) == set(leading["parameter"]) for _, g in all_of.groupby("group")):
            all_groups.append(leading.assign(group=all_of["group"].nunique() + 1))
        all_pairs.append(pairs(information, hypothesis=h))
    return _joined(all_groups), _joined(all_pairs)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [f for f in frames if len(f)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]
