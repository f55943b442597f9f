"""The populations that ship: they admit, their labs at entry and their deaths are about those published."""

import numpy as np
import pytest

from hepatica.admission import admit
from hepatica.calibrate import intensity, natural_history
from hepatica.evidence import load
from hepatica.patients import load_population, populations
from hepatica.simulation import Arm, simulate

KEYS = populations()
PATIENTS, DRAWS = 24, 12
# labs published for all grades together, and of an intensive care unit that had dialysed half of its patients
APART = {"aclf_grade_2": {"white_cells"}, "aclf_grade_3": {"bilirubin", "creatinine", "white_cells"}}


@pytest.fixture(scope="module", params=KEYS)
def ward(request, system):
    """A few patients of each population and what became of them untreated."""
    population = load_population(request.param)
    patients = admit(system, population, PATIENTS, seed=2017, draws=DRAWS)
    outputs = intensity.needed(system, (r.parameter for r in population.fit.intensity))
    ds = simulate(system, patients, [Arm("care")], natural_history.times(population), outputs=outputs)
    return population, patients, ds


def test_it_admits(ward):
    population, patients, ds = ward
    assert len(set(patients.cohort.patient.tolist())) == PATIENTS and np.isfinite(patients.initial).all()
    for name, limit in population.inclusion.items():
        assert ((patients.labs[name] >= limit.low) & (patients.labs[name] <= limit.high)).all(), name
    assert (ds["status"].values == 0).mean() > 0.95 and ds.attrs["extrapolation"] == population.extrapolation


def test_labs_at_entry_are_about_those_published(ward):
    """Within one SD, or between the quartiles; where neither is printed, within a factor of two."""
    population, patients, _ = ward
    publication = load(population.baseline)
    met = {v for s in population.fit.targets if s.publication == population.baseline for v in s.variables}
    skipped = APART.get(population.key, set()) | (
        {o.variable for o in publication.observations} - met if met else set()
    )
    seen = 0
    for o in publication.find(arm=population.baseline_arm, time=0):
        if o.variable not in patients.labs or o.variable in skipped:
            continue
        seen += 1
        labs = patients.labs[o.variable]
        if o.kind == "mean_sd":
            assert labs.mean() == pytest.approx(o.value, abs=o.sd), o.variable
        elif o.q1 is not None:
            assert o.q1 <= np.median(labs) <= o.q3, o.variable
        else:
            assert o.value / 2 <= np.median(labs) <= 2 * o.value, o.variable
    assert seen or population.key == "hbv_aclf"  # whose labs stand at parts of the arm


def test_deaths_and_transplants_are_about_those_published(system, ward):
    """Few patients: within fifteen points and their own scatter."""
    population, patients, ds = ward
    found = intensity.outcomes(ds, patients, system, population)({})
    scatter = 2 * found.each[:, -1].std() / np.sqrt(PATIENTS)
    for e in intensity.published(population.fit.deaths):
        k = int(np.argmin(np.abs(ds["time"].values - e.time)))
        assert found.of(e.variable)[k] == pytest.approx(e.value, abs=0.15 + scatter), (e.variable, e.time)


def test_the_grades_of_aclf_die_in_their_order():
    by_grade = [
        [e.value for e in intensity.published(load_population(f"aclf_grade_{g}").fit.deaths)] for g in (1, 2, 3)
    ]
    assert all(a < b for low, high in zip(by_grade, by_grade[1:], strict=False) for a, b in zip(low, high, strict=True))
