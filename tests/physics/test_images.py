"""Invariants of any image: a broken one is one sentence and writes nothing, a phantom's label comes back as given."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pydicom.data
import pytest

from hepatica.imaging.phantoms.gamma import write_spect
from hepatica.imaging.phantoms.pet import PetPhantom
from hepatica.imaging.quantification import (
    ErrorModel,
    LabelledCells,
    Method,
    count_cells,
    ellipsoid,
    measure_organs,
    observations,
)
from hepatica.imaging.readers import (
    ImageError,
    Stated,
    read_dicom,
    read_ecat,
    read_nifti,
    read_planar,
)

ECAT = Path(nibabel.__file__).parent / "tests" / "data" / "tinypet.v"
COMPRESSED = Path(pydicom.data.__file__).parent / "test_files" / "JPEG2000.dcm"
SECRET = "Known^Someone"


def pet(folder, **changes):
    first = changes.pop("first", 0)
    return PetPhantom.uniform(3600.0, **changes).write(folder / "pet", first)


def bids(folder, values=None, **fields):
    said = {
        "Units": "Bq/mL",
        "FrameTimesStart": [0],
        "FrameDuration": [60],
        "InjectionStart": 0,
        "TracerRadionuclide": "F18",
    }
    said |= {"ImageDecayCorrected": True, "ImageDecayCorrectionTime": 0, "AttenuationCorrection": "CT"}
    said |= {"InjectedRadioactivity": 100, "InjectedRadioactivityUnits": "MBq"} | fields
    array = np.ones((4, 4, 4), np.float32) if values is None else values
    nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), folder / "a_pet.nii.gz")
    (folder / "a_pet.json").write_text(json.dumps({k: v for k, v in said.items() if v is not None}))
    return folder / "a_pet.nii.gz"


def cut(path, keep=0.5):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    return path


def gzip_bomb(folder):
    path = bids(folder)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + bytes(60_000_000), compresslevel=1))
    return path


def zip_bomb(folder):
    with zipfile.ZipFile(folder / "series.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("slice.dcm", bytes(20_000_000))
    return folder / "series.zip"


def huge(folder):
    """A header that promises 65,535 x 65,535 voxels over a few bytes."""
    place = pet(folder)
    for path in place.iterdir():
        ds = pydicom.dcmread(path)
        ds.Rows = ds.Columns = 65_535
        ds.save_as(path)
    return place


def copied(folder, source, keep=1.0):
    path = folder / source.name
    path.write_bytes(source.read_bytes())
    return cut(path, keep)


def two_patients(folder):
    pet(folder, tags={"PatientID": "1", "PatientName": SECRET})
    return pet(folder, first=3, tags={"PatientID": "2", "PatientName": SECRET})


def mixed(folder):
    pet(folder, series=1)
    return pet(folder, first=3, series=2)


def without_middle(folder):
    place = pet(folder, shape=(5, 4, 4))
    sorted(place.iterdir())[2].unlink()
    return place


def csv(folder, text):
    (folder / "a.csv").write_text(text)
    return folder / "a.csv"


BROKEN = {
    "gzip bomb": (gzip_bomb, read_nifti, "expands to more"),
    "ZIP archive": (zip_bomb, read_dicom, "ZIP archive"),
    "huge by its header": (huge, read_dicom, "voxels"),
    "DICOM cut short": (lambda f: cut(next(pet(f).iterdir())).parent, read_dicom, "cut short|anew"),
    "NIfTI cut short": (
        lambda f: cut(bids(f, np.random.default_rng(1).random((9, 9, 9), "f4"))),
        read_nifti,
        "cut short",
    ),
    "ECAT cut short": (lambda f: copied(f, ECAT, 0.6), read_ecat, "cut short"),
    "compressed pixels": (lambda f: copied(f, COMPRESSED), read_dicom, "JPEG 2000"),
    "mixed series": (mixed, read_dicom, "2 series mixed"),
    "two patients": (two_patients, read_dicom, "more than one patient"),
    "missing slope": (lambda f: pet(f, by_slice=lambda k: {"RescaleSlope": None}), read_dicom, "0028,1053"),
    "missing slice": (without_middle, read_dicom, "apart"),
    "missing half-life": (lambda f: pet(f, injection={"RadionuclideHalfLife": None}), read_dicom, "0018,1075"),
    "missing unit": (lambda f: pet(f, tags={"Units": None}), read_dicom, "0054,1001"),
    "missing dose": (lambda f: pet(f, injection={"RadionuclideTotalDose": None}), read_dicom, "0018,1074"),
    "NaN voxels": (lambda f: bids(f, np.full((2, 2, 2), np.nan, "f4")), read_nifti, "not finite"),
    "counts without a factor": (lambda f: pet(f, tags={"Units": "CNTS"}), read_dicom, "7053,1000"),
    "wrong modality": (lambda f: pet(f, tags={"Modality": "CT"}), read_dicom, "Modality"),
    "no image at all": (lambda f: csv(f, "hello").parent, read_dicom, "no DICOM file"),
    "sidecar without its time": (lambda f: bids(f, InjectionStart=None), read_nifti, "InjectionStart"),
    "sidecar of other frames": (
        lambda f: bids(f, FrameTimesStart=[0, 60], FrameDuration=[60, 60]),
        read_nifti,
        "2 frames",
    ),
    "spreadsheet": (lambda f: csv(f, "organ;hours\nliver;2\n"), read_planar, "no column"),
    "table with text in a number": (
        lambda f: csv(f, f"organ,hours,seconds,anterior,posterior\nliver,{SECRET},1,1,1\n"),
        read_planar,
        "line 2",
    ),
    "injection after the scan": (
        lambda f: pet(f, injection={"RadiopharmaceuticalStartDateTime": "20250101180000"}),
        read_dicom,
        "after the acquisition",
    ),
}


def listing(folder):
    return {p.relative_to(folder).as_posix(): p.stat().st_mtime_ns for p in folder.rglob("*")}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_input_is_one_sentence(name, tmp_path):
    make, read, words = BROKEN[name]
    place = make(tmp_path)
    before = listing(tmp_path)
    with pytest.raises(ImageError, match=words) as caught:
        read(place)
    said = str(caught.value)
    assert "\n" not in said and said.count(": ") >= 1 and "; " in said and len(said) < 300
    assert SECRET not in said and str(tmp_path) not in said
    assert listing(tmp_path) == before


# Gholamrezanezhad 2011, four people with cirrhosis, indium-111: middle of what is printed at the start and on day 10, and
# a day between; percent of the dose
HUMAN = {"lung": (30.25, 12.0, 3.7), "liver": (1.4, 8.0, 15.2), "spleen": (6.1, 20.0, 36.15)}
DAYS = (0.1, 2.0, 10.0)
PLACES = {"lung": (70, 60, 100), "liver": (40, 60, 45), "spleen": (110, 60, 40)}
AXES = {"lung": (45, 25, 30), "liver": (25, 25, 20), "spleen": (18, 18, 18)}
SLOPE = 0.1  # counts of one stored unit, so that rounding does not matter
SENSITIVITY, SECONDS, DOSE = 90.0, 1800.0, 100.0  # counts/s per MBq, s, MBq


def scan(folder, k):
    """SPECT of the organs at a time, in counts as the camera's sensitivity and physical decay make them."""
    shape = (34, 30, 40)
    empty = read_dicom(write_spect(folder / "empty.dcm", np.ones(shape)), stated=Stated(sensitivity=SENSITIVITY))
    organs = [ellipsoid(o, empty, centre=PLACES[o], semi_axes=AXES[o]) for o in HUMAN]
    left = np.exp(-empty.administration.decay_constant * (DAYS[k] * 86400 + np.linspace(0, SECONDS, 1001))).mean()
    counts = np.zeros(shape)
    for organ in organs:
        mbq = DOSE * HUMAN[organ.name][k] / 100
        counts[organ.on_grid(shape)] = mbq * left * SENSITIVITY * SECONDS / organ.voxels / SLOPE
    hours, minutes = divmod(round((DAYS[k] % 1) * 24 * 60), 60)
    tags = {"RescaleSlope": str(SLOPE), "RescaleIntercept": "0"}
    tags |= {"AcquisitionDate": f"202501{1 + int(DAYS[k]):02d}", "AcquisitionTime": f"{hours:02d}{minutes:02d}00"}
    start = {"RadiopharmaceuticalStartDateTime": "20250101000000", "RadionuclideTotalDose": str(DOSE)}
    return write_spect(folder / f"{k}.dcm", counts, seconds=SECONDS, tags=tags, injection=start), organs


def test_human_series_re_enacted_as_images(tmp_path):
    """Label of lung, liver and spleen over ten days, written as SPECT and read back, is right to 0.5 %."""
    found = []
    for k in range(len(DAYS)):
        path, organs = scan(tmp_path, k)
        image = read_dicom(path, stated=Stated(sensitivity=SENSITIVITY, residue=0.0))
        found.append(measure_organs(image, organs, Method(ErrorModel.of("spect"))))
        for organ, shares in HUMAN.items():
            assert float(found[k].share.sel(organ=organ)[0]) == pytest.approx(shares[k], rel=0.005)
    cells = count_cells(observations(found), LabelledCells(tracer="In111", number=1.6e8), draws=200)
    late = cells.living_share.sel(organ="liver", quantile=0.5).isel(time=-1)
    assert float(late.sel(hypothesis="label_is_cells")) > 0.5 > float(late.sel(hypothesis="lung_only"))
