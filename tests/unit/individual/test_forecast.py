"""Forecasts of people: synthetic ones made by the model itself are covered, scores are what they should be, bad files speak.

No row of a real person stands here; people are candidates of the pool with errors of measurement.
"""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, spearmanr

from hepatica.errors import InputError
from hepatica.individual import discrepancy
from hepatica.individual import forecast as verb
from hepatica.individual.discrepancy import BARE, LAST, MIXED, MODEL, OUTCOME, REGRESSION
from hepatica.individual.file import LABS, read_people
from hepatica.individual.forecast import validate_people
from hepatica.individual.inflammation import READINGS, compare, read_readings
from hepatica.individual.pool import ARMS, TIMES, acute, chronic, make_pool
from hepatica.individual.regressions import Logistic, Ridge, spread
from hepatica.individual.scores import auc, brier, crps_normal, interval, resampled_auc
from hepatica.individual.weights import LEAST_EFFECTIVE, MEASURED, Likeness, tempered
from hepatica.patients import Draws
from hepatica.patients.streams import normals, uniforms

DAYS = (0, 1, 2, 3, 7)
NOISE = 0.08


def synthetic(pool, n, seed):
    """Rows of people in the layout of the published file, made of candidates that are mildly to severely ill."""
    k = list(LABS)
    ill = np.flatnonzero(
        (pool.labs[0, :, 0, k.index("alt")] > np.log(150)) & (pool.labs[0, :, 0, k.index("inr")] > np.log(1.15))
    )
    rows = []
    for i, who in enumerate(ill[:n]):
        u = uniforms(seed, np.array([i]), "test:person", 3)[0]
        arm = int(u[0] > 0.5) + 2 * int(u[1] > 0.5)
        z = normals(seed, np.array([i]), "test:noise", len(DAYS) * len(k))[0].reshape(len(DAYS), -1)
        for j, day in enumerate(DAYS):
            values = np.exp(pool.labs[arm, who, list(TIMES).index(day)] + NOISE * z[j])
            row = {"id": i, "BloodColectionDate": float(day)}
            row |= {LABS[lab].column: round(v / LABS[lab].factor, 4) for lab, v in zip(k, values, strict=True)}
            if day == 0:
                row |= {
                    "Age": round(pool.age[who]),
                    "Encephalopathy_grade_d0": np.floor(pool.coma[who]),
                    "PE": "Did" if arm % 2 else "NotDone",
                    "steroid pulse therapy": "Did" if arm > 1 else "NotDone",
                    "Plt": 10.0,
                    "SurvivalOrDeath": "Death(Internal)" if u[2] < pool.event[arm, who] else "Survival(Internal)",
                    "HGF": 1.0,
                }
                row |= {
                    lab.column: v / lab.factor
                    for lab, v in zip(READINGS.values(), np.exp(pool.readings[who]), strict=True)
                }
            rows.append(row)
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def table(system):
    return synthetic(make_pool(system, 400, seed=99), 120, seed=5)


@pytest.fixture(scope="module")
def path(table, tmp_path_factory):
    path = tmp_path_factory.mktemp("people") / "made.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def found(path, system):
    return validate_people(path, system, pool=700, folds=2, seed=3)


def test_people_made_by_the_model_are_covered(found):
    """Intervals hold about what they say, over all labs and days, and the model beats the last value and knows who dies."""
    totals = found.totals()
    rows = totals[totals["day"] == "all"]
    assert set(rows["lab"]) == set(LABS)
    held = {share: np.average(rows[f"in {share} %"], weights=rows["n"]) for share in (50, 90)}
    assert held[50] == pytest.approx(0.5, abs=0.08) and held[90] == pytest.approx(0.9, abs=0.05)
    assert np.average(rows[f"model / {LAST}"], weights=rows["n"]) < 0.9
    assert np.average(rows[f"model / {REGRESSION}"], weights=rows["n"]) < 1.1
    assert np.average(rows[f"model / {MIXED}"], weights=rows["n"]) < 1.1
    assert np.average(rows[f"{MIXED} in 90 %"], weights=rows["n"]) == pytest.approx(0.9, abs=0.06)
    assert f"better than the {MIXED}" in found.text()
    outcomes = found.outcomes().set_index(["basis", "predictor"])
    assert (outcomes.loc[(slice(None), [BARE, MODEL]), "auc"] > 0.75).all()
    assert (outcomes["auc_low"] < outcomes["auc"]).all() and (outcomes["auc"] < outcomes["auc_high"]).all()


