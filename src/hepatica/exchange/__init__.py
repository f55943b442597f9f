"""The model in formats that others read."""

from hepatica.exchange.sbml import Run, to_sbml

__all__ = ["Run", "to_sbml"]
