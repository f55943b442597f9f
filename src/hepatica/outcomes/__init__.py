"""What a course of disease amounts to: scores, events, survival, quality of life."""
