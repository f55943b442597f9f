"""Front of benefit, harm and cells, and the best candidate for each number of cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def nondominated(costs: Floats) -> NDArray[np.bool_]:
    """Nondominated rows of costs (n, objectives), all to be small.

    A row is dominated by one that is no worse in any objective and better in one, and by NaN in it. Of equal rows all
    stand.

    Examples
    --------
    >>> nondominated(np.array([[0.0, 2.0], [1.0, 1.0], [1.0, 2.0], [2.0, 0.0]])).tolist()
    [True, True, False, True]
    """
    no_worse = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)  # row i no worse than row j
    better = (costs[:, None, :] < costs[None, :, :]).any(axis=2)
    return np.asarray(~(no_worse & better).any(axis=0) & np.isfinite(costs).all(axis=1))


def best_by_cells(cells: Floats, regret: Floats, *, bins: int) -> Ints:
    """Candidate of least regret in each of so many ranges of cells, of equal ratio, the fewest cells first.

    Parameters
    ----------
    cells : (n,)
        Cells in all, above 0.
    regret : (n,)
        Infinite ones are left out.
    bins : int
        Number of ranges.

    Examples
    --------
    >>> best_by_cells(np.array([1e5, 2e5, 1e6, 1e7]), np.array([4.0, 3.0, 2.0, np.inf]), bins=3).tolist()
    [1, 2]
    """
    good = np.flatnonzero(np.isfinite(regret) & (cells > 0))
    if not len(good):
        return good
    logs = np.log(cells[good])
    width = max(float(np.ptp(logs)) / bins, 1e-12)
    where = np.minimum(((logs - logs.min()) / width).astype(int), bins - 1)
    best = [good[where == b][np.argmin(regret[good[where == b]])] for b in range(bins) if (where == b).any()]
    return np.array(best, np.int64)
