"""How much cohorts differ is learnt beside everything else."""

import numpy as np
from scipy.stats import norm

from hepatica.calibrate.course import log_likelihood
from hepatica.calibrate.inference import smc
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.patients.draws import DrawKey, between_study_sd


def test_what_cohorts_differ_by_is_learnt_as_on_a_grid():
    """Forty means of a model that is right on average, apart by 0.6 SD between people: against a plain sum over places."""
    rng, outputs = np.random.default_rng(3), tuple(SummaryStatistic(Scale.LOG, k) for k in range(40))
    seen = rng.normal(0, np.hypot(0.05, 0.6 * 0.5), 40)
    data = [
        LikelihoodTerm("p", "a", "inr", f"inr day {k}", (o,), (float(x),), 0.05, Law.NORMAL, 1.0, 0.5)
        for k, (o, x) in enumerate(zip(outputs, seen, strict=True))
    ]
    space = Space(
        (DrawKey.coordinate("a"), DrawKey.between_study("share"), DrawKey.between_study("mean")), (np.nan,) * 3
    )
    still = Emulator(space, np.arange(0), np.zeros((3, 40)), np.zeros(40), np.zeros(40), np.ones(40))
    found = smc.sample(log_likelihood(data, outputs, still), 3, 2000, seed=1, moves=10).points
    places = np.linspace(-5, 5, 2001)
    width = np.hypot(0.05, 0.5 * between_study_sd("mean", places))
    log = norm.logpdf(places) + norm.logpdf(seen[:, None], 0, width).sum(axis=0)
    weight = np.exp(log - log.max()) / np.exp(log - log.max()).sum()
    mean = weight @ places
    assert (
        abs(found[:, 2].mean() - mean) < 0.03 and abs(found[:, 2].std() - np.sqrt(weight @ (places - mean) ** 2)) < 0.03
    )
    assert (
        np.abs(found[:, :2].mean(axis=0)).max() < 0.1 and abs(between_study_sd("mean", mean) - 0.6) < 0.1
    )  # the others: nothing learnt


def test_what_differs_between_cohorts_is_no_feature_of_an_output():
    space = Space((DrawKey.coordinate("a"), DrawKey.between_study("mean")), (np.nan,) * 2)
    x = np.random.default_rng(1).standard_normal((300, 2))
    emulator = Emulator.fit(space, x, x[:, :1] + 0.5, np.full((300, 1), 1e-9))
    far = np.column_stack([np.zeros(2), [-3.0, 3.0]])
    assert np.ptp(emulator(far)) == 0 and (space.points(space.draws(x)) == x).all()
