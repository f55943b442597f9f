"""Strata of a waiting list, stages of cirrhosis, mixtures and survivors, against plain calculations."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from hepatica.calibrate.natural_history import groups as module
from hepatica.calibrate.natural_history.groups import (
    CIRRHOTIC,
    STAGES,
    STRATA,
    WAITING_LIST,
    concordance,
    mixture_deaths,
    stage,
    survivors,
)
from hepatica.evidence import load
from hepatica.patients import populations


def test_the_waiting_list_is_of_populations_that_ship_and_adds_up():
    assert sum(WAITING_LIST.values()) == pytest.approx(1.0) and set(WAITING_LIST) <= set(populations())
    assert all(low == high for (_, high), (low, _) in itertools.pairwise(STRATA))


def test_deaths_by_stratum_are_weighted_means():
    keys = list(WAITING_LIST)[:2]
    scores = {keys[0]: np.array([8.0, 8.5, 25.0]), keys[1]: np.array([7.0, 25.0, 26.0])}
    dead = {keys[0]: np.array([0.1, 0.2, 0.5]), keys[1]: np.array([0.0, 0.4, 0.9])}
    courses = {
        k: (
            xr.Dataset(
                {"meld": (("arm", "patient", "time"), scores[k][None, :, None].repeat(2, 2))}, {"time": [0.0, 90.0]}
            ),
            SimpleNamespace(each=np.stack([np.ones(3), 1 - dead[k]], axis=1)),
        )
        for k in keys
    }
    rows = module.waiting_list_deaths(courses)
    a, b = (WAITING_LIST[k] / 3 for k in keys)
    assert rows[0].simulated == pytest.approx((a * 0.3 + b * 0.0) / (2 * a + b))
    assert rows[2].simulated == pytest.approx((a * 0.5 + b * 1.3) / (a + 2 * b))
    assert np.isnan(rows[1].simulated) and rows[4].published == pytest.approx(0.713)


def test_concordance_against_all_pairs_of_sampled_deaths():
    """The expected index over who dies equals the plain one over many samples of who died."""
    rng = np.random.default_rng(3)
    score, chance = rng.random(12), rng.random(12)
    right = total = 0.0
    for i, j in itertools.permutations(range(12), 2):
        p = chance[i] * (1 - chance[j])
        total += p
        right += p * (score[i] > score[j])
    assert concordance(score, chance, np.ones(12)) == pytest.approx(right / total)


def test_stages_are_of_their_degree_and_nobody_is_ill():
    degrees = [stage(arm).covariate["cirrhosis"].parts[0] for arm in STAGES]
    assert all(a.high > a.low for a in degrees) and degrees[0].low < degrees[-1].low
    assert all(not stage(arm).causes and not stage(arm).inclusion for arm in STAGES)


def test_survivors_are_counted_from_day_90_by_their_degree_of_cirrhosis():
    times = np.array([0.0, 90.0, 365.0, 730.0, 1522.0])
    each = np.array([[1.0, 0.8, 0.4, 0.4, 0.2], [1.0, 0.5, 0.5, 0.5, 0.5], [1.0, 1.0, 0.9, 0.9, 0.9]])
    degree = np.array([CIRRHOTIC + 0.1, CIRRHOTIC + 0.1, 0.0])
    rows = survivors(degree, times, SimpleNamespace(each=each))
    alive = {r.source: r.simulated for r in rows if abs(r.time - 365) < 2}
    assert alive["zhu2018 chb"] == pytest.approx(0.9) and alive["zhu2018 cir"] == pytest.approx(0.9 / 1.3)


def test_a_mixture_dies_as_its_shares_and_needs_all_its_populations():
    shares = load("canonic").arm("aclf").mixture
    times = np.array([0.0, 28.0, 90.0])
    dead = {k: np.array([0.0, 0.1 * i, 0.2 * i]) for i, k in enumerate(shares)}
    courses = {k: (times, SimpleNamespace(dead=d)) for k, d in dead.items()}
    rows = mixture_deaths("canonic", "aclf", courses)
    expected = sum(w * dead[k][1] for k, w in shares.items()) / sum(shares.values())
    assert next(r for r in rows if r.time == 28).simulated == pytest.approx(expected)
    courses.popitem()
    assert mixture_deaths("canonic", "aclf", courses) == []
