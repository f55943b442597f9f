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


@pytest.fixture(scope="module")
def evaluate(system, admitted, followed):
    outputs = {n: followed[n].values[0] for n in intensity.needed(system, MOVED)}
    return intensity.outcomes(outputs, TIMES, admitted.cohort, system, MOVED)


def test_the_intensity_is_the_models_own(followed, evaluate):
    """Evaluated at the usual values it gives the survival of the simulated intensity."""
    found = evaluate({})
    total = followed["death_intensity"].values[0] + followed["transplant_intensity"].values[0]
    expected = np.exp(-np.trapezoid(total, TIMES, axis=1))
    np.testing.assert_allclose(found.each("transplant_free_survival", 90.0), expected, rtol=1e-9)
    assert (found.free[:, 0] == 1.0).all() and (np.diff(found.free) <= 0).all()
    parts = sum(found.each(v, 45.0) for v in ("transplant_free_survival", "death", "transplanted"))
    np.testing.assert_allclose(parts, 1.0, atol=1e-12)


def test_other_values_are_those_of_another_simulation(system, admitted, population, evaluate):
    """A doubled scale of liver deaths and a rate of transplant, evaluated and simulated."""
    rate, n = 2 * system.model.parameters["liver_rate"].value, len(admitted.cohort.patient)
    usual = admitted.cohort.parameters()[:, system.parameters.index("liver_rate")]
    found = evaluate({"liver_rate": 2 * usual, "transplant_rate": np.full(n, 0.01)})
    fitted = population.fitted | {"liver_rate": Fitted(value=rate, reason="twice")}
    treatment = population.treatment | {"transplant_rate": 0.01}
    other = population.model_copy(update={"fitted": fitted, "treatment": treatment})
    cohort = type(admitted.cohort)(
        system.model, other, admitted.cohort.seed, admitted.cohort.patient, admitted.cohort.draw, admitted.cohort.known
    )
    again = replace(admitted, cohort=cohort)
    ds = simulate(system, again, [Arm("x")], TIMES, outputs=intensity.NAMES)
    total = ds["death_intensity"].values[0] + ds["transplant_intensity"].values[0]
    np.testing.assert_allclose(found.free[:, -1], np.exp(-np.trapezoid(total, TIMES, axis=1)), rtol=1e-6)
    assert (found.transplanted[:, -1] > 0).any()


def test_nothing_but_deaths_depends_on_the_intensities(model):
    """No flow, no state and no quantity beside deaths and their sum reads one, at any remove."""
    readers = {n: {s.name for s in q.expr.free_symbols} for n, q in model.quantities.items()}
    moving = set(intensity.INTENSITIES)
    while more := {n for n, used in readers.items() if n not in moving and used & moving}:
        moving |= more
    beside = {n for n in moving - set(intensity.INTENSITIES) if not n.startswith("death_")}
    assert beside == {"acuteness"}  # an output of its own, which only deaths read
    assert not any({s.name for s in f.expr.free_symbols} & moving for f in model.flows)
    for name in intensity.INTENSITIES:  # a draw's coordinate is all that a patient's value needs
        entry = model.parameters[name].entry
        assert entry.prior.varies and entry.prior.kind != "spike" and not entry.between.varies


def test_incidences_of_constant_intensities_are_exponential():
    """Competing constant intensities have a closed form; a patient whose solve failed has none."""
    times = np.linspace(0.0, 30.0, 61)
    death, transplant = (np.full((2, times.size), rate) for rate in (0.02, 0.01))
    death[1] = np.nan
    found = intensity.incidences(death, transplant, times)
    gone = 1 - np.exp(-0.03 * times)
    np.testing.assert_allclose(found.free[0], 1 - gone, atol=1e-12)
    np.testing.assert_allclose(found.each("death", 30.0)[0], gone[-1] * 2 / 3, atol=1e-12)
    np.testing.assert_allclose(found.each("transplanted", 12.0)[0], gone[24] / 3, atol=1e-12)
    np.testing.assert_allclose(found.each("survival", 30.0)[0], 1 - gone[-1] * 2 / 3, atol=1e-12)
    assert np.isnan(found.free[1, -1])


def test_survival_is_left_out_where_transplants_are_counted():
    rows = intensity.published(Published(publication="lee2009_nac", arm="placebo"))
    assert [(e.variable, e.value) for e in rows] == [("transplant_free_survival", 0.27), ("transplanted", 0.45)]
    rows = intensity.published(Published(publication="elad2018", arm="control"))
    assert {e.variable for e in rows} == {"survival"} and rows[0].people == load("elad2018").arm("control").n
