"""Predictions of published numbers that the model has not seen, their baselines and their scores.

In reading order: `batches`, `scores`, `statement_scores`, `records`, `severity`, `simulated`, `comparison`,
`model_predictions`, `meta_regression`, `baselines`, `baseline_predictions`, `statements`, `predict`.
"""
