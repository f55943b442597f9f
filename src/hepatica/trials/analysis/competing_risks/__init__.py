"""Competing risks, to read in order: `cumulative_incidence`, `gray`, `fine_gray`; any states: `multi_state`."""
