"""The published switch between two macrophage phenotypes, restored by neutral values, against a second implementation."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import root

from hepatica.engine import System
from hepatica.model.assemble import assemble, in_health
from hepatica.model.modules.macrophages import macrophages

# Frank2021, BIOMD0000001060: a, S, k, n, p1, p2, b, q; start 1.2 and 2.0
A, S, K, N, P1, P2, B, Q = 5.0, 3.75, 1.0, 6.0, 0.5, 1.0, 0.05, 5.0

HELD = dict.fromkeys(
    ("phagocytes", "pathogen", "efferocytosis", "polarisation_added", "regulatory_added", "il10_rise"), 0.0
)


def published(t, x):
    def up(v):
        return v**N / (v**N + K**N)

    return [(A * up(x[0]) + S) * P2 / (P2 + x[1]) + B - Q * x[0], A * up(x[1]) + S * P1 / (P1 + x[0]) + B - Q * x[1]]


@pytest.fixture(scope="module")
def alone(make_bench):
    return make_bench(System(assemble([macrophages], constants=HELD), "compiled"))


def as_published(alone, start):
    """Neutral parameters with the published drives, and states with so many of each phenotype."""
    rest = in_health(alone.system.model)
    p = alone.set(
        alone.system.neutral()[None].copy(),
        drive_first=S - rest["drive_first_rest"],
        drive_second=S - rest["drive_second_rest"],
    )
    y = alone.state(alone.system.healthy(p), macrophages_1=start[0], macrophages_2=start[1])
    return p, y


@pytest.mark.parametrize("start", [(1.2, 2.0), (2.0, 0.3), (0.2, 0.2)])
def test_course_of_the_switch(alone, start):
    p, y = as_published(alone, start)
    times = np.linspace(0.0, 10.0, 21)
    found = alone.follow(p, y, times, ("macrophages_1", "macrophages_2"), rtol=1e-8)
    expected = solve_ivp(published, (0, 10), start, t_eval=times, rtol=1e-10, atol=1e-12).y
    np.testing.assert_allclose([found["macrophages_1"][0], found["macrophages_2"][0]], expected, rtol=1e-5)


def test_it_is_bistable():
    ends = [solve_ivp(published, (0, 50), s, rtol=1e-9, atol=1e-12).y[:, -1] for s in ((1.2, 2.0), (2.0, 0.3))]
    assert ends[1][0] > 2 * ends[0][0] and ends[1][1] < ends[0][1]


@pytest.mark.parametrize("start", [(1.2, 2.0), (2.0, 0.3)])
def test_both_ends_of_the_switch(alone, start):
    """The steady state of each basin, solved apart by a root of the published right-hand side."""
    p, y = as_published(alone, start)
    found = alone.follow(p, y, [60.0], ("macrophages_1", "macrophages_2"), rtol=1e-9)
    ends = [found["macrophages_1"][0, 0], found["macrophages_2"][0, 0]]
    np.testing.assert_allclose(ends, root(lambda x: published(0, x), ends, tol=1e-12).x, rtol=1e-6)
    assert (ends[0] > K) == (start == (2.0, 0.3))  # only one of them keeps its inflammatory cells up by themselves


@pytest.mark.parametrize("start", [(2.0, 0.3), (0.2, 3.0), (3.0, 3.0)])
def test_without_a_drive_the_switch_returns_to_health(alone, start):
    """At the drives of health neither kind keeps itself up: nobody stays inflamed once the cause is gone."""
    p = alone.parameters()
    y = alone.state(alone.system.healthy(p), macrophages_1=start[0], macrophages_2=start[1])
    found = alone.follow(p, y, [365.0], ("macrophages_inflammatory", "macrophages_repair"), rtol=1e-8)
    assert [v[0, 0] for v in found.values()] == pytest.approx([1.0, 1.0], abs=1e-4)


@pytest.mark.parametrize(
    "name, value, signs",
    [
        ("phagocytes", 0.3, (1, -1, 0)),
        ("pathogen", 1.0, (1, -1, 0)),
        ("il10_rise", 2.0, (-1, 1, 1)),
        ("efferocytosis", 1.0, (-1, 1, 0)),
        ("polarisation_added", 1.0, (-1, 1, 0)),
        ("regulatory_added", 1.0, (0, 0, 1)),
    ],
)
def test_what_turns_the_switch(make_bench, name, value, signs):
    """Signs for inflammatory, repairing and regulatory cells after a month."""
    b = make_bench(System(assemble([macrophages], constants=HELD | {name: value}), "reference"))
    p = b.parameters()
    found = b.follow(
        p, b.system.healthy(p), [30.0], ("macrophages_inflammatory", "macrophages_repair", "regulatory_cells")
    )
    assert [int(np.sign(round(v[0, 0] - 1, 5))) for v in found.values()] == list(signs)
