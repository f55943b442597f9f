"""Feasible-dose finding: a lot may fall short of the dose assigned, and decisions are made on the dose delivered.

In reading order: `shortfall`, `curve`, `attribution`, `rules`, `feasible_simulation`, `feasible_enumeration`,
`feasible_replay`.
"""
