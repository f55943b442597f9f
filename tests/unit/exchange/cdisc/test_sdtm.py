"""SDTM of a simulated trial: every record agrees with what happened."""

import numpy as np
import pytest

from hepatica.exchange.cdisc.sdtm import sdtm
from hepatica.exchange.cdisc.subjects import subjects


@pytest.fixture
def frames(simulated):
    one = simulated()
    return one, {d.name: d.frame for d in sdtm(one)}


def test_all_domains_with_unique_keys(frames, simulated):
    one, found = frames
    assert list(found) == ["DM", "EX", "LB", "DS", "AE", "QS"]
    for dataset in sdtm(simulated()):
        assert not dataset.frame.duplicated(list(dataset.keys)).any()
        assert (dataset.frame["DOMAIN"] == dataset.name).all() and set(dataset.frame["USUBJID"]) <= set(subjects(one))


def test_deaths_agree_everywhere(frames):
    one, found = frames
    dead = set(np.array(subjects(one))[np.isfinite(one.death)])
    assert dead and set(found["DM"].query("DTHFL == 'Y'")["USUBJID"]) == dead
    assert set(found["DS"].query("DSDECOD == 'DEATH'")["USUBJID"]) == dead
    ended = found["DS"].query("DSCAT == 'DISPOSITION EVENT'")
    assert len(ended) == 60 and set(ended["DSDECOD"]) == {"DEATH", "LOST TO FOLLOW-UP", "COMPLETED"}
    assert {"LIVER TRANSPLANT", "RESCUE TREATMENT"} <= set(found["DS"]["DSDECOD"])


def test_cells_are_given_to_their_arm_in_the_delivered_dose(frames):
    one, found = frames
    ex = found["EX"].merge(found["DM"][["USUBJID", "ARM"]])
    assert set(ex["ARM"]) == {"cells"} and set(ex["EXDOSE"]) == {1e6, 5e5} and set(ex["VISITDY"]) == {1, 8}
    short = set(np.array(subjects(one))[one.shortfall > 0])
    assert set(ex.query("EXDOSE == 5e5")["USUBJID"]) <= short
    early = np.array(subjects(one))[(one.arm == 1) & (one.end <= 7)]
    assert not set(early) & set(ex.query("VISITDY == 8")["USUBJID"])


def test_nothing_is_measured_after_the_end_and_grades_are_whole(frames):
    one, found = frames
    end = dict(zip(subjects(one), one.end, strict=True))
    for domain in ("LB", "QS"):
        rows = found[domain]
        assert len(rows) and (rows[f"{domain}DY"] <= rows["USUBJID"].map(end) + 2).all()
    grades = found["QS"].query("QSTESTCD == 'HEGRADE'")["QSSTRESN"]
    assert (grades == grades.round()).all() and grades.min() >= 0
    assert set(found["LB"]["LBTESTCD"]) == {"BILI"} and (found["LB"].query("LBBLFL == 'Y'")["VISITNUM"] == 1).all()


def test_events_are_those_that_happened(frames):
    one, found = frames
    counted = found["AE"]["AEDECOD"].value_counts()
    assert counted["THROMBOEMBOLIC EVENT"] == np.isfinite(one.events["thrombosis"]).sum()
    assert counted["SEVERE INFECTION"] == np.isfinite(one.events["infection"]).sum() > 0


def test_a_trial_in_which_everyone_dies_or_nothing_happens_has_correct_tables(simulated):
    dead = {d.name: d.frame for d in sdtm(simulated(death=(9.0, 9.0, 9.0), dropout={"per_month": 0.0}, transplant=0.0))}
    assert (dead["DM"]["DTHFL"] == "Y").all() and len(dead["DS"].query("DSDECOD == 'DEATH'")) == 60
    quiet = sdtm(simulated(death=(0.0, 0.0, 0.0), dropout={"per_month": 0.0}, transplant=0.0))
    assert (quiet[0].frame["DTHFL"] == "").all()
    nobody = simulated(arm=[{"name": "care"}, {"name": "also care"}], death=(0.01,))
    assert len({d.name: d for d in sdtm(nobody)}["EX"].frame) == 0
