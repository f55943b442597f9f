"""Front of benefit, harm and cells."""

import numpy as np

from hepatica.dosing.search.front import best_by_cells, nondominated


def test_front_is_that_of_all_pairs_compared_one_by_one():
    costs = np.random.Generator(np.random.Philox(2)).integers(0, 5, size=(60, 3)).astype(float)
    naive = [
        not any(all(other <= own) and any(other < own) for j, other in enumerate(costs) if j != i)
        for i, own in enumerate(costs)
    ]
    assert nondominated(costs).tolist() == naive


def test_nan_is_no_member():
    assert nondominated(np.array([[np.nan, 0.0], [1.0, 1.0]])).tolist() == [False, True]


def test_best_of_each_number_of_cells():
    cells, regret = 10.0 ** np.array([5.0, 5.1, 6.0, 6.1, 7.0]), np.array([3.0, 2.0, np.inf, 9.0, 1.0])
    assert best_by_cells(cells, regret, bins=3).tolist() == [1, 3, 4]
    assert len(best_by_cells(cells, np.full(5, np.inf), bins=3)) == 0
    assert best_by_cells(np.ones(3), np.array([2.0, 1.0, 3.0]), bins=4).tolist() == [1]
