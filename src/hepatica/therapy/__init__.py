"""Therapy: cell product and its process, route, regimen, and established treatment beside the cells."""

from hepatica.therapy import process
from hepatica.therapy.aliases import matched
from hepatica.therapy.combination import TREATMENTS, Treatment, combine
from hepatica.therapy.lots import LotVariation
from hepatica.therapy.product import SOURCES, TRACERS, Product, Source
from hepatica.therapy.regimen import NO_CELLS, Regimen
from hepatica.therapy.route import ROUTES, Route

__all__ = [
    "NO_CELLS",
    "ROUTES",
    "SOURCES",
    "TRACERS",
    "TREATMENTS",
    "LotVariation",
    "Product",
    "Regimen",
    "Route",
    "Source",
    "Treatment",
    "combine",
    "matched",
    "process",
]
