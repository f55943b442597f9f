"""Variation between cohorts is learnt beside everything else."""

from dataclasses import replace

import numpy as np
from scipy.stats import norm

from hepatica.calibrate import course
from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.course import exchangeable
from hepatica.calibrate.emulated import log_likelihood
from hepatica.calibrate.inference import smc
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.patients.draws import DrawKey, between_study_sd


def test_what_cohorts_differ_by_is_learnt_as_on_a_grid():
    """Forty means of forty cohorts, apart by 0.6 SD between people: against a plain sum over places of both SDs."""
    rng, outputs = np.random.default_rng(3), tuple(SummaryStatistic(Scale.LOG, k) for k in range(40))
    seen = rng.normal(0, np.hypot(0.05, 0.6 * 0.5), 40)
    data = [
        LikelihoodTerm("p", "a", "inr", f"inr day {k}", (o,), (float(x),), 0.05, Law.NORMAL, 0.5, cohort=f"{k}")
        for k, (o, x) in enumerate(zip(outputs, seen, strict=True))
    ]
    space = Space(
        (DrawKey.coordinate("a"), *map(DrawKey.between_study, ("share", "mean", "share_visit", "mean_visit"))),
        (np.nan,) * 5,
    )
    still = Emulator(space, np.arange(0), np.zeros((5, 40)), np.zeros(40), np.zeros(40), np.ones(40))
    found = smc.sample(log_likelihood(data, outputs, still), 5, 2000, seed=1, moves=10).points
    places = np.linspace(-5, 5, 201)
    both = np.hypot(*np.meshgrid(*(between_study_sd(w, places) for w in ("mean", "mean_visit")), indexing="ij"))
    log = norm.logpdf(places)[:, None] + norm.logpdf(places)
    log = log + norm.logpdf(seen[:, None, None], 0, np.hypot(0.05, 0.5 * both)).sum(axis=0)
    weight = np.exp(log - log.max()) / np.exp(log - log.max()).sum()
    for column, margin in ((2, weight.sum(axis=1)), (4, weight.sum(axis=0))):
        mean = margin @ places
        sd = np.sqrt(margin @ (places - mean) ** 2)
        assert abs(found[:, column].mean() - mean) < 0.08 and abs(found[:, column].std() - sd) < 0.06
    assert np.abs(found[:, [0, 1, 3]].mean(axis=0)).max() < 0.1  # the others: nothing learnt
    typical = np.hypot(*(between_study_sd(w, found[:, k].mean()) for w, k in (("mean", 2), ("mean_visit", 4))))
    assert abs(typical - 0.6) < 0.15


def test_what_differs_between_cohorts_is_no_feature_of_an_output():
    space = Space((DrawKey.coordinate("a"), DrawKey.between_study("mean")), (np.nan,) * 2)
    x = np.random.default_rng(1).standard_normal((300, 2))
    emulator = Emulator.fit(space, x, x[:, :1] + 0.5, np.full((300, 1), 1e-9))
    far = np.column_stack([np.zeros(2), [-3.0, 3.0]])
    assert np.ptp(emulator(far)) == 0 and (space.points(space.draws(x)) == x).all()


def test_rows_that_ship_are_in_random_order():
    x = np.arange(300.0)[:, None]
    some = exchangeable(x, 100, 1)[:, 0]
    assert len(set(some)) == 100 and (some == exchangeable(x, 100, 1)[:, 0]).all()
    assert abs(np.corrcoef(some, np.arange(100))[0, 1]) < 0.25 and abs(some[:50].mean() - some[50:].mean()) < 50
    assert sorted(exchangeable(x, 600, 1)[:, 0]) == sorted([*x[:, 0]] * 2)


def test_the_latest_three_waves_are_emulated(made, system, small, tmp_path, monkeypatch):
    """Once the priors' own wave has left, and in the last, the emulator is right on average over the latest."""
    fitted = []

    def fit(space, banks, statistics, *, local):
        fitted.append(([id(b) for b in banks], local))
        return made.course.emulator

    waves = [replace(made.course.banks[0]) for _ in range(6)]
    monkeypatch.setattr(course, "_simulated", lambda *a: waves[a[4]])
    monkeypatch.setattr(course, "fit_emulator", fit)
    monkeypatch.setattr(course, "_sampled", lambda *a: [course.Particles(made.course.runs[0], 0.0, 0.0)])
    settings = replace(small, waves=(5,) * 5)
    course.learn_course(system, made.plan, made.terms, settings, Execution(tmp_path, 1))
    places = [[[id(w) for w in waves].index(i) for i in banks] for banks, _ in fitted]
    assert places == [[0], [0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert [local for _, local in fitted] == [False, False, False, True, True]
