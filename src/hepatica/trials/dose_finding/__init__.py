"""Dose finding: designs that go from the patients so far to the level of the next cohort, and their characteristics.

In reading order: `state`, `design`, `table_design`, `isotonic`, `boin`, `interval_designs`, `three_plus_three`,
`characteristics`, `simulation`, `enumeration`, `replay`, `pathways`, `expansion`; then `model_based`, `response`,
`time_to_event` and `feasible`, a folder each; `exam` and `model_exam` compute the reference sets.
"""
