"""Forecasts of real people: their file, a pool of virtual patients, importance weights, discrepancy, regressions."""