def test_inflammation_that_the_labs_imply_is_held_against_what_was_measured(found, path, table, tmp_path):
    """People made by the model are ranked as they are; a reading that cannot be read costs that reading only."""
    frame = found.inflammation.set_index("reading")
    assert set(frame.index) == set(READINGS) and (frame["people"] == len(set(table["id"]))).all()
    assert (frame.loc[["tnf", "il6", "crp"], "rank"] > 0.2).all() and (frame["rank_low"] < frame["rank"]).all()
    assert (np.abs(np.log(frame["said"] / frame["seen"])) < 0.5).all() and (frame["seen_q1"] <= frame["seen_q3"]).all()
    seen, _ = read_readings(path)
    assert frame.loc["il6", "seen"] == pytest.approx(np.median(seen["il6"]))
    assert "by which nobody was weighted" in found.text() and "patients' own HGF is not in the model" in found.text()
    first = table["BloodColectionDate"] == 0
    broken = table.assign(CRP=np.where(first, "high", ""), WBC=np.where(first, 5.0, np.nan)).drop(
        columns=["serumTNF", "HGF"]
    )
    broken["serumIL-10"] = np.where(table["id"] == 3, table["serumIL-10"], np.nan)
    broken.iloc[::-1].to_csv(tmp_path / "broken.csv", index=False)
    people = read_people(tmp_path / "broken.csv")
    seen, why = read_readings(tmp_path / "broken.csv")
    assert set(seen) == {"il6", "il10"} and set(why) == {"CRP", "WBC"} and "a number in mg/dL" in why["CRP"]
    where = {i: k for k, i in enumerate(people.ids)}
    assert np.isfinite(seen["il10"]).sum() == 1 and np.isfinite(seen["il10"][where["3"]])
    own = table[first].set_index("id")["serumIL-6"]
    assert all(seen["il6"][where[str(i)]] == pytest.approx(own[i]) for i in own.index)


def test_ranks_against_scipy():
    rng = np.random.default_rng(3)
    x = rng.normal(size=60)
    y, z = x + rng.normal(size=60), np.round(rng.normal(size=60))
    y[5] = np.nan
    good = np.isfinite(y)
    row = compare({"crp": y, "few": np.where(np.arange(60) < 9, y, np.nan)}, {"crp": x, "few": x}, z, seed=4)
    assert row["reading"].tolist() == ["crp"] and row["people"][0] == 59
    assert row["rank"][0] == pytest.approx(spearmanr(x[good], y[good]).statistic)
    assert row["rank_meld"][0] == pytest.approx(spearmanr(z[good], y[good]).statistic)
    again = [spearmanr(x[good][k], y[good][k]).statistic for k in rng.integers(59, size=(400, 59))]
    assert (row["rank_low"][0], row["rank_high"][0]) == pytest.approx(
        tuple(np.quantile(again, (0.025, 0.975))), abs=0.06
    )


def test_the_frame_and_the_words(found):
    """One row per prediction, scores that follow from it, JSON without people, and what the totals are of."""
    frame = found.frame()
    assert not frame.duplicated(["person", "basis", "quantity", "day", "predictor"]).any()
    labs = frame[frame["quantity"] != OUTCOME]
    again = crps_normal(np.log(labs["observed"]), np.log(labs["predicted"]), labs["sd_log"])
    np.testing.assert_allclose(again, labs["score"], atol=1e-12)
    assert ((labs["low90"] < labs["low50"]) & (labs["high50"] < labs["high90"])).all()
    bilirubin = labs[
        (labs["quantity"] == "bilirubin")
        & (labs["day"] == 7)
        & (labs["basis"] == "day 0")
        & (labs["predictor"] == MODEL)
    ]
    row = found.totals().query("lab == 'bilirubin' and day == '7' and basis == 'day 0'").iloc[0]
    inside = (bilirubin["observed"] >= bilirubin["low50"]) & (bilirubin["observed"] <= bilirubin["high50"])
    assert row["crps model"] == pytest.approx(bilirubin["score"].mean()) and row["in 50 %"] == pytest.approx(
        inside.mean()
    )
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert "for research use" in text and "person" not in text
    assert (
        "For research use" in found.text()
        and "platelets are not in the model" in found.text()
        and "is assumed" in found.text()
    )


