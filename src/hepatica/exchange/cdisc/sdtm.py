"""SDTM datasets of a simulated trial: DM, EX, LB, DS, AE and QS (implementation guide 3.4)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.exchange.cdisc.dataset import Column, DataSet, Kind, make_dataset
from hepatica.exchange.cdisc.subjects import TESTS, arm_codes, iso_dates, study_days, study_id, subjects, with_sequence
from hepatica.trials.virtual.simulated import SimulatedTrial

WHOLE, NUMBER = Kind.WHOLE, Kind.NUMBER
TERMS = {
    "infection": ("SEVERE INFECTION", "Y"),
    "bleeding": ("GASTROINTESTINAL HAEMORRHAGE", "Y"),
    "thrombosis": ("THROMBOEMBOLIC EVENT", "Y"),
    "tumour": ("HEPATOCELLULAR CARCINOMA", "Y"),
    "reaction": ("INFUSION RELATED REACTION", "N"),
    "procedure": ("PROCEDURAL COMPLICATION", "Y"),
}
_ID = (
    Column("STUDYID", "Study Identifier"),
    Column("DOMAIN", "Domain Abbreviation"),
    Column("USUBJID", "Unique Subject Identifier"),
)


def sdtm(one: SimulatedTrial) -> tuple[DataSet, ...]:
    """SDTM datasets of a simulated trial.

    Parameters
    ----------
    one : SimulatedTrial
        Any.

    Returns
    -------
    tuple of DataSet
        DM, EX, LB, DS, AE, QS.
    """
    return (
        demographics(one),
        exposure(one),
        _findings(one, "LB"),
        disposition(one),
        adverse_events(one),
        _findings(one, "QS"),
    )


def _identified(one: SimulatedTrial, domain: str) -> pd.DataFrame:
    return pd.DataFrame({"STUDYID": study_id(one), "DOMAIN": domain, "USUBJID": subjects(one)})


def demographics(one: SimulatedTrial) -> DataSet:
    """DM: one record a subject.

    Parameters
    ----------
    one : SimulatedTrial
        Any.
    """
    zero, arms = np.zeros(len(one.arm)), [one.trial.arm[a].name for a in one.arm]
    female = one.baseline.get("female")
    sex = ["U"] * len(arms) if female is None else ["F" if f else "M" for f in female]
    rows = _identified(one, "DM").assign(
        SUBJID=[f"{k + 1:05d}" for k in range(len(arms))],
        RFSTDTC=iso_dates(one, zero),
        RFENDTC=iso_dates(one, one.end),
        DTHDTC=iso_dates(one, one.death),
        DTHFL=np.where(np.isfinite(one.death), "Y", ""),
        SITEID=[f"{c + 1:03d}" for c in one.centre],
        AGE=np.floor(one.baseline["age"]) if "age" in one.baseline else np.nan,
        AGEU="YEARS",
        SEX=sex,
        ARMCD=arm_codes(one),
        ARM=arms,
        ACTARMCD=arm_codes(one),
        ACTARM=arms,
    )
    columns = (
        *_ID,
        Column("SUBJID", "Subject Identifier for the Study"),
        Column("RFSTDTC", "Subject Reference Start Date/Time"),
        Column("RFENDTC", "Subject Reference End Date/Time"),
        Column("DTHDTC", "Date/Time of Death"),
        Column("DTHFL", "Subject Death Flag"),
        Column("SITEID", "Study Site Identifier"),
        Column("AGE", "Age", WHOLE),
        Column("AGEU", "Age Units"),
        Column("SEX", "Sex"),
        Column("ARMCD", "Planned Arm Code"),
        Column("ARM", "Description of Planned Arm"),
        Column("ACTARMCD", "Actual Arm Code"),
        Column("ACTARM", "Description of Actual Arm"),
    )
    return make_dataset("DM", "Demographics", columns, rows, ("STUDYID", "USUBJID"))


def exposure(one: SimulatedTrial) -> DataSet:
    """EX: one record an infusion that a subject lived and stayed to receive, with the dose delivered.

    Parameters
    ----------
    one : SimulatedTrial
        Any.
    """
    shares = np.array([1.0, *one.trial.batches.shares])[one.shortfall]
    parts = []
    for a, table in enumerate(one.trial.arm):
        regimen = table.regimen()
        for day in regimen.times:
            given = (one.arm == a) & (one.end > day) & (one.transplant > day) & (shares > 0)
            when = np.full(len(one.arm), float(day))
            rows = _identified(one, "EX").assign(
                EXTRT="MESENCHYMAL STROMAL CELLS",
                EXDOSE=regimen.dose * shares,
                EXDOSU="CELLS/KG" if regimen.per_kg else "CELLS",
                EXDOSFRM="INJECTION, SUSPENSION",
                EXROUTE=regimen.route.replace("_", " ").upper(),
                EXSTDTC=iso_dates(one, when),
                EXSTDY=study_days(one, when),
                VISITDY=day + 1,
            )
            parts.append(rows[given])
    rows = pd.concat(parts, ignore_index=True) if parts else _identified(one, "EX").iloc[:0]
    if "EXSTDY" in rows:
        rows = rows.sort_values(["USUBJID", "EXSTDY"], kind="stable")
    columns = (
        *_ID,
        Column("EXSEQ", "Sequence Number", WHOLE),
        Column("EXTRT", "Name of Treatment"),
        Column("EXDOSE", "Dose", NUMBER),
        Column("EXDOSU", "Dose Units"),
        Column("EXDOSFRM", "Dose Form"),
        Column("EXROUTE", "Route of Administration"),
        Column("VISITDY", "Planned Study Day of Visit", WHOLE),
        Column("EXSTDTC", "Start Date/Time of Treatment"),
        Column("EXSTDY", "Study Day of Start of Treatment", WHOLE),
    )
    return make_dataset("EX", "Exposure", columns, with_sequence(rows, "EXSEQ"), ("STUDYID", "USUBJID", "EXSEQ"))


def _findings(one: SimulatedTrial, domain: str) -> DataSet:
    """LB: laboratory tests and images; QS: scales and questionnaires; one record a test and visit that took place."""
    parts = []
    for number, (planned, labs) in enumerate(one.visits.items()):
        day = one.visit_days[planned]
        for lab, values in labs.items():
            test = TESTS[lab]
            if test.is_scale != (domain == "QS"):
                continue
            known = np.clip(np.round(values), test.lowest, None) if test.is_graded else values
            result = np.array([float(f"{v:.4g}") if np.isfinite(v) else np.nan for v in known])
            rows = _identified(one, domain).assign(
                TESTCD=test.code,
                TEST=test.name,
                CAT="LIVER" if domain == "LB" else "CLINICAL CLASSIFICATION",
                ORRES=[f"{v:g}" for v in result],
                ORRESU=test.unit,
                STRESC=[f"{v:g}" for v in result],
                STRESN=result,
                STRESU=test.unit,
                BLFL="Y" if planned == 0 else "",
                VISITNUM=number + 1,
                VISIT="BASELINE" if planned == 0 else f"DAY {planned:g}",
                VISITDY=planned + 1,
                DTC=iso_dates(one, day),
                DY=study_days(one, day),
            )
            parts.append(rows[np.isfinite(result)])
    rows = pd.concat(parts, ignore_index=True) if parts else _identified(one, domain).iloc[:0]
    shared = ("STUDYID", "DOMAIN", "USUBJID", "VISITNUM", "VISIT", "VISITDY")
    rows = rows.rename(columns={c: f"{domain}{c}" for c in rows if c not in shared})
    if "VISITNUM" in rows:
        rows = rows.sort_values(["USUBJID", "VISITNUM", f"{domain}TESTCD"], kind="stable")
    title = "Laboratory Test Results" if domain == "LB" else "Questionnaires"
    noun = "Lab Test or Examination" if domain == "LB" else "Question"
    columns = (
        *_ID,
        Column(f"{domain}SEQ", "Sequence Number", WHOLE),
        Column(f"{domain}TESTCD", f"{noun} Short Name"),
        Column(f"{domain}TEST", f"{noun} Name"),
        Column(f"{domain}CAT", "Category"),
        Column(f"{domain}ORRES", "Result or Finding in Original Units"),
        Column(f"{domain}ORRESU", "Original Units"),
        Column(f"{domain}STRESC", "Character Result/Finding in Std Format"),
        Column(f"{domain}STRESN", "Numeric Result/Finding in Standard Units", NUMBER),
        Column(f"{domain}STRESU", "Standard Units"),
        Column(f"{domain}BLFL", "Baseline Flag"),
        Column("VISITNUM", "Visit Number", WHOLE),
        Column("VISIT", "Visit Name"),
        Column("VISITDY", "Planned Study Day of Visit", WHOLE),
        Column(f"{domain}DTC", "Date/Time of Collection"),
        Column(f"{domain}DY", "Study Day of Collection", WHOLE),
    )
    made = with_sequence(rows, f"{domain}SEQ")
    return make_dataset(domain, title, columns, made, ("STUDYID", "USUBJID", f"{domain}SEQ"))


def disposition(one: SimulatedTrial) -> DataSet:
    """DS: randomisation, transplant and rescue as other events, and how each subject's part ended.

    Parameters
    ----------
    one : SimulatedTrial
        Any.
    """
    lost = np.isfinite(one.dropout) & ~np.isfinite(one.death)
    ended = np.select([np.isfinite(one.death), lost], ["DEATH", "LOST TO FOLLOW-UP"], "COMPLETED")
    zero = np.zeros(len(one.arm))
    parts = [
        _disposed(one, "RANDOMIZED", "PROTOCOL MILESTONE", zero),
        _disposed(one, "LIVER TRANSPLANT", "OTHER EVENT", one.transplant),
        _disposed(one, "RESCUE TREATMENT", "OTHER EVENT", one.rescue),
        _disposed(one, ended, "DISPOSITION EVENT", one.end),
    ]
    rows = pd.concat(parts, ignore_index=True).sort_values(["USUBJID", "DSSTDY"], kind="stable")
    columns = (
        *_ID,
        Column("DSSEQ", "Sequence Number", WHOLE),
        Column("DSTERM", "Reported Term for the Disposition Event"),
        Column("DSDECOD", "Standardized Disposition Term"),
        Column("DSCAT", "Category for Disposition Event"),
        Column("DSSTDTC", "Start Date/Time of Disposition Event"),
        Column("DSSTDY", "Study Day of Start of Disposition Event", WHOLE),
    )
    return make_dataset("DS", "Disposition", columns, with_sequence(rows, "DSSEQ"), ("STUDYID", "USUBJID", "DSSEQ"))


def _disposed(
    one: SimulatedTrial, term: str | NDArray[np.str_], category: str, day: NDArray[np.float64]
) -> pd.DataFrame:
    rows = _identified(one, "DS").assign(
        DSTERM=term, DSDECOD=term, DSCAT=category, DSSTDTC=iso_dates(one, day), DSSTDY=study_days(one, day)
    )
    return rows.loc[np.isfinite(day)]


def adverse_events(one: SimulatedTrial) -> DataSet:
    """AE: the first event of each kind of a subject.

    Parameters
    ----------
    one : SimulatedTrial
        Any.
    """
    parts = []
    for name, day in one.events.items():
        term, serious = TERMS[name]
        rows = _identified(one, "AE").assign(
            AETERM=term, AEDECOD=term, AESER=serious, AESTDTC=iso_dates(one, day), AESTDY=study_days(one, day)
        )
        parts.append(rows[np.isfinite(day)])
    rows = pd.concat(parts, ignore_index=True).sort_values(["USUBJID", "AESTDY"], kind="stable")
    columns = (
        *_ID,
        Column("AESEQ", "Sequence Number", WHOLE),
        Column("AETERM", "Reported Term for the Adverse Event"),
        Column("AEDECOD", "Dictionary-Derived Term"),
        Column("AESER", "Serious Event"),
        Column("AESTDTC", "Start Date/Time of Adverse Event"),
        Column("AESTDY", "Study Day of Start of Adverse Event", WHOLE),
    )
    return make_dataset("AE", "Adverse Events", columns, with_sequence(rows, "AESEQ"), ("STUDYID", "USUBJID", "AESEQ"))
