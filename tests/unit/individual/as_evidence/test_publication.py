"""Real people as evidence: which group represents whom, which numbers enter, and which must not. All people are made up."""

import numpy as np
import pytest

from hepatica.calibrate.bank import fill
from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.likelihood import Law
from hepatica.calibrate.run import plans
from hepatica.errors import InputError
from hepatica.evidence import load
from hepatica.individual.as_evidence.groups import LABELS
from hepatica.individual.as_evidence.publication import MIN_PEOPLE, as_publications
from hepatica.individual.people import Treatment
from hepatica.individual.pool import HORIZON
from hepatica.individual.weights import MEASUREMENT_SD
from hepatica.patients import Draws

AWAKE = 0.0
EXCHANGE, STEROID = frozenset({Treatment.PLASMA_EXCHANGE}), frozenset({Treatment.CORTICOSTEROID})
BOTH = EXCHANGE | STEROID


@pytest.fixture
def publication(written, person):
    people = [person(i, steroid=True, dead=i < 3) for i in range(10)]
    people += [person(i, exchange=True) for i in range(20, 24)]
    people += [person(i, exchange=True, steroid=True) for i in range(50, 58)]
    people += [person(i, coma=AWAKE) for i in range(30, 39)]
    people += [person(i, cause="Ischaemia") for i in range(40, 42)]
    return as_publications(written(people))[0]


def test_people_are_grouped_by_the_door_they_would_pass_and_by_treatment(publication):
    found = {a.id: (a.population, a.n, a.co_treatment) for a in publication.arms}
    assert found == {
        "alf_indeterminate_steroid": ("alf_indeterminate", 10, LABELS[STEROID]),
        "alf_indeterminate_both": ("alf_indeterminate", 8, LABELS[BOTH]),
        "alf_indeterminate_exchange": ("alf_indeterminate", 4, LABELS[EXCHANGE]),
        "severe_acute_liver_injury": ("severe_acute_liver_injury", 9, ""),
        "severe_acute_liver_injury_untreated": ("severe_acute_liver_injury", 9, ""),
        "otherwise_untreated": ("none", 2, ""),
    }
    assert publication.role == "calibration" and not any(a.gives_cells for a in publication.arms)
    assert publication.risk_of_bias == "some" and publication.bias


def test_what_is_said_is_that_of_those_measured(written, person):
    people = [person(i, steroid=True, dead=i < 3) for i in range(10)]
    for rows in people[:4]:
        rows[-1]["Tbil"] = np.nan
    p = as_publications(written(people))[0]
    last = next(o for o in p.find(variable="bilirubin", time=7) if o.kind == "mean_sd")
    log = np.log([rows[-1]["Tbil"] for rows in people[4:]])
    s2 = log.var(ddof=1)
    assert last.n == 6 and last.value == pytest.approx(
        np.exp(log.mean() + (s2 - MEASUREMENT_SD["bilirubin"] ** 2) / 2), rel=1e-5
    )
    assert last.sd == pytest.approx(last.value * np.sqrt(np.exp(s2) - 1), rel=1e-4)
    alive = p.find(variable="transplant_free_survival")[0]
    assert (alive.value, alive.n, alive.time, alive.events) == (70.0, 10, HORIZON, 7) and "assumed" in alive.note


def test_those_without_coma_stand_together_on_day_0_and_at_the_end(written, person):
    people = [person(i, coma=AWAKE, steroid=i % 2 == 0, dead=i == 0) for i in range(20)]
    p = as_publications(written(people))[0]
    assert [(a.id, a.n) for a in p.arms] == [
        ("severe_acute_liver_injury", 20), ("severe_acute_liver_injury_untreated", 10), ("severe_acute_liver_injury_steroid", 10)
    ]  # fmt: skip
    together = p.find(arm="severe_acute_liver_injury", unusable=True)
    assert {o.time for o in together if o.variable != "transplant_free_survival"} == {0.0}
    assert {o.arm for o in p.find(variable="transplant_free_survival")} == {"severe_acute_liver_injury"}
    assert not [o for o in together if o.variable == "ammonia" and o.usable], "its unit is assumed"
    assert p.find(arm="severe_acute_liver_injury_steroid", variable="ammonia", time=7)


