"""Bayesian designs with posterior and predictive probability rules.

In reading order: `normal` (normal outcomes, or any estimate that is nearly normal; exact operating characteristics),
`beta_binomial` (binary outcomes, one arm) and `two_arm_binomial`.
"""
