"""Likelihood of what is less than a number: `contrasts` between arms, `terms` of one untreated arm."""
