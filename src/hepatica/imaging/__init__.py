"""Imaging of labelled cells: what a camera sees of simulated ones, and what images say of real ones.

In reading order: `tracers` (label in the model to counts in an image), `readers` (files to images), `quantification`
(images to label and cells of an organ), `phantoms` (images with a known answer). What reads or writes files needs the
extra ``imaging``.
"""

from hepatica.imaging.tracers import counts, living_share

__all__ = ["counts", "living_share"]
