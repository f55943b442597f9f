"""The published switch between two kinds of macrophages, restored by neutral values, against a second implementation."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from hepatica.engine import System
from hepatica.model.assemble import assemble, in_health
from hepatica.model.modules.macrophages import macrophages

# Frank2021, BIOMD0000001060: a, S, k, n, p1, p2, b, q; start 1.2 and 2.0
A, S, K, N, P1, P2, B, Q = 5.0, 3.75, 1.0, 6.0, 0.5, 1.0, 0.05, 5.0


def published(t, x):
    def up(v):
        return v**N / (v**N + K**N)

    return [(A * up(x[0]) + S) * P2 / (P2 + x[1]) + B - Q * x[0], A * up(x[1]) + S * P1 / (P1 + x[0]) + B - Q * x[1]]


@pytest.fixture(scope="module")
def alone(make_bench):
    held = dict.fromkeys(("phagocytes", "pathogen", "efferocytosis", "polarisation_added", "regulatory_added"), 0.0)
    return make_bench(System(assemble([macrophages], constants={**held, "il10": 3.74713}), "compiled"))


@pytest.mark.parametrize("start", [(1.2, 2.0), (2.0, 0.3), (0.2, 0.2)])
def test_course_of_the_switch(alone, start):
    rest = in_health(alone.system.model)
    p = alone.set(alone.system.neutral()[None].copy(), drive_first=S - rest["drive_first_rest"],
                  drive_second=S - rest["drive_second_rest"])
    y = alone.state(alone.system.healthy(p), macrophages_1=start[0], macrophages_2=start[1])
    times = np.linspace(0.0, 10.0, 21)
    found = alone.follow(p, y, times, ("macrophages_1", "macrophages_2"), rtol=1e-8)
    expected = solve_ivp(published, (0, 10), start, t_eval=times, rtol=1e-10, atol=1e-12).y
    np.testing.assert_allclose([found["macrophages_1"][0], found["macrophages_2"][0]], expected, rtol=1e-5)


def test_it_is_bistable():
    ends = [solve_ivp(published, (0, 50), s, rtol=1e-9, atol=1e-12).y[:, -1] for s in ((1.2, 2.0), (2.0, 0.3))]
    assert ends[1][0] > 2 * ends[0][0] and ends[1][1] < ends[0][1]
