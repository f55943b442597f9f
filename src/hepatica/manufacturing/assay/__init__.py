"""Biological assays: relative potency with its limits, suitability, combination of runs.

In reading order: `models`; `suitability`, `outlier_tests`, `outliers`; `combination` and `run_effect` for several runs;
`table`, `result`, `assembly` and `analysis` for a file.
"""
