"""The report of potency assays: figures, cards and page."""
