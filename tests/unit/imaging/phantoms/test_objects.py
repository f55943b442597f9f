"""Objects of phantoms."""

import numpy as np
import pydicom
import pytest

from hepatica.imaging.phantoms.objects import SOP_CLASS, change, new_object, save, set_pixels


@pytest.mark.parametrize("modality", SOP_CLASS)
def test_is_a_file_of_its_class(modality, tmp_path):
    ds = new_object(modality)
    set_pixels(ds, np.arange(6, dtype=np.int16).reshape(2, 3) - 3)
    back = pydicom.dcmread(save(ds, tmp_path / "a" / "x.dcm"))
    assert back.SOPClassUID == SOP_CLASS[modality] == back.file_meta.MediaStorageSOPClassUID
    np.testing.assert_array_equal(back.pixel_array, [[-3, -2, -1], [0, 1, 2]])


def test_none_removes():
    ds = new_object("PT")
    change(ds, {"PatientSex": None, "Rows": None})
    assert "PatientSex" not in ds
