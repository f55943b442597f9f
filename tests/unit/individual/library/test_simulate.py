"""Courses of candidates: those of `simulation.simulate`; background treatments, cells given before, a shorter course."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.admission import arrive
from hepatica.individual.library.candidates import LABS, TIMES
from hepatica.individual.library.simulate import BACKGROUNDS, Design, follow, simulate_candidates
from hepatica.patients import Admitted, Cohort, identity, load_population
from hepatica.simulation import Arm, simulate
from hepatica.therapy import NO_CELLS, Regimen


@pytest.fixture(scope="module")
def cohort(system):
    who = np.arange(12)
    return Cohort(system.model, load_population("hbv_aclf"), 3, identity(who, 0), who)


@pytest.fixture(scope="module")
def found(system, cohort):
    return simulate_candidates(system, cohort, Design(), workers=1)


def test_courses_are_those_of_a_simulation(system, cohort, found):
    initial, labs = arrive(system, cohort)
    patients = Admitted(cohort, initial, labs, 12)
    ds = simulate(system, patients, [Arm("x", Design().regimens[2])], TIMES, outputs=LABS, hypothesis="lung_only")
    own = found.labs[found.course(2, "lung_only"), :, :, LABS.index("bilirubin")]
    np.testing.assert_allclose(own, np.log(ds["bilirubin"].values[0][found.row]), rtol=1e-4, atol=1e-4)
    assert found.courses[0] == (0, "") and found.labs.dtype == np.float32 and len(found.null_effect) == 2


def test_background_and_cells_given_before(system, cohort, found):
    assert "corticosteroid" in BACKGROUNDS and "antiviral" not in BACKGROUNDS
    care = Design(regimens=(NO_CELLS,), hypotheses=())
    bilirubin = LABS.index("bilirubin")
    exchanged = simulate_candidates(system, cohort, replace(care, background=("plasma_exchange",)), workers=1)
    assert (exchanged.labs[0, :, 2, bilirubin] < found.labs[0, :, 2, bilirubin]).mean() > 0.9
    given = Design(regimens=(NO_CELLS, Regimen(1e6, start=3.0)), hypotheses=("lung_only",), given=Regimen(1e6))
    again = simulate_candidates(system, cohort, given, workers=1)
    once = found.course(1, "lung_only")
    np.testing.assert_allclose(again.labs[0], found.labs[once], rtol=1e-3, atol=2e-3)


def test_a_shorter_course_is_the_beginning_of_the_long_one(system, cohort, found):
    short = simulate_candidates(system, cohort, Design(regimens=(NO_CELLS,), hypotheses=(), until=7.0), workers=1)
    np.testing.assert_allclose(short.labs[0, :, :8], found.labs[0, :, :8], atol=2e-3)
    assert (short.labs[0, :, 8:] == short.labs[0, :, 7:8]).all()


def test_admitted_patients_are_followed(system, cohort, found):
    which = found.row[:3]
    some = Admitted(cohort.take(which), found.initial[:3], {}, 3)
    again = follow(system, some, Design(), workers=1)
    np.testing.assert_allclose(again.died, found.died[:, :3], atol=1e-3)
