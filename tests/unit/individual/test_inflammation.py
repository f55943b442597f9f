"""Inflammation on day 0, measured against predicted: reading, and ranks against a naive correlation of ranks."""

import numpy as np
import pytest
from scipy.stats import rankdata

from hepatica.individual.inflammation import compare, read_readings
from hepatica.individual.labs import READINGS
from hepatica.individual.readers.cohort_file import read_people


def naive(x, y):
    """Pearson's correlation of the ranks."""
    a, b = rankdata(x), rankdata(y)
    return float(np.corrcoef(a, b)[0, 1])


def test_inflammation_that_the_labs_imply_is_held_against_what_was_measured(evaluation, path, table, tmp_path):
    """People made by the model are ranked as they are; a reading that cannot be read costs that reading only."""
    frame = evaluation.inflammation.set_index("reading")
    assert set(frame.index) == set(READINGS) and (frame["people"] == len(set(table["id"]))).all()
    assert (frame.loc[["tnf", "il6", "crp"], "rank"] > 0.2).all() and (frame["rank_low"] < frame["rank"]).all()
    assert (np.abs(np.log(frame["predicted"] / frame["measured"])) < 0.5).all() and (
        frame["measured_q1"] <= frame["measured_q3"]
    ).all()
    seen, _ = read_readings(path)
    assert frame.loc["il6", "measured"] == pytest.approx(np.median(seen["il6"]))
    assert (
        "by which nobody was weighted" in evaluation.text()
        and "patients' own HGF is not in the model" in evaluation.text()
    )
    first = table["BloodColectionDate"] == 0
    broken = table.assign(CRP=np.where(first, "high", ""), WBC=np.where(first, 5.0, np.nan)).drop(
        columns=["serumTNF", "HGF"]
    )
    broken["serumIL-10"] = np.where(table["id"] == 3, table["serumIL-10"], np.nan)
    broken.iloc[::-1].to_csv(tmp_path / "broken.csv", index=False)
    people = read_people(tmp_path / "broken.csv")
    seen, why = read_readings(tmp_path / "broken.csv")
    assert set(seen) == {"il6", "il10"} and set(why) == {"CRP", "WBC"} and "CRP is not a number in mg/dL" in why["CRP"]
    where = {i: k for k, i in enumerate(people.ids)}
    assert np.isfinite(seen["il10"]).sum() == 1 and np.isfinite(seen["il10"][where["3"]])
    own = table[first].set_index("id")["serumIL-6"]
    assert all(seen["il6"][where[str(i)]] == pytest.approx(own[i]) for i in own.index)


def test_ranks_against_a_naive_correlation():
    rng = np.random.default_rng(3)
    x = rng.normal(size=60)
    y, z = x + rng.normal(size=60), np.round(rng.normal(size=60))
    y[5] = np.nan
    good = np.isfinite(y)
    row = compare({"crp": y, "few": np.where(np.arange(60) < 9, y, np.nan)}, {"crp": x, "few": x}, z, seed=4)
    assert row["reading"].tolist() == ["crp"] and row["people"][0] == 59
    assert row["rank"][0] == pytest.approx(naive(x[good], y[good]))
    assert row["rank_meld"][0] == pytest.approx(naive(z[good], y[good]))
    again = [naive(x[good][k], y[good][k]) for k in rng.integers(59, size=(400, 59))]
    assert (row["rank_low"][0], row["rank_high"][0]) == pytest.approx(
        tuple(np.quantile(again, (0.025, 0.975))), abs=0.06
    )


def test_a_reading_that_does_not_vary_has_no_rank():
    x = np.arange(12.0)
    row = compare({"crp": x}, {"crp": np.ones(12)}, x, seed=1).iloc[0]
    assert np.isnan(row["rank"]) and row["rank_meld"] == pytest.approx(1.0)
