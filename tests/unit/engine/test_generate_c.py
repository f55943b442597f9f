"""Generated C: elimination against NumPy, and the bordered system of the whole model."""

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.engine.generate import Writer
from hepatica.engine.generate_c import _border, _lu, _share, c_source, eliminate


@st.composite
def patterns(draw):
    n = draw(st.integers(1, 9))
    return n, sorted(draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=3 * n)))


@given(patterns())
def test_elimination_visits_all_and_keeps_the_pattern(given_pattern):
    n, pattern = given_pattern
    order, filled = eliminate(n, pattern)
    assert sorted(order) == list(range(n))
    assert set(pattern) | {(i, i) for i in range(n)} <= filled
    rank = {k: r for r, k in enumerate(order)}
    for k in range(n):  # no fill-in is missing
        for i in range(n):
            for j in range(n):
                if rank[i] > rank[k] < rank[j] and (i, k) in filled and (k, j) in filled:
                    assert (i, j) in filled


@settings(max_examples=60)
@given(patterns(), st.integers(0, 2**31))
def test_the_printed_elimination_solves_like_numpy(given_pattern, seed):
    """The C text of factor and solve is plain arithmetic, so Python can run it."""
    n, pattern = given_pattern
    solve_with = printed(n, pattern)
    rng = np.random.default_rng(seed)
    j, g, b = rng.normal(size=len(pattern)), 5.0 * n, rng.normal(size=n)
    dense = np.zeros((n, n))
    for value, (row, column) in zip(j, pattern, strict=True):
        dense[row, column] = value
    np.testing.assert_allclose(solve_with(j, g, b), np.linalg.solve(g * np.eye(n) - dense, b), rtol=1e-9, atol=1e-12)


def printed(n, pattern, named=0):
    order, filled = eliminate(n + named, pattern)
    text, size = _lu(n, order, filled, {place: f"J[{k}]" for k, place in enumerate(pattern)})
    factor, solve = (re.findall(r"^  (.*);$", part, re.M) for part in text.split("static void m_solve"))
    steps = [compile("\n".join(line.removeprefix("V ") for line in lines), "lu", "exec") for lines in (factor, solve)]

    def run(j, g, b):
        space = {"J": j, "g": g, "L": [0.0] * size, "b": b.copy(), "splat": float}
        for step in steps:
            exec(step, space)
        return space["b"]

    return run


def test_the_bordered_elimination_of_the_whole_model(model, reference, admitted):
    """Rows for named quantities spare the chain rule; what comes out is the solution with total derivatives."""
    w, n = Writer(model), len(model.states)
    entries, named = _border(w)
    rows = w.assign(w.needed) + [(f"J[{k}]", expr) for k, expr in enumerate(entries.values())]
    plain, shared = w.write(rows), w.write(_share(rows))
    y, p = admitted.initial[0], admitted.cohort.parameters()[0]
    dense = jacobian(reference, y, p)
    found = []
    for lines in (plain, shared):
        space = dict(reference._python) | {
            "y": y.tolist(),
            "p": p.tolist(),
            "c": [0.0] * len(w.constants),
            "J": [0.0] * len(entries),
        }
        exec("\n".join(f"{target} = {text}" for target, text in w.prepare + lines), space)
        found.append(space["J"])
    np.testing.assert_allclose(*found, rtol=1e-9)  # a sum of terms that nearly cancel keeps fewer digits
    assert sum(text.count("*") for _, text in shared) < 0.6 * sum(text.count("*") for _, text in plain)
    b = np.random.default_rng(0).normal(size=n)
    for g in (1e-1, 10.0, 1e4):
        x = printed(n, list(entries), named)(found[0], g, b)
        matrix = g * np.eye(n) - dense
        assert np.abs(matrix @ x - b).max() < 1e-6 * (np.abs(matrix) @ np.abs(x)).max()
    _, filled = eliminate(n + named, list(entries))
    assert len(filled) < 0.1 * (n + named) ** 2  # sparse stays sparse


def jacobian(system, y, p):
    """Total derivatives of the rates, by the Python functions."""
    space, n = system._python, len(system.states)
    c, j, dense = [0.0] * space["N_CONSTANTS"], [0.0] * len(space["PATTERN"]), np.zeros((n, n))
    space["prepare"](p.tolist(), c)
    space["jacobian"](y.tolist(), p.tolist(), c, [0.0] * n, j)
    dense[tuple(np.array(space["PATTERN"]).T)] = j
    return dense


def test_c_is_generated_the_same_again(enzymes_alone):
    text = c_source(enzymes_alone)
    assert text == c_source(enzymes_alone) and "#define NS 2" in text
