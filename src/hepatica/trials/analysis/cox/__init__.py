"""Proportional hazards regression, to read in order: `likelihood`, `exact`, `fit`, `residuals`.

`proportional_hazards` tests the assumption.
"""
