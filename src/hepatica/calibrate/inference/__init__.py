"""Inference: the numerical methods of a calibration, which know no evidence.

Modules, in reading order: `emulate` (quadratic emulator of a bank), `smc` (tempered sequential Monte Carlo), `loo`
(Pareto-smoothed importance weights).
"""
