"""Risk scores under censoring: `discrimination`, then `calibration`."""
