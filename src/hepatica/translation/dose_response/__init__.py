"""Hierarchical dose-response of cells over species: half-effect of exposure, plateau, and what it does to priors."""

from hepatica.translation.dose_response.informed import Half, LogNormal, Weights, fit_half_effect, inform, shipped
from hepatica.translation.dose_response.measure import Measure

__all__ = ["Half", "LogNormal", "Measure", "Weights", "fit_half_effect", "inform", "shipped"]
