"""PET phantoms: stored values and tags."""

import numpy as np
import pydicom

from hepatica.imaging.phantoms.pet import PetPhantom, stored


def test_files_hold_the_values(tmp_path):
    values = np.random.default_rng(5).random((2, 3, 4)) * 1e4
    folder = PetPhantom(values=values, spacing=(3.0, 2.0, 1.0), tags={"Units": "GML"}).write(tmp_path)
    for k, path in enumerate(sorted(folder.iterdir())):
        ds = pydicom.dcmread(path)
        np.testing.assert_allclose(ds.pixel_array * float(ds.RescaleSlope), values[k], atol=1e4 / 32_000)
        assert ds.Units == "GML" and ds.ImagePositionPatient[2] == 3 * k and list(ds.PixelSpacing) == [2, 1]


def test_rounds_as_scanners_do():
    assert stored([0.49, 0.51, -1.0], 1.0).tolist() == [0, 1, -1]
