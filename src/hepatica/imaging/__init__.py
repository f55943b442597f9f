"""Imaging of labelled cells: counts by organ and the share of label in living cells."""

from hepatica.imaging.tracers import counts, living_share

__all__ = ["counts", "living_share"]