def test_a_seed_gives_the_same_again(table, system, tmp_path):
    table[(table["id"] < 40) & (table["BloodColectionDate"].isin([0, 2]))].to_csv(tmp_path / "part.csv", index=False)
    one, again, other = (
        validate_people(tmp_path / "part.csv", system, pool=200, folds=2, seed=s).frame() for s in (3, 3, 4)
    )
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_another_file_is_forecast_blind(path, table, system, tmp_path):
    """What lies after the basis changes no forecast, and need not be there; missing labs are named."""
    new = table[table["id"] >= 95].drop(columns=["NH3", "Cre", "PE", "Age"])
    full, blind = tmp_path / "full.csv", tmp_path / "blind.csv"
    new.to_csv(full, index=False)
    new[new["BloodColectionDate"] == 0].drop(columns="SurvivalOrDeath").to_csv(blind, index=False)
    a, b = (validate_people(p, system, train=path, pool=300, seed=3) for p in (full, blind))
    columns = ["person", "quantity", "day", "predictor", "predicted"]
    ours, theirs = (x.frame().query("basis == 'day 0'")[columns].reset_index(drop=True) for x in (a, b))
    pd.testing.assert_frame_equal(ours, theirs)
    assert (
        b.frame()["score"].isna().all() and len(b.totals()) == 0 and len(b.outcomes()) == 0 and "made.csv" in b.text()
    )
    assert set(a.totals()["lab"]) == set(LABS) - {"ammonia", "creatinine"} and len(a.outcomes())
    what = {w: why for w, _, why in b.not_predicted}
    assert "no values in a column NH3" in what["ammonia"] and "no values in a column Cre" in what["creatinine"]
    assert "no rows of day 1" in what["everything from days 0 to 1"]
    assert any("no column PE" in note for note in b.notes) and any("without it" in note for note in b.notes)
    assert "MELD" not in set(a.outcomes()["predictor"])  # it needs creatinine


def test_prothrombin_time_stands_in_for_inr(table, tmp_path):
    """INR = 24.92 PT%^-0.707 where only the percentage is there."""
    part = table[table["id"] < 3].drop(columns="PTINR").assign(PT_percentage=40.0)
    part.to_csv(tmp_path / "pt.csv", index=False)
    people = read_people(tmp_path / "pt.csv")
    np.testing.assert_allclose(people.labs["inr"], 24.92 * 40.0**-0.707)
    assert any("taken from PT_percentage" in note for note in people.notes)
    assert people.labs["albumin"][0, 0] == pytest.approx(10 * part["Alb"].iloc[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop(columns="id"), ["id", "a column named id"]),
        (lambda t: t.drop(columns="BloodColectionDate"), ["BloodColectionDate", "a column named"]),
        (lambda t: t.iloc[:0], ["no rows"]),
        (lambda t: t.assign(BloodColectionDate=-1), ["BloodColectionDate", "'-1'", "0 or later"]),
        (lambda t: pd.concat([t, t.iloc[:1]]), ["twice", "one row per person and day"]),
        (lambda t: t[t["BloodColectionDate"] > 0], ["rows of day 0"]),
        (lambda t: t.assign(Tbil="high"), ["Tbil", "'high'", "a number in mg/dL", "line 2"]),
        (lambda t: t.assign(Cre=t["Cre"] * 88.4), ["Cre", "median", "mg/dL", "convert"]),
        (lambda t: t.assign(Alb=t["Alb"] * 10), ["Alb", "median", "g/dL"]),
        (lambda t: t.assign(SurvivalOrDeath="lost"), ["SurvivalOrDeath", "'lost'", "Survival"]),
        (lambda t: t.assign(PE="maybe"), ["PE", "'maybe'", "Did or NotDone"]),
        (lambda t: t.assign(Age=400), ["Age", "400", "0 to 120"]),
        (lambda t: t[["id", "BloodColectionDate", "Age"]], ["at least one lab", "PTINR"]),
    ],
)
def test_broken_files_say_what_is_wrong(change, words, table, tmp_path):
    change(table[table["id"] < 4]).to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(InputError) as error:
        read_people(tmp_path / "bad.csv")
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize(
    "text", [b"", b"id,BloodColectionDate\n1,0,5\n", b"id,BloodColectionDate\n1,0\n1,1,2,3\n", b"id,Tbil\n\xff\xfe,1\n"]
)
def test_what_is_no_table_is_said(text, tmp_path):
    (tmp_path / "bad.csv").write_bytes(text)
    with pytest.raises(InputError, match="a CSV file in UTF-8 with one header line"):
        read_people(tmp_path / "bad.csv")


