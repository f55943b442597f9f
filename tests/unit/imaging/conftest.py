"""Fixtures of images: PET phantoms, a sidecar that is right, and a bare image."""

import json

import nibabel
import numpy as np
import pytest

from hepatica.imaging.phantoms.pet import PetPhantom
from hepatica.imaging.readers import Administration, ImageVolume, Quantity


@pytest.fixture
def pet(tmp_path):
    """Writes a PET phantom of 3 x 4 x 5 voxels of 3600 Bq/mL with changes; gives its folder."""

    def make(name="pet", first=0, **changes):
        shape = changes.pop("shape", (3, 4, 5))
        values = changes.pop("values", np.full(shape, 3600.0))
        return PetPhantom(values=values, **changes).write(tmp_path / name, first)

    return make


SIDECAR = {
    "Units": "Bq/mL",
    "TracerRadionuclide": "F18",
    "InjectedRadioactivity": 100.0,
    "InjectedRadioactivityUnits": "MBq",
    "TimeZero": "10:00:00",
    "InjectionStart": -600,
    "FrameTimesStart": [0, 60],
    "FrameDuration": [60, 120],
    "ImageDecayCorrected": True,
    "ImageDecayCorrectionTime": 0,
    "AttenuationCorrection": "CT",
}


@pytest.fixture
def bids(tmp_path):
    """Writes a NIfTI image with its sidecar, fields of which are changed, or removed by None; gives the image."""

    def make(values=None, affine=None, name="sub-01_pet.nii.gz", **changes):
        said = {k: v for k, v in (SIDECAR | changes).items() if v is not None}
        array = np.full((5, 4, 3, 2), 1000.0, np.float32) if values is None else values
        nibabel.save(nibabel.Nifti1Image(array, np.diag([2.0, 2, 3, 1]) if affine is None else affine), tmp_path / name)
        (tmp_path / "sub-01_pet.json").write_text(json.dumps(said))
        return tmp_path / name

    return make


@pytest.fixture
def bare():
    """An image of activity made of an array, 10 mm voxels (1 mL), 100 MBq of a nuclide."""

    def make(values, spacing=(10.0, 10.0, 10.0), starts=None, nuclide="Zr89", half_life=282240.0, activity=1e8):
        values = np.asarray(values, np.float32)
        values = values[None] if values.ndim == 3 else values
        return ImageVolume(
            values=values,
            affine=np.diag([*spacing, 1.0])[[2, 1, 0, 3]],
            quantity=Quantity.ACTIVITY,
            starts=np.arange(len(values)) * 3600.0 if starts is None else np.asarray(starts, float),
            durations=np.full(len(values), 600.0),
            administration=Administration(activity=activity, half_life=half_life, nuclide=nuclide, weight=70.0),
        )

    return make
