"""NIfTI with sidecar: units, decay, axes, masks, and files that are damaged."""

import gzip
from datetime import datetime
from pathlib import Path

import nibabel
import numpy as np
import pytest

from hepatica.imaging.readers import Quantity, Stated, read_mask, read_nifti, read_relaxation
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.nifti import load
from hepatica.imaging.readers.volume import NoteCode

DATA = Path(nibabel.__file__).parent / "tests" / "data"
K = np.log(2) / 6588.0


def test_corrected_frames_go_back_to_the_injection(bids):
    image = read_nifti(bids())
    np.testing.assert_allclose(image.values, 1000 * np.exp(K * 600), rtol=1e-6)
    np.testing.assert_allclose(image.starts, [600, 660])
    assert image.administration.activity == 1e8
    assert {n.code for n in image.notes} == {NoteCode.HALF_LIFE_BY_NUCLIDE, NoteCode.RESIDUE_UNKNOWN}


def test_frames_as_measured_are_corrected_each(bids):
    steps = [np.exp(-K * (600 + s + np.linspace(0, d, 20_001))).mean() * 5000 for s, d in ((0, 60), (60, 120))]
    values = np.ones((5, 4, 3, 2), np.float32) * np.array(steps, np.float32)
    image = read_nifti(bids(values=values, ImageDecayCorrected=False))
    np.testing.assert_allclose(image.values, 5000, rtol=1e-4)


def test_axes_are_dicoms(bids):
    values = np.zeros((5, 4, 3, 2), np.float32)
    values[4, 1, 2, 0] = 1
    affine = np.array([[-2.0, 0, 0, 10], [0, 2, 0, -5], [0, 0, 3, 7], [0, 0, 0, 1]])
    image = read_nifti(bids(values=values, affine=affine))
    frame, k, r, c = np.argwhere(image.values)[0]
    assert (frame, k, r, c) == (0, 2, 1, 4)
    right, anterior, up = (affine @ [4, 1, 2, 1])[:3]
    np.testing.assert_allclose((image.affine @ [k, r, c, 1])[:3], [-right, -anterior, up])


def test_half_life_is_stated_where_no_table_has_it(bids):
    with pytest.raises(ImageError, match="state half_life"):
        read_nifti(bids(TracerRadionuclide="Po210"))
    assert read_nifti(bids(TracerRadionuclide="Po210"), stated=Stated(half_life=1e7)).administration.half_life == 1e7


@pytest.mark.parametrize(
    "change, words",
    [
        ({"InjectionStart": None}, "InjectionStart: missing"),
        ({"InjectedRadioactivity": None}, "InjectedRadioactivity"),
        ({"FrameTimesStart": [0], "FrameDuration": [60]}, "1 frames for 2"),
        ({"AttenuationCorrection": "none"}, "AttenuationCorrection"),
        ({"values": np.full((2, 2, 2, 2), np.nan, np.float32)}, "16 voxels are not finite"),
    ],
)
def test_refuses(bids, change, words):
    with pytest.raises(ImageError, match=words):
        read_nifti(bids(**change))


def test_a_truncated_and_a_bloated_file(bids, tmp_path):
    whole = bids(values=np.random.default_rng(3).random((20, 20, 20, 2)).astype(np.float32))
    raw = whole.read_bytes()
    whole.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_nifti(whole)
    bomb = bytearray(gzip.decompress(bids().read_bytes()))
    (tmp_path / "sub-01_pet.nii.gz").write_bytes(gzip.compress(bytes(bomb) + bytes(40_000_000)))
    with pytest.raises(ImageError, match="expands to more than"):
        read_nifti(tmp_path / "sub-01_pet.nii.gz")
    bomb[42:48] = np.array([30000] * 3, "<i2").tobytes()
    (tmp_path / "sub-01_pet.nii.gz").write_bytes(gzip.compress(bytes(bomb)))
    with pytest.raises(ImageError, match="voxels"):
        read_nifti(tmp_path / "sub-01_pet.nii.gz")


def test_real_files_of_nibabel():
    functional = load(DATA / "functional.nii")
    assert functional.values.shape == (20, 3, 21, 17)
    np.testing.assert_array_equal(
        functional.values[3].transpose(2, 1, 0), nibabel.load(DATA / "functional.nii").get_fdata()[..., 3].astype("f4")
    )
    assert load(DATA / "example_nifti2.nii.gz").values.shape == (2, 12, 20, 32)
    standard = load(DATA / "standard.nii.gz")
    np.testing.assert_allclose(np.sort(np.linalg.norm(standard.affine[:3, :3], axis=0)), [1, 2, 3])
    with pytest.raises(ImageError, match="not a NIfTI file"):
        load(DATA / "tinypet.v")


def test_mask_and_map(bids, tmp_path):
    image = read_nifti(bids())
    labels = np.zeros((5, 4, 3), np.uint8)
    labels[1:3, 1:3, 1], labels[4, 0, 0] = 1, 7
    nibabel.save(nibabel.Nifti1Image(labels, np.diag([2.0, 2, 3, 1])), tmp_path / "mask.nii.gz")
    liver, other = read_mask(tmp_path / "mask.nii.gz", image, {1: "liver", 7: "spleen"})
    assert (liver.name, liver.voxels, other.voxels) == ("liver", 4, 1)
    assert [r.name for r in read_mask(tmp_path / "mask.nii.gz", image)] == ["label 1", "label 7"]
    with pytest.raises(ImageError, match="no voxel of label 2"):
        read_mask(tmp_path / "mask.nii.gz", image, {2: "lung"})
    nibabel.save(nibabel.Nifti1Image(labels * np.float32(20.5), np.diag([2.0, 2, 3, 1])), tmp_path / "rates.nii")
    rates = read_relaxation(tmp_path / "rates.nii")
    assert rates.quantity is Quantity.RELAXATION and rates.values.max() == pytest.approx(143.5)
    with pytest.raises(ImageError, match="whole numbers"):
        read_mask(tmp_path / "rates.nii", image)


def test_free_text_of_a_header_is_named(bids):
    path = bids()
    image = nibabel.load(path)
    image.header["descrip"] = b"Someone Known 1950"
    nibabel.save(nibabel.Nifti1Image(image.get_fdata().astype("f4"), image.affine, image.header), path)
    assert read_nifti(path).identifiers == ("descrip",)


def test_residue_and_what_the_sidecar_says_alone(bids):
    image = read_nifti(bids(), stated=Stated(residue=1e7))
    assert image.administration.activity == 9e7
    assert NoteCode.RESIDUE_SUBTRACTED in {n.code for n in image.notes}
    with pytest.raises(ImageError, match="stated injected: .*InjectionStart"):
        read_nifti(bids(), stated=Stated(injected=datetime(2025, 1, 1)))