def test_settings_and_few_people_are_refused(table, path, system, tmp_path):
    with pytest.raises(InputError, match="a CSV file that exists"):
        read_people(tmp_path / "none.csv")
    with pytest.raises(InputError, match="acute, chronic, both"):
        validate_people(path, system, kinds="all")
    with pytest.raises(InputError, match="2 folds"):
        validate_people(path, system, folds=1)
    small = tmp_path / "small.csv"
    table[table["id"] < 6].to_csv(small, index=False)
    few = validate_people(small, system, pool=200)
    assert not len(few.totals()) and all(
        "to learn from" in why for w, _, why in few.not_predicted if w not in ("platelets", "HGF")
    )


def test_limits_gaps_and_people_without_a_first_day(table, tmp_path):
    """A limit counts as its value, a gap as not measured; who has no day 0 is left out, and said."""
    part = table[table["id"] < 30].astype({"Tbil": object, "id": object})
    part.loc[part.index[0], "Tbil"] = "<0.4"
    part.loc[part.index[1], "Tbil"] = ""
    part.loc[part.index[2], "Cre"] = 41.0
    part = part[~((part["id"] == 29) & (part["BloodColectionDate"] == 0))]
    part.to_csv(tmp_path / "gaps.csv", index=False)
    people = read_people(tmp_path / "gaps.csv")
    assert (
        people.labs["bilirubin"][0, 0] == 0.4
        and np.isnan(people.labs["bilirubin"][0, 1])
        and np.isnan(people.labs["creatinine"][0, 2])
    )
    assert len(people.ids) == 29 and len(people.notes) == 4  # limit, impossible, left out, ammonia


def test_folds_are_each_persons_own(path, table, tmp_path):
    """Whoever else is in the file."""
    table[table["id"] >= 50].to_csv(tmp_path / "rest.csv", index=False)
    np.testing.assert_array_equal(read_people(path).folds(5)[50:], read_people(tmp_path / "rest.csv").folds(5))


def test_the_pool_is_wide_and_treated(system):
    """It reaches mild injury, plasma exchange clears enzymes, calibrated draws are taken, and chronic kinds exist."""
    pool = make_pool(system, 120, seed=2)
    inr, alt = (np.exp(pool.labs[0, :, 0, list(LABS).index(lab)]) for lab in ("inr", "alt"))
    assert inr.min() < 1.2 and inr.max() > 3 and alt.min() < 100 and alt.max() > 3000
    day_1 = pool.labs[:, :, 1, list(LABS).index("alt")].mean(axis=1)
    assert day_1[1] < day_1[0] - 0.2 and len(day_1) == len(ARMS)
    labs, alive = pool.at([0.5, 60.0])
    np.testing.assert_allclose(labs[:, :, 0], (pool.labs[:, :, 0] + pool.labs[:, :, 1]) / 2)
    np.testing.assert_allclose(1 - alive[:, :, 1], pool.event)
    other = make_pool(system, 120, seed=2, known=Draws.prior(system.model, 10, seed=8))
    assert not np.allclose(other.labs[0, :5], pool.labs[0, :5])
    assert (
        set(chronic(system)) & set(acute(system)) == set()
        and len(make_pool(system, 6, seed=1, kinds=chronic(system)).age) == 6
    )


def test_weights_against_a_plain_loop(system, path):
    """The same posterior mean and probability, person by person, without tempering."""
    people, pool = read_people(path), make_pool(system, 60, seed=4)
    like = Likeness(pool, people, (0.0,), (2.0,))
    widths = dict.fromkeys(LABS, 2.0) | {"alt": np.inf}
    posterior, event, readings = like.posterior(widths), like.event(widths), like.readings(widths)
    for i in (0, 7):
        arm, weight = people.arm[i], []
        for j in range(len(pool.age)):
            log = -0.5 * ((people.age[i] - pool.age[j]) / 20) ** 2 - 0.5 * min(
                ((people.coma[i] - pool.coma[j]) / 0.7) ** 2, 16
            )
            for k, (lab, error) in enumerate((lab, MEASURED[lab]) for lab in LABS):
                if lab != "alt":
                    log -= 0.5 * min((people.at(lab, 0.0)[i] - pool.labs[arm, j, 0, k]) ** 2 / (error**2 + 4), 16)
            weight.append(np.exp(log))
        weight = np.array(weight) / np.sum(weight)
        if posterior.temper[i] == 1:
            assert event[i] == pytest.approx(weight @ pool.event[arm], rel=1e-4)
            np.testing.assert_allclose(readings[i], weight @ pool.readings, rtol=1e-4)
            living = weight * pool.alive[arm, :, 2]
            np.testing.assert_allclose(posterior.mean[i, 1], living @ pool.labs[arm, :, 2] / living.sum(), rtol=1e-3)
    assert (posterior.temper == 1).any()


