"""Individual forecasts of real people, and their data as evidence.

In reading order: `labs`, `people`, `csv_table`, `file` (the data); `pool`, `weights`, `inflammation` (the model's
posterior predictive distribution); `regressions`, `mixed_model`, `discrepancy`, `predictors`, `out_of_fold` (what is
fitted on other people); `scores`, `evaluation`, `forecast` (the evaluation); `as_evidence` (the people as evidence).
"""
