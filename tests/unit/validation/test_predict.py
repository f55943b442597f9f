"""Predictions of files that the model itself made are covered at the nominal rate; and what a user sees of them."""

import json

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binom

from hepatica.admission import admit
from hepatica.api.validate import ValidateAnswer
from hepatica.api.validate.records import PredictionRecord
from hepatica.calibrate.endpoints import FEVER_NEEDS_CELLS, OUTPUTS, ArmEndpoints, Endpoint, grid
from hepatica.calibrate.matching import simulated_arm
from hepatica.errors import InputError
from hepatica.evidence import load, load_all
from hepatica.evidence.publications import read
from hepatica.patients import Draws, load_population
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.simulation import simulate
from hepatica.validation import predict
from hepatica.validation.predict import validate
from hepatica.validation.records import REFERENCES, coverage
from hepatica.validation.simulated import PredictionSettings

HYPOTHESES = ("label_is_cells", "lung_only")
WANTED = (
    Endpoint("survival", 28.0),
    Endpoint("survival", 90.0),
    Endpoint("severe_infection", 90.0),
    Endpoint("bilirubin", 28.0),
    Endpoint("inr", 28.0),
)


@pytest.fixture(scope="module")
def files(system, row, head):
    """Publications made from draws of the priors, each with a cohort's own deviation and the sampling of its people."""
    count, people, n = 60, 40, 50
    population, truth, rng = (
        load_population("hbv_aclf"),
        Draws.prior(system.model, count, seed=77),
        np.random.default_rng(4),
    )
    patients = admit(system, population, count * people, seed=78, draws=count, known=truth)
    lin = load("lin2017").model_copy(update={"population": "hbv_aclf"})
    text = head.format(i=0, n=n)
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
        found.append(read(head.format(i=i, n=n) + "".join(rows)))
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
        settings=PredictionSettings(people=20, draws=100, seed=6),
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


def test_people_vary_as_those_printed_at_day_0(system, row, head):
    """Wider only for people who vary more than virtual ones; a smaller SD may be a standard error and is not believed."""
    asked = {"hypotheses": HYPOTHESES, "settings": PredictionSettings(people=6, draws=40, seed=2)}
    widths = []
    for sd in (0.01, 0.1, 40.0):
        rows = [
            row("care", Endpoint("bilirubin", 0.0), 15.0, 50, sd),
            row("care", Endpoint("bilirubin", 28.0), 9.0, 50, 6.0),
        ]
        found = validate(
            system,
            [read(head.format(i=2, n=50) + "".join(rows))],
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
        {"hypotheses": HYPOTHESES, "settings": PredictionSettings(people=6, draws=30, seed=2)},
    )
    known = Draws(known.columns, {"publications": ["lin2017", "alss2019"]})
    other = Draws(Draws.prior(system.model, 30, seed=9).columns, {"pareto_k": 0.9})
    inside = validate(system, own, own, known, **asked)
    outside = validate(system, own, own, known, left_out={"lin2017": other}, **asked)
    assert outside.pareto_k == {"lin2017": 0.9} and not inside.pareto_k
    assert inside.in_sample == ("lin2017", "alss2019") and outside.in_sample == ("alss2019",)
    a, b = (x.frame().set_index(["publication", "arm", "against", "endpoint", "time"]) for x in (inside, outside))
    assert (a.index == b.index).all() and (a["crps"].xs("alss2019") == b["crps"].xs("alss2019")).all()
    assert (a["crps"].xs("lin2017") != b["crps"].xs("lin2017")).all()
    width = [(x["pooled_effect_q95"] - x["pooled_effect_q05"]).xs("smt", level="against") for x in (a, b)]
    assert (width[1] > width[0]).all()  # without Lin 2017 nobody else says what cells do


def test_the_command_prints_one_record_a_number(tmp_path, hepatica, row, head):
    path = tmp_path / "new.toml"
    path.write_text(
        head.format(i=1, n=50)
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
    assert all(set(r["baselines"]) == set(REFERENCES) for r in found["records"])
    assert found["purpose"] == "for research use" and ValidateAnswer.model_validate(found).totals
    one = next(r for r in found["records"] if r["against"])["odds_ratio"]
    assert one["observed"] == pytest.approx((35.5 / 15.5) / (30.5 / 20.5))
    assert not any(r["odds_ratio"] for r in found["records"] if not r["against"])
    assert 0 < one["q05"] < one["median"] < one["q95"]
    assert found["not_predicted"] == {"made1 care fever day 28": FEVER_NEEDS_CELLS}
    text = hepatica(*asked)[1]
    assert "research use" in text and "fever" in text


def test_a_file_that_is_none_is_one_sentence(tmp_path, hepatica):
    bad = tmp_path / "bad.toml"
    bad.write_text("key = 3")
    for path in (bad, tmp_path / "nowhere.toml"):
        code, _, err = hepatica("validate", path)
        assert code == 2 and len(err.strip().splitlines()) == 1


def test_one_publication_that_fails_does_not_end_the_run(system, row, head, monkeypatch):
    """Another of labs at day 0 alone is said to have nothing to predict; the rest is predicted."""
    share = Endpoint("survival", 28.0)
    fine, bad = (read(head.format(i=i, n=20) + row("care", share, 80, 20)) for i in (21, 22))
    empty = read(head.format(i=23, n=20) + row("care", Endpoint("inr", 0.0), 2.0, 20, 0.5))
    of_one = predict._of_publication

    def fails(p, *more):
        if p.key == "made22":
            raise InputError("made22", "nothing", "something else")
        return of_one(p, *more)

    monkeypatch.setattr(predict, "_of_publication", fails)
    sizes = PredictionSettings(people=4, draws=20, workers=1)
    found = predict.validate(system, [bad, empty, fine], [], None, hypotheses=("lung_only",), settings=sizes)
    assert {r.publication for r in found.records} == {"made21"}
    assert "made22" in found.not_predicted["made22"] and "day 0" in found.not_predicted["made23 care"]
    assert all(np.isfinite([r.crps_error, r.log_score_error]).all() for r in found.records)
