"""No flow runs backwards and no bounded quantity leaves its bounds, for any draw from the priors."""

import numpy as np
import pytest
import sympy as sp

from hepatica.simulation import Arm, simulate
from hepatica.therapy import Regimen

NUMPY = [
    {
        "pos": lambda x, w: np.where(x > 0, x * x / (np.where(x > 0, x, 1.0) + w), 0.0),
        "hill": lambda x, k, n: np.where(x > 0, 1 / (1 + (k / np.where(x > 0, x, 1.0)) ** n), 0.0),
    },
    "numpy",
]
# net sources by nature: constants that make health a steady state, and renewal, which is two-way
SIGNED = {
    "jak_source",
    "socs3_source",
    "gene_source",
    "tnf_production",
    "growth_production",
    "stat3_activation",
    "renewal",
}
N = 4000
SHARES = (
    "growth_effect",
    "mediator_effect",
    "protection",
    "released_to_liver",
    "shunt",
    "shunt_cells",
    "restraint",
    "regeneration_brake",
)
POSITIVE = (
    "room",
    "functional_mass",
    "hvpg",
    "sinusoidal_flow",
    "arterial_pressure",
    "filtration",
    "inr",
    "il6",
    "tnf",
    "prothrombin_activity",
    "death_intensity",
    "icg_pdr",
    "ascites",
    "licensing",
    "homing",
)


@pytest.fixture(scope="module", params=["", "lung_only"])
def values(request, system, admitted):
    """All symbols of the model at many draws: states of treated courses, parameters drawn anew."""
    arms = [
        Arm("none"),
        Arm("iv", Regimen(5e6, infusions=4)),
        Arm("portal", Regimen(1e7, infusions=2, route="portal_vein")),
    ]
    courses = simulate(
        system, admitted, arms, np.array([0.02, 3.0, 10.0, 40.0, 90.0]), outputs=system.states, hypothesis=request.param
    )
    n = N
    which = np.random.default_rng(5).integers(0, courses["albumin"].size, n)
    found = {s: np.maximum(courses[s].values.ravel()[which], 0.0) for s in system.states}
    found |= drawn(system.model, admitted.cohort.population, request.param, n)
    with np.errstate(all="ignore"):
        for name, quantity in system.model.quantities.items():
            found[name] = evaluate(quantity.expr, found)
    return found


def drawn(model, population, hypothesis, n):
    """Parameters from prior and spread between patients, drawn here anew; cirrhosis up to Child C."""
    rng, found = np.random.default_rng(6), {}
    for name, parameter in model.parameters.items():
        entry, fitted = parameter.entry, population.fitted.get(name)
        value = np.full(n, parameter.under(hypothesis) if fitted is None else fitted.value)
        for spread in (entry.prior, entry.between if fitted is None or fitted.between is None else fitted.between):
            value = spread.apply(value, rng.standard_normal(n), rng.random(n))
        found[name] = value
    return found | {
        "cirrhosis": np.linspace(0.0, 0.82, n),
        "body_weight": rng.uniform(40.0, 110.0, n),
        "age": rng.uniform(18.0, 65.0, n),
    }


def evaluate(expr, found):
    symbols = sorted(expr.free_symbols, key=lambda s: s.name)
    value = sp.lambdify(symbols, expr, NUMPY)(*(found[s.name] for s in symbols))
    return np.broadcast_to(np.asarray(value, float), (N,))


def test_no_flow_runs_backwards(model, values):
    with np.errstate(all="ignore"):
        flows = {f.name: evaluate(f.expr, values) for f in model.flows if f.name not in SIGNED}
    back = {name: float(v.min()) for name, v in flows.items() if not v.min() >= -1e-8 * np.abs(v).max()}
    assert back == {}


def test_the_signed_flows_exist(model):
    assert SIGNED <= {f.name for f in model.flows}


@pytest.mark.parametrize("name", SHARES)
def test_a_share_stays_between_0_and_1(values, name):
    low, high = float(values[name].min()), float(values[name].max())
    assert low >= -1e-12
    assert high <= 1.0 + 1e-12


@pytest.mark.parametrize("name", POSITIVE)
def test_a_positive_quantity_is_positive_and_finite(values, name):
    finite, low = bool(np.isfinite(values[name]).all()), float(values[name].min())
    assert finite
    assert low > 0.0
