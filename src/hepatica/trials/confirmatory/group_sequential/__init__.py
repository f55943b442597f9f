"""Group sequential designs by recursive numerical integration.

In reading order: `recursion` (stopping probabilities under any drift), `spending` and `shapes` (where the error is
spent), `design` (boundaries, futility, drift), `scales` (z, p, effect, conditional power), `conditional_power`,
`inference` (intervals and estimates after stopping), `looks` (by information or calendar).
"""
