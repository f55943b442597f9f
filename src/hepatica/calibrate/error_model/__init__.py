"""Error model of published numbers, in learning and predicting.

Modules: `sampling` (sampling error and its covariances), `bias` (bias of a comparison as a shift with its own prior).
"""