def test_tempering_keeps_enough_candidates():
    told = -0.5 * 400 * normals(1, np.arange(30), "test", 500) ** 2
    weight, before, power = tempered(told)
    after = 1 / (weight**2).sum(axis=1)
    assert (after >= min(LEAST_EFFECTIVE, 500 / 4) * 0.99).all() and ((power < 1) == (before < LEAST_EFFECTIVE)).all()


def test_crps_and_auc_against_plain_loops():
    """CRPS by integrating squared differences of distribution functions; AUC by all pairs."""
    x = np.linspace(-12, 12, 200_001)
    for y, m, s in ((0.3, 0.0, 1.0), (-2.0, 0.5, 0.4)):
        plain = np.trapezoid((norm.cdf(x, m, s) - (x >= y)) ** 2, x)
        assert float(crps_normal(y, m, s)) == pytest.approx(plain, rel=1e-3)
    event, score = (
        (uniforms(1, np.arange(40), "e")[:, 0] < 0.4) * 1.0,
        np.round(uniforms(1, np.arange(40), "s")[:, 0], 1),
    )
    pairs = [(a > b) + 0.5 * (a == b) for a in score[event == 1] for b in score[event == 0]]
    assert auc(event, score) == pytest.approx(np.mean(pairs)) and np.isnan(auc(np.zeros(3), np.arange(3.0)))
    drawn = resampled_auc(event, {"a": score, "b": score}, seed=1, resamples=50)
    np.testing.assert_array_equal(drawn["a"], drawn["b"])
    assert np.std(drawn["a"]) > 0.01 and abs(drawn["a"].mean() - np.mean(pairs)) < 0.05
    assert brier(np.array([1.0, 0.0]), np.array([0.5, 0.0])) == 0.125
    low, high = interval(1.0, 2.0, 0.9)
    assert norm.cdf(high, 1, 2) - norm.cdf(low, 1, 2) == pytest.approx(0.9)


def test_references_against_plain_fits():
    """Residuals of leaving one out are those of refitting; the logistic fit has no slope left; the spread is that of the data."""
    x, z = normals(3, np.arange(60), "x", 2), normals(3, np.arange(60), "z")[:, 0]
    y = x @ [1.0, -0.5] + 0.3 * z
    fit = Ridge.fit(x, y)
    np.testing.assert_allclose(fit.slope / fit.scale, [1.0, -0.5], atol=0.15)
    for i in (0, 30):
        keep = np.arange(60) != i
        other = Ridge.fit(x[keep], y[keep])
        assert y[i] - other.predict(x[[i]])[0] == pytest.approx(fit.residual[i], abs=0.03)
    assert spread(fit.residual)[1] == pytest.approx(0.3, rel=0.3)
    assert Ridge.fit(np.column_stack([x, np.full(60, np.nan)]), y).predict(np.full((1, 3), np.nan))[0] == pytest.approx(
        y.mean()
    )
    event = (uniforms(3, np.arange(60), "u")[:, 0] < 1 / (1 + np.exp(-2 * x[:, 0]))) * 1.0
    logistic = Logistic.fit(x, event, penalty=1e-9)
    np.testing.assert_allclose(((event - logistic.predict(x))[:, None] * x).sum(axis=0), 0.0, atol=1e-2)


def test_the_horizon_is_that_of_the_pool():
    assert verb.HORIZON == TIMES[-1]


def test_a_lab_whose_mixed_model_does_not_converge_is_foretold_by_the_others(path, system, monkeypatch):
    monkeypatch.setattr(discrepancy.Mixed, "fit", lambda *_: None)
    left = validate_people(path, system, pool=400, folds=2, seed=3)
    assert MIXED not in set(left.rows["predictor"]) and f"model / {REGRESSION}" in left.totals()
    assert any(MIXED in what and "converges" in why for what, _, why in left.not_predicted)
