"""Admission: who arrives, with which labs, and in which state."""

from types import SimpleNamespace

import numpy as np
import pytest

import hepatica.admission
from hepatica.admission import IF_MODELLED, LABS, admit, arrive, implausible, scored
from hepatica.dose_study import admit_patients
from hepatica.errors import InputError
from hepatica.outcomes.scores import meld
from hepatica.patients import Cohort, load_population
from hepatica.patients.admitted import FAILED, Rejection, Side
from hepatica.patients.population import Limits
from hepatica.study import check_study


def test_labs_lie_within_the_inclusion(admitted, population):
    for name, limit in population.inclusion.items():
        assert ((admitted.labs[name] >= limit.low) & (admitted.labs[name] <= limit.high)).all(), name


def test_meld_is_that_of_the_labs(admitted):
    labs = admitted.labs
    again = meld(bilirubin=labs["bilirubin"], creatinine=labs["creatinine"], inr=labs["inr"])
    np.testing.assert_allclose(labs["meld"], again, rtol=1e-12)


def test_labs_are_those_of_the_states(system, admitted):
    states = dict(zip(system.states, admitted.initial.T, strict=True))
    pools = ("bilirubin_unconjugated", "bilirubin_conjugated", "bilirubin_delta")
    states["bilirubin"] = sum(states[name] for name in pools)  # plasma is full: nobody was exchanged before
    for name in ("bilirubin", "creatinine", "alt", "albumin", "sodium"):
        np.testing.assert_allclose(admitted.labs[name], states[name], rtol=1e-9)
    there = {name for name in IF_MODELLED if name in system.outputs}
    assert set(admitted.labs) == {*LABS, *there, "meld", "organ_failures", "aclf_grade"}


def test_failing_organs_are_those_of_the_labs():
    """Liver, kidney, circulation by pressure, lung by oxygenation where there is one; a failed solve stays unknown."""
    labs = {
        name: np.array(v)
        for name, v in {
            "bilirubin": [13.0, 13.0, 2.0, np.nan],
            "creatinine": [1.0, 2.2, 1.0, 1.0],
            "inr": [1.8, 1.8, 1.2, 1.2],
            "encephalopathy": [0.9, 0.0, 0.0, 0.0],
            "arterial_pressure": [80.0, 55.0, 80.0, 80.0],
        }.items()
    }
    found = scored(labs)
    assert found["organ_failures"][:3].tolist() == [1, 3, 0] and found["aclf_grade"][:3].tolist() == [0, 3, 0]
    assert np.isnan(found["organ_failures"][3]) and np.isnan(found["aclf_grade"][3])
    lost = scored(
        labs | {"oxygenation": np.array([-5.0, 400.0, 400.0, 400.0])}
    )  # no lung left is a failing one, no error
    assert lost["organ_failures"][0] == scored(labs | {"oxygenation": np.full(4, 150.0)})["organ_failures"][0]
    assert scored(labs | {"oxygenation": np.array([400.0, 400.0, 150.0, 400.0])})["organ_failures"][:3].tolist() == [
        1,
        3,
        1,
    ]


def test_a_draw_whose_patients_are_rare_is_replaced(system, population):
    """It costs no more than a hundred candidates in a row, however many patients it should have made."""
    narrow = population.inclusion | {"alt": Limits(low=200.0, high=215.0, unit="U/L", reason="made up")}
    a = admit(system, population.model_copy(update={"inclusion": narrow}), 12, seed=1, draws=3, known=None)
    assert len(set(a.cohort.patient.tolist())) == 12 and ((a.labs["alt"] >= 200) & (a.labs["alt"] <= 215)).all()
    assert [d % 3 for d in a.cohort.draw.tolist()] == [0, 1, 2] * 4 and a.tried < 5000


def test_hazards_start_from_zero_and_nobody_is_infected(system, admitted):
    for name in ("infection_hazard", "thrombosis_hazard", "pathogen", "antibiotic"):
        assert (admitted.initial[:, system.states.index(name)] == 0).all(), name


