"""Real people as evidence: who stands for whom, what is said of them, and what is wrong with a file. All people here are made up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hepatica.calibrate.bank import fill
from hepatica.calibrate.run import plans
from hepatica.errors import InputError
from hepatica.evidence import load
from hepatica.individual.as_evidence import GIVEN, LEAST_PEOPLE, WEEKLY_KEY, as_publications, told
from hepatica.individual.pool import HORIZON
from hepatica.individual.weights import MEASURED
from hepatica.patients import Draws

COMA, AWAKE = 2.0, 0.0


def person(i, *, coma=COMA, exchange=False, steroid=False, cause="HBV", dead=False, days=(0, 1, 3, 7), **labs):
    rng = np.random.default_rng(i)
    start = {"PTINR": 3.0, "Tbil": 14.0, "ALT": 900.0, "AST": 700.0, "Alb": 3.0, "Cre": 1.0, "NH3": 100.0} | labs
    rows = []
    for day in days:
        row = {"id": i, "BloodColectionDate": day}
        row |= {
            name: value * np.exp(0.3 * rng.standard_normal() * (name != "Alb")) * 0.9**day
            for name, value in start.items()
        }
        row["Alb"] += 0.1 * rng.standard_normal()
        if day == 0:
            row |= {
                "Age": 40,
                "Etiology": cause,
                "diagnosis": "ALF_acute",
                "Encephalopathy_grade_d0": coma,
                "CHDF": "NotDone",
            }
            row |= {"PE": "Did" if exchange else "NotDone", "steroid pulse therapy": "Did" if steroid else "NotDone"}
            row["SurvivalOrDeath"] = "Death(Internal)" if dead else "Survival(Internal)"
        rows.append(row)
    return rows


def written(tmp_path, people, name="made.csv"):
    path = tmp_path / name
    pd.DataFrame([row for rows in people for row in rows]).to_csv(path, index=False)
    return path


@pytest.fixture
def publication(tmp_path):
    people = [person(i, steroid=True, dead=i < 3) for i in range(10)]
    people += [person(i, exchange=True) for i in range(20, 24)]
    people += [person(i, exchange=True, steroid=True) for i in range(50, 58)]
    people += [person(i, coma=AWAKE) for i in range(30, 39)]
    people += [person(i, cause="Ischaemia") for i in range(40, 42)]
    return as_publications(written(tmp_path, people))[0]


def test_people_are_grouped_by_the_door_they_would_pass_and_by_treatment(publication):
    found = {a.id: (a.population, a.n, a.co_treatment) for a in publication.arms}
    assert found == {
        "alf_indeterminate_steroid": ("alf_indeterminate", 10, GIVEN[2]),
        "alf_indeterminate_both": ("alf_indeterminate", 8, GIVEN[3]),
        "alf_indeterminate_exchange": ("alf_indeterminate", 4, GIVEN[1]),
        "acute_liver_injury": ("acute_liver_injury", 9, ""),
        "acute_liver_injury_untreated": ("acute_liver_injury", 9, ""),
        "otherwise_untreated": ("none", 2, ""),
    }
    assert publication.role == "calibration" and not any(a.gives_cells for a in publication.arms)
    assert publication.risk_of_bias == "some" and publication.bias


def test_what_is_said_is_that_of_those_measured(tmp_path):
    people = [person(i, steroid=True, dead=i < 3) for i in range(10)]
    for rows in people[:4]:
        rows[-1]["Tbil"] = np.nan
    p = as_publications(written(tmp_path, people))[0]
    last = next(o for o in p.find(variable="bilirubin", time=7) if o.kind == "mean_sd")
    log = np.log([rows[-1]["Tbil"] for rows in people[4:]])
    s2 = log.var(ddof=1)
    assert last.n == 6 and last.value == pytest.approx(
        np.exp(log.mean() + (s2 - MEASURED["bilirubin"] ** 2) / 2), rel=1e-5
    )
    assert last.sd == pytest.approx(last.value * np.sqrt(np.exp(s2) - 1), rel=1e-4)
    alive = p.find(variable="transplant_free_survival")[0]
    assert (alive.value, alive.n, alive.time, alive.events) == (70.0, 10, HORIZON, 7) and "assumed" in alive.note


def test_day_0_tells_how_people_differ_without_the_error_of_measurement():
    rng = np.random.default_rng(1)
    true = 10 * np.exp(0.3 * rng.standard_normal(20000))
    seen = true * np.exp(MEASURED["ammonia"] * rng.standard_normal(20000))
    first, later = (next(told("a", "ammonia", day, seen, seen, "")) for day in (0.0, 1.0))
    assert first.value == pytest.approx(true.mean(), rel=0.02) and first.sd == pytest.approx(true.std(), rel=0.03)
    assert later.sd > 1.15 * first.sd


def test_albumin_is_told_as_the_paired_change():
    rng = np.random.default_rng(2)
    start = 30 + 5 * rng.standard_normal(12)
    now = start - 2 + 0.5 * rng.standard_normal(12)
    now[0], start[1] = np.nan, np.nan
    found = {o.kind: o for o in told("a", "albumin", 3.0, now, start, "")}
    assert set(found) == {"mean_sd", "change"} and found["mean_sd"].n == 11 and found["change"].n == 10
    assert found["change"].value == pytest.approx(np.nanmean(now - start), rel=1e-5)
    assert found["change"].sd < 0.3 * found["mean_sd"].sd


def test_those_without_coma_stand_together_on_day_0_and_at_the_end(tmp_path):
    people = [person(i, coma=AWAKE, steroid=i % 2 == 0, dead=i == 0) for i in range(20)]
    p = as_publications(written(tmp_path, people))[0]
    assert [(a.id, a.n) for a in p.arms] == [
        ("acute_liver_injury", 20), ("acute_liver_injury_untreated", 10), ("acute_liver_injury_steroid", 10)
    ]  # fmt: skip
    together = p.find(arm="acute_liver_injury", unusable=True)
    assert {o.time for o in together if o.variable != "transplant_free_survival"} == {0.0}
    assert {o.arm for o in p.find(variable="transplant_free_survival")} == {"acute_liver_injury"}
    assert not [o for o in together if o.variable == "ammonia" and o.usable], "its unit is assumed"
    assert p.find(arm="acute_liver_injury_steroid", variable="ammonia", time=7)


def test_people_of_the_cohort_that_ships_take_the_place_of_its_aggregates(tmp_path):
    """The same key and reference, and arms of the same names for the same population."""
    people = [person(i, coma=AWAKE, steroid=i % 2 == 0, exchange=i % 4 < 2) for i in range(40)]
    p, printed = as_publications(written(tmp_path, people, "yoshimura2025.csv"))[0], load("yoshimura2025")
    assert (p.key, p.cite, p.role) == (printed.key, printed.cite, printed.role)
    own = {a.id: (a.population or p.population, a.co_treatment) for a in p.arms}
    assert own == {a.id: (a.population or printed.population, a.co_treatment) for a in printed.arms}

    def counted(x):
        return {(o.arm, o.variable, o.time, o.kind) for o in x.observations if not x.lacks(o) and o.time != 2}

    assert counted(printed) == counted(p)


def test_too_few_of_a_group_are_shown_and_not_used(publication):
    few = [o for o in publication.observations if o.arm == "alf_indeterminate_exchange"]
    assert few and all(publication.lacks(o) for o in few)
    assert any(str(LEAST_PEOPLE) in publication.lacks(o) for o in few)


def test_after_an_exchange_of_unknown_day_what_it_washes_is_not_used(publication):
    def used(variable, day):
        rows = publication.find(arm="alf_indeterminate_both", variable=variable, time=day, unusable=True)
        return any(not publication.lacks(o) for o in rows)

    assert used("inr", 0.0) and not used("inr", 1.0) and not used("albumin", 7.0)
    assert used("creatinine", 3.0)


def test_filtered_blood_says_nothing_of_creatinine(tmp_path):
    people = [person(i) for i in range(10)]
    for rows in people[:2]:
        rows[0]["CHDF"] = "Did"
    p = as_publications(written(tmp_path, people))[0]
    n = {(o.variable, o.time): o.n for o in p.find() if o.kind == "mean_sd"}
    assert n["creatinine", 0.0] == n["creatinine", 1.0] == 8 and n["bilirubin", 1.0] == 10 and "2 people" in p.note


@pytest.mark.parametrize(
    ("change", "population"),
    [
        ({"cause": "paracetamol", "ALT": 6000.0}, "alf_paracetamol"),
        ({"cause": "AIH"}, "alf_indeterminate"),
        ({"cause": ""}, "alf_indeterminate"),
        ({"PTINR": 1.2, "days": (0, 1)}, "none"),
        ({"Tbil": 0.5}, "none"),
        ({"cause": "HBV ACLF"}, "none"),
        ({"coma": AWAKE, "PTINR": 1.2, "days": (0, 1)}, "acute_liver_injury"),
        ({"coma": AWAKE, "Tbil": 0.8}, "acute_liver_injury"),
        ({"coma": AWAKE, "ALT": 60.0}, "none"),
        ({"coma": AWAKE, "cause": "Ischaemia"}, "none"),
        ({"coma": AWAKE, "cause": "paracetamol"}, "none"),
        ({"coma": np.nan}, "none"),
    ],
)
def test_which_population_a_person_is_like(tmp_path, change, population):
    p = as_publications(written(tmp_path, [person(i, **change) for i in range(9)]))[0]
    assert max(p.arms, key=lambda a: a.n).population == population


def test_the_calibration_learns_from_them(publication, system, tmp_path):
    """The data appear with the right scale, those without a population are named, and the lines can be simulated."""
    plan, data, _, _ = plans([load("lin2017"), publication])
    mine = [d for d in data if d.publication == "made"]
    assert {d.arm for d in mine} == {
        "alf_indeterminate_steroid", "alf_indeterminate_both", "acute_liver_injury", "acute_liver_injury_untreated"
    }  # fmt: skip
    washed = {d.label for d in mine if d.arm == "alf_indeterminate_both"}
    assert not any(x.startswith(("inr", "alb", "alt")) for x in washed) and any(
        x.startswith("ammonia day 7") for x in washed
    )
    counts = {d.arm: d.value for d in mine if d.kind == "counts"}
    assert np.allclose(counts["alf_indeterminate_steroid"], np.array([3, 7]) / 1.5)
    assert "acute_liver_injury_untreated" not in counts and np.allclose(
        counts["acute_liver_injury"], np.array([0, 9]) / 1.5
    )
    ratio = next(d for d in mine if d.label == "bilirubin day 7, ratio")
    assert ratio.value[0] == pytest.approx(7 * np.log(0.9), abs=0.3)
    assert any(d.label == "albumin day 7, change" for d in mine)
    assert "made otherwise_untreated" in plan.narrowed(lambda a: True).left
    own = plan.narrowed(lambda a: a.publication == "made")
    bank = fill(system, own, Draws.prior(system.model, 6, seed=3), tmp_path, people=2, seed=1, workers=1)
    assert np.isfinite(bank.summary.mean).all(axis=1).any()


def weekly(n=(31, 35)):
    rng = np.random.default_rng(5)
    rows = []
    for arm, k in zip(("placebo", "treated"), n, strict=True):
        for i in range(k):
            start = 300 * np.exp(0.4 * rng.standard_normal())
            values = [start * np.exp((-0.1 * w) + 0.2 * rng.standard_normal()) for w in range(5)]
            rows += [{"treatment": arm, "subject": f"{i + 1 + 40 * (arm == 'treated')}", "week": w,
                      "sbvalue": v if w < 4 or i % 2 else "NA", "baseline": values[0]} for w, v in enumerate(values)]  # fmt: skip
    return pd.DataFrame(rows)


def test_weekly_people_take_the_place_of_their_means(tmp_path):
    path = tmp_path / "weekly.csv"
    weekly().to_csv(path, index=False)
    (p,) = as_publications(path)
    printed = load(WEEKLY_KEY)
    assert p.key == WEEKLY_KEY and p.arms == printed.arms and p.find(variable="death") == printed.find(variable="death")
    means = {(o.arm, o.time): o for o in p.find(variable="bilirubin") if o.kind == "mean_sd"}
    assert set(means) == {(arm, 7.0 * w) for arm in ("placebo", "steroid") for w in range(5)}
    assert 12 < means["placebo", 0.0].value < 25 and means["placebo", 28.0].n < 20


def bad(column, value, row=3):
    def change(table):
        table[column] = table[column].astype(object)
        table.loc[row, column] = value
        return table

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (bad("sbvalue", "high"), r"sbvalue: got 'high'; a number \(line 5\)"),
        (bad("treatment", "both"), "treatment: got 'both'; one of placebo, treated"),
        (bad("week", 2, row=0), "week: got '2 of one subject twice'"),
        (lambda t: t.assign(sbvalue=pd.to_numeric(t["sbvalue"], errors="coerce") / 17.1), "umol/L"),
        (lambda t: t[t["subject"] != "1"], "got '30 people'; the 31 of carithers1989"),
    ],
)
def test_weekly_files_that_cannot_be_used(tmp_path, change, says):
    path = tmp_path / "weekly.csv"
    change(weekly()).to_csv(path, index=False)
    with pytest.raises(InputError, match=says):
        as_publications(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,BloodColectionDate,ALT\n1,0,many\n", "ALT: got 'many'; a number in U/L"),
        ("name,day\n1,0\n", "a column named id"),
        ("id,BloodColectionDate\n1,0\n", "at least one lab"),
        ("id,BloodColectionDate,ALT\n1,2,100\n", "rows of day 0"),
        ("", "one header line"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, text, says):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        as_publications(path)
    with pytest.raises(InputError, match="exists"):
        as_publications(Path(tmp_path / "none.csv"))
