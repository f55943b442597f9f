"""Figures and cards of published evidence and of predictions."""
