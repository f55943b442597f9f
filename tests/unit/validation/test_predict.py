"""Predictions of files that the model itself made are covered as they should be; and what a user sees of them."""

import json

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binom

from hepatica.admission import admit
from hepatica.api.validate import PredictionRecord, ValidateAnswer
from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import OUTPUTS, ArmEndpoints, Endpoint, grid
from hepatica.calibrate.matching import simulated_arm
from hepatica.evidence import load, load_all
from hepatica.evidence.publications import read
from hepatica.patients import DrawKey, Draws, load_population
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY, deviation
from hepatica.simulation import simulate
from hepatica.validation.predict import _Publication, validate
from hepatica.validation.records import coverage
from hepatica.validation.simulated import Arms, Simulated, matched

HYPOTHESES = ("label_is_cells", "lung_only")
WANTED = (
    Endpoint("survival", 28.0),
    Endpoint("survival", 90.0),
    Endpoint("severe_infection", 90.0),
    Endpoint("bilirubin", 28.0),
    Endpoint("inr", 28.0),
)
HEAD = """
key = "made{i}"
title = "made by the model"
cite = "Lin2017"
country = "nowhere"
design = "simulated"
role = "check"
disease = "HBV-related ACLF"
population = "hbv_aclf"
[[arm]]
id = "care"
label = "standard care"
n = {n}
[[arm]]
id = "cells"
label = "cells"
n = {n}
product = "bone-marrow MSC"
donor = "allogeneic"
dose_low = 1e6
dose_high = 1e6
dose_unit = "cells/kg"
infusions = 4
interval = 7
route = "peripheral vein"
"""


def row(arm, w, value, n, sd=None):
    unit = {"bilirubin": "mg/dL", "inr": "1"}.get(w.variable, "percent")
    kind = "proportion" if unit == "percent" else "mean_sd"
    more = "" if sd is None else f"sd = {sd}\n"
    return (
        f'[[observation]]\narm = "{arm}"\nvariable = "{w.variable}"\nunit = "{unit}"\ntime = {w.time}\nkind = "{kind}"\n'
        f"value = {value}\nn = {n}\n{more}"
    )


@pytest.fixture(scope="module")
def files(system):
    """Publications made from draws of the priors, each with a cohort's own deviation and the sampling of its people."""
    count, people, n = 60, 40, 50
    population, truth, rng = (
        load_population("hbv_aclf"),
        Draws.prior(system.model, 60, seed=77),
        np.random.default_rng(4),
    )
    patients = admit(system, population, count * people, seed=78, draws=count, known=truth)
    lin = load("lin2017").model_copy(update={"population": "hbv_aclf"})
    text = HEAD.format(i=0, n=n)
    blank = read(text + row("care", WANTED[0], 50, n))
    arms = [simulated_arm(blank, a).given for a in blank.arms]
    made = {
        h: [ArmEndpoints(simulate(system, patients, [a], grid(WANTED), outputs=OUTPUTS, hypothesis=h), 0) for a in arms]
        for h in HYPOTHESES
    }
    found = []
    for i in range(count):
        own, h = patients.cohort.draw == i, HYPOTHESES[rng.integers(2)]
        if own.sum() < people:
            continue
        one, rows = np.array([i]), []
        differs = {x: float(truth.between(x, one, h)[0]) for x in ("share", "mean", "effect_share", "effect_mean")}
        kinds = {w.variable: "mean" if w.variable in ("bilirubin", "inr") else "share" for w in WANTED}
        cohort = {v: differs[x] * rng.standard_normal() for v, x in kinds.items()}
        acts = rng.random() > PRIOR_NULL_EFFECT_PROBABILITY
        for arm, course in zip(("care", "cells"), (made[h][0], made[h][1] if acts else made[h][0]), strict=True):
            for w in WANTED:
                value, weight = (x[own] for x in course.values(w))
                mean = np.average(value, weights=weight)
                trial = differs["effect_" + kinds[w.variable]] * rng.standard_normal() if arm == "cells" else 0.0
                move = cohort[w.variable] + trial
                if w.variable in ("bilirubin", "inr"):
                    sd = np.sqrt(np.average((value - mean) ** 2, weights=weight))
                    rows.append(
                        row(
                            arm,
                            w,
                            float(
                                rng.normal(mean * np.exp(move * np.sqrt(np.log1p((sd / mean) ** 2))), sd / np.sqrt(n))
                            ),
                            n,
                            float(sd),
                        )
                    )
                else:
                    p = expit(logit(np.clip(mean, 1e-3, 1 - 1e-3)) + move)
                    rows.append(row(arm, w, float(100 * rng.binomial(n, p) / n), n))
        found.append(read(HEAD.format(i=i, n=n) + "".join(rows)))
    assert lin.key == "lin2017" and len(found) > 50
    return found


