"""Forecast of one person: labs, risk, gain by regimen, next measurement, redosing, and all of them together."""
