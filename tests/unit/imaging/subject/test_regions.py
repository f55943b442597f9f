"""Regions: names of segments are free text, and none that could be a person's is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepatica.imaging.phantoms.body import BodyPhantom
from hepatica.imaging.phantoms.masks import write_segmentation
from hepatica.imaging.readers import ImageError, ImageVolume, NoteCode, read_dicom
from hepatica.imaging.subject.regions import read_regions
from hepatica.imaging.subject.scan_settings import ScanSettings, ShapeEntry

PHANTOM = BodyPhantom(shape=(16, 24, 24), spacing=(30.0, 15.0, 15.0))


@pytest.fixture
def scan(series: Callable[..., Path]) -> tuple[Path, ImageVolume]:
    folder = series("a")
    masks = PHANTOM.masks()
    named = {"Liver": masks["liver"], "Smith^John": masks["lung"], "Milz_JS": masks["spleen"]}
    write_segmentation(folder / "organs.dcm", named, spacing=PHANTOM.spacing)
    return folder, read_dicom(folder, modality="PT")


def test_free_names_go_by_number_unless_the_subject_file_names_them(scan: tuple[Path, ImageVolume]) -> None:
    folder, image = scan
    regions, notes = read_regions(folder, ScanSettings(regions="organs.dcm"), image, folder)
    assert [r.name for r in regions] == ["liver", "region 2", "region 3"]
    assert notes[0].code is NoteCode.REGIONS_CODED and notes[0].values == {"n": 2}
    assert "Smith" not in notes[0].text() + notes[0].text("zh")
    settings = ScanSettings(regions="organs.dcm", names={"Smith^John": "lung", "Milz_JS": "spleen"})
    regions, notes = read_regions(folder, settings, image, folder)
    assert [r.name for r in regions] == ["liver", "lung", "spleen"] and notes == ()


def test_a_background_that_is_none_is_said_with_the_names_of_the_file(scan: tuple[Path, ImageVolume]) -> None:
    folder, image = scan
    shape = ShapeEntry(organ="bone", centre=(180, 180, 180), size=(60, 60, 60))
    settings = ScanSettings(regions="organs.dcm", shape=(shape,), background="muscle")
    with pytest.raises(ImageError, match=r"no region 'muscle'; name one of Liver, Smith\^John, Milz_JS, bone"):
        read_regions(folder, settings, image, folder)
