"""Predictions of published numbers that the model has not seen, their baselines and their scores.

In reading order: `scores`, `records`, `simulated`, `model_predictions`, `meta_regression`, `baselines`,
`baseline_predictions`, `predict`.
"""
