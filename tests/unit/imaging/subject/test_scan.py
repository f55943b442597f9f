from __future__ import annotations

import gzip
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydantic import ValidationError

from hepatica.errors import InputError
from hepatica.imaging.readers import ImageError
from hepatica.imaging.subject.entries import CellsEntry, PlanarEntry
from hepatica.imaging.subject.pictures import MOST_PIXELS
from hepatica.imaging.subject.scan import measure_counts, measure_scan
from hepatica.imaging.subject.scan_settings import ErrorEntry, RecoveryEntry, ScanSettings, ShapeEntry

Series = Callable[..., Path]


def test_a_series_with_its_segmentation_becomes_label(series: Series, settings: ScanSettings) -> None:
    scan = measure_scan(series("a", hours=24.0), settings, masks=Path())
    share = {r.organ: r.share for r in scan.labels}
    assert share["lung"] == pytest.approx(0.3, rel=0.03)
    assert set(share) == {"lung", "liver", "spleen"}  # the background is no organ
    assert scan.day == pytest.approx(1.0, abs=0.02)
    assert scan.slice is not None
    assert max(max(v.intensity.shape) for v in scan.views) <= MOST_PIXELS


def test_names_of_persons_are_counted_and_gone(series: Series, settings: ScanSettings) -> None:
    scan = measure_scan(series("a", tags={"PatientName": "Doe^Jane", "PatientID": "4711"}), settings, masks=Path())
    assert scan.identifiers > 0
    assert "Doe" not in repr(scan) and "4711" not in repr(scan)


def test_an_image_of_another_tracer_than_that_of_the_cells_is_refused(series: Series, settings: ScanSettings) -> None:
    folder = series("a")
    measure_scan(folder, settings, masks=Path(), cells=CellsEntry(number=1e8, tracer="Zr89"))
    with pytest.raises(ImageError, match="Zr89, where the cells carry F18"):
        measure_scan(folder, settings, masks=Path(), cells=CellsEntry(number=1e8, tracer="F18"))


def test_a_threshold_within_an_ellipsoid(series: Series) -> None:
    shape = ShapeEntry(organ="spleen", form="threshold", centre=(260, 215, 180), size=(70, 70, 70), share=0.5)
    scan = measure_scan(series("a"), ScanSettings(shape=(shape,)), masks=Path())
    assert scan.labels[0].share == pytest.approx(0.08, rel=0.1)


def test_recovery_and_errors_that_the_user_measured(series: Series) -> None:
    """A recovery of 0.8 against a background of 0 grows a share by 1 / 0.8; errors are the user's own."""
    folder = series("a")
    spleen = ShapeEntry(organ="spleen", centre=(260, 215, 180), size=(40, 40, 40))
    plain = measure_scan(folder, ScanSettings(shape=(spleen,)), masks=Path()).labels[0]
    recovery = RecoveryEntry(volumes=(1.0, 10_000.0), coefficients=(0.8, 0.8))
    own = ErrorEntry(calibration=0.0, dose=0.01, own=0.02)
    found = measure_scan(folder, ScanSettings(shape=(spleen,), recovery=recovery, errors=own), masks=Path()).labels[0]
    assert found.share == pytest.approx(plain.share / 0.8)
    assert found.sd == pytest.approx(0.02 * found.share) and found.shared_sd == pytest.approx(0.01)
    with pytest.raises(ValidationError, match="not both"):
        ScanSettings(shape=(spleen,), recovery=recovery, fwhm=5.0)
    with pytest.raises(ImageError, match="recovery curve"):
        RecoveryEntry(volumes=(2.0, 1.0), coefficients=(0.8, 0.8))


def test_planar_counts(tmp_path: Path) -> None:
    table = tmp_path / "counts.csv"
    table.write_text(
        "organ,hours,seconds,anterior,posterior\nwhole body,0.5,600,100000,100000\nlung,0.5,600,30000,30000\n"
        "Smith John,0.5,600,10000,10000\n",
        encoding="utf-8",
    )
    scan = measure_counts(table, PlanarEntry(path="counts.csv", activity=1e7), "In111")
    share = {r.organ: r.share for r in scan.labels}
    assert share["lung"] == pytest.approx(0.3)
    assert "region 3" in share and "smith" not in repr(scan) and scan.notes[-1].code == "regions_coded"


