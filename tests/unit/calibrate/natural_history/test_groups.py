"""Strata of a waiting list, stages of cirrhosis, mixtures and survivors, against plain calculations."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from hepatica.calibrate.natural_history import groups as module
from hepatica.calibrate.natural_history.groups import (
    CIRRHOTIC,
    STAGES,
    STRATA,
    WAITING_LIST,
    Proportion,
    cohort_error,
    concordance,
    group_deaths,
    held_deaths,
    populations_of,
    stage,
)
from hepatica.calibrate.run import plans, used
from hepatica.evidence import load
from hepatica.patients import load_population, populations


def people(event, *, start=None, draws=None, **outputs):
    """A course, and outcomes in which each patient has the event with a probability."""
    event = np.asarray(event, float)
    start = np.ones_like(event) if start is None else np.asarray(start, float)
    draws = np.arange(len(event)) if draws is None else np.asarray(draws)
    course = SimpleNamespace(
        draws=draws,
        at=lambda name, day: np.asarray(outputs[name]),
        cohort=SimpleNamespace(covariate=lambda name: np.asarray(outputs[name])),
    )
    return course, SimpleNamespace(each=lambda v, day: start if v == "transplant_free_survival" else event)


def simulated(row, parts):
    return row.simulated({k: c for k, (c, _) in parts.items()}, {k: o for k, (_, o) in parts.items()})


def test_the_waiting_list_is_of_populations_that_ship_and_adds_up():
    assert sum(WAITING_LIST.values()) == pytest.approx(1.0) and set(WAITING_LIST) <= set(populations())
    assert all(low == high for (_, high), (low, _) in itertools.pairwise(STRATA))


def test_deaths_by_stratum_are_weighted_means(monkeypatch):
    monkeypatch.setattr(module, "FEWEST", 2)
    keys = list(WAITING_LIST)
    parts = {k: people([0.1, 0.2, 0.5], meld=[1.0, 1.0, 1.0]) for k in keys}
    parts[keys[0]] = people([0.1, 0.2, 0.5], meld=[8.0, 8.5, 25.0])
    parts[keys[1]] = people([0.0, 0.4, 0.9], meld=[7.0, 25.0, 26.0])
    rows = [r for r in group_deaths() if r.source.startswith("meld_waiting_list")]
    a, b = (WAITING_LIST[k] / 3 for k in keys[:2])
    assert simulated(rows[0], parts)[0] == pytest.approx((a * 0.3 + b * 0.0) / (2 * a + b))
    assert simulated(rows[2], parts)[0] == pytest.approx((a * 0.5 + b * 1.3) / (a + 2 * b))
    assert np.isnan(simulated(rows[1], parts)[0]) and rows[4].published == pytest.approx(0.713)


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
    assert all(not stage(arm).causes for arm in STAGES) and not stage("s5").inclusion
    assert stage("s1").inclusion == load_population("compensated_cirrhosis").inclusion


def test_survivors_are_counted_from_day_90_by_their_degree_of_cirrhosis(monkeypatch):
    monkeypatch.setattr(module, "FEWEST", 1)
    degree = [CIRRHOTIC + 0.1, CIRRHOTIC + 0.1, 0.0]
    parts = {"hbv_aclf": people([0.4, 0.5, 0.9], start=[0.8, 0.5, 1.0], cirrhosis=degree)}
    rows = [r for r in group_deaths() if r.source.startswith("zhu2018")]
    alive = {r.source: simulated(r, parts)[0] for r in rows if r.day == 365}
    assert alive["zhu2018 chb"] == pytest.approx(0.9) and alive["zhu2018 cir"] == pytest.approx(0.9 / 1.3)
    assert all(r.since == 90 for r in rows) and len(rows) == 6


def test_the_error_is_that_of_patients_who_share_draws():
    """Against the spread of the mean over many samples of draws, two patients of two populations each."""
    rng = np.random.default_rng(5)
    row, found = Proportion("x y", "death", 90.0, 0.5, 0.1, {"a": 0.3, "b": 0.7}), []
    for _ in range(400):
        own = rng.uniform(0.2, 0.8, 30)
        draws = np.repeat(np.arange(30), 2)
        parts = {k: people(own[draws] + rng.uniform(-0.2, 0.2, 60), draws=draws) for k in ("a", "b")}
        found.append(simulated(row, parts))
    values, errors = np.array(found).T
    assert np.mean(errors) == pytest.approx(values.std(), rel=0.15)
    assert cohort_error(0.3, 100, 4) == pytest.approx(2 * cohort_error(0.3, 100, 1))


@pytest.fixture(scope="module")
def evidence():
    plan, terms, _, _ = plans(used())
    return plan, terms


def test_no_death_is_both_learnt_and_held(evidence):
    plan, terms = evidence
    new, held = group_deaths(), held_deaths(plan, terms)
    assert not {r.source for r in new} & {f"{t.publication} {t.arm}" for t in terms}
    rows = {(r.source, r.variable, r.day) for r in [*new, *held]}
    assert len(rows) == len(new) + len(held)
    assert set(populations_of(new)) >= {*STAGES, *WAITING_LIST, "hbv_aclf"} and populations_of(new)["s1"] == 1826.0


def test_what_is_held_is_what_the_likelihood_was_given(evidence):
    """Counts between visits, summed up, are the published proportions; mixtures have their shares."""
    rows = {(r.source, r.day): r for r in held_deaths(*evidence)}
    for o in load("canonic").find(arm="aclf"):
        row = rows["canonic aclf", float(o.time)]
        assert row.published == pytest.approx(o.value / 100, abs=5e-3) and row.variable == "death"
        assert row.shares.keys() == load("canonic").arm("aclf").mixture.keys()
    assert rows["alss2019 smt", 90.0].published == pytest.approx(0.423, abs=5e-3)
    assert not any(source in ("carithers1989 steroid", "lee2009_nac acetylcysteine") for source, _ in rows)
