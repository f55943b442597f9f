"""Reach of a parameter, proved from the equations: a parameter called harmless changes nothing, to the last bit."""

import numpy as np
import pytest

from hepatica.model.reach import dependencies, silent


def test_without_cells_the_cells_stay_away(model):
    zero = silent(model, {"effectors_young"})
    assert {"cells_lung", "cells_liver", "cells_stunned"} <= zero
    assert not {"virus", "phagocytes", "pathogen", "hepatocytes_injured"} & zero
    assert "cells_lung" not in silent(model, {"cells_venous"})


def test_dependencies_follow_the_equations(model):
    found = dependencies(model, ["death_intensity"])
    assert {
        "death_mass",
        "functional_mass",
        "hepatocytes_quiescent",
        "efficacy_repair",
        "flare_kill",
        "inoculum",
    } <= found
    without = dependencies(model, ["death_intensity"], zero=silent(model, {"effectors_young"}))
    assert "efficacy_repair" not in without and "flare_kill" in without
    assert "inoculum" not in dependencies(model, ["functional_mass"], zero=silent(model), events=False)


def test_what_is_proved_harmless_changes_nothing(model, bench):
    zero = silent(model, {"effectors_young"})
    harmless = sorted(set(model.parameters) - dependencies(model, ["functional_mass"], zero=zero))
    assert len(harmless) > 50
    p = np.repeat(bench.parameters(cirrhosis=0.3), 2, axis=0)
    for name in harmless:
        k = bench.system.parameters.index(name)
        p[1, k] = 0.8 * p[1, k]  # a share stays one
    y = np.repeat(bench.system.healthy(p[:1]), 2, axis=0)
    y[:, bench.system.states.index("effectors_young")] = 1.0
    for k, s in enumerate(model.states.values()):  # starts that the moved parameters name do not matter either
        if isinstance(s.initial, str):
            y[1, k] = bench.system.healthy(p[1:])[0, k]
    found = bench.follow(p, y, [7.0, 28.0], ["functional_mass"])["functional_mass"]
    assert found[0] == pytest.approx(found[1], rel=1e-5)  # steps of the solver differ, equations do not
