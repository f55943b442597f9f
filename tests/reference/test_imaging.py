"""Images give the numbers that others print; see imaging.toml for whose."""

from __future__ import annotations

import tomllib
from pathlib import Path

import nibabel
import numpy as np
import pytest

from hepatica.imaging.phantoms.pet import PetPhantom
from hepatica.imaging.quantification.suv import standardised_uptake_value
from hepatica.imaging.readers import read_dicom

HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE / "imaging.toml").read_text(encoding="utf-8"))
SUV, TOLERANCE = np.array(TABLE["expected"]["suv"]), TABLE["expected"]["tolerance"]
SLICES = slice(3, 17)  # of 20: those that hold all three, and half of each acquisition


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    image = nibabel.load(HERE / "data" / "ibsi_suv_labels.nii.gz")
    return np.asarray(image.dataobj).transpose(2, 1, 0)[SLICES]


def write_object(row: dict, labels: np.ndarray, folder: Path) -> Path:
    """The object's own stored values and tags."""
    first = SLICES.start
    slopes = np.array(row.get("slopes", [row.get("slope", 1.0)] * 20), float)[SLICES]
    levels = [row["stored"]] * len(labels)
    for k in range(len(labels)):
        if slopes[k] == 3 and "slopes" in row:
            levels[k] = row["stored_where_slope_is_3"]
        if "stored_last_ten" in row and k + first >= 10:
            levels[k] = row["stored_last_ten"]
    values = np.stack([np.array([0, *v])[x] * s for v, x, s in zip(levels, labels, slopes, strict=True)])
    return PetPhantom(
        values=values,
        slopes=slopes,
        tags=row.get("tags", {}),
        injection=dict.fromkeys(row.get("without", [])) | row.get("injection", {}),
        private={(int(k[:4], 16), int(k[4:], 16)): v for k, v in row.get("private", {}).items()},
        by_slice=lambda k: row.get("first_ten" if k + first < 10 else "last_ten", {}),
    ).write(folder)


@pytest.mark.parametrize("row", TABLE["object"], ids=lambda r: r["id"])
def test_ibsi_reference_object(row: dict, labels: np.ndarray, tmp_path: Path) -> None:
    image = read_dicom(write_object(row, labels, tmp_path / row["id"]))
    suv = standardised_uptake_value(image)[0][labels > 0]
    got = np.array([suv.min(), np.median(suv), suv.max()])
    if "holds" in row:
        np.testing.assert_allclose(got, row["holds"], atol=1e-4)
        assert (got <= SUV).all() and (got + row["quantum"] > SUV).all()
    else:
        np.testing.assert_allclose(got, SUV, rtol=TOLERANCE)


def test_wrong_readings_would_be_seen(labels: np.ndarray, tmp_path: Path) -> None:
    """The objects differ in what they ask for: read as the first object, others would not give its values."""
    plain = {row["id"]: {k: row[k] for k in ("id", "stored")} for row in TABLE["object"]}
    for name in ("DRO_2_4", "DRO_2_5", "DRO_3_1", "DRO_5_0"):
        image = read_dicom(write_object(plain[name], labels, tmp_path / name))
        assert abs(np.median(standardised_uptake_value(image)[0][labels > 0]) - 1.0) > 5 * TOLERANCE
