"""Dose finding while outcomes are pending: late toxicity, and patients who arrive before it can be seen.

In reading order: `follow_up`, `tite_design`, `tite_crm`, `tite_boin`, `tite_simulation`.
"""
