"""The report of a dose: its cards, figures, sentences and tables."""
