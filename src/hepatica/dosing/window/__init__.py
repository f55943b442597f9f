"""Therapeutic window: shape of benefit and harm over the dose, and the doses that a committee asks for.

Modules, in reading order: `shape` (smooth, monotone and unimodal regression), `estimands` (minimal effective dose,
ED50, plateau, fall, limits of harm), `uncertainty` (Monte-Carlo error, over parameters, over patients), `course`
(courses under arms), `endpoints` (benefits and harms of each patient).
"""

from hepatica.dosing.window.endpoints import ENDPOINTS, Endpoint, EndpointKind
from hepatica.dosing.window.estimands import Estimand, estimate
from hepatica.dosing.window.shape import Curve, Shape, fit_curve
from hepatica.dosing.window.uncertainty import DoseEstimate, window_of

__all__ = [
    "ENDPOINTS",
    "Curve",
    "DoseEstimate",
    "Endpoint",
    "EndpointKind",
    "Estimand",
    "Shape",
    "estimate",
    "fit_curve",
    "window_of",
]
