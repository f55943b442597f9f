"""Quantification: from voxels to activity, label and cells of an organ, with their errors."""
