"""Hepatica: find the dose of mesenchymal stromal cells for a failing liver. For research use."""

__version__ = "0.1.0"
