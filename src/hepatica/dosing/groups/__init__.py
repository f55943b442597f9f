"""Heterogeneous benefit: `subgroups` (risk, prognosis, optima), `dosing_rule` (a tree of at most three questions)."""
