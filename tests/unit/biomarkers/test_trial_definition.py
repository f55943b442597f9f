"""Trials for a marker as files: read back by the trial engine, with the marker where each design has it."""

import math
import tomllib
from dataclasses import replace

import pytest

from hepatica.biomarkers.study import evaluate
from hepatica.biomarkers.trial_definition import marker_trials
from hepatica.trials.definition.latent import BASELINE
from hepatica.trials.definition.trial_file import check_trial


@pytest.fixture(scope="module")
def result(made, question):
    return evaluate(question, made, {"model_hash": "x"})


def test_each_is_a_trial_that_the_engine_accepts(result):
    trials = {t.name: t for t in marker_trials(result)}
    assert "unselected" in trials
    for name, trial in trials.items():
        read = check_trial(tomllib.loads(trial.text))
        assert read.population == result.study.population and read.follow_up == result.study.horizon
        assert read.arm[1].regimen() == result.potential.regimen
        assert read.eligibility.include == ((trial.condition,) if name == "enriched" else ())
        assert read.randomisation.strata == ((trial.condition,) if name == "stratified" else ())
        assert trial.text.startswith("# ") and "For research use" in trial.text.splitlines()[0]


def test_the_condition_is_the_cut_in_the_unit_of_the_marker(result):
    condition = marker_trials(result)[0].condition
    name, sign, number = condition.split()
    marker = next(m for m in result.potential.measurables if m.name == name)
    assert name in BASELINE and sign in (">", "<=")
    k = result.potential.measurables.index(marker)
    value = math.log(float(number)) if marker.is_log else float(number)
    share = (result.potential.values[:, k] > value).mean()
    assert 0.09 <= share <= 0.91


def test_none_where_nothing_can_be_selected_by(result):
    day = replace(result.days[0], ranking=result.days[0].ranking.iloc[:0])
    assert marker_trials(replace(result, days=(day, *result.days[1:]))) == ()
