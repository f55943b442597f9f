"""Calibration: posterior draws of the uncertain parameters from published and individual evidence.

Modules, in reading order: `matching` (a published arm as it is simulated), `endpoints` (what is read from it), `bank`
and `blocks` (simulations of all arms under many draws, kept on disk), `likelihood` and `terms` (published numbers given
simulated ones), `contrast` (the effect of cells within a publication), `inference` (emulator, sampler, weights),
`course` (posterior of the untreated course), `cells` (posterior of the cell parameters), `diagnostics` (contraction,
identifiability), `run` (a calibration from beginning to end), `leave_out` (each publication predicted from the others),
`natural_history` (joint fit of the untreated populations).
"""
