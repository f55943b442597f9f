"""Iron oxide in a subject file: known cells in an MR phantom come back, within the range of the calibration alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.imaging.phantoms.body import BodyPhantom
from hepatica.imaging.phantoms.masks import write_segmentation
from hepatica.imaging.phantoms.mr import write_echoes
from hepatica.imaging.readers import ImageError
from hepatica.imaging.subject.ledger import settings_fingerprint
from hepatica.imaging.subject.scan import MeasuredScan, measure_subject
from hepatica.imaging.subject.subject_file import Subject, check_subject

SPACING = (4.0, 2.0, 2.0)
MASKS = BodyPhantom(shape=(12, 16, 16)).masks()
SLOPE, NUMBER = 4e-5, 1e7
TUBES = np.array([0.0, 0.5, 1.0, 2.0]) * 1e6
TISSUE = {"liver": 40.0, "spleen": 30.0}
IRON: dict[str, Any] = {
    "cells_per_ml": TUBES.tolist(),
    "r2star": (20.0 + SLOPE * TUBES).tolist(),
    "tissue": {"Liver": {"r2star": 40.0, "sd": 0.4}, "spleen": {"r2star": 30.0, "sd": 0.4}},
}


@pytest.fixture
def scanned(tmp_path: Path) -> Callable[..., Path]:
    """Writes echoes of organs with cells per mL."""

    def make(name: str, density: dict[str, float], void: float = 0.0) -> Path:
        rates = np.full(MASKS["liver"].shape, 25.0)
        for organ, tissue in TISSUE.items():
            rates[MASKS[organ]] = tissue + SLOPE * density.get(organ, 0.0)
        here = np.flatnonzero(MASKS["liver"].ravel())
        rates.ravel()[here[: round(void * len(here))]] = 1e5  # no signal in any echo
        write_segmentation(tmp_path / "organs.dcm", {o: MASKS[o] for o in TISSUE}, spacing=SPACING)
        return write_echoes(tmp_path / name, rates, echo_times=(0.002, 0.005, 0.01), spacing=SPACING)

    return make


def subject(*, iron: dict[str, Any] = IRON, cells: dict[str, Any] | None = None, **scan: Any) -> Subject:
    row = {"kind": "iron", "path": "mr", "regions": "organs.dcm", "hours": 24.0, "iron": iron} | scan
    given = {"number": NUMBER, "tracer": "iron_oxide"} | (cells or {})
    return check_subject({"title": "07", "cells": given, "scan": [{k: v for k, v in row.items() if v is not None}]})


def measured(path: Path, **changes: Any) -> MeasuredScan:
    return measure_subject(subject(**changes), path)[0]


def volume(organ: str) -> float:
    return float(MASKS[organ].sum() * np.prod(SPACING) / 1000.0)


def test_known_cells_come_back_with_their_limit(tmp_path: Path, scanned: Callable[..., Path]) -> None:
    scanned("mr", {"liver": 1e6, "spleen": 5e3})
    labels = {r.organ: r for r in measured(tmp_path).labels}
    for organ, density in (("liver", 1e6), ("spleen", 5e3)):
        seen, share = labels[organ], density * volume(organ) / NUMBER
        noise = 0.4 / SLOPE * volume(organ) / NUMBER
        assert seen.share == pytest.approx(share, abs=0.1 * noise)  # voxels are whole numbers
        assert seen.sd == pytest.approx(np.hypot(noise, 0.05 * share), rel=0.02)
        assert seen.limit == pytest.approx(3 * noise) and seen.shared_sd == pytest.approx(0.05) and seen.time == 1.0
    assert labels["spleen"].share < labels["spleen"].limit  # told from none by nothing, and said so by its error


def test_tissue_is_measured_before_the_infusion(tmp_path: Path, scanned: Callable[..., Path]) -> None:
    scanned("before", {})
    scanned("mr", {"liver": 1e6})
    tissue = {"liver": {"sd": 0.4}, "spleen": {"r2star": 30.0, "sd": 0.4}}
    iron = IRON | {"tissue": tissue, "before": "before"}
    seen = measured(tmp_path, iron=iron).labels[0]
    assert seen.share == pytest.approx(volume("liver") * 1e6 / NUMBER, rel=0.005)
    settings = subject(iron=iron).scan[0]
    first = settings_fingerprint(settings, tmp_path)
    assert settings_fingerprint(settings, tmp_path / "elsewhere") != first  # no such scan: said when it is read
    scanned("before", {"liver": 1e5})
    assert settings_fingerprint(settings, tmp_path) != first


@pytest.mark.parametrize(("density", "void"), [(3e6, 0.0), (1e6, 0.2)])
def test_beyond_the_calibration_an_organ_is_left_out(
    tmp_path: Path, scanned: Callable[..., Path], density: float, void: float
) -> None:
    scanned("mr", {"liver": density, "spleen": 1e6}, void)
    scan = measured(tmp_path)
    assert [r.organ for r in scan.labels] == ["spleen"]
    assert "liver" in scan.notes[-1].text() and "lower bound" in scan.notes[-1].text()
    with pytest.raises(ImageError, match=r"R2\* of liver: beyond the calibration"):
        measured(tmp_path, iron=IRON | {"tissue": {"liver": {"r2star": 40.0, "sd": 0.4}}})


def test_the_time_is_stated_once(tmp_path: Path, scanned: Callable[..., Path]) -> None:
    import pydicom

    folder = scanned("mr", {"liver": 1e6})
    for file in folder.iterdir():
        ds = pydicom.dcmread(file)
        ds.AcquisitionDate, ds.AcquisitionTime = "20250103", "100000"
        ds.save_as(file)
    injected = {"injected": "2025-01-01T10:00:00"}
    assert measured(tmp_path, hours=None, stated=injected).day == 2.0
    for changes, says in (
        ({"hours": None}, "give hours"),
        ({"stated": injected}, "one of the two"),
        ({"hours": None, "stated": {"injected": "2025-01-04T10:00:00"}}, "after the acquisition"),
        ({"stated": {"residue": 0.0}}, "not used by this format"),
        ({"iron": IRON | {"tissue": {"kidney": {"r2star": 40.0, "sd": 0.4}}}}, "no region of this name"),
    ):
        with pytest.raises(ImageError, match=says):
            measured(tmp_path, **changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"iron": None}, "calibration of R2"),
        ({"kind": "pet"}, "calibration of R2"),
        ({"fwhm": 5.0}, "fwhm: of no use"),
        ({"cells": {"tracer": "Zr89"}}, "'iron' for cells with iron_oxide"),
        ({"iron": IRON | {"slope": 1e-5}}, "one of the two"),
        ({"iron": {"slope": 1e-5, "tissue": IRON["tissue"]}}, "all three"),
        ({"iron": IRON | {"tissue": {"liver": {"sd": 1.0}}}}, "r2star before the infusion"),
        ({"iron": IRON | {"r2star": [20, 10, 30, 5]}}, "no rise"),
        ({"iron": IRON | {"cells_per_ml": [0, 1]}}, "three or more"),
    ],
)
def test_what_cannot_be_is_one_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        subject(**changes)