@pytest.mark.slow
def test_files_of_the_model_are_covered_at_the_nominal_rate(system, files):
    found = validate(
        system,
        files,
        tuple(load_all().values()),
        Draws.prior(system.model, 100, seed=5),
        hypotheses=HYPOTHESES,
        people=20,
        draws=100,
        seed=6,
    )
    frame = found.frame()
    arms = frame[frame["against"] == ""]
    tests = 2 * arms.groupby(["arm", "endpoint", "time"]).ngroups
    for (arm, endpoint, time), one in arms.groupby(["arm", "endpoint", "time"]):
        for low, high, share in (("q25", "q75", 0.5), ("q05", "q95", 0.9)):
            inside = ((one[low] <= one["observed"]) & (one["observed"] <= one[high])).sum()
            lowest, highest = binom.interval(1 - 0.01 / tests, len(one), share)  # all of them together at 99 %
            slack = (
                0.1 * len(one) if endpoint in ("survival", "severe_infection") else 0
            )  # whole people lie on the ends
            assert lowest <= inside <= highest + slack, (arm, endpoint, time, share, inside, len(one))
    between = frame[frame["against"] != ""]
    inside = ((between["q05"] <= between["observed"]) & (between["observed"] <= between["q95"])).mean()
    assert len(between) == len(arms) / 2 and 0.85 < inside
    assert 0.8 < coverage(found)[1] <= 1.0
    totals = found.totals()
    assert totals["numbers"].iloc[-1] == len(frame) and list(totals["publication"])[-1] == "all, each once"


def test_virtual_patients_are_made_to_look_like_an_arm(system, admitted):
    lin = load("lin2017")
    p = lin.model_copy(
        update={
            "observations": (
                *lin.observations,
                lin.observations[0].model_copy(
                    update={
                        "arm": "smt",
                        "variable": "inr",
                        "unit": "1",
                        "value": 2.2,
                        "sd": 0.5,
                        "time": 0.0,
                        "kind": "mean_sd",
                    }
                ),
            )
        }
    )
    weight, effective = matched(p, simulated_arm(p, p.arm("smt")), admitted)
    before = np.exp(np.log(admitted.labs["inr"]).mean())
    after = np.exp(np.average(np.log(admitted.labs["inr"]), weights=weight))
    assert 0.1 <= effective < 1 and abs(after - 2.2) < abs(before - 2.2) and after == pytest.approx(2.2, rel=0.03)
    assert matched(lin, simulated_arm(lin, lin.arm("smt")), admitted)[1] == 1.0  # nothing printed, nothing matched


def test_cells_that_do_nothing_are_predicted_to(system):
    """Where they are sure to, a treated arm is the one without cells; where they are sure not to, it is another."""
    p, hypothesis = load("lin2017"), HYPOTHESES[0]
    plan, prior = Plan.of([p]), Draws.prior(system.model, 20, seed=3)
    arms = {a.arm: a for a in plan.arms}
    for chance in (0.0, 1.0):
        known = Draws(prior.columns, {"null_effect_probability": {hypothesis: chance}})
        found = Simulated(system, known, 4, 20, 1, None)
        care, cells = (
            found.arm(plan, p, arms[a], hypothesis).summary[Endpoint("survival", 168.0)][0] for a in ("smt", "msc")
        )
        assert np.allclose(care, cells, equal_nan=True) == bool(chance)


