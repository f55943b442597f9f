"""Analyses of a trial, one file per method, to read in order.

Time to event: `kaplan_meier`, `log_rank`, `max_combo`, `rmst`, `cox/`, `required_size`, `survival_comparison` (which of
them the course of the hazards asks for). `competing_risks/`: cumulative incidence, Gray's test, Fine-Gray regression,
any states. Continuous: `design_matrix`, `contrast`, `ancova`, `mmrm/`. Composites: `win_endpoints`,
`win_statistics`. `risk_scores/`: discrimination and calibration under censoring. `exam` computes the reference sets.
Conditional and predictive power stand with the group sequential designs.
"""