def test_nobody_has_cells(system, admitted, model):
    for name, state in model.states.items():
        if state.unit == "cell":
            assert (admitted.initial[:, system.states.index(name)] == 0).all(), name


def test_states_are_finite_and_not_negative(system, admitted):
    assert np.isfinite(admitted.initial).all()
    assert (admitted.initial >= -1e-6 * system.scale).all()


def test_all_candidates_are_counted(admitted):
    assert all(v > 0 for v in admitted.rejected.values()) and admitted.tried >= sum(admitted.rejected.values()) + 40


def test_patients_carry_the_draws_in_turn(system, population):
    a = admit(system, population, 7, seed=2, draws=3, known=None)
    kept = a.cohort.draw.tolist()
    assert [d % 3 for d in kept] == [0, 1, 2, 0, 1, 2, 0] and len(set(a.cohort.patient.tolist())) == 7
    if not a.dropped_draws:
        assert kept == [0, 1, 2, 0, 1, 2, 0]


def test_fewer_patients_than_draws(system, population):
    assert len(admit(system, population, 2, seed=2, draws=10, known=None).cohort.patient) == 2


def test_taking_some_keeps_rows_together(admitted):
    which = np.array([31, 4])
    some = admitted.take(which)
    assert (some.initial == admitted.initial[which]).all() and (
        some.cohort.patient == admitted.cohort.patient[which]
    ).all()
    assert all((some.labs[k] == admitted.labs[k][which]).all() for k in admitted.labs)


def test_admission_is_the_state_after_the_insult(system, admitted):
    """Arriving again, patient by patient, gives the same states."""
    few = admitted.take(np.arange(3))
    initial, labs = arrive(system, few.cohort)
    assert initial.tobytes() == few.initial.tobytes() and (labs["inr"] == few.labs["inr"]).all()


def test_without_the_insult_labs_are_those_of_the_background(system, population, admitted):
    quiet = Cohort(
        system.model,
        population.model_copy(update={"insult": {}}),
        11,
        admitted.cohort.patient[:5],
        admitted.cohort.draw[:5],
    )
    _, labs = arrive(system, quiet)
    assert (labs["functional_mass"] > 1.02 * admitted.labs["functional_mass"][:5]).all()
    assert (labs["bilirubin"] < admitted.labs["bilirubin"][:5]).all()


def test_an_earlier_insult_is_an_earlier_insult(system, population, admitted):
    """The onset of each patient is its own: it decides how far the flare has gone."""
    ids, draws = admitted.cohort.patient[:5], admitted.cohort.draw[:5]
    labs = []
    for days in (14.0, 28.0):
        onset = population.covariate["onset"].model_copy(
            update={
                "parts": tuple(
                    p.model_copy(update={"low": days, "high": days}) for p in population.covariate["onset"].parts
                )
            }
        )
        _, found = arrive(
            system,
            Cohort(
                system.model,
                population.model_copy(update={"covariate": population.covariate | {"onset": onset}}),
                11,
                ids,
                draws,
            ),
        )
        labs.append(found)
    assert (np.abs(labs[0]["bilirubin"] - labs[1]["bilirubin"]) > 0.01).all()


@pytest.mark.parametrize("kind", ["constant", "normal"])
def test_an_onset_of_any_kind_works(system, population, admitted, kind):
    """A covariate may be constant or normal, so the onset may be, too."""
    part = {
        "constant": {"kind": "constant", "mean": 20.0},
        "normal": {"kind": "normal", "mean": 20.0, "sd": 2.0, "low": 10.0},
    }[kind]
    onset = type(population.covariate["onset"])(unit="day", parts=[part], reason="made up")
    other = population.model_copy(update={"covariate": population.covariate | {"onset": onset}})
    initial, _ = arrive(system, Cohort(system.model, other, 11, admitted.cohort.patient[:3], admitted.cohort.draw[:3]))
    assert np.isfinite(initial).all()


