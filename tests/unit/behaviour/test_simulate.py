"""Behaviour of modules: against the model solved by itself, and against what biology asks for."""

import numpy as np

from hepatica.behaviour.simulate import CUMULATIVE_HAZARDS, HEPATOCYTES, simulate_behaviour


def test_names_of_states_are_the_model_s(system):
    assert set(HEPATOCYTES) | set(CUMULATIVE_HAZARDS) <= set(system.states)
    assert {t.hazard for t in system.model.thresholds} <= set(CUMULATIVE_HAZARDS)


def test_a_resected_liver_starts_with_what_was_left_and_grows_back(system):
    b = simulate_behaviour(system, "hepatocytes")
    mass = b.values["functional_mass"]
    assert mass[0, 0] > 1.5 * mass[1, 0] and np.all(mass[:, -1] > mass[:, 0])


def test_a_sweep_shows_rest_states_over_its_parameter(system):
    b = simulate_behaviour(system, "portal")
    assert b.scenario.swept == "cirrhosis" and b.values["hvpg"].shape == (1, len(b.scenario.times))
    assert np.all(np.diff(b.values["hvpg"][0]) > 0)


def test_rounded_values_are_every_tenth_or_so(system):
    b = simulate_behaviour(system, "enzymes")
    short = b.rounded()
    every = len(b.scenario.times) // 12
    assert short["at"][1] == b.scenario.times[every]
    first = b.scenario.runs[0].label
    np.testing.assert_allclose(short["outputs"]["alt"][first], b.values["alt"][0, ::every], rtol=5e-3)
