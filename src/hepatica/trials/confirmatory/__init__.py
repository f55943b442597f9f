"""Confirmatory designs: boundaries, sizes, adaptations and multiplicity.

Rooms, in reading order: `group_sequential` (boundaries, stopping probabilities, inference after stopping),
`sample_size` (size and power by endpoint, accrual, non-proportional hazards), `adaptive` (combination tests,
re-estimation, adaptive randomisation, dose selection, enrichment), `bayesian` (posterior and predictive probability
rules), `platform` (shared control, multiplicity) and `mcp_mod` (dose response). `multivariate` holds the multivariate
normal and t probabilities that they share.
"""
