"""Report of the biomarkers of a study."""
