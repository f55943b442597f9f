"""Health lasts, stable cirrhosis is stable, and sicker is sicker."""

import numpy as np
import pytest

YEAR = 365.25
LABS = ("functional_mass", "hvpg", "inr", "albumin", "creatinine", "sodium", "ammonia", "icg_pdr", "alt", "bilirubin")


def lasting(model):
    """States but for cumulative hazards, which only count."""
    counted = {"thrombosis_hazard", "reaction_hazard", *(t.hazard for t in model.thresholds)}
    return [s for s in model.states if s not in counted]


@pytest.mark.parametrize("years", [5, 10])
def test_a_healthy_liver_stays_healthy(bench, model, years):
    p = bench.parameters()
    y = bench.system.healthy(p)
    found = bench.follow(p, y, [years * YEAR], bench.system.states)
    moved = {
        s: abs(float(found[s][0, 0] - y[0, bench.system.states.index(s)])) / model.states[s].scale
        for s in lasting(model)
    }
    assert {s: d for s, d in moved.items() if not d <= 1e-6} == {}


def test_no_rate_is_left_in_health(reference, model):
    """The derivative at health is zero, so nothing but the equations keeps it there."""
    space, p = reference._python, reference.typical()
    c, f = [0.0] * space["N_CONSTANTS"], [0.0] * len(reference.states)
    space["prepare"](p.tolist(), c)
    space["rates"](reference.healthy(p)[0].tolist(), p.tolist(), c, f)
    rates = dict(zip(reference.states, f, strict=True))
    assert {s: rates[s] for s in lasting(model) if abs(rates[s]) > 1e-9 * model.states[s].scale} == {}


@pytest.mark.parametrize("degree", [0.2, 0.41])
def test_compensated_cirrhosis_hardly_drifts(bench, degree):
    p = bench.parameters(cirrhosis=degree)
    found = bench.follow(p, bench.rest(p), [0.0, 5 * YEAR], LABS)
    for name in LABS:
        first, last = found[name][0]
        assert abs(last / first - 1) < (0.02 if name == "bilirubin" else 0.01), name


@pytest.mark.parametrize("degree", [0.70, 0.82])
def test_decompensated_cirrhosis_runs_without_failure(bench, degree):
    p = bench.parameters(cirrhosis=degree)
    found = bench.follow(p, bench.rest(p), np.linspace(0.0, 5 * YEAR, 12), bench.system.outputs)
    assert all(np.isfinite(v).all() for v in found.values())
    assert found["functional_mass"].min() > 0.05


def test_more_scar_is_worse_in_every_lab(bench):
    degrees = np.array([0.0, 0.2, 0.41, 0.70, 0.82])
    p = np.repeat(bench.parameters(), len(degrees), axis=0)
    p[:, bench.system.parameters.index("cirrhosis")] = degrees
    found = bench.follow(p, bench.rest(p), [0.0], LABS)
    for name, sign in (
        ("functional_mass", -1),
        ("bilirubin", 1),
        ("inr", 1),
        ("albumin", -1),
        ("ammonia", 1),
        ("icg_pdr", -1),
    ):
        assert (sign * np.diff(found[name][:, 0]) > 0).all(), name


@pytest.mark.parametrize("inoculum", [1e-8, 1e-3])
def test_a_healthy_subject_clears_a_few_bacteria(bench, inoculum):
    p = bench.parameters()
    y = bench.state(bench.system.healthy(p), pathogen=inoculum)
    found = bench.follow(p, y, [1.0, 14.0, 10 * YEAR], ("pathogen", "phagocytes", "tissue_damage"))
    assert abs(found["pathogen"][0, 0]) < 1e-3 * inoculum
    assert abs(found["pathogen"][0, 1:]).max() < 1e-12
    assert abs(found["phagocytes"][0, -1]) < 1e-9 and found["tissue_damage"].max() < 1e-6


@pytest.mark.parametrize("degree", [0.0, 0.41, 0.82])
def test_bacteria_that_are_not_there_do_not_come(bench, degree):
    p = bench.parameters(cirrhosis=degree)
    found = bench.follow(p, bench.system.healthy(p), np.linspace(0.0, 10 * YEAR, 30), ("pathogen",), rtol=1e-4)
    assert (found["pathogen"] == 0.0).all()


def test_more_injury_leaves_less_liver_and_worse_labs(bench):
    strengths = np.array([0.0, 0.1, 0.2, 0.3, 0.4])
    p = np.repeat(bench.parameters(cirrhosis=0.2), len(strengths), axis=0)
    p[:, bench.system.parameters.index("flare_kill")] = strengths
    y = bench.state(bench.rest(p), effectors_young=1.0)
    names = {"functional_mass": -1, "bilirubin": 1, "inr": 1, "albumin": -1, "alt": 1, "death_intensity": 1}
    found = bench.follow(p, y, np.arange(0.0, 91.0), tuple(names))
    for name, sign in names.items():
        worst = (sign * found[name]).max(axis=1)
        assert (np.diff(worst) > 0).all(), name
        assert (np.diff(sign * found[name][:, 14]) > 0).all(), name


def test_a_flare_without_antiviral_is_no_better(bench):
    p = np.repeat(bench.parameters(cirrhosis=0.2), 2, axis=0)
    y = bench.state(bench.rest(p), effectors_young=1.0)
    p[:, bench.system.parameters.index("antiviral")] = [0.0, 1.0]
    found = bench.follow(
        p, y, np.arange(0.0, 91.0, 3.0), ("functional_mass", "bilirubin", "inr", "virus", "death_intensity")
    )
    for name, sign in (("functional_mass", 1), ("bilirubin", -1), ("inr", -1), ("virus", -1), ("death_intensity", -1)):
        without, with_it = sign * found[name]
        scale = np.abs(found[name]).max()
        # a deeper loss regrows faster, so that the two courses may touch on the way up
        assert (with_it - without >= -5e-3 * scale).all(), name
        assert (with_it - without).max() > 1e-3 * scale, name


def test_without_a_flare_nothing_happens(bench):
    """No insult: the background goes on, and the intensity of death with it."""
    p = bench.parameters(cirrhosis=0.41)
    found = bench.follow(p, bench.rest(p), np.arange(0.0, 181.0, 30.0), ("death_intensity", "bilirubin", "kill_flare"))
    assert (found["kill_flare"] == 0).all()
    for name in ("death_intensity", "bilirubin"):
        assert np.ptp(found[name]) < 1e-4 * found[name].max()
