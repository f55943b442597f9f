"""ECAT 7: nibabel's real file, and what is wrong with its clock."""

from datetime import datetime
from pathlib import Path

import nibabel
import numpy as np
import pytest

from hepatica.imaging.readers import Stated, read_ecat
from hepatica.imaging.readers.decay import to_injection
from hepatica.imaging.readers.faults import ImageError

PET = Path(nibabel.__file__).parent / "tests" / "data" / "tinypet.v"
SCAN = datetime(2010, 11, 18, 23, 56, 55)  # 1290124615 s
HOUR_BEFORE = SCAN.replace(hour=22)


def test_real_pet():
    image = read_ecat(PET, stated=Stated(activity=1e8, injected=HOUR_BEFORE))
    assert image.values.shape == (1, 3, 10, 10) and image.administration.nuclide == "F18"
    np.testing.assert_allclose(image.spacing, [3.125, 2.2024, 2.2024], rtol=1e-4)
    factor = to_injection(np.log(2) / 6586.2, 3600.0)
    assert float(image.values.sum(dtype=float)) == pytest.approx(3.5372269698440e13 * factor, rel=1e-5)
    assert image.starts[0] == pytest.approx(3600 + 1500.016) and image.durations[0] == 300


def test_injection_after_the_scan_is_one_sentence():
    with pytest.raises(ImageError, match="dose_start_time: the injection is after the scan"):
        read_ecat(PET, stated=Stated(activity=1e8))


def test_missing_dose_is_one_sentence():
    with pytest.raises(ImageError, match="dosage: missing"):
        read_ecat(PET)


def changed(tmp_path, offset, raw):
    """The real file with some bytes changed."""
    content = bytearray(PET.read_bytes())
    content[offset : offset + len(raw)] = raw
    (tmp_path / "x.v").write_bytes(content)
    return tmp_path / "x.v"


def offset_of(name, sub=False):
    from nibabel import ecat

    if not sub:
        return ecat.EcatHeader.template_dtype.fields[name][1]
    return 2 * 512 + ecat.subhdr_dtype.fields[name][1]


def test_uncorrected_frames_are_corrected(tmp_path):
    stated = Stated(activity=1e8, injected=HOUR_BEFORE)
    plain = read_ecat(PET, stated=stated)
    none = read_ecat(
        changed(tmp_path, offset_of("corrections_applied", True), (2947 & ~0x200).to_bytes(4, "big")), stated=stated
    )
    assert float(none.values.sum() / plain.values.sum()) == pytest.approx(1.1895915, rel=1e-5)


@pytest.mark.parametrize(
    "field, sub, raw, words",
    [
        ("data_units", False, b"counts\0", "data_units: counts"),
        ("isotope_halflife", False, bytes(4), "isotope_halflife: missing"),
        ("corrections_applied", True, (0x200).to_bytes(4, "big"), "no correction for attenuation"),
        ("decay_corr_fctr", True, np.array([1.5], ">f4").tobytes(), "decay_corr_fctr"),
    ],
)
def test_refuses(tmp_path, field, sub, raw, words):
    with pytest.raises(ImageError, match=words):
        read_ecat(changed(tmp_path, offset_of(field, sub), raw), stated=Stated(activity=1e8, injected=HOUR_BEFORE))


def test_refuses_what_is_damaged_or_other(tmp_path):
    (tmp_path / "cut.v").write_bytes(PET.read_bytes()[:1300])
    with pytest.raises(ImageError, match="damaged"):
        read_ecat(tmp_path / "cut.v")
    (tmp_path / "x.v").write_bytes(b"not an image at all")
    with pytest.raises(ImageError, match="not an ECAT 7 file"):
        read_ecat(tmp_path / "x.v")


def test_names_in_the_header_are_said(tmp_path):
    image = read_ecat(
        changed(tmp_path, offset_of("patient_name"), b"Someone"), stated=Stated(activity=1e8, injected=HOUR_BEFORE)
    )
    assert "patient_name" in image.identifiers and "Someone" not in repr(image)


def test_residue_and_what_is_of_no_use():
    known = {"activity": 1e8, "injected": HOUR_BEFORE}
    assert read_ecat(PET, stated=Stated(**known, residue=2e7)).administration.activity == 8e7
    with pytest.raises(ImageError, match="stated residue"):
        read_ecat(PET, stated=Stated(**known, residue=2e8))
    with pytest.raises(ImageError, match=r"tinypet\.v, stated sensitivity: not used"):
        read_ecat(PET, stated=Stated(**known, sensitivity=5.0))
