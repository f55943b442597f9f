"""The search of a study: real courses, few of them."""

import numpy as np
import pandas as pd
import pytest

from hepatica import admit, check_study, load_population
from hepatica.dose_study import answer as decide
from hepatica.dosing.search import SearchSettings
from hepatica.dosing.utility import OUTPUTS, evaluate_benefit
from hepatica.regimen_search import regimens_of, search, settings_of
from hepatica.simulation import Arm, simulate

STUDY = check_study(
    {
        "title": "t",
        "patients": 8,
        "draws": 8,
        "horizon": "10 d",
        "posterior": "prior",
        "grid": {"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein", "hepatic_artery"]},
    }
)
SMALL = SearchSettings(
    candidates=12, batch=6, first_patients=4, race_patients=8, leaders=2, fresh_patients=8, cells_bins=2
)


@pytest.fixture(scope="module")
def found(system, tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    return folder, search(STUDY, SMALL, system=system, folder=folder, workers=1)


def test_leaders_are_simulated_as_their_arms_say(found, system):
    """The estimate of the first leader is that of its arm, simulated and evaluated by hand in the fresh patients."""
    answer = found[1]
    leader = answer.result.leaders[0]
    patients = admit(system, load_population("hbv_aclf"), 16, seed=1, draws=8, known=None).take(np.arange(8, 16))
    arms = [Arm("standard care"), answer.arm(leader)]
    for h, hypothesis in enumerate(STUDY.hypotheses):
        ds = simulate(system, patients, arms, STUDY.times(), outputs=OUTPUTS, hypothesis=hypothesis)
        benefit = evaluate_benefit(ds, arms, STUDY.utility.utility())
        effect, none = (float((v[1] - v[0]).mean()) for v in (benefit.net, benefit.net_null))
        assert leader.gain[h].mean == pytest.approx(0.9 * effect + 0.1 * none, rel=1e-9)


def test_an_answer_does_not_depend_on_workers_and_goes_on_from_its_folder(found, system):
    folder, first = found
    again = search(STUDY, SMALL, system=system, folder=folder, workers=2)
    assert again.result.spent == 0 and again.result.resumed == first.result.spent
    anew = search(STUDY, SMALL, system=system, workers=2)
    assert anew.result.spent == first.result.spent
    for other in (again, anew):
        assert np.array_equal(other.result.points, first.result.points)
        pd.testing.assert_frame_equal(other.frame(), first.frame(), check_exact=True)


def test_the_table_has_every_leader_under_every_hypothesis_with_its_error(found):
    answer = found[1]
    frame = answer.frame()
    assert len(frame) == 2 * len(answer.result.leaders) and set(frame["hypothesis"]) == set(STUDY.hypotheses)
    assert frame["chosen"].sum() in (0, 2) and np.isfinite(frame["gain_error"]).all()
    assert {"excess_thrombosis", "excess_thrombosis_error", "beyond_any_dose_given", "on_front"} <= set(frame)
    assert answer.choice.name in ("standard care", *frame["arm"])


def test_the_table_of_the_study_is_what_is_searched():
    table = {"candidates": 64, "dose": ["1e6 cells/kg", "2e6 cells/kg"], "infusions": [2, 3], "source": ["adipose"]}
    changed = {"search": table | {"interval": ["1 d", "3 d"], "route": ["portal_vein"], "together_with": [["gcsf"]]}}
    given = {"title": "t", "horizon": "30 d", "together_with": ["albumin"], "grid": {"dose": ["1e6 cells/kg"]}}
    study = check_study(given | changed)
    regimens = regimens_of(study)
    assert (regimens.dose, regimens.infusions, regimens.routes) == ((1e6, 2e6), (2, 3), ("portal_vein",))
    assert regimens.interval == (1.0, 3.0) and regimens.duration == pytest.approx((0.5 / 24, 0.5))
    assert [p.source for p in regimens.products] == ["adipose"]
    assert regimens.together_with == (("albumin",), ("albumin", "gcsf"))
    assert settings_of(study).candidates == 64 and settings_of(study).batch == 16


def test_leaders_are_confirmed_in_patients_whom_the_search_has_not_seen(found, system):
    answer = found[1]
    assert answer.seen_per_draw == 2 and len(answer.arms()) == 1 + len(set(answer.frame()["arm"]))
    decided = decide(STUDY, system=system, searched=answer)
    assert [a.name for a in decided.decision.arms] == [a.name for a in answer.arms()]
    searched = admit(system, load_population("hbv_aclf"), 16, seed=1, draws=8, known=None).cohort.patient
    assert not set(decided.patients.cohort.patient) & set(searched)
