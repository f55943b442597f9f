"""ADaM datasets of a simulated trial: ADSL, ADLB and ADTTE (implementation guide 1.3)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepatica.exchange.cdisc.dataset import Column, DataSet, Kind, make_dataset
from hepatica.exchange.cdisc.subjects import TESTS, sas_dates, study_days, study_id, subjects
from hepatica.trials.virtual.simulated import SimulatedTrial

WHOLE, NUMBER = Kind.WHOLE, Kind.NUMBER
_ID = (Column("STUDYID", "Study Identifier"), Column("USUBJID", "Unique Subject Identifier"))
_ARM = (Column("TRTP", "Planned Treatment"), Column("TRTPN", "Planned Treatment (N)", WHOLE))


def adam(one: SimulatedTrial) -> tuple[DataSet, ...]:
    """ADaM datasets of a simulated trial.

    Parameters
    ----------
    one : SimulatedTrial
        Any.

    Returns
    -------
    tuple of DataSet
        ADSL, ADLB, ADTTE.
    """
    return subject_level(one), laboratory(one), time_to_event(one)


def _base(one: SimulatedTrial) -> pd.DataFrame:
    names = [one.trial.arm[a].name for a in one.arm]
    return pd.DataFrame({"STUDYID": study_id(one), "USUBJID": subjects(one), "TRTP": names, "TRTPN": one.arm + 1.0})


def subject_level(one: SimulatedTrial) -> DataSet:
    """ADSL: one record a subject.

    Parameters
    ----------
    one : SimulatedTrial
        Any.
    """
    base, dead = _base(one), np.isfinite(one.death)
    lost = np.isfinite(one.dropout) & ~dead
    shares = np.array([1.0, *one.trial.batches.shares])[one.shortfall]
    rows = base.rename(columns={"TRTP": "TRT01P", "TRTPN": "TRT01PN"}).assign(
        SITEID=[f"{c + 1:03d}" for c in one.centre],
        AGE=np.floor(one.baseline["age"]) if "age" in one.baseline else np.nan,
        STRATAR=[f"{s}" for s in one.strata],
        ITTFL="Y",
        RANDDT=sas_dates(one, np.zeros(len(base))),
        EOSDT=sas_dates(one, one.end),
        EOSSTT=np.select([dead, lost], ["DIED", "DISCONTINUED"], "COMPLETED"),
        DTHFL=np.where(dead, "Y", ""),
        DTHDT=sas_dates(one, one.death),
        TPDT=sas_dates(one, one.transplant),
        DOSESHR=shares,
        MELDBL=one.baseline.get("meld", np.full(len(base), np.nan)),
    )
    columns = (
        *_ID,
        Column("SITEID", "Study Site Identifier"),
        Column("AGE", "Age", WHOLE),
        Column("TRT01P", "Planned Treatment for Period 01"),
        Column("TRT01PN", "Planned Treatment for Period 01 (N)", WHOLE),
        Column("STRATAR", "Strata Used for Randomization"),
        Column("ITTFL", "Intent-To-Treat Population Flag"),
        Column("RANDDT", "Date of Randomization", WHOLE),
        Column("EOSDT", "End of Study Date", WHOLE),
        Column("EOSSTT", "End of Study Status"),
        Column("DTHFL", "Subject Death Flag"),
        Column("DTHDT", "Date of Death", WHOLE),
        Column("TPDT", "Date of Liver Transplant", WHOLE),
        Column("DOSESHR", "Share of the Dose that the Lot Delivered", NUMBER),
        Column("MELDBL", "MELD Score at Baseline", NUMBER),
    )
    return make_dataset("ADSL", "Subject-Level Analysis Dataset", columns, rows, ("STUDYID", "USUBJID"))


def laboratory(one: SimulatedTrial) -> DataSet:
    """ADLB: one record a subject, parameter and analysis visit, with change from baseline.

    Parameters
    ----------
    one : SimulatedTrial
        Any.
    """
    parts, first = [], one.visits[0.0]
    for planned, labs in one.visits.items():
        day = one.visit_days[planned]
        for lab, values in labs.items():
            test = TESTS[lab]
            rows = _base(one).assign(
                PARAMCD=test.code,
                PARAM=f"{test.name} ({test.unit})" if test.unit else test.name,
                AVISIT="Baseline" if planned == 0 else f"Day {planned:g}",
                AVISITN=planned,
                ADT=sas_dates(one, day),
                ADY=study_days(one, day),
                AVAL=values,
                BASE=first[lab],
                CHG=values - first[lab] if planned else np.full(len(values), np.nan),
                ABLFL="Y" if planned == 0 else "",
            )
            parts.append(rows[np.isfinite(values)])
    rows = pd.concat(parts, ignore_index=True) if parts else _base(one).iloc[:0]
    columns = (
        *_ID,
        *_ARM,
        Column("PARAMCD", "Parameter Code"),
        Column("PARAM", "Parameter"),
        Column("AVISIT", "Analysis Visit"),
        Column("AVISITN", "Analysis Visit (N)", WHOLE),
        Column("ADT", "Analysis Date", WHOLE),
        Column("ADY", "Analysis Relative Day", WHOLE),
        Column("AVAL", "Analysis Value", NUMBER),
        Column("BASE", "Baseline Value", NUMBER),
        Column("CHG", "Change from Baseline", NUMBER),
        Column("ABLFL", "Baseline Record Flag"),
    )
    return make_dataset(
        "ADLB", "Laboratory Analysis Dataset", columns, rows, ("STUDYID", "USUBJID", "PARAMCD", "AVISITN")
    )


def time_to_event(one: SimulatedTrial) -> DataSet:
    """ADTTE: one record a subject and endpoint that is a time to event.

    Parameters
    ----------
    one : SimulatedTrial
        Any.
    """
    parts = []
    for number, (name, history) in enumerate(one.histories.items(), start=1):
        rows = _base(one).assign(
            PARAMCD=f"TTE{number}",
            PARAM=f"Time to {name} (days)",
            AVAL=history.time,
            CNSR=np.where(history.event, 0.0, 1.0),
            EVNTDESC=np.where(history.event, name.upper(), "CENSORED"),
            STARTDT=sas_dates(one, np.zeros(len(one.arm))),
            ADT=sas_dates(one, history.time),
        )
        parts.append(rows[history.time >= 0])
    rows = pd.concat(parts, ignore_index=True) if parts else _base(one).iloc[:0]
    columns = (
        *_ID,
        *_ARM,
        Column("PARAMCD", "Parameter Code"),
        Column("PARAM", "Parameter"),
        Column("AVAL", "Analysis Value", NUMBER),
        Column("CNSR", "Censor", WHOLE),
        Column("EVNTDESC", "Event or Censoring Description"),
        Column("STARTDT", "Time-to-Event Origin Date for Subject", WHOLE),
        Column("ADT", "Analysis Date", WHOLE),
    )
    return make_dataset("ADTTE", "Time-to-Event Analysis Dataset", columns, rows, ("STUDYID", "USUBJID", "PARAMCD"))
