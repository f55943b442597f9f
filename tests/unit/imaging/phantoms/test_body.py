from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hepatica.imaging.phantoms.body import SEGMENTS, BodyPhantom
from hepatica.imaging.quantification import ErrorModel, Method, measure_organs
from hepatica.imaging.readers import Stated, read_dicom, read_segmentation

SHARES = {"lung": 0.30, "liver": 0.05, "spleen": 0.12}


@pytest.mark.parametrize("tracer", ["Zr89", "F18", "In111", "Tc99m"])
def test_label_written_is_label_read(tmp_path: Path, tracer: str) -> None:
    """PET and SPECT, days of decay apart, give back each organ's share to 0.5 %."""
    phantom = BodyPhantom(tracer=tracer, shape=(16, 24, 24), spacing=(30.0, 15.0, 15.0), activity=2e8)
    folder = phantom.write(tmp_path / "scan", SHARES, hours=3.0 if tracer in ("F18", "Tc99m") else 49.0)
    image = read_dicom(
        folder,
        stated=Stated(residue=0.0, sensitivity=phantom.sensitivity if phantom.is_spect else None),
        modality="NM" if phantom.is_spect else "PT",
    )
    organs = [r for r in read_segmentation(folder / SEGMENTS, image) if r.name in SHARES]
    method = Method(ErrorModel.of("spect" if phantom.is_spect else "pet"))
    found = measure_organs(image, organs, method)
    for organ, share in SHARES.items():
        assert float(found.share.sel(organ=organ)[0]) == pytest.approx(100 * share, rel=0.005)


def test_organs_do_not_overlap_and_all_label_is_somewhere() -> None:
    phantom = BodyPhantom(activity=1e6)
    assert sum(m.astype(int) for m in phantom.masks().values()).max() == 1
    total = phantom.concentration(SHARES).sum() * np.prod(phantom.spacing) / 1000.0
    assert total == pytest.approx(1e6)
    noisy = BodyPhantom(activity=1e6, noise=0.1).concentration(SHARES, seed=2)
    assert np.array_equal(noisy, BodyPhantom(activity=1e6, noise=0.1).concentration(SHARES, seed=2))
    assert noisy.min() >= 0.0
