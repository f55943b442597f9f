"""A series as a whole: identifiers gone, progress told, folder left as it was."""

import pickle

import numpy as np
import pytest

from hepatica.imaging.phantoms.mr import write_echoes
from hepatica.imaging.readers import NoteCode, Quantity, Stated, read_dicom
from hepatica.imaging.readers.faults import ImageError

SECRETS = {
    "PatientName": "Known^Someone",
    "PatientID": "4711-0815",
    "PatientBirthDate": "19500515",
    "AccessionNumber": "ACC99887",
    "InstitutionName": "Clinic of Elsewhere",
    "ReferringPhysicianName": "Doctor^Whoever",
    "StudyDescription": "PET of Someone",
    "SeriesDescription": "Someone again",
}


def test_identifiers_are_said_and_gone(pet):
    image = read_dicom(pet(tags=SECRETS))
    assert set(SECRETS) <= set(image.identifiers)
    content = pickle.dumps(image)
    for secret in ("Someone", "4711", "19500515", "ACC99887", "Elsewhere", "Whoever", "1.2.826"):
        assert secret.encode() not in content
    note = next(n for n in image.notes if n.code is NoteCode.IDENTIFIERS)
    assert str(len(image.identifiers)) in note.text()


def test_progress_ends_at_the_total(pet):
    told = []
    read_dicom(pet(), progress=lambda *a: told.append(a))
    assert told == [("read", k, 3) for k in (1, 2, 3)]


def test_what_is_stated_is_noted(pet):
    image = read_dicom(pet(), stated=Stated(weight=80.0))
    assert image.administration.weight == 80.0
    assert next(n for n in image.notes if n.code is NoteCode.STATED).values == {"names": "weight"}


def test_mr_echoes(tmp_path):
    rates = np.linspace(20, 120, 12).reshape(2, 2, 3)
    image = read_dicom(write_echoes(tmp_path / "mr", rates, echo_times=[0.01, 0.002, 0.005]))
    assert image.quantity is Quantity.SIGNAL and image.administration is None
    np.testing.assert_allclose(image.echo_times, [0.002, 0.005, 0.01])
    np.testing.assert_allclose(image.values[1], np.rint(20_000 * np.exp(-0.005 * rates)))


def test_pet_without_attenuation_is_taken_if_stated(pet):
    folder = pet(tags={"CorrectedImage": None})
    with pytest.raises(ImageError, match="state attenuation_corrected"):
        read_dicom(folder)
    assert read_dicom(folder, stated=Stated(attenuation_corrected=True)).attenuation_corrected


def test_slices_that_the_series_says_it_has_are_all_there(pet):
    tags = {"NumberOfSlices": 3}
    assert read_dicom(pet("all", tags=tags)).shape[0] == 3
    folder = pet("cut", tags=tags)
    (folder / "slice_0002.dcm").unlink()  # the last: the rest is evenly spaced
    with pytest.raises(ImageError, match=r"NumberOfSlices \(0054,0081\): 3, and the folder holds 2"):
        read_dicom(folder)
