"""Decisions on courses whose best arm is known."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing import HARMS, Utility, decide
from hepatica.dosing.burden import Burden
from hepatica.dosing.verdict import Form, Thresholds
from hepatica.patients import Draws
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY, VARIABILITY
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

CARE_DEATH = 0.006


def patients(cohort, spread=0.0, seed=0):
    return np.random.default_rng(seed).normal(0, spread, len(cohort.patient))


def intensities(cohort, better, *, spread=0.0, ignorance=None):
    """Death intensity per arm: standard care times (1 - better), alike in all patients, or as each draw says."""
    base = CARE_DEATH * np.exp(patients(cohort, spread))
    effect = np.asarray(better, float)[:, None] * (np.ones(len(base)) if ignorance is None else ignorance[cohort.draw])
    return base * (1 - effect)


def trusting(cohort, nothing=0.0):
    """The same patients, told how likely it is that cells do nothing in people."""
    known = Draws(
        {VARIABILITY: np.zeros(1)}, {"null_effect_probability": {"label_is_cells": nothing, "lung_only": nothing}}
    )
    return replace(cohort, known=known)


def limited(limit, name="thrombosis"):
    """Harms of which one has a limit that a study sets."""
    return Utility(harms=tuple(replace(h, limit=limit) if h.name == name else h for h in HARMS))


def test_the_best_arm_is_found(cohort, grid, courses):
    cohort = trusting(cohort)
    better = [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]
    found = decide([courses(intensities(cohort, better, spread=0.5))], grid, Utility(), cohort)
    assert found.recommended == found.top == 5 and found.gives_cells and found.conclusion.form is Form.GIVE
    h = found.by_hypothesis[0]
    assert (h.best, h.runner_up) == (5, 6)
    assert [round(s.mean, 9) for s in h.gain][0] == 0.0
    assert list(np.argsort([s.mean for s in h.gain])) == list(np.argsort(better))
    assert found.regret.shape == (1, 7) and found.regret[0, 5] == 0 and (found.regret >= 0).all()


def test_harm_for_nothing_leaves_standard_care(cohort, grid, courses):
    found = decide(
        [courses(intensities(cohort, [0.0, 0, 0, 0, 0, 0, 0]), reaction=[0, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3])],
        grid,
        Utility(),
        cohort,
    )
    assert found.recommended == 0 and not found.gives_cells
    assert found.conclusion.form in (Form.NOT, Form.HARM)
    assert found.top in (1, 4)  # the least bad of the cell arms is still named


def test_a_tie_is_standard_care(cohort, grid, courses):
    free = Utility(burden=Burden(infusion=0.0, hospital_day=0.0))
    found = decide([courses(intensities(cohort, [0.0] * 7))], grid, free, cohort)
    assert found.recommended == 0 and found.regret.max() == pytest.approx(0, abs=1e-9)
    burdened = decide([courses(intensities(cohort, [0.0] * 7))], grid, Utility(), cohort)
    assert burdened.recommended == 0 and burdened.by_hypothesis[0].gain[1].mean == pytest.approx(-0.15)


def test_a_limit_excludes_the_best(cohort, grid, courses):
    better = [0.0, 0.1, 0.2, 0.9, 0.15, 0.5, 0.3]
    cohort, limit = trusting(cohort), 0.05
    over, under = -np.log1p(-(limit + 0.01)), -np.log1p(-(limit - 0.01))
    ds = courses(intensities(cohort, better), thrombosis=[0, 0, 0, over, 0, under, 0])
    found = decide([ds], grid, limited(limit), cohort)
    h = found.by_hypothesis[0]
    assert h.admissible == (True, True, True, False, True, True, True)
    assert found.recommended == 5 and np.isinf(found.regret[0, 3])
    assert decide([ds], grid, Utility(), cohort).recommended == 3


def test_an_arm_that_breaks_a_limit_under_one_hypothesis_is_out_under_all(cohort, grid, courses):
    better = [0.0, 0.1, 0.2, 0.9, 0.15, 0.5, 0.3]
    safe, unsafe = (
        courses(intensities(cohort, better), hypothesis=h, thrombosis=t)
        for h, t in (("label_is_cells", 0.0), ("lung_only", [0, 0, 0, 0.9, 0, 0, 0]))
    )
    found = decide([safe, unsafe], grid, limited(0.05), trusting(cohort))
    assert found.by_hypothesis[0].best == 3 and found.by_hypothesis[1].best == 5 and found.recommended == 5


def test_least_worst_regret_is_chosen_not_the_average(cohort, grid, courses):
    """Arm 2 is never best but never far off; arm 1 wins one world and loses the other, as does arm 3."""
    cohort = trusting(cohort)
    one = courses(intensities(cohort, [0.0, 0.9, 0.6, 0.0, 0, 0, 0]))
    other = courses(intensities(cohort, [0.0, 0.0, 0.3, 0.5, 0, 0, 0]), hypothesis="lung_only")
    found = decide([one, other], grid, Utility(), cohort)
    assert [h.best for h in found.by_hypothesis] == [1, 3]
    gains = np.array([[s.mean for s in h.gain] for h in found.by_hypothesis])
    regret = gains.max(axis=1, keepdims=True) - gains
    np.testing.assert_allclose(found.regret, regret, atol=1e-9)
    assert found.recommended == int(np.argmin(regret.max(axis=0))) == 2


def test_cells_are_given_only_if_every_hypothesis_says_so(cohort, grid, courses):
    cohort = trusting(cohort)
    sure = courses(intensities(cohort, [0, 0, 0, 0, 0, 0.5, 0]))
    rng = np.random.default_rng(1)
    unsure = courses(
        intensities(cohort, [0, 0, 0, 0, 0, 0.3, 0], ignorance=rng.normal(1.0, 1.5, 40)), hypothesis="lung_only"
    )
    both, alone, doubt = (decide(d, grid, Utility(), cohort) for d in ([sure, unsure], [sure], [unsure]))
    assert both.recommended == alone.recommended == doubt.recommended == 5
    assert alone.conclusion.form is Form.GIVE
    assert both.conclusion.form is doubt.conclusion.form is Form.TRIAL
    g = doubt.by_hypothesis[0].gain[5]
    assert g.low < 0 < g.mean and g.parameter_uncertainty_sd > 5


@pytest.mark.parametrize(
    "best, edges", [(1, ()), (2, ()), (3, ("dose",)), (4, ("infusions",)), (6, ("dose", "infusions"))]
)
def test_edges_of_the_grid(cohort, grid, courses, best, edges):
    better = np.full(7, 0.1)
    better[[0, best]] = 0.0, 0.5
    found = decide([courses(intensities(cohort, better))], grid, Utility(), trusting(cohort))
    assert found.recommended == best and found.edges == edges


@pytest.mark.parametrize(
    "regimen, beyond",
    [
        (Regimen(1e7), False),
        (Regimen(1.01e7), True),
        (Regimen(7.5e6, route="hepatic_artery"), False),
        (Regimen(1e7, route="hepatic_artery"), True),
        (Regimen(2e6, route="portal_vein"), True),
        (Regimen(6e7, per_kg=False), False),
        (Regimen(1e9, per_kg=False), True),
    ],
)
def test_beyond_what_was_ever_given(cohort, courses, regimen, beyond):
    arms = [Arm("standard care"), Arm("x", regimen)]
    found = decide([courses(intensities(cohort, [0.0, 0.9]))], arms, Utility(), trusting(cohort))
    assert found.recommended == 1 and found.beyond_given is beyond and found.edges == ()


def test_the_deciding_assumption_is_found(cohort, grid, courses):
    values = cohort.prior_values()["efficacy_repair"][:40]
    ignorance = 0.5 * values / values.max()
    found = decide(
        [courses(intensities(cohort, [0, 0.2, 0.4, 0.6, 0.8, 1.0, 0.5], ignorance=ignorance))], grid, Utility(), cohort
    )
    assert found.assumptions[0].parameter == "efficacy_repair" and found.assumptions[0].correlation > 0.99
    assert found.assumptions[0].grade == "assumed" and found.assumptions[0].label
    assert all(
        abs(a.correlation) >= abs(b.correlation) for a, b in zip(found.assumptions, found.assumptions[1:], strict=False)
    )


def test_only_standard_care_is_a_decision_too(cohort, courses):
    found = decide([courses([[CARE_DEATH]])], [Arm("standard care")], Utility(), cohort)
    assert found.recommended == found.top == 0 and found.conclusion.form is Form.NOT and len(found.frame()) == 1


def test_failed_patients_do_not_decide(cohort, grid, courses):
    better = [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]
    ds = courses(intensities(cohort, better))
    for name in ("death_intensity", "bilirubin", "thrombosis_hazard", "transplant_intensity"):
        ds[name] = ds[name].copy()
        ds[name].values[3, :7] = np.nan
    ds["status"].values[3, :7] = 2
    found = decide([ds], grid, Utility(), trusting(cohort))
    assert found.recommended == 5 and np.isfinite(found.regret).all()


def test_the_frame_has_a_row_for_every_hypothesis_and_arm(cohort, grid, courses):
    datasets = [
        courses(intensities(cohort, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), hypothesis=h)
        for h in ("label_is_cells", "lung_only")
    ]
    frame = decide(datasets, grid, Utility(), trusting(cohort)).frame()
    assert len(frame) == 14 and frame["recommended"].sum() == 2 and frame["best_of_hypothesis"].sum() == 2
    assert (frame["gain_low"] <= frame["gain"]).all() and (frame["gain"] <= frame["gain_high"]).all()
    assert {f"excess_{h.name}" for h in HARMS} <= set(frame.columns)
    assert {"duration", "source", "together_with"} <= set(frame.columns)
    assert frame.loc[frame["arm"] == "standard care", "gain"].abs().max() == 0


@pytest.mark.parametrize("nothing, certain", [(0.0, True), (0.09, True), (0.11, False)])
def test_the_chance_of_no_effect_counts_once(cohort, grid, courses, nothing, certain):
    """It can be outweighed: nine in ten is what the verdict asks."""
    better = [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]
    found = decide([courses(intensities(cohort, better))], grid, Utility(), trusting(cohort, nothing))
    g, sure = found.by_hypothesis[0].gain[5], found.conclusion.judgements[0]
    assert g.above_zero == pytest.approx(1 - nothing) and sure.chance == pytest.approx(1 - nothing)
    assert found.null_effect_probability == (nothing,) and (found.conclusion.form is Form.GIVE) == certain
    unlearnt = decide([courses(intensities(cohort, better))], grid, Utility(), cohort)
    assert unlearnt.null_effect_probability == (PRIOR_NULL_EFFECT_PROBABILITY,)


def test_few_draws_are_never_sure(cohort, grid, courses):
    cohort = trusting(cohort)
    ds = courses(intensities(cohort, [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]))
    some = np.flatnonzero(cohort.draw < 39)
    found = decide([ds.isel(patient=some)], grid, Utility(), cohort.take(some))
    assert found.conclusion.form is Form.TRIAL and "few_draws" in found.conclusion.judgements[0].reasons


def test_thresholds_of_a_study_count(cohort, grid, courses):
    ds = courses(intensities(cohort, [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]))
    lax = Thresholds(benefit_chance=0.8)
    assert decide([ds], grid, Utility(), trusting(cohort, 0.15), lax).conclusion.form is Form.GIVE
    assert decide([ds], grid, Utility(), trusting(cohort, 0.15)).conclusion.form is not Form.GIVE


def by_parameter(cohort, name):
    """A parameter's value of each draw, scaled to -1 to 1."""
    values = cohort.prior_values()[name][:40]
    order = np.argsort(np.argsort(values))
    return 2 * order / (len(order) - 1) - 1


