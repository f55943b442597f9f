"""Publications as tables: filters choose, a row keeps what its file says, and files come back equal."""

import json

import pandas as pd
import pytest

from hepatica.errors import InputError
from hepatica.evidence import load, load_all, references
from hepatica.evidence.tabulate import COLUMNS, export, observations, people, published_record, select, summary

ALL = tuple(load_all().values())


def test_no_filter_chooses_all():
    assert select() == ALL and select(ALL[:3]) == ALL[:3]


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"disease": "hbv"}, lambda p: "hbv" in p.disease.lower()),
        ({"role": "check"}, lambda p: p.role == "check"),
        ({"variable": "meld"}, lambda p: any(o.variable == "meld" for o in p.observations)),
        ({"cells": True}, lambda p: any(a.gives_cells for a in p.arms)),
        ({"cells": False}, lambda p: not any(a.gives_cells for a in p.arms)),
        (
            {"disease": "HBV", "cells": True, "role": "calibration"},
            lambda p: p.role == "calibration" and "HBV" in p.disease and any(a.gives_cells for a in p.arms),
        ),
    ],
)
def test_filters_choose(asked, holds):
    found = select(**asked)
    assert found == tuple(p for p in ALL if holds(p)) and 0 < len(found) < len(ALL)


def test_a_key_is_one_and_filters_hold_for_it_too():
    assert select(key="lin2017") == (load("lin2017"),)
    assert select(key="lin2017", cells=False) == () and select(disease="gout") == ()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"role": "fit"}, "calibration, supporting, check"),
        ({"variable": "tbil"}, "bilirubin"),
        ({"key": "lin2018"}, "lin2017"),
    ],
)
def test_names_that_are_not_known_are_refused(asked, says):
    with pytest.raises(InputError, match=says):
        select(**asked)


def test_people_of_a_part_are_not_counted_again():
    assert people(load("alss2019")) == (sum(a.n for a in load("alss2019").arms if not a.subset_of), True)
    assert people(load("macdonald2021")) == (608, False)  # one arm does not print its number


def test_summary_counts_what_may_enter_a_likelihood():
    row = next(r for r in summary(ALL) if r["key"] == "lin2017")
    assert (row["arms"], row["people"], row["observations"], row["usable"], row["role"]) == (
        2,
        110,
        6,
        6,
        "calibration",
    )
    for row, p in zip(summary(ALL), ALL, strict=True):
        assert row["usable"] == sum(p.lacks(o) == "" for o in p.observations) <= row["observations"]


def test_one_whole_is_json_and_says_why():
    full = json.loads(json.dumps(published_record(load("alss2019"))))
    lacking = [o for o in full["observation"] if o["lacks"]]
    assert lacking and all(o["lacks"] for o in lacking) and {"arm", "conflicts", "alternative"} <= set(full)
    assert published_record(load("lin2017"))["doi"] == references()["Lin2017"].doi != ""


def test_observations_keep_what_the_files_say():
    frame = observations(ALL)
    assert list(frame.columns) == list(COLUMNS) and len(frame) == sum(len(p.observations) for p in ALL)
    rows = frame.to_dict("records")
    pairs = [(p, o) for p in ALL for o in p.observations]
    for (p, o), row in zip(pairs, rows, strict=True):
        arm = p.arm(o.arm)
        assert (row["publication"], row["arm"], row["variable"], row["time"], row["value"]) == (
            p.key,
            o.arm,
            o.variable,
            o.time,
            o.value,
        )
        assert row["cells"] == arm.gives_cells and ("" if pd.isna(row["lacks"]) else row["lacks"]) == p.lacks(o)
        for column, value in (("n", o.n), ("arm_n", arm.n), ("sd", o.sd), ("dose_high", arm.dose_high)):
            assert (None if pd.isna(row[column]) else row[column]) == value, column
        assert ("" if pd.isna(row["route"]) else row["route"]) == arm.route
    assert set(observations(ALL, "meld")["variable"]) == {"meld"}


def test_nothing_has_columns_too():
    assert list(observations(()).columns) == list(COLUMNS) and observations(()).empty


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_an_export_comes_back_equal(tmp_path, suffix):
    frame, path = observations(ALL), tmp_path / f"all.{suffix}"
    assert export(frame, path) == path
    if suffix == "csv":
        back = pd.read_csv(path, dtype=COLUMNS, keep_default_na=False, na_values=[""])
    elif suffix == "parquet":
        back = pd.read_parquet(path)
    else:
        body = json.loads(path.read_text(encoding="utf-8"))
        assert body["purpose"] == "for research use"
        back = pd.DataFrame(body["observations"], columns=list(COLUMNS), dtype=object).astype(COLUMNS)
    pd.testing.assert_frame_equal(back, frame)


def test_another_suffix_is_refused_and_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"\.csv, \.parquet, \.json"):
        export(observations(ALL[:1]), tmp_path / "all.xlsx")
    monkeypatch.setattr(pd.DataFrame, "to_csv", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(InputError, match="room"):
        export(observations(ALL[:1]), tmp_path / "all.csv")
    assert list(tmp_path.iterdir()) == []
