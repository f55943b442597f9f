"""Predictions of published numbers that the model has not seen, their baselines and their scores."""
