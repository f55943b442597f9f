"""Latent labs, images and health-state utility that a bank keeps day by day, and baseline variables of patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE
from hepatica.outcomes.scores import child_pugh, meld

Floats = NDArray[np.float64]
LABS = ("bilirubin", "inr", "creatinine", "albumin", "encephalopathy", "ascites")  # of which scores are made
MEASURED = ("sodium", "alt", "ammonia", "crp", "il6", "hvpg", "stiffness", "collagen", "functional_mass", "image_liver")
DERIVED = ("meld", "child_pugh", "utility")
VOLUME, VOLUME_OF = "liver_volume", ("hepatocytes", "collagen")  # an image, and the outputs of which it is made
LATENT = (*LABS, *MEASURED, *DERIVED, VOLUME)
HEPATOCYTE_VOLUME = 0.78
"""Share of hepatocytes in healthy parenchyma, of the rat (Blouin, Bolender and Weibel 1977, J Cell Biol 72:441)."""
COLLAGEN_HEALTHY = 2.0  # %, as the module of the matrix states it
BASELINE = (
    "age",
    "body_weight",
    "female",
    "bilirubin",
    "inr",
    "creatinine",
    "albumin",
    "sodium",
    "alt",
    "encephalopathy",
    "functional_mass",
    "arterial_pressure",
    "meld",
    "organ_failures",
    "aclf_grade",
)
"""Variables of eligibility and strata: covariates, labs at admission and scores of them."""


@dataclass(frozen=True)
class MeasurementError:
    """Error of one measurement: SDs add up in squares.

    Attributes
    ----------
    assay, day : float
        Of the instrument, and from day to day within a patient.
    is_log : bool
        True where SDs are of the natural logarithm; otherwise in the unit of the lab.
    reason : str
    """

    assay: float
    day: float
    is_log: bool
    reason: str

    @property
    def sd(self) -> float:
        """SD of one measurement around the latent value."""
        return float(np.hypot(self.assay, self.day))


_BLOOD = "Assumed: assay as the table of variables states it; day to day of the order seen in healthy people."
_SCORE = "Assumed: a reader's disagreement of a third of a grade."
_IMAGE = "Assumed: repeat measurements differ by about this much."
ERRORS: Mapping[str, MeasurementError] = {
    "bilirubin": MeasurementError(0.06, 0.15, True, _BLOOD),
    "inr": MeasurementError(0.06, 0.04, True, _BLOOD),
    "creatinine": MeasurementError(0.06, 0.06, True, _BLOOD),
    "albumin": MeasurementError(0.04, 0.03, True, _BLOOD),
    "sodium": MeasurementError(0.008, 0.006, True, _BLOOD),
    "alt": MeasurementError(0.06, 0.15, True, _BLOOD),
    "ammonia": MeasurementError(0.1, 0.2, True, _BLOOD),
    "crp": MeasurementError(0.06, 0.3, True, _BLOOD),
    "il6": MeasurementError(0.1, 0.4, True, _BLOOD),
    "encephalopathy": MeasurementError(0.33, 0.0, False, _SCORE),
    "ascites": MeasurementError(0.33, 0.0, False, _SCORE),
    "hvpg": MeasurementError(1.0, 1.0, False, _IMAGE),
    "stiffness": MeasurementError(0.15, 0.1, True, _IMAGE),
    "collagen": MeasurementError(0.2, 0.0, True, _IMAGE),
    "functional_mass": MeasurementError(0.06, 0.0, True, _IMAGE),
    "image_liver": MeasurementError(0.15, 0.0, True, _IMAGE),
    VOLUME: MeasurementError(0.04, 0.02, True, _IMAGE),
    "meld": MeasurementError(0.5, 0.7, False, "Assumed: errors of its three labs, carried through."),
    "child_pugh": MeasurementError(0.5, 0.0, False, _SCORE),
    "utility": MeasurementError(0.08, 0.04, False, "Assumed: a questionnaire repeated after a week differs by 0.1."),
}
"""Measurement error of each latent lab; every entry is assumed, with its reason."""


def derive(values: Mapping[str, Any]) -> dict[str, Floats]:
    """MELD, Child-Pugh points and utility of a day of latent labs.

    Parameters
    ----------
    values : mapping of str to array
        Those of `LABS`.

    Examples
    --------
    >>> labs = {"bilirubin": 1.0, "inr": 1.0, "creatinine": 1.0, "albumin": 40.0, "encephalopathy": 0.0, "ascites": 0.0}
    >>> {name: round(float(x), 2) for name, x in derive(labs).items()}
    {'meld': 6.43, 'child_pugh': 5.0, 'utility': 0.85}
    """
    grade = np.clip(np.floor(np.asarray(values["encephalopathy"], float)), 0, 4)
    points = child_pugh(
        bilirubin=values["bilirubin"],
        albumin=values["albumin"],
        inr=values["inr"],
        ascites=np.minimum(np.floor(np.maximum(values["ascites"], 0.0)), 2.0),
        encephalopathy=grade,
    )
    score = meld(bilirubin=values["bilirubin"], creatinine=values["creatinine"], inr=values["inr"])
    return {
        "meld": np.asarray(score, float),
        "child_pugh": np.asarray(points, float),
        "utility": np.asarray(STANDARD_GAMBLE.of(points, grade), float),
    }


def liver_volume(hepatocytes: Any, collagen: Any) -> Floats:
    """Volume of the liver in percent of the same person's in health: hepatocytes, all other tissue, and scar.

    Parameters
    ----------
    hepatocytes : array
        All hepatocytes, 1 in health.
    collagen : array
        Share of the area of a section, %, which is that of the volume.

    Notes
    -----
    V = ((1 - h) + h N) (1 - c0) / (1 - c), with the share h of hepatocytes in healthy parenchyma. Dead cells count as
    gone; fat, oedema and congestion are left out.

    Examples
    --------
    >>> liver_volume([1.0, 0.5], COLLAGEN_HEALTHY).round(1).tolist()
    [100.0, 61.0]
    """
    rest = 1 - HEPATOCYTE_VOLUME
    tissue = rest + HEPATOCYTE_VOLUME * np.asarray(hepatocytes, float)
    return np.asarray(100 * tissue * (100 - COLLAGEN_HEALTHY) / (100 - np.clip(np.asarray(collagen, float), 0.0, 90.0)))
