"""Real people as evidence of the untreated course: `lab_summaries`, `groups`, `weekly_bilirubin`, `publication`."""
