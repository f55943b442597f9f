"""Intensities of death and transplant: as the model has them, at other values too, and fitted to published shares."""

import numpy as np
import pytest

from hepatica.calibrate import intensity
from hepatica.patients import population as files
from hepatica.simulation import Arm, simulate

TIMES = np.arange(0.0, 91.0, 1.0)


@pytest.fixture(scope="module")
def followed(system, admitted):
    """Forty untreated patients, with what the intensities need."""
    moved = [r.parameter for r in admitted.cohort.population.fit.intensity]
    outputs = dict.fromkeys((*intensity.needed(system, moved), *intensity.NAMES))
    return simulate(system, admitted, [Arm("standard care")], TIMES, outputs=tuple(outputs))


def test_the_intensity_is_the_models_own(system, admitted, followed, population):
    """Evaluated at the fitted values it gives the survival of the simulated intensity."""
    found = intensity.outcomes(followed, admitted, system, population)({})
    total = followed["death_intensity"].values[0] + followed["transplant_intensity"].values[0]
    expected = np.exp(-np.trapezoid(total, TIMES, axis=1))
    np.testing.assert_allclose(found.each[:, -1], expected, rtol=1e-9)
    assert found.free[0] == 1.0 and (np.diff(found.free) <= 0).all()
    np.testing.assert_allclose(found.free + found.dead + found.transplanted, 1.0, atol=1e-12)


def test_other_values_are_those_of_another_simulation(system, admitted, followed, population):
    """A doubled rate of death and a rate of transplant, evaluated and simulated."""
    rate = population.fitted["death_rate"].value
    found = intensity.outcomes(followed, admitted, system, population)(
        {"death_rate": 2 * rate, "transplant_rate": 0.01}
    )
    fitted = population.fitted | {"death_rate": population.fitted["death_rate"].model_copy(update={"value": 2 * rate})}
    other = population.model_copy(
        update={"fitted": fitted, "treatment": population.treatment | {"transplant_rate": 0.01}}
    )
    cohort = type(admitted.cohort)(
        system.model, other, admitted.cohort.seed, admitted.cohort.patient, admitted.cohort.draw
    )
    again = type(admitted)(cohort, admitted.initial, admitted.labs, admitted.tried)
    ds = simulate(system, again, [Arm("x")], TIMES, outputs=intensity.NAMES)
    total = ds["death_intensity"].values[0] + ds["transplant_intensity"].values[0]
    np.testing.assert_allclose(found.each[:, -1], np.exp(-np.trapezoid(total, TIMES, axis=1)), rtol=1e-6)
    assert found.transplanted[-1] > 0


def test_a_fit_finds_what_made_the_shares(system, admitted, followed, population):
    """Deaths and transplants that the model can make are met."""
    found = intensity.outcomes(followed, admitted, system, population)
    truth = {"death_rate": 3 * population.fitted["death_rate"].value, "transplant_rate": 0.02}
    made = found(truth)
    events = [
        intensity.Event(v, float(t), float(made.of(v)[t]))
        for t in (14, 28, 90)
        for v in ("transplant_free_survival", "transplanted")
    ]
    rows = tuple(
        files.Intensity(parameter=n, start=s, pull=0.0) for n, s in (("death_rate", 1e-3), ("transplant_rate", 0.1))
    )
    values, wrong = intensity.fit(found, TIMES, events, rows, system)
    assert np.abs(wrong).max() < 1e-3 and values == pytest.approx(truth, rel=0.02)


def test_survival_is_left_out_where_transplants_are_counted():
    rows = intensity.published(files.Published(publication="lee2009_nac", arm="placebo"))
    assert [(e.variable, e.value) for e in rows] == [("transplant_free_survival", 0.27), ("transplanted", 0.45)]
    rows = intensity.published(files.Published(publication="elad2018", arm="control"))
    assert [(e.variable, e.time) for e in rows] == [("survival", 28.0), ("survival", 91.0)]


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
