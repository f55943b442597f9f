"""Mixed model for repeated measures, to read in order.

`covariance`, `correlated`, `likelihood`, `observations`, `degrees_of_freedom`, `fit`.
"""
