"""Generated Python: Jacobian against finite differences, rates against SymPy."""

import numpy as np
import pytest

from hepatica.engine.generate import generate


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


def test_generation_is_reproducible(model):
    first, again = generate(model), generate(model)
    assert first == again
