"""The report of a sensitivity analysis: figures and tables."""
