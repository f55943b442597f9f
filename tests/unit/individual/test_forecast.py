"""Forecasts of people: repeatable, blind to what lies after the basis, and refused where there are too few people."""

import pandas as pd
import pytest

from hepatica.errors import InputError
from hepatica.individual import out_of_fold
from hepatica.individual.forecast import ForecastSettings, validate_people
from hepatica.individual.labs import LABS
from hepatica.individual.predictors import Predictor


def test_a_seed_gives_the_same_again(table, system, tmp_path):
    table[(table["id"] < 40) & (table["BloodColectionDate"].isin([0, 2]))].to_csv(tmp_path / "part.csv", index=False)
    one, again, other = (
        validate_people(tmp_path / "part.csv", system, settings=ForecastSettings(pool=200, folds=2, seed=s)).frame()
        for s in (3, 3, 4)
    )
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_another_file_is_forecast_blind(path, table, system, tmp_path):
    """Rows after the basis change no forecast, and need not be there; missing labs are named."""
    new = table[table["id"] >= 95].drop(columns=["NH3", "Cre", "PE", "Age"])
    full, blind = tmp_path / "full.csv", tmp_path / "blind.csv"
    new.to_csv(full, index=False)
    new[new["BloodColectionDate"] == 0].drop(columns="SurvivalOrDeath").to_csv(blind, index=False)
    a, b = (validate_people(p, system, train=path, settings=ForecastSettings(pool=300, seed=3)) for p in (full, blind))
    columns = ["person", "quantity", "day", "predictor", "predicted"]
    ours, theirs = (x.frame().query("basis == 'day 0'")[columns].reset_index(drop=True) for x in (a, b))
    pd.testing.assert_frame_equal(ours, theirs)
    assert (
        b.frame()["score"].isna().all() and len(b.totals()) == 0 and len(b.outcomes()) == 0 and "made.csv" in b.text()
    )
    assert set(a.totals()["lab"]) == set(LABS) - {"ammonia", "creatinine"} and len(a.outcomes())
    what = {w: why for w, _, why in b.not_predicted}
    assert "no values in a column NH3" in what["ammonia"] and "no values in a column Cre" in what["creatinine"]
    assert "no rows of day 1" in what["everything from days 0 to 1"]
    assert any("no column PE" in note for note in b.notes) and any("without it" in note for note in b.notes)
    assert "MELD" not in set(a.outcomes()["predictor"])  # it needs creatinine


@pytest.mark.parametrize(
    ("setting", "says"), [({"kinds": "all"}, "acute, chronic, both"), ({"folds": 1}, "2 folds"), ({"pool": 199}, "200")]
)
def test_settings_out_of_range_are_refused(setting, says):
    with pytest.raises(InputError, match=says):
        ForecastSettings(**setting)


def test_too_few_people_to_learn_from(table, system, tmp_path):
    small = tmp_path / "small.csv"
    table[table["id"] < 6].to_csv(small, index=False)
    few = validate_people(small, system, settings=ForecastSettings(pool=200))
    assert not len(few.totals()) and all(
        "to learn from" in why for w, _, why in few.not_predicted if w not in ("platelets", "HGF")
    )


def test_a_lab_whose_mixed_model_does_not_converge_is_forecast_by_the_others(path, system, monkeypatch):
    monkeypatch.setattr(out_of_fold.MixedModel, "fit", lambda *_: None)
    left = validate_people(path, system, settings=ForecastSettings(pool=400, folds=2, seed=3))
    mixed = Predictor.MIXED_MODEL.value
    assert mixed not in set(left.rows["predictor"]) and f"model / {Predictor.REGRESSION.value}" in left.totals()
    assert any(mixed in what and "converges" in why for what, _, why in left.not_predicted)


def test_settings_and_versions_are_kept(evaluation, system):
    kept = evaluation.settings
    assert (kept["seed"], kept["folds"], kept["kinds"], kept["tried"]) == (3, 2, "acute", 700)
    assert kept["model_hash"] == system.model.hash and kept["pool"] <= 700