def test_people_of_the_cohort_that_ships_take_the_place_of_its_aggregates(written, person):
    """The same key and reference, and arms of the same names for the same population."""
    people = [person(i, coma=AWAKE, steroid=i % 2 == 0, exchange=i % 4 < 2) for i in range(40)]
    p, printed = as_publications(written(people, "yoshimura2025.csv"))[0], load("yoshimura2025")
    assert (p.key, p.cite, p.role) == (printed.key, printed.cite, printed.role)
    own = {a.id: (a.population or p.population, a.co_treatment) for a in p.arms}
    stated = {a.id: (a.population or printed.population, a.co_treatment) for a in printed.arms}
    common = set(own) & set(stated)
    assert common == {f"severe_acute_liver_injury{x}" for x in ("", "_exchange", "_steroid", "_both")}
    assert all(own[k] == stated[k] for k in common)

    def counted(x):
        rows = [o for o in x.observations if not x.lacks(o) and o.time != 2 and o.arm in common]
        return {(o.arm, o.variable, o.time, o.kind) for o in rows}

    assert counted(printed) == counted(p)


def test_too_few_of_a_group_are_shown_and_not_used(publication):
    few = [o for o in publication.observations if o.arm == "alf_indeterminate_exchange"]
    assert few and all(publication.lacks(o) for o in few)
    assert any(str(MIN_PEOPLE) in publication.lacks(o) for o in few)


def test_after_an_exchange_of_unknown_day_what_it_washes_is_not_used(publication):
    def used(variable, day):
        rows = publication.find(arm="alf_indeterminate_both", variable=variable, time=day, unusable=True)
        return any(not publication.lacks(o) for o in rows)

    assert used("inr", 0.0) and not used("inr", 1.0) and not used("albumin", 7.0)
    assert used("creatinine", 3.0)


def test_filtered_blood_says_nothing_of_creatinine(written, person):
    people = [person(i) for i in range(10)]
    for rows in people[:2]:
        rows[0]["CHDF"] = "Did"
    p = as_publications(written(people))[0]
    n = {(o.variable, o.time): o.n for o in p.find() if o.kind == "mean_sd"}
    assert n["creatinine", 0.0] == n["creatinine", 1.0] == 8 and n["bilirubin", 1.0] == 10 and "2 people" in p.note


def test_the_calibration_learns_from_them(publication, system, tmp_path):
    """The data appear with the right scale, those without a population are named, and the lines can be simulated."""
    plan, data, _, _ = plans([load("lin2017"), publication])
    mine = [d for d in data if d.publication == "made"]
    assert {d.arm for d in mine} == {
        "alf_indeterminate_steroid", "alf_indeterminate_both", "severe_acute_liver_injury", "severe_acute_liver_injury_untreated"
    }  # fmt: skip
    washed = {d.label for d in mine if d.arm == "alf_indeterminate_both"}
    assert not any(x.startswith(("inr", "alb", "alt")) for x in washed) and any(
        x.startswith("ammonia day 7") for x in washed
    )
    counts = {d.arm: d.value for d in mine if d.law is Law.COUNTS}
    assert np.allclose(counts["alf_indeterminate_steroid"], [3, 7])  # bias has terms of its own
    assert "severe_acute_liver_injury_untreated" not in counts and np.allclose(
        counts["severe_acute_liver_injury"], [0, 9]
    )
    ratio = next(d for d in mine if d.label == "bilirubin day 7, ratio")
    assert ratio.value[0] == pytest.approx(7 * np.log(0.9), abs=0.3)
    assert any(d.label == "albumin day 7, change" for d in mine)
    assert "made otherwise_untreated" in plan.narrowed(lambda a: True).not_predicted
    own = plan.narrowed(lambda a: a.publication == "made")
    bank = fill(system, own, Draws.prior(system.model, 6, seed=3), Execution(tmp_path, 1), people=2, seed=1)
    assert np.isfinite(bank.summary.mean).all(axis=1).any()


def test_treatments_reach_the_simulation_typed(publication):
    """Arms carry keys of treatments; the simulation takes these, whatever stands in the text."""
    from hepatica.calibrate.matching import simulated_arm

    for arm in publication.arms:
        given = simulated_arm(publication, arm)
        if arm.population != "none":
            assert given.given.together_with == arm.treatments
    both = publication.arm("alf_indeterminate_both")
    assert both.treatments == ("plasma_exchange", "corticosteroid")
    other = both.model_copy(update={"co_treatment": "", "label": ""})
    assert simulated_arm(publication, other).given.together_with == both.treatments
    assert (
        simulated_arm(publication, both.model_copy(update={"treatments": None})).given.together_with == both.treatments
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,BloodColectionDate,ALT\n1,0,many\n", "line 2: ALT is not a number in U/L"),
        ("name,day\n1,0\n", "none of the 2 columns is named id"),
        ("id,BloodColectionDate\n1,0\n", "at least one lab"),
        ("", "the file is empty"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, text, says):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        as_publications(path)
    with pytest.raises(InputError, match="exists"):
        as_publications(tmp_path / "none.csv")