def test_assumptions_are_those_of_the_arm_that_is_shown(cohort, courses):
    """Standard care wins; of the two regimens the one of less regret is shown, and its gain goes with another parameter."""
    arms = [Arm("standard care"), Arm("mild", Regimen(1e6)), Arm("bad", Regimen(1e7))]
    first, second = by_parameter(cohort, "efficacy_repair"), by_parameter(cohort, "death_lung")
    effect = np.stack([np.zeros(40), -0.05 + 0.04 * first, -0.4 + 0.2 * second])[:, cohort.draw]
    for order, top in (([0, 1, 2], 1), ([0, 2, 1], 2)):
        ds = courses(CARE_DEATH * (1 - effect[order]))
        found = decide([ds], [arms[a] for a in order], Utility(), cohort)
        assert found.top == top
        assert found.assumptions[0].parameter == "efficacy_repair" and found.assumptions[0].correlation > 0.9
    ds = courses(CARE_DEATH * (1 + effect))  # cells win now, and the other one
    won = decide([ds], arms, Utility(), trusting(cohort))
    assert won.recommended == won.top == 2 and won.assumptions[0].parameter == "death_lung"


def test_a_row_of_the_table_has_the_numbers_of_its_arm(cohort, grid, courses):
    ds = courses(intensities(cohort, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], spread=0.3), thrombosis=np.linspace(0, 0.04, 7))
    found = decide([ds], grid, Utility(), cohort)
    h, frame = found.by_hypothesis[0], found.frame()
    transplants = ["transplant_free", "transplants", "transplants_avoided", "transplants_lost", "waiting_days"]
    names = ["gain", "survival", "survival_gain", *transplants, *(f"excess_{x.name}" for x in HARMS)]
    ends = ("", "_low", "_high", "_error", "_between_patients_sd", "_parameter_uncertainty_sd")
    regimen = ["dose", "per_kg", "infusions", "interval", "duration", "route"]
    last = ["admissible", "regret", "recommended", "dose_of_conclusion", "on_plateau", "best_of_hypothesis"]
    assert list(frame) == [
        "hypothesis",
        "arm",
        *regimen,
        "source",
        "together_with",
        *(n + e for n in names for e in ends),
        *last,
    ]
    for a, arm in enumerate(grid):
        row = frame.iloc[a]
        assert [row[n] for n in regimen] == [getattr(arm.regimen, n) for n in regimen] and row["arm"] == arm.name
        assert (row["source"], row["together_with"]) == (arm.product.source, " ".join(arm.together_with))
        bridge = [h.transplant_free[a], h.transplants[a], h.avoided[a], h.lost[a], h.waiting_days[a]]
        outcomes = [h.gain[a], h.survival[a], h.survival_gain[a], *bridge, *(h.excess[x.name][a] for x in HARMS)]
        for name, c in zip(names, outcomes, strict=True):
            assert [row[name + e] for e in ends] == [
                c.mean,
                c.low,
                c.high,
                c.error,
                c.between_patients_sd,
                c.parameter_uncertainty_sd,
            ]
        assert (row["admissible"], row["regret"]) == (h.admissible[a], found.regret[0, a])
        assert (row["recommended"], row["best_of_hypothesis"]) == (a == found.recommended, a == h.best)
    assert h.survival_gain[3].mean == pytest.approx(h.survival[3].mean - h.survival[0].mean)


