"""SPECT: counts by sensitivity, units of a real-world map, decay."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from hepatica.imaging.phantoms.gamma import write_spect
from hepatica.imaging.readers import NoteCode, Stated, read_dicom
from hepatica.imaging.readers.faults import ImageError

K = np.log(2) / 241920
COUNTS = np.full((2, 3, 3), 4000.0)


def test_counts_by_sensitivity(tmp_path):
    """100 counts/s per MBq, 1200 s, 0.064 mL, an hour after the injection."""
    image = read_dicom(write_spect(tmp_path / "n.dcm", COUNTS), stated=Stated(sensitivity=100.0))
    steps = np.exp(-K * (3600 + np.linspace(0, 1200, 12_001))).mean()
    np.testing.assert_allclose(image.values, 4000 / (1200 * 100e-6 * 0.064) / steps, rtol=1e-5)
    assert image.administration.activity == 40e6 and image.administration.nuclide == "In111"


def test_dose_in_bq_where_mbq_belongs(tmp_path):
    path = write_spect(tmp_path / "n.dcm", COUNTS, injection={"RadionuclideTotalDose": "40000000"})
    image = read_dicom(path, stated=Stated(sensitivity=100.0))
    assert image.administration.activity == 40e6 and NoteCode.DOSE_IN_BQ in {n.code for n in image.notes}


def test_real_world_map(tmp_path):
    unit, item = Dataset(), Dataset()
    unit.CodeValue = "Bq/ml"
    item.RealWorldValueSlope, item.RealWorldValueIntercept = 0.5, 0.0
    item.MeasurementUnitsCodeSequence = [unit]
    tags = {"RealWorldValueMappingSequence": [item], "DecayCorrection": "ADMIN", "CorrectedImage": ["DECY", "ATTN"]}
    image = read_dicom(write_spect(tmp_path / "n.dcm", COUNTS, tags=tags))
    np.testing.assert_allclose(image.values, 2000.0)


@pytest.mark.parametrize(
    "tags, injection, stated, words",
    [
        ({}, {}, {}, "state the sensitivity"),
        ({"RotationInformationSequence": None}, {}, {"sensitivity": 100.0}, "0018,1242"),
        ({}, {"RadionuclideHalfLife": None}, {"sensitivity": 100.0}, "0018,1075"),
        ({"CorrectedImage": ["DECY"]}, {}, {"sensitivity": 100.0}, "0054,1102"),
        ({"SpacingBetweenSlices": None}, {}, {"sensitivity": 100.0}, "0018,0088"),
    ],
)
def test_refuses(tmp_path, tags, injection, stated, words):
    path = write_spect(tmp_path / "n.dcm", COUNTS, tags=tags, injection=injection)
    with pytest.raises(ImageError, match=words):
        read_dicom(path, stated=Stated(**stated))


def test_without_attenuation_correction_it_says_so(tmp_path):
    path = write_spect(tmp_path / "n.dcm", COUNTS, tags={"CorrectedImage": ["SCAT"]})
    image = read_dicom(path, stated=Stated(sensitivity=100.0))
    assert not image.attenuation_corrected and NoteCode.NOT_ATTENUATION_CORRECTED in {n.code for n in image.notes}
