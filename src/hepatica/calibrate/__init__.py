"""Calibration: posterior draws of the uncertain parameters from published and individual evidence.

Modules, in reading order: `matching` (a published arm as it is simulated), `endpoints` (what is read from it), `bank`
and `blocks` (simulations of all arms under many draws, kept on disk), `error_model` (sampling, bias), `likelihood` and
`terms` (published numbers given simulated ones), `contrast` and `contrast_likelihood` (the effect of cells within a
publication), `inference` (emulator, random effects, sampler, weights), `unknowns`, `course`
(posterior of the untreated course), `cells` (posterior of the cell parameters), `readers` (named priors of the whole
effect), `diagnostics` (contraction, identifiability), `run` (a calibration from beginning to end), `leave_out` (each
publication predicted from the others), `natural_history` (deaths of groups into the draws).
"""