def test_the_longest_onset_of_several_parts_counts(system, population, admitted):
    """The history must begin before the earliest insult, in whatever order the parts stand."""
    cls = type(population.covariate["onset"])
    long, short = {"kind": "uniform", "low": 60.0, "high": 61.0}, {"kind": "uniform", "low": 14.0, "high": 15.0}
    found = []
    for parts in ([long, short | {"weight": 1e-9}], [long]):
        onset = cls(unit="day", parts=parts, reason="made up")
        other = population.model_copy(update={"covariate": population.covariate | {"onset": onset}})
        found.append(
            arrive(system, Cohort(system.model, other, 11, admitted.cohort.patient[:3], admitted.cohort.draw[:3]))[1]
        )
    np.testing.assert_allclose(found[0]["bilirubin"], found[1]["bilirubin"], rtol=1e-3)


def test_a_population_that_nobody_fits_is_said(system, population, monkeypatch):
    monkeypatch.setattr(hepatica.admission, "MAX_TRIES", 1)
    strange = population.model_copy(update={"inclusion": {"inr": Limits(low=50.0, high=60.0, unit="", reason="none")}})
    with pytest.raises(InputError, match="population: got 'hbv_aclf'; no plausible patients arise"):
        admit(system, strange, 2, seed=1, draws=2, known=None)


def test_a_failed_history_is_no_patient(system, population, monkeypatch):
    real = hepatica.admission.arrive

    def sometimes(system, cohort, **extra):
        initial, labs = real(system, cohort, **extra)
        bad = cohort.patient % 2 == 0
        initial[bad] = np.nan
        return initial, {k: np.where(bad, np.nan, v) for k, v in labs.items()}

    monkeypatch.setattr(hepatica.admission, "arrive", sometimes)
    a = admit(system, population, 5, seed=1, draws=5, known=None)
    assert np.isfinite(a.initial).all() and a.rejected[FAILED] > 0 and (a.cohort.patient % 2 == 1).all()


@pytest.mark.parametrize("asked", [{"n": 0, "draws": 1}, {"n": -3, "draws": 1}, {"n": 1, "draws": 0}])
def test_nobody_and_no_draw_are_refused(system, population, asked):
    with pytest.raises(InputError, match="a whole number from 1 on"):
        admit(system, population, asked["n"], seed=1, draws=asked["draws"], known=None)


@pytest.mark.parametrize("seed", [2**63, -(2**63), 10**5000], ids=["beyond C", "below C", "5,000 digits"])
def test_a_seed_of_thousands_of_digits_is_refused(system, population, seed):
    with pytest.raises(InputError, match="seed: got"):
        admit(system, population, 1, seed=seed, draws=1, known=None)


def test_the_first_criterion_that_fails_is_the_reason():
    def limits(low, high):
        return Limits(low=low, high=high, unit="1", reason="a test")

    population = SimpleNamespace(inclusion={"bilirubin": limits(10, 45), "inr": limits(1.5, 4.5)})
    labs = {"bilirubin": np.array([20.0, 5.0, 50.0, np.nan, 20.0]), "inr": np.array([2.0, 9.0, 2.0, 2.0, 9.0])}
    assert implausible(population, labs) == [
        None,
        Rejection(Side.BELOW, "bilirubin", 10.0),
        Rejection(Side.ABOVE, "bilirubin", 45.0),
        FAILED,
        Rejection(Side.ABOVE, "inr", 4.5),
    ]


def test_the_draws_are_those_of_the_command_line_unless_others_are_given(system):
    """A study of the same seed and size has the same patients."""
    study = check_study({"title": "t", "patients": 4, "draws": 4, "seed": 7, "grid": {"dose": ["1e6 cells/kg"]}})
    ours = admit(system, load_population("hbv_aclf"), 4, seed=7, draws=4)
    theirs = admit_patients(study, system)
    np.testing.assert_array_equal(ours.initial, theirs.initial)
    np.testing.assert_array_equal(ours.cohort.parameters(), theirs.cohort.parameters())
    assert not np.array_equal(
        ours.initial, admit(system, load_population("hbv_aclf"), 4, seed=7, draws=4, known=None).initial
    )
