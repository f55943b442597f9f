"""Intensities of death and transplant as the model has them, evaluated for other values without simulating again."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.calibrate.natural_history import intensity
from hepatica.evidence import load
from hepatica.patients.population import Fitted, Published
from hepatica.simulation import Arm, simulate

TIMES = np.arange(0.0, 91.0, 1.0)
MOVED = ("liver_rate", "death_age", "transplant_rate")


@pytest.fixture(scope="module")
def followed(system, admitted):
    """Forty untreated patients, with what the intensities need."""
    outputs = dict.fromkeys((*intensity.needed(system, MOVED), *intensity.NAMES))
    return simulate(system, admitted, [Arm("standard care")], TIMES, outputs=tuple(outputs))


def test_the_intensity_is_the_models_own(system, admitted, followed, population):
    """Evaluated at the usual values it gives the survival of the simulated intensity."""
    found = intensity.outcomes(followed, admitted, system, population, MOVED)({})
    total = followed["death_intensity"].values[0] + followed["transplant_intensity"].values[0]
    expected = np.exp(-np.trapezoid(total, TIMES, axis=1))
    np.testing.assert_allclose(found.each[:, -1], expected, rtol=1e-9)
    assert found.free[0] == 1.0 and (np.diff(found.free) <= 0).all()
    np.testing.assert_allclose(found.free + found.dead + found.transplanted, 1.0, atol=1e-12)


def test_other_values_are_those_of_another_simulation(system, admitted, followed, population):
    """A doubled scale of liver deaths and a rate of transplant, evaluated and simulated."""
    rate = 2 * system.model.parameters["liver_rate"].value
    found = intensity.outcomes(followed, admitted, system, population, MOVED)(
        {"liver_rate": rate, "transplant_rate": 0.01}
    )
    fitted = population.fitted | {"liver_rate": Fitted(value=rate, reason="twice")}
    treatment = population.treatment | {"transplant_rate": 0.01}
    other = population.model_copy(update={"fitted": fitted, "treatment": treatment})
    cohort = type(admitted.cohort)(
        system.model, other, admitted.cohort.seed, admitted.cohort.patient, admitted.cohort.draw
    )
    again = replace(admitted, cohort=cohort)
    ds = simulate(system, again, [Arm("x")], TIMES, outputs=intensity.NAMES)
    total = ds["death_intensity"].values[0] + ds["transplant_intensity"].values[0]
    np.testing.assert_allclose(found.each[:, -1], np.exp(-np.trapezoid(total, TIMES, axis=1)), rtol=1e-6)
    assert found.transplanted[-1] > 0


def test_incidences_of_constant_intensities_are_exponential():
    """Competing constant intensities have a closed form; a patient whose solve failed is left out."""
    times = np.linspace(0.0, 30.0, 61)
    death, transplant = (np.full((2, times.size), rate) for rate in (0.02, 0.01))
    death[1] = np.nan
    found = intensity._incidences(death, transplant, times)
    gone = 1 - np.exp(-0.03 * times)
    np.testing.assert_allclose(found.free, 1 - gone, atol=1e-12)
    np.testing.assert_allclose(found.dead, gone * 2 / 3, atol=1e-12)
    np.testing.assert_allclose(found.of("transplanted"), gone / 3, atol=1e-12)
    np.testing.assert_allclose(found.of("survival"), 1 - found.of("death"))


def test_survival_is_left_out_where_transplants_are_counted():
    rows = intensity.published(Published(publication="lee2009_nac", arm="placebo"))
    assert [(e.variable, e.value) for e in rows] == [("transplant_free_survival", 0.27), ("transplanted", 0.45)]
    rows = intensity.published(Published(publication="elad2018", arm="control"))
    assert {e.variable for e in rows} == {"survival"} and rows[0].people == load("elad2018").arm("control").n
