"""Inference: the numerical methods of a calibration, which know no evidence.

Modules, in reading order: `emulate` (quadratic emulator of a bank), `counts` and `random_effects` (likelihoods with
random effects), `smc` (tempered sequential Monte Carlo), `hamiltonian` and `slices` (its moves), `loo` (Pareto-smoothed
importance weights).
"""
