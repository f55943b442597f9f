"""Analyses of a trial, one file per method, in reading order.

Time to event: `kaplan_meier`, `log_rank`, `max_combo`, `rmst`, `cox/`, `survival_comparison` (which of them a course of
the hazards asks for). Competing risks and several states: `cumulative_incidence`, `gray`, `fine_gray`, `multi_state`.
Continuous outcomes: `design_matrix`, `ancova`, `mmrm/`. Composites: `win_statistics`. While the trial runs:
`conditional_power`. Risk scores under censoring: `discrimination`.
"""
