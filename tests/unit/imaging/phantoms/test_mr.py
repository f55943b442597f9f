"""MR phantoms."""

import numpy as np
import pydicom

from hepatica.imaging.phantoms.mr import write_echoes


def test_signal_falls_with_the_echo(tmp_path):
    folder = write_echoes(tmp_path / "mr", np.full((1, 2, 2), 100.0), echo_times=[0.0, 0.01])
    first, second = (pydicom.dcmread(p) for p in sorted(folder.iterdir()))
    assert (first.pixel_array == 20_000).all() and (second.pixel_array == round(20_000 / np.e)).all()
