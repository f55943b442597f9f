"""Laboratory columns of a file of people, from the one table of variables."""

from __future__ import annotations

from collections.abc import Mapping

from hepatica.variables import PeopleColumn, ReadAs, people_columns

LABS: Mapping[str, PeopleColumn] = people_columns(ReadAs.LAB)
"""Laboratory tests that are read, simulated and forecast, by their name in the model."""
READINGS: Mapping[str, PeopleColumn] = people_columns(ReadAs.READING)
"""Markers of inflammation on day 0, which enter no weight and are compared with their predictions."""
PROTHROMBIN_ACTIVITY = PeopleColumn(
    column="PT_percentage",
    unit="%",
    factor=1.0,
    low=1.0,
    high=250.0,
    usual=(1.0, 250.0),
    order=0,
    read_as=ReadAs.LAB,
)
"""Prothrombin activity, from which an INR that was not measured is derived."""
INR_OF_ACTIVITY = (24.92, -0.707)
"""INR = 24.92 PT%^-0.707, a power law that fits the pairs of Yoshimura et al. 2025."""
