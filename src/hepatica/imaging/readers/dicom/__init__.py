"""DICOM: series of PET, SPECT and MR, segmentations and structure sets, by pydicom alone.

In reading order: `tags` (checked values), `headers` (files of a folder), `frames`, `geometry`, `pixels` (the grid),
`dose`, `scale`, `nuclear` (from stored values to activity), `series` (all together), `segmentation`, `contours`.
"""
