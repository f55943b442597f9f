"""Endpoints of a window, on courses made by hand and on real ones."""

import numpy as np
import pytest

from hepatica import admit, check_study, load_population
from hepatica.dosing.harms import HARMS
from hepatica.dosing.window.course import IF_MODELLED, OUTPUTS, Courses
from hepatica.dosing.window.endpoints import ENDPOINTS, HEADLINES, EndpointKind
from hepatica.outcomes.recovery import FUNCTIONS
from hepatica.outcomes.scores import meld3
from hepatica.simulation import Arm, simulate
from hepatica.therapy import Regimen

NAMED = {e.name: e for e in ENDPOINTS}


@pytest.fixture(scope="module")
def courses(system):
    study = check_study(
        {"title": "t", "patients": 6, "draws": 6, "horizon": "180 d", "grid": {"dose": ["1e6 cells/kg"]}}
    )
    patients = admit(system, load_population("hbv_aclf"), 6, seed=1, draws=6, known=None)
    arms = [Arm("standard care"), Arm("cells", Regimen(5e6, infusions=2)), Arm("none")]
    outputs = (*OUTPUTS, *(n for n in IF_MODELLED if n in system.outputs))
    ds = simulate(system, patients, arms, study.times(), outputs=outputs, hypothesis="label_is_cells")
    cohort = patients.cohort
    return Courses(ds, arms, study.utility.utility(), cohort.covariate("body_weight"), cohort.covariate("female"))


def test_every_endpoint_is_zero_for_standard_care_against_itself(courses):
    for e in ENDPOINTS:
        if all(n in courses.ds for n in e.needs):
            found = e.differences(courses)
            assert found.shape == (2, 6), e.name
            assert np.nan_to_num(found[1]) == pytest.approx(np.zeros(6), abs=1e-12), e.name


def test_every_harm_and_function_is_there_once_with_both_languages():
    names = [e.name for e in ENDPOINTS]
    assert len(set(names)) == len(names) and set(HEADLINES) <= set(names)
    assert {h.name for h in HARMS} <= set(names) and len([n for n in names if n.startswith("recovered_")]) == len(
        FUNCTIONS
    )
    assert all(set(e.label) == {"en", "zh"} and e.label["en"] and e.label["zh"] for e in ENDPOINTS)
    assert all(e.reason for e in ENDPOINTS if np.isfinite(e.limit))
    assert all(e.kind is EndpointKind.HARM for e in ENDPOINTS if np.isfinite(e.limit))


def test_days_add_up(courses):
    """Days without infection and without encephalopathy lie below the days alive, and both below the horizon."""
    alive = np.trapezoid(courses.transplant_free, courses.times, axis=-1)
    for name in ("infection_free_days", "encephalopathy_free_days"):
        values = NAMED[name].values(courses)
        assert (values <= alive + 1e-9).all() and (values >= 0).all()
    onset = courses.ds["infection_time"].values[0, :, 0]
    for i in np.flatnonzero(~np.isfinite(onset)):
        assert NAMED["infection_free_days"].values(courses)[0, i] == pytest.approx(alive[0, i])


def test_survival_is_read_at_its_day(courses):
    k = int(np.flatnonzero(courses.times == 90)[0])
    assert NAMED["survival_90"].values(courses) == pytest.approx(courses.benefit.survival_curve[..., k])
    assert NAMED["transplant_free_180"].values(courses) == pytest.approx(courses.benefit.transplant_free)


def test_meld_counts_the_dead_as_the_worst(courses):
    k = courses.at(90.0)
    labs = {n: courses.values(n)[0, 0, k] for n in ("bilirubin", "creatinine", "inr", "sodium", "albumin")}
    alive = courses.transplant_free[0, 0, k]
    score = float(meld3(**labs, female=courses.female[0]))
    expected = 40.0 - (alive * score + (1 - alive) * 40.0)
    assert NAMED["meld3_90"].values(courses)[0, 0] == pytest.approx(expected)


def test_lung_load_is_of_cells_per_kg(courses):
    load = NAMED["lung_load"].values(courses)
    assert (load[0] == 0).all() and (load[1] > 0).all() and (load[1] <= 5e6 * 0.9).all()
