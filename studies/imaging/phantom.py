"""Phantom of the worked example: three PET scans of one subject after 89Zr-labelled cells, as NIfTI with sidecars.

    python studies/imaging/phantom.py

Writes `hour-2`, `day-1` and `day-5` (`.nii.gz` with `.json`) and the mask `organs.nii.gz` beside this file. Labels of
lung, liver and spleen are those that the model gives for typical parameters if label means cells, homing half as
strong; blurred to 7 mm, with noise of the voxels. Nobody was scanned. For research use.
"""

from __future__ import annotations

import json
from pathlib import Path

import nibabel as nib
import numpy as np

from hepatica.imaging.biodistribution import Infusion, of_population
from hepatica.imaging.biodistribution.parameter_space import ParameterSpace
from hepatica.imaging.biodistribution.submodel import organs_of, simulate_infusion, submodel
from hepatica.imaging.phantoms.body import SECONDS, BodyPhantom
from hepatica.imaging.quantification import LabelledCells

HOURS = {"hour-2": 2.0, "day-1": 24.0, "day-5": 120.0}
POPULATION, NUMBER = "hbv_aclf", 1.5e8
PHANTOM = BodyPhantom(tracer="Zr89", activity=5e6, shape=(26, 32, 36), spacing=(20.0, 12.0, 12.0), fwhm=7.0, noise=0.05)
LABELS = {"lung": 1, "liver": 2, "spleen": 3, "muscle": 4}


def shares() -> np.ndarray:
    """Label of organs (time, organ), of 1 given."""
    space = ParameterSpace(
        "label_is_cells", Infusion(LabelledCells(tracer="Zr89", number=NUMBER)), of_population(POPULATION)
    )
    parameters = space.parameters(np.zeros((1, space.size)))
    column = list(submodel().parameters).index("homing_max")
    parameters[:, column] = 1.0 + 0.5 * (parameters[:, column] - 1.0)
    outputs = tuple(f"image_{o}" for o in organs_of(submodel()))
    return simulate_infusion(parameters, space.infusion, np.array(list(HOURS.values())) / 24.0, outputs).values[0]


def save(path: Path, values: np.ndarray, slope: float = 1.0) -> None:
    """Save (slice, row, column) in NIfTI's axes; `slope` is the unit of one stored value."""
    depth, row, column = PHANTOM.spacing
    affine = np.diag([-column, -row, depth, 1.0])
    image = nib.Nifti1Image(np.ascontiguousarray(values.transpose(2, 1, 0)), affine)
    image.header.set_xyzt_units("mm")
    image.header.set_slope_inter(slope, 0.0)
    nib.save(image, path)


def main() -> None:
    """Write the phantom."""
    folder, half_life = Path(__file__).parent, 78.4 * 3600.0
    masks = PHANTOM.masks()
    mask = np.zeros(PHANTOM.shape, np.uint8)
    for name, value in LABELS.items():
        mask[masks[name]] = value
    save(folder / "organs.nii.gz", mask)
    for k, (name, hours) in enumerate(HOURS.items()):
        given = dict(zip(organs_of(submodel()), shares()[k].tolist(), strict=True))
        injected = PHANTOM.concentration(given, seed=10 + k)  # Bq/mL, corrected for decay to the injection
        slope = float(injected.max()) / 30_000
        save(folder / f"{name}.nii.gz", np.rint(injected / slope).astype(np.int16), slope)
        sidecar = {
            "TracerName": "oxine",
            "TracerRadionuclide": "Zr89",
            "InjectedRadioactivity": PHANTOM.activity / 1e6,
            "InjectedRadioactivityUnits": "MBq",
            "InjectionStart": 0,
            "TimeZero": "10:00:00",
            "ScanStart": hours * 3600.0,
            "FrameTimesStart": [hours * 3600.0],
            "FrameDuration": [SECONDS],
            "ImageDecayCorrected": True,
            "ImageDecayCorrectionTime": 0,
            "RadionuclideHalfLife": half_life,
            "AttenuationCorrection": "CT",
            "Units": "Bq/mL",
        }
        (folder / f"{name}.json").write_text(json.dumps(sidecar, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
