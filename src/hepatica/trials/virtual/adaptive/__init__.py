"""Adaptive designs on the bank, one file each.

In reading order: `setting`, `stages`, `re_estimation`, `response_adaptive`, `bayesian`, `seamless`, `enrichment`,
`platform`, `conduct`.
"""
