"""Likelihood terms of published arms: counts between visits, means on their scales, and what is counted once."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import multinomial, norm

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.error_model.spread import between_people_sd, usual_spread
from hepatica.calibrate.likelihood import Law, Scale, counts_log_likelihood, normal_block
from hepatica.calibrate.run import plans, used
from hepatica.calibrate.terms import likelihood_terms, times_counted
from hepatica.evidence import load
from hepatica.evidence.publications import read
from hepatica.patients.draws import BETWEEN_STUDY_SD

ONE = """
key = "one"
title = "t"
cite = "Lin2017"
country = "c"
design = "d"
role = "calibration"
disease = "HBV-related ACLF"
population = "hbv_aclf"
risk_of_bias = "low"
bias = "none"
[[arm]]
id = "a"
label = "standard"
n = 40
[[arm]]
id = "b"
label = "cells"
n = 50
product = "bone-marrow MSC"
dose_low = 1e6
dose_high = 1e6
dose_unit = "cells/kg"
infusions = 1
route = "peripheral vein"
"""


def row(arm, variable, unit, time, kind, value, **more):
    rest = "".join(f"{k} = {v}\n" for k, v in more.items())
    return f'[[observation]]\narm = "{arm}"\nvariable = "{variable}"\nunit = "{unit}"\ntime = {time}\nkind = "{kind}"\nvalue = {value}\n{rest}'


def told(*rows):
    p = read(ONE + "".join(rows))
    return likelihood_terms(Plan.of([p]).only(cells=False), [p])


def counted(terms, x, unknown, common, own=0.0):
    n = len(x[0])
    return counts_log_likelihood(terms, x, [unknown] * len(terms), np.full(n, 0.0) + common, np.full(n, 0.0) + own)


def test_deaths_between_visits_are_counts():
    d = told(
        row("a", "survival", "percent", 28, "kaplan_meier", 75, n=40),
        row("a", "survival", "percent", 90, "kaplan_meier", 50, n=40),
    )
    assert len(d) == 1 and d[0].law is Law.COUNTS and np.allclose(d[0].value, [10, 10, 20])
    p = np.array([[0.2, 0.45], [0.3, 0.6]])  # dead by then, two draws
    found = counted(d, [logit(1 - p)], 1e-8, 1e-6)  # nothing differs between cohorts
    each = [multinomial.logpmf([10, 10, 20], 40, [a, b - a, 1 - b]) for a, b in p]
    assert found[0] - found[1] == pytest.approx(each[0] - each[1], rel=1e-5)


def test_counts_weigh_less_where_more_is_unknown():
    d = told(row("a", "death", "percent", 28, "proportion", 25, n=40))[0]
    x = logit(np.array([[0.25], [0.6]]))
    sure, unsure = (np.diff(counted([d], [x], u, 0.3))[0] for u in (0.0, 2.0))
    assert sure < unsure < 0


def test_what_cohorts_differ_by_is_integrated_out():
    """Against a plain sum over a fine grid of what moves the odds; a share near a half is favoured by nothing."""
    d = told(
        *(row("a", "death", "percent", t, "kaplan_meier", v, n=650) for t, v in ((7, 1.0), (28, 5.0), (90, 12.5)))
    )[0]
    moves = np.linspace(-5, 5, 4001)
    typical, differs = BETWEEN_STUDY_SD["share"][0], np.array([0.1, 0.5, 0.9])
    rows = np.array([logit([0.01, 0.05, 0.125]), logit([0.04, 0.2, 0.4]), logit([0.003, 0.01, 0.03])])
    found, learnt = counted([d], [rows], 0.3, typical), counted([d], [rows], 0.3, differs)
    for x, mine, sd in (*zip(rows, found, [typical] * 3, strict=True), *zip(rows, learnt, differs, strict=True)):
        p = np.clip(1 / (1 + np.exp(-(x + moves[:, None]))), 2e-3, None)
        each = np.diff(np.column_stack([np.zeros(len(p)), p, np.ones(len(p))]), axis=1)
        terms = (np.array(d.value) * np.log(np.maximum(each, 1e-4))).sum(axis=1) + norm.logpdf(
            moves, 0, np.sqrt(0.3 + sd**2)
        )
        assert mine == pytest.approx(np.log(np.exp(terms - terms.max()).sum() * 0.0025) + terms.max(), abs=1e-3)
    assert found.argmax() == 0


def test_a_mean_later_is_compared_as_its_ratio_to_day_0():
    d = told(
        row("a", "bilirubin", "mg/dL", 0, "mean_sd", 20.0, sd=6, n=40),
        row("a", "bilirubin", "mg/dL", 28, "mean_sd", 10.0, sd=5, n=30),
    )
    assert [x.label for x in d] == ["bilirubin day 28, ratio"]  # day 0 is not for another population's arm to say
    assert d[0].value[0] == pytest.approx(np.log(0.5))
    e, s = 5 / np.sqrt(30) / 10, 6 / np.sqrt(40) / 20
    assert d[0].error == pytest.approx(np.sqrt(e**2 + s**2 - e * s)) and d[0].between == 0.5
    differs = 0.5 * np.hypot(BETWEEN_STUDY_SD["mean"][0], BETWEEN_STUDY_SD["mean_visit"][0])
    assert d[0].typical == pytest.approx(np.hypot(d[0].error, differs))
    x, common, own = np.array([[-0.5], [-1.0]]), np.array([0.1, 0.4]), np.array([0.2, 0.1])
    each = norm.logpdf(x[:, 0], np.log(0.5), np.sqrt(d[0].error ** 2 + 0.01 + 0.25 * (common**2 + own**2)))
    assert np.diff(normal_block(d, np.array([0.01])).log_likelihood(x, common, own))[0] == pytest.approx(
        np.diff(each)[0]
    )


def test_death_transplant_and_alive_without_are_one_trinomial():
    """Two binomials, the second among those not alive without: against the trinomial of all 60 people."""
    d = told(
        row("a", "transplant_free_survival", "percent", 21, "proportion", 50, n=60),
        row("a", "transplanted", "percent", 21, "proportion", 30, n=60),
    )
    assert [x.statistics[0].kind for x in d] == [Scale.SHARE, Scale.REST] and d[1].value == pytest.approx((18.0, 12.0))
    p = np.array([[0.5, 0.3, 0.2], [0.35, 0.25, 0.4]])  # alive without, transplanted, dead
    x = [logit(p[:, :1]), logit(p[:, 1:2] / (1 - p[:, :1]))]
    found = sum(counted([t], [odds], 1e-8, 1e-6) for t, odds in zip(d, x, strict=True))
    plain = multinomial.logpmf([30, 18, 12], 60, p)
    assert np.diff(found) == pytest.approx(np.diff(plain), abs=1e-3)


@pytest.mark.parametrize(("variable", "kind"), [("death", Scale.REST), ("survival", Scale.PART)])
def test_deaths_and_transplants_of_the_same_people_are_one_multinomial(variable, kind):
    """Two visits each: against the multinomial of 60 people who die, are transplanted by either visit, or neither."""
    dead, grafted = (10, 30), (15, 25)
    printed = dead if variable == "death" else tuple(100 - v for v in dead)
    d = told(
        *(
            row("a", name, "percent", t, "proportion", v, n=60)
            for name, values in ((variable, printed), ("transplanted", grafted))
            for t, v in zip((28, 90), values, strict=True)
        )
    )
    assert [x.variable for x in d] == [variable, "transplanted"] and {s.kind for s in d[1].statistics} == {kind}
    assert sum(d[1].value) == pytest.approx(60 * 0.7)  # those whom deaths leave
    p = np.array([[0.1, 0.2, 0.15, 0.1, 0.45], [0.2, 0.15, 0.1, 0.2, 0.35]])  # dead, transplanted, by visit; neither
    mean = np.stack([p[:, 0], p[:, :2].sum(1), p[:, 2], p[:, 2:4].sum(1)], axis=1)
    mean[:, :2] = mean[:, :2] if variable == "death" else 1 - mean[:, :2]
    bank = SimpleNamespace(summary=SimpleNamespace(mean=mean, noise=np.zeros_like(mean), sd=np.zeros_like(mean)))
    x = [np.stack([s.of(bank)[0] for s in t.statistics], axis=1) for t in d]
    found = sum(counted([t], [odds], 1e-8, 1e-6) for t, odds in zip(d, x, strict=True))
    assert np.diff(found) == pytest.approx(np.diff(multinomial.logpmf([6, 12, 9, 6, 27], 60, p)), abs=1e-3)


def test_transplants_beside_transplant_free_survival_count_once():
    """Of several visits the last that both have, as transplants are among those who are gone by then."""
    d = told(
        *(row("a", "transplant_free_survival", "percent", t, "proportion", v, n=60) for t, v in ((7, 70), (21, 50))),
        *(row("a", "transplanted", "percent", t, "proportion", v, n=60) for t, v in ((7, 20), (21, 30))),
    )
    assert len(d) == 2 and d[1].value == pytest.approx((18.0, 12.0)) and "day 21" in d[1].label


def test_infections_at_two_visits_are_counted_between_them():
    d = told(*(row("a", "severe_infection", "percent", t, "proportion", v, n=40) for t, v in ((28, 10), (90, 25))))
    assert len(d) == 1 and d[0].value == pytest.approx((4.0, 6.0, 30.0))


def test_arms_of_one_publication_deviate_together():
    """Two arms, both above what is simulated: against a plain sum over what they deviate by together and apart."""
    d = [told(row("a", "death", "percent", 28, "proportion", v, n=40))[0] for v in (40, 45)]
    x = [np.array([[logit(0.2)], [logit(0.4)]])] * 2
    found = counted(d, x, 0.04, 0.5, 0.1)
    moves = np.linspace(-4, 4, 401)
    step = moves[1] - moves[0]
    for k in range(2):
        total = np.zeros_like(moves)  # by what both deviate by
        for t, odds in zip(d, x, strict=True):
            each = 1 / (1 + np.exp(-(odds[k, 0] + moves[:, None] + moves)))
            fit = t.value[0] * np.log(each) + t.value[1] * np.log1p(-each)
            total += np.log((np.exp(fit) * norm.pdf(moves, 0, np.sqrt(0.05))).sum(axis=1) * step)
        plain = np.log((np.exp(total) * norm.pdf(moves, 0, 0.5)).sum() * step)
        assert found[k] == pytest.approx(plain, abs=0.01)


def test_visits_of_the_same_people_are_correlated():
    rows = [row("a", "bilirubin", "mg/dL", t, "mean_sd", 10.0, sd=4, n=40) for t in (0, 7, 28)]
    first, last = told(*rows)
    e = 0.4 / np.sqrt(40)  # of each mean on the log scale; both changes carry the error of day 0
    assert first.covariance(last) == pytest.approx(e**2 * 0.5) and first.block == last.block
    assert first.covariance(first) == pytest.approx(e**2)


def test_shared_people_count_once_whoever_says_so():
    one = read(ONE + row("a", "death", "percent", 28, "proportion", 25, n=40))
    other = one.model_copy(update={"key": "other", "shares_people_with": ("one",)})
    assert times_counted(one, [one, other]) == times_counted(other, [one, other]) == 2


def test_shared_people_count_once():
    shipped = used()
    canonic = next(p for p in shipped if p.key == "canonic")
    twin = canonic.model_copy(update={"key": "moreau2013"})
    assert times_counted(canonic, [canonic, twin]) == 2 and times_counted(canonic, [canonic]) == 1
    both = [p for p in shipped if p.key in ("rubin2018", "tujios2022")]
    assert {t.cohort for t in likelihood_terms(Plan.of(both).only(cells=False), both)} == {"rubin2018+tujios2022"}


def test_what_lacks_something_is_left_out():
    assert told(row("a", "bilirubin", "mg/dL", 28, "mean", 10.0)) == ()
    p = read(
        ONE.replace('role = "calibration"', 'role = "check"') + row("a", "death", "percent", 28, "proportion", 25, n=40)
    )
    assert likelihood_terms(Plan.of([p]), [p]) == ()


def test_the_shipped_evidence_counts_nobody_twice():
    plan, d, cells, between = plans(used())
    assert {x.publication for x in d} >= {"lin2017", "canonic", "alss2019", "carithers1989", "lee2009_nac"}
    alss = [x for x in d if x.publication == "alss2019"]
    assert len({(x.label, x.arm) for x in alss}) == len(alss) and not any(
        "day 0" in x.label for x in alss if x.arm == "smt_day28"
    )
    assert {c.publication for c in between} >= {"lin2017", "zekri2015", "suk2016"} and all(c.error > 0 for c in between)
    assert all(k in range(len(cells.lines)) for c in between for k in c.lines)


def test_an_implausibly_small_sd_is_the_usual_one():
    zekri, xiao = load("zekri2015"), load("alss2019")
    narrow = zekri.find(arm="ctrl", variable="albumin", time=0.0)[0]
    assert narrow.sd == 1.5 and between_people_sd(narrow) == pytest.approx(usual_spread()["albumin"] * narrow.value)
    wide = next(o for o in xiao.observations if o.variable == "bilirubin" and o.sd)
    assert between_people_sd(wide) == wide.sd and 0.1 < usual_spread()["albumin"] < 0.25