def break_slope(folder: Path) -> None:
    file = next(folder.glob("slice*"))
    ds = pydicom.dcmread(file)
    del ds.RescaleSlope
    ds.save_as(file)


def change_patient(folder: Path) -> None:
    file = next(folder.glob("slice*"))
    ds = pydicom.dcmread(file)
    ds.PatientID = "SOMEBODY ELSE"
    ds.save_as(file)


def remove(keyword: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for file in folder.glob("slice*"):
            ds = pydicom.dcmread(file)
            item = ds.RadiopharmaceuticalInformationSequence[0]
            delattr(item if keyword in item else ds, keyword)
            ds.save_as(file)

    return change


def replace_file(folder: Path, content: bytes) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "slice_0000.dcm").write_bytes(content)


def zipped(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    with zipfile.ZipFile(folder / "slice_0000.dcm", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", b"0" * 10_000_000)


def cut(folder: Path) -> None:
    file = next(folder.glob("slice*"))
    file.write_bytes(file.read_bytes()[:-200])


def mixed(folder: Path) -> None:
    from hepatica.imaging.phantoms.pet import PetPhantom

    PetPhantom.uniform(1.0, shape=(3, 24, 24), series=2).write(folder, first=900)


def not_finite(folder: Path) -> None:
    file = next(folder.glob("slice*"))
    ds = pydicom.dcmread(file)
    ds.RescaleSlope = "1e400"
    ds.save_as(file)


def modality(folder: Path) -> None:
    for file in folder.glob("slice*"):
        ds = pydicom.dcmread(file)
        ds.Modality = "CT"
        ds.save_as(file)


BROKEN: dict[str, Callable[[Path], object]] = {
    "missing slope": break_slope,
    "two patients": change_patient,
    "no half-life": remove("RadionuclideHalfLife"),
    "no dose": remove("RadionuclideTotalDose"),
    "no units": remove("Units"),
    "truncated": cut,
    "empty folder": lambda f: (shutil.rmtree(f), f.mkdir()),
    "no folder": shutil.rmtree,
    "zip bomb": zipped,
    "gzip bomb": lambda f: replace_file(f, gzip.compress(b"0" * 10_000_000)),
    "text": lambda f: replace_file(f, b"hello"),
    "mixed series": mixed,
    "slope not finite": not_finite,
    "wrong modality": modality,
    "a slice missing": lambda f: sorted(f.glob("slice*"))[5].unlink(),
    "no masks": lambda f: (f / "organs.dcm").unlink(),
    "masks cut short": lambda f: (f / "organs.dcm").write_bytes((f / "organs.dcm").read_bytes()[:700]),
    "masks are text": lambda f: (f / "organs.dcm").write_text("hello"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_series_are_one_sentence(fault: str, series: Series, settings: ScanSettings) -> None:
    folder = series("broken")
    BROKEN[fault](folder)
    with pytest.raises(InputError) as caught:
        measure_scan(folder, settings, masks=folder.parent)
    said = str(caught.value)
    assert "\n" not in said and "SOMEBODY" not in said and len(said) < 400


def test_a_background_and_a_mask_that_are_not_there(series: Series, tmp_path: Path) -> None:
    folder = series("a")
    with pytest.raises(ImageError, match="background"):
        measure_scan(folder, ScanSettings(regions="organs.dcm", background="bone"), masks=tmp_path)
    nan = tmp_path / "nan.nii"
    import nibabel as nib

    nib.save(nib.Nifti1Image(np.full((4, 4, 4), np.nan, np.float32), np.eye(4)), nan)
    with pytest.raises(ImageError):
        measure_scan(folder, ScanSettings(regions="nan.nii"), masks=tmp_path)
