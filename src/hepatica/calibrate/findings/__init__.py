"""Likelihood of what is less than a number: `printed`, `contrasts` between arms, `terms` of one untreated arm."""
