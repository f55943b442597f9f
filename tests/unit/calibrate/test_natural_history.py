"""The fit of untreated populations: intensities as the model has them, deaths and transplants met, files rewritten."""

import difflib

import numpy as np
import pytest

from hepatica.calibrate import intensity, natural_history
from hepatica.evidence import load
from hepatica.patients import load_population, populations
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


def test_targets_are_of_each_person_once(system, population):
    rows = natural_history.targets(population.fit.targets[0], system)
    assert len({(t.variable, t.time) for t in rows}) == len(rows)
    assert next(t for t in rows if (t.variable, t.time) == ("inr", 0.0)).value == 2.3
    usable = {(o.variable, o.time) for o in load("alss2019").find() if o.kind == "mean_sd" and o.variable != "age"}
    assert {(t.variable, t.time) for t in rows} <= usable and not any(
        t.variable == "bilirubin" and t.time == 28 for t in rows
    )


def test_named_variables_alone_are_targets(system):
    source = files.Published(publication="elad2018", arm="control", variables=("inr", "meld"))
    assert {t.variable for t in natural_history.targets(source, system)} == {"inr", "meld"}


def test_medians_are_weighted():
    target = natural_history.Target("inr", 0.0, 2.0, median=True, quartiles=(1.0, 3.0))
    met = natural_history._met(target, np.array([1.0, 2.0, 3.0, np.nan]), np.array([1.0, 1.0, 1.0, 1.0]))
    assert met.simulated == 2.0 and met.published_spread == pytest.approx(2 / natural_history.QUARTILES)
    assert natural_history._met(
        target, np.array([1.0, 2.0, 3.0]), np.array([1e-9, 1e-9, 1.0])
    ).simulated == pytest.approx(3.0, abs=1e-3)


@pytest.mark.parametrize("key", populations())
def test_writing_what_a_file_states_changes_only_numbers(key, tmp_path, monkeypatch):
    """The file stays in order, keeps what is not fitted and is read back with the new values."""
    p, folder = load_population(key), tmp_path / "populations"
    folder.mkdir()
    for path in (files.files("hepatica.patients") / "populations").iterdir():
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(natural_history, "files", lambda _: tmp_path)
    values = {m.parameter: 1.25 for m in p.fit.moved} | {r.parameter: 0.0625 for r in p.fit.intensity}
    before = (folder / f"{key}.toml").read_text(encoding="utf-8").splitlines()
    natural_history.write(p, values)
    after = (folder / f"{key}.toml").read_text(encoding="utf-8").splitlines()
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert all(line[2:].startswith(("value = ", "reason = ", "transplant_rate = ")) for line in changed)
    assert [x.partition("#")[2] for x in before if "#" in x] == [x.partition("#")[2] for x in after if "#" in x]
    monkeypatch.setattr(files, "files", lambda _: tmp_path)
    again = load_population(key)
    given = {n: f.value for n, f in again.fitted.items()} | again.treatment
    assert {n: given[n] for n in values} == values
    for name in ("covariate", "inclusion", "insult", "before", "causes", "fit", "beside"):
        assert getattr(again, name) == getattr(p, name), name
    assert {n: f for n, f in again.fitted.items() if n not in values} == {
        n: f for n, f in p.fitted.items() if n not in values
    }


def test_a_small_misfit_runs_for_a_population_with_transplant(system):
    p = load_population("alf_indeterminate")
    wrong, death, rows = natural_history.misfit({}, system, p, 12, 6, 1)
    assert np.isfinite(wrong).all() and death["transplant_rate"] > 0
    assert {"transplanted", "transplant_free_survival"} <= {r.variable for r in rows}
