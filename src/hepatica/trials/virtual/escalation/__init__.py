"""Dose finding on the bank: outcomes of each level, designs by name, operating characteristics.

In reading order: `outcomes`, `designs`, `conduct`, `characteristics`.
"""
