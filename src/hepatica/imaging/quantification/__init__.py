"""Quantification: from voxels to activity, label and cells of an organ, with their errors.

In reading order: `suv`, `regions`, `preview` (what is measured); `recovery`, `attenuation`, `error_model` (what is
corrected, and how well); `organs`, `planar`, `organ_label` (activity and label by organ and time); `detection`,
`relaxation` (least numbers of cells, and iron oxide); `transfer`, `cells` (from label to cells under each hypothesis).
"""

from hepatica.imaging.quantification.cells import Efflux, LabelledCells, count_cells, least_cells
from hepatica.imaging.quantification.detection import (
    cells_detected,
    iron_detected,
    left_in_cell,
    published_limits,
    voxel_limit,
)
from hepatica.imaging.quantification.error_model import ErrorModel
from hepatica.imaging.quantification.organ_label import OrganLabel, observations
from hepatica.imaging.quantification.organs import Method, measure_organs
from hepatica.imaging.quantification.planar import Camera, measure_planar
from hepatica.imaging.quantification.recovery import GeometricTransfer, NoRecovery, Recovery, RecoveryCurve
from hepatica.imaging.quantification.regions import above, box, ellipsoid
from hepatica.imaging.quantification.relaxation import IronCalibration, IronCells, relaxation_map
from hepatica.imaging.quantification.suv import standardised_uptake_value

__all__ = [
    "Camera",
    "Efflux",
    "ErrorModel",
    "GeometricTransfer",
    "IronCalibration",
    "IronCells",
    "LabelledCells",
    "Method",
    "NoRecovery",
    "OrganLabel",
    "Recovery",
    "RecoveryCurve",
    "above",
    "box",
    "cells_detected",
    "count_cells",
    "ellipsoid",
    "iron_detected",
    "least_cells",
    "left_in_cell",
    "measure_organs",
    "measure_planar",
    "observations",
    "published_limits",
    "relaxation_map",
    "standardised_uptake_value",
    "voxel_limit",
]
