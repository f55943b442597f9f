"""Summaries of the answer of a dose study: what its report, a notebook and the web show, as numbers."""
