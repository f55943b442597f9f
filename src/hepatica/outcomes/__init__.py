"""Outcomes of a simulated course: scores, events, survival, recovery, quality of life."""
