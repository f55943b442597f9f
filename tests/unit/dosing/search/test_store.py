"""Evaluations on disk."""

import numpy as np

from hepatica.dosing.search.outcomes import Outcomes
from hepatica.dosing.search.store import Store

POINTS = np.array([[1.0, 2.0], [3.0, 4.0]])


class Counting:
    def __init__(self):
        self.calls = 0

    def __call__(self, points, first, last):
        self.calls += 1
        gain = np.arange(float(len(points) * (last - first))).reshape(1, len(points), -1)
        return Outcomes(gain, gain + 1, gain[None])


def test_an_evaluation_is_made_once_and_read_after(tmp_path):
    evaluate = Counting()
    first = Store(tmp_path, "k").evaluate(evaluate, POINTS, 0, 3)
    store = Store(tmp_path, "k")
    again = store.evaluate(evaluate, POINTS, 0, 3)
    assert evaluate.calls == 1 and store.resumed == 6 and store.spent == 0
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_other_candidates_patients_or_model_are_another_evaluation(tmp_path):
    store = Store(tmp_path, "k")
    names = {
        store.name(POINTS, 0, 3),
        store.name(POINTS, 0, 4),
        store.name(POINTS[:1], 0, 3),
        store.name(POINTS.T, 0, 3),
        Store(tmp_path, "other").name(POINTS, 0, 3),
    }
    assert len(names) == 5


def test_a_damaged_file_is_made_anew(tmp_path):
    evaluate, store = Counting(), Store(tmp_path, "k")
    store.evaluate(evaluate, POINTS, 0, 3)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:40])
    assert Store(tmp_path, "k").evaluate(evaluate, POINTS, 0, 3).gain.shape == (1, 2, 3) and evaluate.calls == 2


def test_without_a_folder_nothing_is_kept():
    evaluate, store = Counting(), Store(None, "k")
    store.evaluate(evaluate, POINTS, 0, 3)
    store.evaluate(evaluate, POINTS, 0, 3)
    assert evaluate.calls == 2 and store.spent == 12
