"""The report of a credibility dossier: its cards, figures and files."""
