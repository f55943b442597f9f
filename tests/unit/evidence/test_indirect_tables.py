"""Indirect evidence, selected and tabulated."""

import pytest

from hepatica.errors import InputError
from hepatica.evidence.indirect import load, load_all
from hepatica.evidence.indirect_tables import (
    COLUMNS,
    indirect_observations,
    indirect_record,
    select_indirect,
    short_indirect,
    summary_indirect,
)


def test_filters_filter():
    everything = load_all()
    assert tuple(s.key for s in select_indirect()) == tuple(everything)
    for species in ("human", "mouse", "pig"):
        assert [s.key for s in select_indirect(species=species)] == [
            k for k, s in everything.items() if species in s.species
        ]
    assert {s.key for s in select_indirect(disease="ccl4")} >= {"rat_ccl4_low_high_enzymes", "mouse_ccl4_admsc_alf"}
    found = select_indirect(species="rat", variable="total_bilirubin")
    assert found == () and select_indirect(variable="total bilirubin")[0].key == "rat_ccl4_time_course_wjg"
    assert all(any(arm.cells for arm in s.arms) for s in select_indirect(cells=True))
    with pytest.raises(InputError, match="use one of human"):
        select_indirect(species="cat")
    with pytest.raises(InputError, match="pig_mi_iv_dose"):
        select_indirect(key="pig")


def test_summary_says_what_is_known():
    rows = {row["key"]: row for row in summary_indirect(load_all().values())}
    assert rows["sheep_mi_mpc_dose"]["dose_unit"] == "cells" and rows["sheep_mi_mpc_dose"]["n"] is None
    assert rows["human_ra_cx611"]["n"] == 53 and rows["human_ra_cx611"]["n_complete"]
    assert rows["rhesus_alf_early"]["lowest"] is None and rows["rhesus_alf_early"]["dose_unit"] == ""
    assert sum(row["several_doses"] for row in rows.values()) == 41


def test_every_observation_is_a_row():
    publications = tuple(load_all().values())
    frame = indirect_observations(publications)
    assert list(frame.columns) == list(COLUMNS) and len(frame) == sum(len(s.observations) for s in publications)
    row = frame[(frame["publication"] == "human_ra_cx611") & (frame["arms"] == "d1")].iloc[0]
    assert row["dose_per_kg"] == 1e6 and row["arm_n"] == 20 and row["value"] == 45 and row["time"] == "30"
    assert set(indirect_observations(publications, "survival")["variable"].str.contains("urvival")) == {True}


def test_record_and_name():
    publication = load("pig_mi_iv_dose")
    assert (
        short_indirect(publication) == publication.key and short_indirect(load("human_trident")) == "Florea et al. 2017"
    )
    assert indirect_record(load("human_trident"))["doi"] == "10.1161/CIRCRESAHA.117.311827"
