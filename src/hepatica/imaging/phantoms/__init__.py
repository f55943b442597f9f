"""Digital phantoms: images with a known answer, written as the files of scanners.

In reading order: `objects` (DICOM objects alike), `pet`, `gamma`, `mr`, `masks`.
"""
