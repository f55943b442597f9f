"""Models of relative potency: parallel lines, slope ratio, logistic curves, quantal lines, with Fieller limits.

In reading order: `design`, `regression`, `fieller`, `parallel_lines`, `cross_over`, `slope_ratio`, `logistic_fit`,
`logistic`, `quantal`. Each takes arrays, many assays of one design at a time.
"""
