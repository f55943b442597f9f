"""FHIR R4B Bundles of one person, read and written.

In reading order: `codes`, `resources`, `observations`, `bundle` (reading); `writer`.
"""
