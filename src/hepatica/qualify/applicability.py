"""Applicability: overlap of a study's context of use with the validation evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hepatica.calibrate.matching import SimulatedArm, simulated_arm
from hepatica.evidence import Publication
from hepatica.study import Study
from hepatica.therapy import ROUTES, Regimen
from hepatica.validation.records import Record

PLACES = ("inside", "elsewhere", "given", "never")
DEATHS = ("survival", "transplant_free_survival", "death", "transplanted")
INTERESTS = ("days", "survival", "meld", "severe_infection", "thrombosis", "fever", "bleeding")
"""Quantities of interest; quality-adjusted life days are the model's own, the rest are published variables."""


@dataclass(frozen=True)
class Given:
    """Published arm with cells that was predicted and scored.

    Attributes
    ----------
    low, high : float
        Cells per kg at each infusion.
    alone : bool
        Whether its publication has no arm without cells.
    """

    publication: str
    arm: str
    populations: tuple[str, ...]
    route: str
    low: float
    high: float
    infusions: int
    interval: float
    source: str
    donor: str
    days: float
    people: int
    numbers: int
    assumed: tuple[str, ...]
    alone: bool


@dataclass(frozen=True)
class Scope:
    """Domain of validation and the place of a study's regimens in it.

    Attributes
    ----------
    population : str
    weight : float
        Median body weight, kg, by which doses in all are read per kg.
    regimens : tuple of (Regimen, str)
        Each with one of `PLACES`: inside the doses, infusions and route given to this population; the same to another
        one; not above the highest dose ever given by its route; or above it.
    given : tuple of Given
        Arms with cells that were predicted.
    untreated : int
        Arms of this population without cells that were predicted.
    people, people_with_cells : int
        In arms of this population.
    horizon : float
        Of the study, day.
    days, days_with_cells : float
        The last day of this population that was predicted; 0 where there is none.
    numbers : dict of interest to (of this population, of this population with cells, of any)
    extrapolation : str
        Why every answer about this population is one; may be empty.
    """

    population: str
    weight: float
    regimens: tuple[tuple[Regimen, str], ...]
    given: tuple[Given, ...]
    untreated: int
    people: int
    people_with_cells: int
    horizon: float
    days: float
    days_with_cells: float
    numbers: dict[str, tuple[int, int, int]]
    extrapolation: str

    def share(self, *places: str) -> float:
        """Share of the study's regimens in these places; 1 where it has none.

        Examples
        --------
        >>> placed = ((Regimen(1e6), "inside"), (Regimen(1e9), "never"))
        >>> Scope("p", 70.0, placed, (), 0, 0, 0, 180, 0, 0, {}, "").share("inside")
        0.5
        """
        matches = [place in places for _, place in self.regimens]
        return sum(matches) / len(matches) if matches else 1.0

    def of_population(self) -> list[Given]:
        """Arms with cells in this population."""
        return [g for g in self.given if self.population in g.populations]


def scope(
    study: Study, publications: Sequence[Publication], records: Sequence[Record], weight: float, extrapolation: str
) -> Scope:
    """Domain of validation of a study, from the arms that were predicted.

    Parameters
    ----------
    study : Study
        Its population, horizon and grid of regimens.
    publications : sequence of Publication
        All that were predicted.
    records : sequence of Record
        What was predicted of them.
    weight : float
        Median body weight of the study's patients, kg.
    extrapolation : str
        Why every answer about the population is one; may be empty.
    """
    predicted_arms, own, people, days = [], 0, [0, 0], [0.0, 0.0]
    numbers = {name: [0, 0, 0] for name in INTERESTS}
    for p in publications:
        for arm in p.arms:
            predicted = [r for r in records if r.publication == p.key and r.arm == arm.id and not r.against]
            a = simulated_arm(p, arm)
            if not predicted or not isinstance(a, SimulatedArm):
                continue
            here = study.population in [key for key, _ in a.populations]
            for r in predicted:
                name = interest(r.endpoint)
                if name:
                    numbers[name][2] += 1
                    numbers[name][0] += here
                    numbers[name][1] += here and a.cells
            last, n = max(r.time for r in predicted), 0 if arm.subset_of else arm.n or 0
            if here:
                own += not a.cells
                people = [people[0] + n, people[1] + (n if a.cells else 0)]
                days = [max(days[0], last), max(days[1], last if a.cells else 0.0)]
            if a.cells:
                per = 1.0 if arm.dose_unit == "cells/kg" else weight
                r0, alone = a.given.regimen, not any(not other.gives_cells for other in p.arms)
                predicted_arms.append(
                    Given(p.key, arm.id, tuple(k for k, _ in a.populations), r0.route, (arm.dose_low or 0.0) / per,
                          (arm.dose_high or 0.0) / per, r0.infusions, r0.interval, a.given.product.source,
                          a.given.product.donor, last, n, len(predicted), a.assumed, alone)
                )  # fmt: skip
    regimens = tuple((r, place(r, study.population, predicted_arms, weight)) for r in study.grid.regimens())
    counts = {k: (v[0], v[1], v[2]) for k, v in numbers.items()}
    return Scope(
        population=study.population,
        weight=weight,
        regimens=regimens,
        given=tuple(predicted_arms),
        untreated=own,
        people=people[0],
        people_with_cells=people[1],
        horizon=study.horizon,
        days=days[0],
        days_with_cells=days[1],
        numbers=counts,
        extrapolation=extrapolation,
    )


def interest(endpoint: str) -> str:
    """Quantity of interest of the decision that a published variable informs; empty for none.

    Examples
    --------
    >>> interest("death"), interest("meld"), interest("collagen")
    ('survival', 'meld', '')
    """
    return "survival" if endpoint in DEATHS else endpoint if endpoint in INTERESTS else ""


def place(r: Regimen, population: str, arms: Sequence[Given], weight: float) -> str:
    """Place of a regimen in the domain of validation: one of `PLACES`.

    Examples
    --------
    >>> place(Regimen(1e9), "hbv_aclf", (), 70.0)
    'never'
    """
    each = r.cells(weight) / weight

    def among(rows: Sequence[Given]) -> bool:
        near = [g for g in rows if g.route == r.route]
        return (
            bool(near)
            and min(g.low for g in near) * (1 - 1e-9) <= each <= max(g.high for g in near) * (1 + 1e-9)
            and min(g.infusions for g in near) <= r.infusions <= max(g.infusions for g in near)
        )

    if among([g for g in arms if population in g.populations]):
        return "inside"
    if among([g for g in arms if population not in g.populations]):
        return "elsewhere"
    return "given" if each <= ROUTES[r.route].highest_given.value * (1 + 1e-9) else "never"
