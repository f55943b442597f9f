"""SPECT phantoms."""

import numpy as np
import pydicom

from hepatica.imaging.phantoms.gamma import write_spect


def test_holds_the_counts_and_the_time(tmp_path):
    counts = np.arange(24).reshape(2, 3, 4)
    ds = pydicom.dcmread(write_spect(tmp_path / "n.dcm", counts, seconds=600.0))
    np.testing.assert_array_equal(ds.pixel_array, counts)
    rotation = ds.RotationInformationSequence[0]
    assert int(rotation.ActualFrameDuration) * int(rotation.NumberOfFramesInRotation) == 600_000
