"""Dose finding."""
