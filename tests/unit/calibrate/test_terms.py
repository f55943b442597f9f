"""Likelihood terms of published arms: counts between visits, means on their scales, weights and inflation."""

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import multinomial, norm

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.likelihood import Law
from hepatica.calibrate.run import plans, used
from hepatica.calibrate.terms import INFLATION, MAX_PUBLICATION_WEIGHT, inflation_of, likelihood_terms
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


def test_deaths_between_visits_are_counts():
    d = told(
        row("a", "survival", "percent", 28, "kaplan_meier", 75, n=40),
        row("a", "survival", "percent", 90, "kaplan_meier", 50, n=40),
    )
    assert len(d) == 1 and d[0].law is Law.COUNTS and np.allclose(d[0].value, [10, 10, 20])
    p = np.array([[0.2, 0.45], [0.3, 0.6]])  # dead by then, two draws
    found = d[0].log_likelihood(logit(1 - p), np.full(2, 1e-8), np.zeros(2))  # nothing differs between cohorts
    each = [multinomial.logpmf([10, 10, 20], 40, [a, b - a, 1 - b]) for a, b in p]
    assert found[0] - found[1] == pytest.approx(each[0] - each[1], rel=1e-5)


def test_counts_weigh_less_where_more_is_unknown():
    d = told(row("a", "death", "percent", 28, "proportion", 25, n=40))[0]
    x = logit(np.array([[0.25], [0.6]]))
    sure, unsure = (np.diff(d.log_likelihood(x, np.array([u])))[0] for u in (0.0, 2.0))
    assert sure < unsure < 0


def test_what_cohorts_differ_by_is_integrated_out():
    """Against a plain sum over a fine grid of what moves the odds; a share near a half is favoured by nothing."""
    d = told(
        *(row("a", "death", "percent", t, "kaplan_meier", v, n=650) for t, v in ((7, 1.0), (28, 5.0), (90, 12.5)))
    )[0]
    unknown, moves = np.full(3, 0.3), np.linspace(-5, 5, 4001)
    typical, differs = BETWEEN_STUDY_SD["share"][0], np.array([0.1, 0.5, 0.9])
    rows = np.array([logit([0.01, 0.05, 0.125]), logit([0.04, 0.2, 0.4]), logit([0.003, 0.01, 0.03])])
    found, learnt = d.log_likelihood(rows, unknown), d.log_likelihood(rows, unknown, differs)
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
    assert d[0].typical == pytest.approx(np.hypot(d[0].error, BETWEEN_STUDY_SD["mean"][0] * 0.5))
    x, unknown = np.array([[-0.5], [-1.0]]), np.array([0.01])
    differs = np.array([0.1, 0.4])
    each = norm.logpdf(x[:, 0], np.log(0.5), np.sqrt(d[0].error ** 2 + 0.01 + (0.5 * differs) ** 2))
    assert np.diff(d[0].log_likelihood(x, unknown, mean=differs))[0] == pytest.approx(np.diff(each)[0] * d[0].weight)
    width = np.sqrt(d[0].typical ** 2 + 0.01)
    assert np.diff(d[0].log_likelihood(x, unknown))[0] == pytest.approx(
        np.diff(norm.logpdf(x[:, 0], np.log(0.5), width))[0] * d[0].weight
    )


def test_visits_and_numbers_of_one_publication_do_not_outvote_the_rest():
    rows = [
        row("a", v, u, t, "mean_sd", 10.0, sd=2, n=40)
        for v, u in (
            ("bilirubin", "mg/dL"),
            ("inr", "1"),
            ("creatinine", "mg/dL"),
            ("alt", "U/L"),
            ("ast", "U/L"),
            ("albumin", "g/L"),
            ("sodium", "mmol/L"),
            ("crp", "mg/dL"),
        )
        if v != "crp"
        for t in (0, 7, 14, 28)
    ]
    d = told(*rows)
    assert sum(x.weight for x in d) == pytest.approx(MAX_PUBLICATION_WEIGHT["low"])
    assert len({x.weight for x in d}) == 1


def test_bias_and_shared_people_widen():
    shipped = used()
    lin, canonic = (next(p for p in shipped if p.key == k) for k in ("lin2017", "canonic"))
    assert inflation_of(lin, shipped, INFLATION) == INFLATION["some"]
    twin = canonic.model_copy(update={"key": "moreau2013"})
    assert inflation_of(canonic, [canonic, twin], INFLATION) == 2 * inflation_of(canonic, [canonic], INFLATION)


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
    assert sum(c.weight for c in between if c.publication == "zekri2015" and c.scale != "share") <= 1.0 + 1e-9
    assert all(k in range(len(cells.lines)) for c in between for k in c.lines)
