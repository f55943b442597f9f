"""Decisions on courses whose best arm is known."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import spearmanr

from hepatica.dosing import HARMS, Utility, confirm, decide
from hepatica.dosing.decision import _spearman, credible_set, rank_assumptions
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


def test_the_best_arm_is_found(cohort, grid, courses):
    cohort = trusting(cohort)
    better = [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]
    found = decide([courses(intensities(cohort, better, spread=0.5))], grid, Utility(), cohort)
    assert found.recommended == found.top == 5 and found.gives_cells and found.is_confident
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
    assert found.recommended == 0 and not found.gives_cells and not found.is_confident
    assert found.edges == () and not found.beyond_given
    assert found.top in (1, 4)  # the least bad of the cell arms is still named


def test_a_tie_is_standard_care(cohort, grid, courses):
    found = decide([courses(intensities(cohort, [0.0] * 7))], grid, Utility(), cohort)
    assert found.recommended == 0 and found.regret.max() == pytest.approx(0, abs=1e-9)


def test_a_limit_excludes_the_best(cohort, grid, courses):
    better = [0.0, 0.1, 0.2, 0.9, 0.15, 0.5, 0.3]
    limit = next(h.limit for h in HARMS if h.name == "thrombosis")
    over, under = -np.log1p(-(limit + 0.01)), -np.log1p(-(limit - 0.01))
    ds = courses(intensities(cohort, better), thrombosis=[0, 0, 0, over, 0, under, 0])
    found = decide([ds], grid, Utility(), cohort)
    h = found.by_hypothesis[0]
    assert h.admissible == (True, True, True, False, True, True, True)
    assert found.recommended == 5 and np.isinf(found.regret[0, 3])
    free = Utility(harms=tuple(replace(x, limit=float("inf")) for x in HARMS))
    assert decide([ds], grid, free, cohort).recommended == 3


def test_an_arm_that_breaks_a_limit_under_one_hypothesis_is_out_under_all(cohort, grid, courses):
    better = [0.0, 0.1, 0.2, 0.9, 0.15, 0.5, 0.3]
    safe, unsafe = (
        courses(intensities(cohort, better), hypothesis=h, thrombosis=t)
        for h, t in (("label_is_cells", 0.0), ("lung_only", [0, 0, 0, 0.9, 0, 0, 0]))
    )
    found = decide([safe, unsafe], grid, Utility(), cohort)
    assert found.by_hypothesis[0].best == 3 and found.by_hypothesis[1].best == 5 and found.recommended == 5


def test_least_worst_regret_is_chosen_not_the_average(cohort, grid, courses):
    """Arm 2 is never best but never far off; arm 1 wins one world and loses the other, as does arm 3."""
    one = courses(intensities(cohort, [0.0, 0.9, 0.6, 0.0, 0, 0, 0]))
    other = courses(intensities(cohort, [0.0, 0.0, 0.3, 0.5, 0, 0, 0]), hypothesis="lung_only")
    found = decide([one, other], grid, Utility(), cohort)
    assert [h.best for h in found.by_hypothesis] == [1, 3]
    gains = np.array([[s.mean for s in h.gain] for h in found.by_hypothesis])
    regret = gains.max(axis=1, keepdims=True) - gains
    np.testing.assert_allclose(found.regret, regret, atol=1e-9)
    assert found.recommended == int(np.argmin(regret.max(axis=0))) == 2


def test_confident_only_if_every_hypothesis_is(cohort, grid, courses):
    cohort = trusting(cohort)
    sure = courses(intensities(cohort, [0, 0, 0, 0, 0, 0.5, 0]))
    rng = np.random.default_rng(1)
    unsure = courses(
        intensities(cohort, [0, 0, 0, 0, 0, 0.3, 0], ignorance=rng.normal(1.0, 1.5, 40)), hypothesis="lung_only"
    )
    both, alone, doubt = (decide(d, grid, Utility(), cohort) for d in ([sure, unsure], [sure], [unsure]))
    assert both.recommended == alone.recommended == doubt.recommended == 5
    assert alone.is_confident and not both.is_confident and not doubt.is_confident
    g = doubt.by_hypothesis[0].gain[5]
    assert g.low < 0 < g.mean and g.parameter_uncertainty_sd > 5


@pytest.mark.parametrize(
    "best, edges", [(1, ()), (2, ()), (3, ("dose",)), (4, ("infusions",)), (6, ("dose", "infusions"))]
)
def test_edges_of_the_grid(cohort, grid, courses, best, edges):
    better = np.full(7, 0.1)
    better[[0, best]] = 0.0, 0.5
    found = decide([courses(intensities(cohort, better))], grid, Utility(), cohort)
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
    free = Utility(
        harms=tuple(replace(h, limit=float("inf")) for h in HARMS)
    )  # a puncture alone exceeds its default limit
    found = decide([courses(intensities(cohort, [0.0, 0.9]))], arms, free, cohort)
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


def test_chance_is_no_assumption(cohort):
    rng = np.random.default_rng(12)
    named = [len(rank_assumptions(rng.normal(size=len(cohort.patient)), cohort)) for _ in range(10)]
    assert sum(n > 0 for n in named) <= 4  # 10 % by Bonferroni


def test_no_spread_and_few_draws_name_nothing(cohort):
    assert rank_assumptions(np.ones(len(cohort.patient)), cohort) == ()
    few = cohort.take(np.flatnonzero(cohort.draw < 5))
    assert rank_assumptions(np.arange(len(few.patient), dtype=float), few) == ()


def test_only_standard_care_is_a_decision_too(cohort, courses):
    found = decide([courses([[CARE_DEATH]])], [Arm("standard care")], Utility(), cohort)
    assert found.recommended == found.top == 0 and not found.is_confident and len(found.frame()) == 1


def test_failed_patients_do_not_decide(cohort, grid, courses):
    better = [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]
    ds = courses(intensities(cohort, better))
    for name in ("death_intensity", "bilirubin", "thrombosis_hazard", "transplant_intensity"):
        ds[name] = ds[name].copy()
        ds[name].values[3, :7] = np.nan
    ds["status"].values[3, :7] = 2
    found = decide([ds], grid, Utility(), cohort)
    assert found.recommended == 5 and np.isfinite(found.regret).all()


def test_the_frame_has_a_row_for_every_hypothesis_and_arm(cohort, grid, courses):
    datasets = [
        courses(intensities(cohort, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), hypothesis=h)
        for h in ("label_is_cells", "lung_only")
    ]
    frame = decide(datasets, grid, Utility(), cohort).frame()
    assert len(frame) == 14 and frame["recommended"].sum() == 2 and frame["best_of_hypothesis"].sum() == 2
    assert (frame["gain_low"] <= frame["gain"]).all() and (frame["gain"] <= frame["gain_high"]).all()
    assert {f"excess_{h.name}" for h in HARMS} <= set(frame.columns)
    assert frame.loc[frame["arm"] == "standard care", "gain"].abs().max() == 0


@pytest.mark.parametrize(
    "nothing, certain", [(0.0, True), (0.049, True), (0.051, False), (PRIOR_NULL_EFFECT_PROBABILITY, False)]
)
def test_nothing_is_sure_while_cells_may_do_nothing_in_people(cohort, grid, courses, nothing, certain):
    better = [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]
    found = decide([courses(intensities(cohort, better))], grid, Utility(), trusting(cohort, nothing))
    assert (
        found.by_hypothesis[0].gain[5].above_zero == 1.0
        and found.null_effect_probability == (nothing,)
        and found.is_confident == certain
    )
    assert decide([courses(intensities(cohort, better))], grid, Utility(), cohort).null_effect_probability == (
        PRIOR_NULL_EFFECT_PROBABILITY,
    )


def test_asking_again_decides_how_sure(cohort, grid, courses):
    cohort = trusting(cohort)
    better = [0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35]
    first = decide([courses(intensities(cohort, better))], grid, Utility(), cohort)
    rng = np.random.default_rng(3)
    doubt = courses(intensities(cohort, [0.0, 0.3], ignorance=rng.normal(1.0, 2.0, 40)))
    sure = courses(intensities(cohort, [0.0, 0.6]))
    again, doubted = (confirm(first, [d], Utility(), cohort) for d in (sure, doubt))
    assert again.is_confident and not doubted.is_confident and again.recommended == doubted.recommended == 5
    assert again.confirmed[0].patients == len(cohort.patient) and again.confirmed[0].gain.mean > 0
    assert again.confirmed[0].survival_gain.low > 0 and again.by_hypothesis == first.by_hypothesis


def asked(net, admissible):
    net = np.asarray(net, float)
    return SimpleNamespace(benefit=SimpleNamespace(net=net), admissible=admissible, gain=[None] * len(net))


def test_arms_are_taken_by_how_often_they_are_best():
    """Ten draws of two patients; arm 2 best in six, arm 1 in three, arm 0 in one: 90 % takes two."""
    draw = np.repeat(np.arange(10), 2)
    net = np.zeros((3, 20))
    net[2, :12], net[1, 12:18] = 5, 4
    net[1, :12] = np.tile([9, -2], 6)  # a mean of 3.5, though one of the two gains more
    assert credible_set([asked(net, (True,) * 3)], draw) == (2, 1)
    assert credible_set([asked(net, (True, True, False))], draw) == (1,)  # nine of ten once arm 2 is not admissible
    assert credible_set([asked(net, (True,) * 3)], draw, 0.95) == (2, 1, 0)


def test_hypotheses_count_alike_and_failures_not_at_all():
    draw = np.arange(4)
    one, other = np.array([[0, 0, 0, 0], [1, 1, 1, 1.0]]), np.array([[0, 0, 0, 0], [-1, -1, np.nan, -1.0]])
    assert credible_set([asked(one, (True, True)), asked(other, (True, True))], draw, 0.5) == (0,)
    assert set(credible_set([asked(one, (True, True)), asked(other, (True, True))], draw)) == {0, 1}


def test_rank_correlation_of_many_rows_is_that_of_scipy():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(5, 60)).round(1), rng.normal(size=60).round(1)  # with ties
    x[3] = 2.0
    expected = [spearmanr(row, y).statistic for row in np.delete(x, 3, axis=0)]
    np.testing.assert_allclose(np.delete(_spearman(x, y), 3), expected, rtol=1e-12)
    assert _spearman(x, y)[3] == 0.0 and (_spearman(x, np.ones(60)) == 0.0).all()
