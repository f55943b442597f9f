"""Dose, residue, time of injection, half-life: each pitfall of vendors and of the clock."""

from datetime import datetime

import numpy as np
import pytest
from pydicom.dataset import Dataset

from hepatica.imaging.readers import NoteCode, Stated, read_dicom
from hepatica.imaging.readers.faults import ImageError

DECAYED = 2 ** (3600 / 6586.2)


def value(image):
    return float(image.values.mean())


def codes(image):
    return {n.code for n in image.notes}


@pytest.mark.parametrize("said, bq", [("368080000.0", 368.08e6), ("368.08", 368.08e6)])
def test_mbq_or_bq(pet, said, bq):
    assert read_dicom(pet(injection={"RadionuclideTotalDose": said})).administration.activity == pytest.approx(bq)


def test_a_dose_that_may_be_either_is_not_guessed(pet):
    with pytest.raises(ImageError, match="may be Bq or MBq"):
        read_dicom(pet(injection={"RadionuclideTotalDose": "40000"}))


def test_syringe_residue_is_subtracted(pet):
    folder = pet()
    image = read_dicom(folder, stated=Stated(residue=36.808e6))
    assert image.administration.activity == pytest.approx(0.9 * 368.08e6)
    assert NoteCode.RESIDUE_SUBTRACTED in codes(image) and NoteCode.RESIDUE_UNKNOWN in codes(read_dicom(folder))
    assert NoteCode.RESIDUE_UNKNOWN not in codes(read_dicom(folder, stated=Stated(residue=0.0)))
    with pytest.raises(ImageError, match="residue"):
        read_dicom(folder, stated=Stated(residue=4e8))


def test_across_midnight(pet):
    clock = {"SeriesDate": "20250102", "AcquisitionDate": "20250102"}
    clock |= {"SeriesTime": "003000", "AcquisitionTime": "003000"}
    night = {"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": "233000.000000"}
    image = read_dicom(pet(tags=clock, injection=night))
    assert value(image) == pytest.approx(3600 * DECAYED, rel=1e-4)
    assert next(n for n in image.notes if n.code is NoteCode.DATE_INFERRED).values == {"days": 1}


def test_a_time_without_a_date_is_not_enough_for_a_long_lived_tracer(pet):
    zr = {"RadiopharmaceuticalStartDateTime": None, "RadionuclideHalfLife": "282240", "Radiopharmaceutical": "89Zr"}
    with pytest.raises(ImageError, match="0018,1078"):
        read_dicom(pet(injection=zr))
    image = read_dicom(pet("b", injection=zr), stated=Stated(injected=datetime(2024, 12, 25, 10)))
    assert image.starts[0] == 7 * 86400 + 3600 and image.administration.nuclide == "Zr89"


@pytest.mark.parametrize(
    "injection, words",
    [
        ({"RadionuclideHalfLife": None}, r"RadionuclideHalfLife \(0018,1075\): missing"),
        ({"RadionuclideTotalDose": None}, r"RadionuclideTotalDose \(0018,1074\): missing"),
        ({"RadionuclideTotalDose": "0"}, "0018,1074"),
        ({"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": None}, "0018,1078"),
        ({"RadiopharmaceuticalStartDateTime": "20250101120000"}, "after the acquisition"),
        ({"RadiopharmaceuticalStartDateTime": "20240101120000"}, "many half-lives"),
    ],
)
def test_refuses(pet, injection, words):
    with pytest.raises(ImageError, match=words):
        read_dicom(pet(injection=injection))


def test_two_injections_are_refused(pet):
    with pytest.raises(ImageError, match="2 injections"):
        read_dicom(pet(tags={"RadiopharmaceuticalInformationSequence": [Dataset(), Dataset()]}))


def test_weight_in_grams(pet):
    image = read_dicom(pet(tags={"PatientWeight": "70000"}))
    assert image.administration.weight == 70.0 and NoteCode.WEIGHT_IN_GRAMS in codes(image)
    with pytest.raises(ImageError, match="0010,1020"):
        read_dicom(pet("b", tags={"PatientSize": "175"}))


def test_nuclide_from_its_code(pet):
    code = Dataset()
    code.CodeMeaning = "^89^Zirconium"
    info = Dataset()
    info.RadionuclideCodeSequence = [code]
    image = read_dicom(pet(injection={"RadionuclideCodeSequence": [code], "Radiopharmaceutical": None}))
    assert image.administration.nuclide == "Zr89"
    np.testing.assert_allclose(image.administration.half_life, 6586.2)
