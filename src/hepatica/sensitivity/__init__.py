"""Sensitivity analysis: which uncertain parameters move survival, the gain by cells and the dose that comes first.

Modules, in reading order: `morris` (elementary effects and their design), `evaluate` (a question answered at one
point), `screen` (the Morris screen), `tornado` (doses ranked again at the ends of one parameter), `sobol` and
`variance` (variance-based indices of the leading parameters).
"""