def test_people_vary_as_those_printed_at_day_0(system):
    """Where these vary more than virtual ones; a smaller SD may be a standard error and is not believed."""
    asked = {"hypotheses": HYPOTHESES, "people": 6, "draws": 40, "seed": 2}
    widths = []
    for sd in (0.01, 0.1, 40.0):
        rows = [
            row("care", Endpoint("bilirubin", 0.0), 15.0, 50, sd),
            row("care", Endpoint("bilirubin", 28.0), 9.0, 50, 6.0),
        ]
        found = validate(
            system,
            [read(HEAD.format(i=2, n=50) + "".join(rows))],
            tuple(load_all().values()),
            Draws.prior(system.model, 40, seed=5),
            **asked,
        )
        q = found.records[0].quantiles
        widths.append(q[4] - q[0])
    assert widths[0] == widths[1] < widths[2] / 1.5


def test_a_publication_left_out_is_predicted_from_the_rest(system):
    """With draws of its own, and its references are made without it; the others stay as they are."""
    own = [load("lin2017"), load("alss2019")]
    known, asked = (
        Draws.prior(system.model, 30, seed=8),
        {"hypotheses": HYPOTHESES, "people": 6, "draws": 30, "seed": 2},
    )
    known = Draws(known.columns, {"publications": ["lin2017", "alss2019"]})
    other = Draws(Draws.prior(system.model, 30, seed=9).columns, {"pareto_k": 0.9})
    inside = validate(system, own, own, known, **asked)
    outside = validate(system, own, own, known, left_out={"lin2017": other}, **asked)
    assert outside.shapes == {"lin2017": 0.9} and not inside.shapes
    assert inside.in_sample == ("lin2017", "alss2019") and outside.in_sample == ("alss2019",)
    a, b = (x.frame().set_index(["publication", "arm", "against", "endpoint", "time"]) for x in (inside, outside))
    assert (a.index == b.index).all() and (a["crps"].xs("alss2019") == b["crps"].xs("alss2019")).all()
    assert (a["crps"].xs("lin2017") != b["crps"].xs("lin2017")).all()
    width = [(x["pooled_effect_q95"] - x["pooled_effect_q05"]).xs("smt", level="against") for x in (a, b)]
    assert (width[1] > width[0]).all()  # without Lin 2017 nobody else says what cells do


