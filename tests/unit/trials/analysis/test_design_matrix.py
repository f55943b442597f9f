import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.design_matrix import Design

DATA = {"a": ["x", "y", "z"] * 4, "b": ["p", "q"] * 6, "c": np.arange(12.0)}


def test_matrix_is_coded_against_the_reference():
    made = Design.of(DATA, ["a", "b", ("a", "b"), "c"], references={"a": "z"})
    assert made.columns == ("intercept", "a[x]", "a[y]", "b[q]", "a[x]:b[q]", "a[y]:b[q]", "c")
    assert made.matrix({"a": ["y"], "b": ["q"], "c": [2.0]}).tolist() == [[1, 0, 1, 1, 0, 1, 2]]
    assert made.matrix({"a": ["z"], "b": ["p"], "c": [2.0]}, centred=True).tolist() == [[1, -1, -1, -1, 1, 1, 2]]


def test_marginal_row_is_the_average_over_the_cells_at_the_mean_of_covariates():
    made = Design.of(DATA, ["a", "b", ("a", "b"), "c"])
    rows = made.matrix({"a": ["x", "y", "z"], "b": ["q"] * 3, "c": [5.5] * 3})
    assert made.marginal_rows({"b": "q"}) == pytest.approx(rows.mean(axis=0))
    weights = {"a": {"x": 2.0, "y": 1.0, "z": 1.0}}
    assert made.marginal_rows({"b": "q"}, weights=weights) == pytest.approx([0.5, 0.25, 0.25] @ rows)
    assert Design.of(DATA, []).marginal_rows({}).tolist() == [1.0]
    with pytest.raises(InputError, match="variables of the model"):
        made.marginal_rows({"d": 1})


def test_type_iii_contrast_compares_averages_of_cells():
    made = Design.of(DATA, ["a", "b", ("a", "b")])
    averages = {level: made.marginal_rows({"a": level}) for level in "xyz"}
    found = made.term_contrast(DATA, "a")
    assert found == pytest.approx(np.array([averages["y"] - averages["x"], averages["z"] - averages["x"]]))
    cells = {(a, b): made.marginal_rows({"a": a, "b": b}) for a in "xyz" for b in "pq"}
    cross = [cells[a, "q"] - cells[a, "p"] - cells["x", "q"] + cells["x", "p"] for a in "yz"]
    assert made.term_contrast(DATA, ("b", "a")) == pytest.approx(np.array(cross))


@pytest.mark.parametrize(
    ("terms", "change", "words"),
    [
        (["d"], {}, "a variable of the data"),
        (["c"], {"c": [np.nan] * 12}, "a value in every row"),
        (["a"], {"a": ["x"] * 12}, "two levels"),
    ],
)
def test_bad_input_is_refused(terms, change, words):
    with pytest.raises(InputError, match=words):
        Design.of(DATA | change, terms)


def test_unknown_levels_and_terms_are_refused():
    made = Design.of(DATA, ["a"])
    with pytest.raises(InputError, match="one of x, y, z"):
        made.matrix({"a": ["w"]})
    with pytest.raises(InputError, match="one of a"):
        made.term_contrast(DATA, "b")
    with pytest.raises(InputError, match="references"):
        Design.of(DATA, ["a"], references={"a": "w"})
