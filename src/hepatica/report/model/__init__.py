"""Figures of the model's modules for its pages."""
