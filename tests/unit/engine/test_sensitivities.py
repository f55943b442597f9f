"""Derivatives on frozen steps against central differences at tight tolerance."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.engine import Events, Problem
from hepatica.simulation import Arm, simulate
from hepatica.therapy import Regimen

NAMES = ("flare_kill", "k_prol", "albumin_loss", "il6_rest", "cells_hepatic_half_life", "liver_rate")
TIMES = np.array([3.0, 10.0, 28.0, 60.0])
OUTPUTS = ("functional_mass", "albumin", "bilirubin", "cells_liver", "meld_like")


@pytest.fixture(scope="module")
def asked(system, admitted):
    known = [n for n in NAMES if n in system.parameters]
    rng = np.random.default_rng(2)
    typical = admitted.cohort.parameters()[3]
    others = [
        n for n in rng.permutation(system.parameters) if typical[system.parameters.index(n)] != 0 and n not in known
    ]
    return tuple(known + [str(n) for n in others[: 9 - len(known)]])


def problem(system, admitted, i=3, rtol=1e-6, arms=4):
    given = Regimen(1e6, infusions=arms, duration=1 / 24).events(65.0, viability=0.9)
    rows = [[(t, system.states.index(s), a, k) for t, s, a, k in given]]
    outputs = tuple(n for n in OUTPUTS if n in system.outputs)
    p, y = admitted.cohort.parameters()[i : i + 1], admitted.initial[i : i + 1]
    return Problem(
        p, y, TIMES, outputs, Events.gather(rows), np.full((1, len(system.model.thresholds), 8), np.inf), rtol=rtol
    )


def differences(system, one, name):
    """Central difference at a tolerance at which solver noise is far below it."""
    sides = []
    for sign in (1, -1):
        p, y = one.parameters.copy(), one.initial.copy()
        array, k = (p, system.parameters.index(name)) if name in system.parameters else (y, system.states.index(name))
        step = 1e-4 * (abs(array[0, k]) + (0.0 if array is p else system.scale[k]))
        array[0, k] += sign * step
        sides.append((system.solve(replace(one, parameters=p, initial=y, rtol=1e-11)).values[0], array[0, k]))
    return (sides[0][0] - sides[1][0]) / (sides[0][1] - sides[1][1])


def test_derivatives_are_those_of_central_differences(system, admitted, asked):
    one, names = problem(system, admitted), (*asked, "hepatocytes_senescent", "albumin")
    found = system.solve(one, sensitivities=names)
    assert found.sensitivities.shape == (1, len(TIMES), len(one.outputs), len(names))
    size = np.abs(found.values[0]).max(axis=0)
    for k, name in enumerate(names):
        exact, got = differences(system, one, name), found.sensitivities[0, ..., k]
        by = (
            one.parameters[0, system.parameters.index(name)]
            if name in system.parameters
            else system.scale[system.states.index(name)]
        )
        error = np.abs(got - exact).max(axis=0)
        assert (error < 1e-3 * np.abs(exact).max(axis=0) + 1e-5 * size / abs(by)).all(), name


def test_values_beside_derivatives_are_those_without(system, admitted, asked):
    one = problem(system, admitted)
    assert system.solve(one, sensitivities=asked).values.tobytes() == system.solve(one).values.tobytes()


def test_derivatives_do_not_depend_on_company_nor_workers(system, admitted, asked):
    def repeated(n):
        one = problem(system, admitted)
        rows = np.arange(n)
        return Problem(
            np.concatenate([admitted.cohort.parameters()[3:4], admitted.cohort.parameters()[rows]]),
            np.concatenate([admitted.initial[3:4], admitted.initial[rows]]),
            TIMES,
            one.outputs,
            one.events.repeat(np.ones(n + 1)),
            np.full((n + 1, len(system.model.thresholds), 8), np.inf),
            rtol=1e-6,
        )

    alone = system.solve(repeated(0), sensitivities=asked, workers=1).sensitivities
    together = system.solve(repeated(5), sensitivities=asked[::-1], workers=2).sensitivities
    assert together[0, ..., ::-1].tobytes() == alone[0].tobytes()


def test_an_infection_stays_where_it_was(system, admitted):
    """By the rate of infections the derivative is then zero; freed, the jump would make it noise."""
    one = problem(system, admitted)
    limits = one.thresholds.copy()
    limits[0, 0, 0] = 0.05
    found = system.solve(replace(one, thresholds=limits), sensitivities=["infection_rate"])
    assert np.isfinite(found.crossings[0, 0, 0])
    assert (
        np.abs(found.sensitivities[0, :, :4]).max() * one.parameters[0, system.parameters.index("infection_rate")]
        < 1e-9
    )


def test_simulate_labels_them(system, admitted):
    some = admitted.take(np.arange(2))
    found = simulate(
        system,
        some,
        [Arm("none"), Arm("iv", Regimen(1e6))],
        TIMES,
        outputs=("albumin",),
        sensitivities=("albumin_loss", "albumin"),
    )
    slopes = found["albumin_by"]
    assert slopes.dims == ("arm", "patient", "time", "by") and list(slopes["by"].values) == ["albumin_loss", "albumin"]
    soon = slopes.isel(time=0, patient=0)
    assert (soon.sel(by="albumin_loss") < 0).all() and (soon.sel(by="albumin") > 0).all()
