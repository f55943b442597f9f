"""The fit of untreated populations: intensities as the model has them, deaths and transplants met, files rewritten."""

import difflib

import numpy as np
import pytest

from hepatica.calibrate import natural_history
from hepatica.evidence import load
from hepatica.patients import load_population, populations
from hepatica.patients import population as files

TIMES = np.arange(0.0, 91.0, 1.0)


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
    for name in ("covariate", "inclusion", "insult", "before", "causes", "fit", "external_cohorts"):
        assert getattr(again, name) == getattr(p, name), name
    assert {n: f for n, f in again.fitted.items() if n not in values} == {
        n: f for n, f in p.fitted.items() if n not in values
    }


def test_a_small_misfit_runs_for_a_population_with_transplant(system):
    p = load_population("alf_indeterminate")
    wrong, death, rows = natural_history.misfit({}, system, p, 12, 6, 1)
    assert np.isfinite(wrong).all() and death["transplant_rate"] > 0
    assert {"transplanted", "transplant_free_survival"} <= {r.variable for r in rows}