def test_a_limit_is_a_probability(cohort, courses):
    """Of forty draws some lie above the limit: the chance of that is held to one in ten by two errors, not the mean."""
    arms = [Arm("standard care"), Arm("x", Regimen(1e6))]
    for over, allowed in ((3, True), (8, True), (10, False)):
        hazard = np.where(cohort.draw < over, 0.3, 0.0)
        ds = courses(intensities(cohort, [0.0, 0.5]), thrombosis=np.stack([np.zeros_like(hazard), hazard]))
        h = decide([ds], arms, limited(0.1), cohort).by_hypothesis[0]
        assert h.admissible == (True, allowed) and (h.best, h.runner_up) == ((1, 0) if allowed else (0, 0))
    barred = decide([ds], arms, limited(0.1), trusting(cohort))
    assert barred.conclusion.form is Form.HARM and barred.recommended == 0 and barred.top == 1


def test_assumptions_are_those_of_the_gain_and_not_of_the_course_itself(cohort, courses):
    """One parameter moves deaths in both arms alike, another what the cells add: only the second decides."""
    both, added = (by_parameter(cohort, name)[cohort.draw] for name in ("death_lung", "efficacy_repair"))
    base = CARE_DEATH * (1 + 0.3 * both)
    ds = courses(np.stack([base, base - 0.001 * (1 + 0.9 * added)]))
    arms = [Arm("standard care"), Arm("x", Regimen(1e6))]
    found = decide([ds], arms, Utility(), cohort)
    assert found.top == 1 and found.assumptions[0].parameter == "efficacy_repair"
    assert found.assumptions[0].correlation > 0.9
