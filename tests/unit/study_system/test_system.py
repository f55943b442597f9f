"""The model of a study: own values, own modules and own populations, each checked before anything is simulated."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.errors import InputError, ModelError
from hepatica.model.own_values import with_values
from hepatica.patients import load_population
from hepatica.study import check_study, load_study
from hepatica.study_system import check_sources, system_of
from hepatica.study_system.system import _check_health

GOOD = {"title": "t", "grid": {"dose": ["1e6 cells/kg"]}}
POPULATION = """
key = "my_ward"
like = "hbv_aclf"
title = "My ward"
title_zh = "本病区"
[covariate.age]
unit = "year"
parts = [{ kind = "constant", mean = 55.0 }]
reason = "Age on the ward."
"""


def test_a_study_without_own_values_has_the_model_that_ships(system):
    assert system_of(check_study(GOOD), system) is system


def test_own_values_change_the_model_and_not_the_kernel(system):
    study = check_study(GOOD | {"parameter": {"flare_kill": "0.05 1/day"}})
    changed = system_of(study, system)
    assert changed.model.parameters["flare_kill"].value == 0.05 and changed._solver is system._solver
    assert system.model.parameters["flare_kill"].value != 0.05 and system_of(study, changed) is changed
    k = system.parameters.index("flare_kill")
    assert changed.typical()[k] == changed.typical("lung_only")[k] == 0.05
    assert study.hash != check_study(GOOD).hash


@pytest.mark.parametrize(
    "name, value, changes, says",
    [
        ("cirrhosis", 0.2, {}, "set by the population"),
        ("effector_lifetime", "3 d", {}, "set by the population"),
        ("albumin_infused", 0.1, {}, "set by the population"),
        ("diameter", "20 um", {}, r"set by \[product\]"),
        ("anticoagulated", 1.0, {"together_with": ["anticoagulation"]}, "set by a treatment"),
    ],
)
def test_a_parameter_that_something_else_sets_is_refused(system, name, value, changes, says):
    with pytest.raises(InputError, match=says):
        system_of(check_study(GOOD | {"parameter": {name: value}} | changes), system)


def test_an_own_population_is_read_beside_its_study_and_counts_by_what_it_says(system, tmp_path):
    (tmp_path / "ward.toml").write_text(POPULATION, encoding="utf-8")
    path = tmp_path / "study.toml"
    path.write_text('title = "t"\npopulation = "ward.toml"\n[grid]\ndose = ["1e6 cells/kg"]\n', encoding="utf-8")
    study = load_study(path)
    own = load_population(study.population)
    assert own.key == "my_ward" and own.covariate["age"].largest == 55.0 and own.baseline == "alss2019"
    assert system_of(study, system) is system
    before = study.hash
    (tmp_path / "ward.toml").rename(tmp_path / "other.toml")
    assert load_study(path, [f"population={tmp_path / 'other.toml'}"]).hash == before
    (tmp_path / "ward.toml").write_text(POPULATION.replace("55.0", "56.0"), encoding="utf-8")
    assert load_study(path).hash != before
    (tmp_path / "ward.toml").write_text(POPULATION.replace('"year"', '"kg"'), encoding="utf-8")
    with pytest.raises(InputError, match="covariate.age.unit: got 'kg'; a unit that converts to 'year'"):
        system_of(load_study(path), system)


def test_a_source_that_is_not_in_the_bibliography_is_refused(model):
    check_sources(model)
    p = model.parameters["alt_clearance"]
    wrong = replace(p, entry=p.entry.model_copy(update={"cite": "Nobody1999, page 1"}))
    with pytest.raises(ModelError, match="'Nobody1999' is not in the bibliography"):
        check_sources(replace(model, parameters=model.parameters | {"alt_clearance": wrong}))


def test_a_healthy_person_who_does_not_stay_finite_is_refused(system, monkeypatch):
    _check_health(system)
    typical = system.typical()
    typical[system.parameters.index("alt_clearance")] = np.nan
    monkeypatch.setattr(type(system), "typical", lambda self: typical)
    with pytest.raises((ModelError, InputError)):
        _check_health(system)


def test_values_on_a_model_with_other_values_are_joined(system):
    first = system_of(check_study(GOOD | {"parameter": {"flare_kill": "0.05 1/day"}}), system)
    both = with_values(first.model, {"alt_clearance": "0.5 1/day"})
    assert [n for n, p in both.parameters.items() if p.replaced] == ["flare_kill", "alt_clearance"]
