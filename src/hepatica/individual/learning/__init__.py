"""Learning from people: errors of labs, correction of forecasts, recalibration of risk; with its provenance."""
