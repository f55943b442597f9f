"""Adaptive designs.

In reading order: `combination` (inverse normal and Fisher combination of stages), `closed_testing` (intersection
hypotheses), `re_estimation` (sample size, promising zone), `blinded` (variance, blinded), `response_adaptive`
(randomisation), `seamless` (phase 2/3 with dose selection) and `enrichment` (of a subgroup).
"""
