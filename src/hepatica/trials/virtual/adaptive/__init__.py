"""Adaptive designs on the bank, one file each.

In reading order: `setting`, `stages`, `re_estimation`, `blinded`, `response_adaptive`, `randomisation_test`,
`bayesian`, `seamless`, `enrichment`, `platform`, `mcp_mod`, `conduct`.
"""
