import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.mmrm.covariance import Unstructured
from hepatica.trials.analysis.mmrm.likelihood import Method, Model, patterns
from hepatica.trials.analysis.mmrm.observations import observed_rows, starting_values

DATA = {
    "id": ["b", "b", "a", "a"],
    "visit": ["1", "2", "1", "2"],
    "y": [1.0, np.nan, 3.0, 5.0],
    "arm": ["t", "t", "c", "c"],
}


def test_rows_without_outcome_are_left_out():
    rows, (who, when, group), labels = observed_rows(DATA, ("y", "id", "visit", "arm"), ["arm"])
    assert rows["y"].tolist() == [1.0, 3.0, 5.0] and who.tolist() == [1, 0, 0] and when.tolist() == [0, 0, 1]
    assert labels == (("1", "2"), ("c", "t")) and group.tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("names", "change", "words"),
    [
        (("z", "id", "visit", None), {}, "a variable of the data"),
        (("y", "id", "visit", None), {"y": [np.nan] * 4}, "at least one outcome"),
        (("y", "id", "visit", None), {"visit": ["1", "1", "1", "1"], "y": [1.0] * 4}, "one row for each"),
    ],
)
def test_bad_input_is_refused(names, change, words):
    with pytest.raises(InputError, match=words):
        observed_rows(DATA | change, names, [])


def test_starting_values_are_the_variances_and_mean_correlation_of_residuals():
    rng = np.random.default_rng(3)
    n = 400
    both = rng.multivariate_normal([0, 0], [[1.0, 1.0], [1.0, 4.0]], n)
    who, when = np.repeat(np.arange(n), 2), np.tile([0, 1], n)
    x, y, zero = np.ones((2 * n, 1)), both.ravel(), np.zeros(2 * n, dtype=int)
    model = Model(patterns(x, y, patient=who, visit=when, group=zero), Unstructured(), 2, 1, Method.REML)
    start = starting_values(model, x, y, (who, when, zero))
    assert start == pytest.approx([1.0, 1.0, 4.0], rel=0.15)
