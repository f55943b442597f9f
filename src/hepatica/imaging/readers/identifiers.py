"""Fields of image files that identify a person, by name; readers say that they are there and keep none of them."""

from __future__ import annotations

from collections.abc import Iterable

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


def present(names: Iterable[str], filled: Iterable[str]) -> tuple[str, ...]:
    """Identifying names among those that are filled in, in the order of the list.

    Examples
    --------
    >>> present(DICOM, {"PatientName", "Rows"})
    ('PatientName',)
    """
    there = set(filled)
    return tuple(dict.fromkeys(name for name in names if name in there))
