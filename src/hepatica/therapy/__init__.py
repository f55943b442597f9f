"""What is given: product, route, regimen."""

from hepatica.therapy.combination import TREATMENTS, combine
from hepatica.therapy.product import SOURCES, TRACERS, Product
from hepatica.therapy.regimen import NO_CELLS, Regimen
from hepatica.therapy.route import ROUTES, Route

__all__ = ["NO_CELLS", "ROUTES", "SOURCES", "TRACERS", "TREATMENTS", "Product", "Regimen", "Route", "combine"]
