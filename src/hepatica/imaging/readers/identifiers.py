"""Fields of image files that identify a person, by name; readers say that they are there and keep none of them.

Names that people give to regions are free text: only anatomical ones are kept.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

DICOM = (
    *("PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientBirthTime", "PatientBirthName"),
    *("OtherPatientIDs", "OtherPatientIDsSequence", "OtherPatientNames", "PatientMotherBirthName", "PatientAddress"),
    *("PatientTelephoneNumbers", "PatientAge", "EthnicGroup", "Occupation", "AdditionalPatientHistory"),
    *("PatientComments", "MedicalRecordLocator", "MilitaryRank", "CountryOfResidence", "RegionOfResidence"),
    *("AccessionNumber", "StudyID", "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"),
    *("ReferringPhysicianName", "PerformingPhysicianName", "PhysiciansOfRecord", "OperatorsName", "StationName"),
    *("NameOfPhysiciansReadingStudy", "RequestingPhysician", "DeviceSerialNumber", "ProtocolName"),
    *("StudyDescription", "SeriesDescription", "ImageComments", "RequestAttributesSequence"),
    *("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"),
    *(
        "ClinicalTrialSubjectID",
        "ClinicalTrialSubjectReadingID",
        "ROIInterpreter",
        "ReviewerName",
        "ContentCreatorName",
    ),
)
"""Keywords of DICOM's confidentiality profile (PS3.15, annex E) that image series carry."""
ECAT = ("patient_id", "patient_name", "patient_birth_date", "patient_age", "physician_name", "operator_name")
ECAT_PLACES = ("original_filename", "study_description", "facility_name", "serial_number")
NIFTI = ("descrip", "aux_file", "intent_name", "db_name")
SIDECAR = (
    *DICOM,
    *("ProcedureStepDescription", "PatientWeightComment", "InstitutionalDepartmentName", "SubjectID", "ConsentID"),
)
TABLE = ("name", "patient", "patient_name", "patient_id", "birth_date", "id", "mrn", "subject")
"""Columns of a table of counts."""
MOST_DIGITS = 2
"""Of a number in a region's name; longer ones may be a record's."""


@functools.cache
def _anatomy() -> dict[str, frozenset[str]]:
    text = (files("hepatica.imaging.readers") / "anatomy.toml").read_text(encoding="utf-8")
    return {kind: frozenset(words) for kind, words in tomllib.loads(text).items()}


def is_anatomical(name: str) -> bool:
    """Name made of anatomical words and short numbers alone, so that it cannot hold that of a person.

    Examples
    --------
    >>> [is_anatomical(n) for n in ("Liver", "lung_left", "segment 4", "Liver_JS", "4711", "")]
    [True, True, True, False, False, False]
    """
    words = {w for w in re.split(r"[^\w]|_", name.lower()) if w}
    organs, qualifiers = _anatomy()["organs"], _anatomy()["qualifiers"]
    rest = words - organs - qualifiers
    return bool(words & organs) and all(w.isdecimal() and len(w) <= MOST_DIGITS for w in rest)


def coded(names: Iterable[str]) -> dict[str, str]:
    """Code of each name that is not anatomical, ``"region 1"`` and so on by its place.

    Examples
    --------
    >>> coded(["liver", "Smith John"])
    {'Smith John': 'region 2'}
    """
    return {name: f"region {k}" for k, name in enumerate(dict.fromkeys(names), 1) if not is_anatomical(name)}


def present(names: Iterable[str], filled: Iterable[str]) -> tuple[str, ...]:
    """Identifying names among those that are filled in, in the order of the list.

    Examples
    --------
    >>> present(DICOM, {"PatientName", "Rows"})
    ('PatientName',)
    """
    there = set(filled)
    return tuple(dict.fromkeys(name for name in names if name in there))
