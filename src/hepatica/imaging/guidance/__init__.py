"""Guidance of the dose by images: what the scans mean for the next infusion.

In reading order: `plan` (what may be given), `delivery` (what would reach the liver), `image_draws` (the posterior as
`hepatica dose` takes it), `advice` (the decision, against not looking).
"""
