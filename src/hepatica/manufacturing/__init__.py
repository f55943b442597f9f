"""The cell product: from source, passage, thaw and hold to potency assays, quality control and release."""
