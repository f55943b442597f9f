"""Generated source: Jacobian against finite differences, elimination against NumPy."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.engine.generate import Writer, generate
from hepatica.engine.generate_c import _border, _lu, _share, c_source, eliminate


def evaluate(system, y, p):
    space, n = system._python, len(system.states)
    c, f = [0.0] * space["N_CONSTANTS"], [0.0] * n
    j = [0.0] * len(space["PATTERN"])
    space["prepare"](p.tolist(), c)
    space["jacobian"](y.tolist(), p.tolist(), c, f, j)
    dense = np.zeros((n, n))
    rows, columns = np.array(space["PATTERN"]).T
    dense[rows, columns] = j
    return np.array(f), dense, c


@pytest.mark.parametrize("i", range(4))
def test_the_jacobian_is_that_of_finite_differences(reference, admitted, i):
    """At states of ill patients, shaken, with cells everywhere, and parameters drawn from the priors."""
    rng = np.random.default_rng(i)
    p = admitted.cohort.parameters(["", "lung_only"][i % 2])[i]
    y = (
        admitted.initial[i] * rng.uniform(0.5, 1.5, len(reference.states))
        + rng.uniform(0.05, 0.5, len(reference.states)) * reference.scale
    )
    f, dense, c = evaluate(reference, y, p)
    rates = reference._python["rates"]
    for k in range(len(y)):
        h = 1e-6 * max(abs(y[k]), 1e-3 * reference.scale[k])
        sides = []
        for sign in (1, -1):
            moved, out = y.copy(), [0.0] * len(y)
            moved[k] += sign * h
            rates(moved.tolist(), p.tolist(), c, out)
            sides.append(np.array(out))
        difference = (sides[0] - sides[1]) / (2 * h)
        noise = 1e-15 * np.maximum(np.abs(sides[0]), np.abs(f)).max() / h  # what rounding leaves of a small slope
        np.testing.assert_allclose(
            dense[:, k],
            difference,
            rtol=2e-4,
            atol=np.maximum(1e-5 * np.abs(difference).max(), 10 * noise) + 1e-9,
            err_msg=reference.states[k],
        )


def test_rates_are_the_same_with_and_without_jacobian(reference, admitted):
    p, y = admitted.cohort.parameters()[0], admitted.initial[0]
    f, _, c = evaluate(reference, y, p)
    alone = [0.0] * len(y)
    reference._python["rates"](y.tolist(), p.tolist(), c, alone)
    assert f.tolist() == alone


def test_rates_are_the_sums_of_flows(model, reference, admitted):
    """The generated code against SymPy's own evaluation of the model."""
    p, y = admitted.cohort.parameters()[2], admitted.initial[2]
    values = dict(zip(model.parameters, p, strict=True)) | dict(zip(model.states, y, strict=True))
    for name, q in model.quantities.items():
        values[name] = float(q.expr.xreplace({s: values[s.name] for s in q.expr.free_symbols}))
    f, _, _ = evaluate(reference, y, p)
    for k, name in enumerate(model.states):
        flows = [
            float(x.expr.xreplace({s: values[s.name] for s in x.expr.free_symbols}))
            * ((x.into == name) - (x.out_of == name))
            for x in model.flows
            if name in (x.into, x.out_of)
        ]
        assert f[k] == pytest.approx(sum(flows), rel=1e-8, abs=1e-10 * max(map(abs, flows))), name


def test_outputs_are_states_then_quantities(model, reference, admitted):
    p, y = admitted.cohort.parameters()[1], admitted.initial[1]
    c, o = [0.0] * reference._python["N_CONSTANTS"], [0.0] * len(reference.outputs)
    reference._python["prepare"](p.tolist(), c)
    reference._python["outputs"](y.tolist(), p.tolist(), c, o)
    assert o[: len(y)] == y.tolist()
    q = reference.outputs.index("functional_mass")
    assert 0 < o[q] < 1 and reference.outputs[len(y) :] == tuple(model.quantities)


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
    _, dense, _ = evaluate(reference, y, p)
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
    np.testing.assert_allclose(*found, rtol=1e-12)
    assert sum(text.count("*") for _, text in shared) < 0.6 * sum(text.count("*") for _, text in plain)
    b = np.random.default_rng(0).normal(size=n)
    for g in (1e-1, 10.0, 1e4):
        x = printed(n, list(entries), named)(found[0], g, b)
        matrix = g * np.eye(n) - dense
        assert np.abs(matrix @ x - b).max() < 1e-6 * (np.abs(matrix) @ np.abs(x)).max()
    _, filled = eliminate(n + named, list(entries))
    assert len(filled) < 0.1 * (n + named) ** 2  # sparse stays sparse


def test_generation_is_reproducible(model):
    first, again = generate(model), generate(model)
    assert first == again
    assert c_source(model) == c_source(model)
