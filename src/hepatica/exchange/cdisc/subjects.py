"""Common variables of the datasets of a simulated trial: identifiers, dates, units and names of tests."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.trials.virtual.simulated import SimulatedTrial

Floats = NDArray[np.float64]
START = datetime.date(2000, 1, 1)
"""Day 0 of every simulated trial: no patient of it ever lived, and a date that nobody takes for a real one."""
SAS_EPOCH = datetime.date(1960, 1, 1)


@dataclass(frozen=True)
class Test:
    """Laboratory test or scale of a latent lab; scales go to QS, those of grades as whole numbers."""

    code: str
    name: str
    unit: str
    is_scale: bool = False
    is_graded: bool = False
    lowest: float = 0.0


TESTS = {
    "bilirubin": Test("BILI", "Bilirubin", "mg/dL"),
    "inr": Test("INR", "Prothrombin Intl. Normalized Ratio", "RATIO"),
    "creatinine": Test("CREAT", "Creatinine", "mg/dL"),
    "albumin": Test("ALB", "Albumin", "g/L"),
    "sodium": Test("SODIUM", "Sodium", "mmol/L"),
    "alt": Test("ALT", "Alanine Aminotransferase", "U/L"),
    "ammonia": Test("AMMONIA", "Ammonia", "umol/L"),
    "crp": Test("CRP", "C Reactive Protein", "mg/L"),
    "il6": Test("INTLK6", "Interleukin 6", "pg/mL"),
    "hvpg": Test("HVPG", "Hepatic Venous Pressure Gradient", "mmHg"),
    "stiffness": Test("LVSTIFF", "Liver Stiffness", "kPa"),
    "collagen": Test("COLLAGEN", "Collagen Proportion", "%"),
    "functional_mass": Test("LVFMASS", "Functional Liver Mass", "FRACTION"),
    "image_liver": Test("LVIMAGE", "Labelled Cells in Liver by Imaging", "cells"),
    "liver_volume": Test("LVVOL", "Liver Volume, of Healthy", "%"),
    "encephalopathy": Test("HEGRADE", "West Haven Grade", "", True, True),
    "ascites": Test("ASCITES", "Ascites Grade", "", True, True),
    "meld": Test("MELD", "MELD Score", "", True),
    "child_pugh": Test("CHILDPGH", "Child-Pugh Points", "", True, True, 5.0),
    "utility": Test("UTILITY", "Health-State Utility", "", True),
}
"""Every latent lab; tests that are scales or questionnaires go to QS, the others to LB."""


def study_id(one: SimulatedTrial) -> str:
    """Identifier of the study, from the hash of the trial."""
    return f"HEP-{one.trial.hash[:8].upper()}"


def subjects(one: SimulatedTrial) -> list[str]:
    """Unique identifier of each subject: study, site, number."""
    study = study_id(one)
    return [f"{study}-{c + 1:03d}-{k + 1:05d}" for k, c in enumerate(one.centre)]


def iso_dates(one: SimulatedTrial, day: Floats) -> list[str]:
    """Dates of days since randomisation, in ISO 8601; empty where there is none."""
    return [
        "" if not np.isfinite(d) else (START + datetime.timedelta(days=int(np.floor(e + d)))).isoformat()
        for e, d in zip(one.entry, day, strict=True)
    ]


def study_days(one: SimulatedTrial, day: Floats) -> Floats:
    """Study days: the day of randomisation is 1."""
    with np.errstate(invalid="ignore"):
        days = np.floor(one.entry + day) - np.floor(one.entry)
    return np.where(np.isfinite(day), days + 1, np.nan)


def sas_dates(one: SimulatedTrial, day: Floats) -> Floats:
    """Days since 1 January 1960, as analysis datasets number dates."""
    origin = (START - SAS_EPOCH).days
    return np.where(np.isfinite(day), origin + np.floor(one.entry + np.where(np.isfinite(day), day, 0)), np.nan)


def arm_codes(one: SimulatedTrial) -> list[str]:
    """Short code of each subject's arm."""
    return [f"ARM{a + 1}" for a in one.arm]


def with_sequence(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows with a sequence number within each subject, in their order."""
    return rows.assign(**{name: rows.groupby("USUBJID").cumcount() + 1 if len(rows) else pd.Series(dtype=float)})
