"""Sample size and power by endpoint.

In reading order: `size` (the result, and what all share), `means`, `proportions`, `fisher_exact`, `rates`, `accrual`
(patients, events and drop-out over time), `survival` (proportional hazards), `logrank` and `restricted_mean` (any
hazards). A group sequential trial needs the size of one look times the design's inflation.
"""