def test_the_command_prints_one_record_a_number(tmp_path, files, hepatica):
    path = tmp_path / "new.toml"
    path.write_text(
        HEAD.format(i=1, n=50)
        + row("care", WANTED[1], 60, 50)
        + row("cells", WANTED[1], 70, 50)
        + row("care", Endpoint("fever", 28.0), 10, 50)
    )
    asked = ["validate", str(path), "--posterior", "prior", "--patients", "4", "--draws", "20"]
    code, out, err = hepatica(*asked, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert {(r["arm"], r["against"]) for r in found["records"]} == {("care", ""), ("cells", ""), ("cells", "care")}
    assert all(set(r) == set(PredictionRecord.model_fields) for r in found["records"])
    assert all(set(r["baselines"]) == {"no_effect", "pooled_effect"} for r in found["records"])
    assert found["purpose"] == "for research use" and ValidateAnswer.model_validate(found).totals
    one = next(r for r in found["records"] if r["against"])["odds_ratio"]
    assert one["observed"] == pytest.approx((35.5 / 15.5) / (30.5 / 20.5))
    assert not any(r["odds_ratio"] for r in found["records"] if not r["against"])
    assert 0 < one["q05"] < one["median"] < one["q95"]
    assert found["left"] == {"made1 care fever day 28": "the model does not have it"}
    text = hepatica(*asked)[1]
    assert "research use" in text and "fever" in text


def test_a_file_that_is_none_is_one_sentence(tmp_path, hepatica):
    bad = tmp_path / "bad.toml"
    bad.write_text("key = 3")
    for path in (bad, tmp_path / "nowhere.toml"):
        code, _, err = hepatica("validate", path)
        assert code == 2 and len(err.strip().splitlines()) == 1


def test_cohorts_and_trials_differ_in_predictions_as_a_plain_simulation_says():
    """Of constant arms: shares, their difference and odds ratio, a mean, a change; each against numbers drawn naively."""
    n, draws, h = 50, 40000, HYPOTHESES[0]
    share, lab, change = Endpoint("survival", 90.0), Endpoint("inr", 28.0), Endpoint("albumin", 28.0, True)
    rows = [row(a, share, v, n) for a, v in (("care", 50), ("cells", 60))] + [
        row(a, lab, 2.0, n, 0.5) for a in ("care", "cells")
    ]
    rows += [
        row("care", Endpoint("albumin", 0.0), 30.0, n, 6.0).replace("percent", "g/L").replace("proportion", "mean_sd"),
        row("care", Endpoint("albumin", 28.0), 1.0, n, 2.0).replace("percent", "g/L").replace("proportion", "change"),
    ]
    p = read(HEAD.format(i=3, n=n) + "".join(rows))
    full = np.ones(draws)
    drawn = {
        a: {h: Arms({share: (x * full, full), lab: (2 * full, 0.5 * full), change: (full, 0.1 * full)}, 1.0)}
        for a, x in (("care", 0.5), ("cells", 0.7))
    }
    places = {"share": 1.0, "mean": 1.0, "effect_share": 3.0, "effect_mean": 1.5}
    known = Draws({DrawKey.between_study(k): v * full for k, v in places.items()})
    s = {k: float(deviation(k, v)) for k, v in places.items()}
    made = _Publication(p, {a: simulated_arm(p, p.arm(a)) for a in drawn}, drawn, None, known, 1, draws, (h,))
    care, cells = (p.find(arm=a, variable="survival")[0] for a in ("care", "cells"))
    rng = np.random.default_rng(2)
    cohort, trial = s["share"] * rng.standard_normal(draws), s["effect_share"] * rng.standard_normal(draws)
    x, y = rng.binomial(n, expit(logit(0.7) + cohort + trial)), rng.binomial(n, expit(cohort))
    for seen, naive in (
        (made.arm(care, share, n, h), 2 * y),
        (made.arm(cells, share, n, h), 2 * x),
        (made.difference(cells, share, care, n, n, h), 2 * (x - y)),
    ):
        assert seen.samples.std() == pytest.approx(naive.std(), rel=0.04) and seen.samples.mean() == pytest.approx(
            naive.mean(), abs=1.0
        )
    ratio = (x + 0.5) / (n - x + 0.5) / ((y + 0.5) / (n - y + 0.5))
    observed, *said = made.odds(cells, share, care, n, n)
    assert observed == pytest.approx((30.5 / 20.5) / (25.5 / 25.5)) and np.allclose(
        np.log(said), np.log(np.quantile(ratio, (0.5, 0.05, 0.95))), atol=0.15
    )
    one, other = (p.find(arm=a, variable="inr")[0] for a in ("care", "cells"))
    width = np.sqrt(np.log1p(0.25**2))
    cohort, trial = (
        s["mean"] * rng.standard_normal(draws) * width,
        s["effect_mean"] * rng.standard_normal(draws) * width,
    )
    error = 0.5 / np.sqrt(n)
    naive = 2 * np.exp(cohort) + error * rng.standard_normal(draws)
    assert made.arm(one, lab, n, h).samples.std() == pytest.approx(naive.std(), rel=0.04)
    naive = 2 * np.exp(cohort + trial) + error * rng.standard_normal(draws)
    assert made.arm(other, lab, n, h).samples.std() == pytest.approx(naive.std(), rel=0.04)
    naive = 2 * np.exp(trial) - 2 + error * np.sqrt(2) * rng.standard_normal(draws)
    assert made.difference(other, lab, one, n, n, h).samples.std() == pytest.approx(naive.std(), rel=0.04)
    later = next(o for o in p.find(arm="care", variable="albumin") if o.kind == "change")
    expected = 6.0 * np.hypot(s["mean"], 1 / np.sqrt(n))  # with half correlated days a change varies as the level does
    assert made.arm(later, change, n, h).samples.std() == pytest.approx(expected, rel=0.04)
