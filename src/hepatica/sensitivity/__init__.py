"""Global sensitivity analysis: Morris screening, Sobol' indices, tornado over the dose."""
