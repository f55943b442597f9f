"""Quality of a cell product, one file per method.

Read in this order: `capability` and `tolerance` (one attribute), `charts` (its course), `stability_line`, `stability`,
`stability_factors`, `stability_study` and `hold_time` (its loss with time), `equivalence`, `margins`, `agreement`
and `comparability` (after a change), `release` (limits, sampling plans, one lot), `supply` (donors, doses, stock).
"""
