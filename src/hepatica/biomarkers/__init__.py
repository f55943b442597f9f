"""Biomarkers of response: prognostic and predictive value of measurables in virtual patients whose outcomes are known.

In reading order: `measurables`, `potential`, `crossfit`, `value`, `decision`, `policy_tree`, `trial`, `study`. A marker
made by the model proves nothing about people.
"""
