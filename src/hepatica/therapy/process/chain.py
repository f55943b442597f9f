"""Chain of process steps: state of a counted cell after each step, with what is not known of every law carried along.

A dose is counted when the last of harvest, thaw, rest and wash is done; what holds and delivery take away afterwards is
not in the count, so that what arrives differs from what was ordered.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.therapy.lots import LotVariation
from hepatica.therapy.process import steps as kinds
from hepatica.therapy.process.laws import Floats, Law, law
from hepatica.therapy.process.state import State
from hepatica.therapy.process.steps import Finding, Step
from hepatica.therapy.process.transitions import TRANSITIONS, passage_factors
from hepatica.therapy.product import Product

COUNTED_AFTER = ("harvest", "cryopreservation", "thaw", "rest", "wash")
AMOUNTS = ("viability", "delivered", "function", "receptors", "tissue_factor", "diameter", "debris")


class Amount(NamedTuple):
    """Typical size of an attribute and its 90 % interval over what is not known of the laws."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """State after a step.

    Attributes
    ----------
    step : Step
    laws : tuple of Law
        That the step used.
    after : dict of str to Amount
        `AMOUNTS`: living share; cells left of each counted one; function of living cells straight after the step,
        receptors and tissue factor relative to fresh low-passage cells of this source; diameter, um; dead cells for
        each counted one.
    """

    step: Step
    laws: tuple[Law, ...]
    after: dict[str, Amount]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Product at the end of a process.

    Attributes
    ----------
    results : tuple of StepResult
    passage, donors : int
    thawed : bool
        Given as freshly thawed cells.
    priming : float
    viability, delivered : float
        Living share of what arrives, and what arrives of each counted cell.
    potency, tissue_factor, receptors, diameter : float
        Potency and tissue factor by the steps beyond those of passage, which the product knows; receptors relative to
        fresh cells; diameter in um.
    recovered : Amount
        Cells counted of those at harvest.
    doublings, culture_days : Amount
        From isolation to harvest.
    senescent : bool
        The passage is at or beyond the one at which cultures of this source stop dividing.
    potency_error, viability_error, tissue_factor_error, delivered_error : float
        What is not known of the laws: standard deviations, of logarithms but for viability.
    delivered_sd : float
        Spread of the logarithm of what arrives between infusions.
    """

    results: tuple[StepResult, ...]
    passage: int
    donors: int
    thawed: bool
    priming: float
    viability: float
    delivered: float
    potency: float
    tissue_factor: float
    receptors: float
    diameter: float
    recovered: Amount
    doublings: Amount
    culture_days: Amount
    senescent: bool
    potency_error: float
    viability_error: float
    tissue_factor_error: float
    delivered_error: float
    delivered_sd: float


@functools.lru_cache(maxsize=256)
def run_chain(source: str, steps: tuple[Step, ...], *, diameter: float = 18.5, passage: int = 4) -> Chain:
    """State of a product through the steps of its process.

    Parameters
    ----------
    source : str
        Of the cells.
    steps : tuple of Step
        In their order; see `steps.read_steps`.
    diameter : float, um
        Of cells of low passage.
    passage : int
        Of cells whose steps name no culture.

    Raises
    ------
    InputError
        If what is left to give are dead cells alone.

    Examples
    --------
    >>> from hepatica.therapy.process.steps import Harvest, Hold
    >>> chain = run_chain("bone_marrow", (Harvest(), Hold(hours=2.0, vehicle="ringer")))
    >>> round(chain.viability, 2), chain.delivered
    (0.8, 1.0)
    """
    state = State.start(source, diameter=diameter, passage=passage)
    last = max((k for k, s in enumerate(steps) if s.kind in COUNTED_AFTER), default=-1)
    results = []
    for k, step in enumerate(steps):
        state = TRANSITIONS[type(step)](replace(state, used=()), step)
        if k <= last:
            state = state.counted()
        results.append(StepResult(step=step, laws=state.used, after=_amounts(state)))
    return _finish(state, tuple(results))


def _finish(state: State, results: tuple[StepResult, ...]) -> Chain:
    kept = state.kept
    viability = state.living / kept
    if viability[0] < 1e-6:
        raise InputError(
            "product.step", f"{viability[0]:.1g} alive at the end", "a shorter hold: none of the cells live"
        )
    by_passage = passage_factors(state.passage)
    return Chain(
        results=results,
        passage=state.passage,
        donors=state.donors,
        thawed=bool(state.stunned[0] < 1.0),
        priming=state.priming,
        viability=float(viability[0]),
        delivered=float(kept[0]),
        potency=float(state.potency[0] / by_passage["potency"][0]),
        tissue_factor=float(state.tissue_factor[0] / by_passage["tissue_factor"][0]),
        receptors=float(state.receptors[0]),
        diameter=float(state.diameter[0]),
        recovered=_amount(state.recovered),
        doublings=_amount(state.doublings),
        culture_days=_amount(state.days),
        senescent=state.passage >= law("senescence_passage", state.source).value,
        potency_error=_log_sd(state.potency),
        viability_error=float(viability[1:].std()),
        tissue_factor_error=_log_sd(state.tissue_factor),
        delivered_error=_log_sd(kept),
        delivered_sd=state.delivered_sd,
    )


def _amounts(state: State) -> dict[str, Amount]:
    made = (
        state.living / state.kept,
        state.kept,
        state.potency * state.stunned,
        state.receptors,
        state.tissue_factor,
        state.diameter,
        state.dead,
    )
    return {name: _amount(values) for name, values in zip(AMOUNTS, made, strict=True)}


def _amount(values: Floats) -> Amount:
    low, high = np.quantile(values[1:], [0.05, 0.95])
    return Amount(float(values[0]), float(low), float(high))


def _log_sd(values: Floats) -> float:
    return float(np.log(values[1:]).std())


def findings(steps: Sequence[Step]) -> Iterator[tuple[Finding, tuple[Step, ...]]]:
    """The steps under each of the conflicting findings on thaw; the steps as they are where nothing is thawed."""
    if not any(isinstance(s, kinds.Thaw) for s in steps):
        return
    for finding in Finding:
        yield finding, tuple(kinds.Thaw(finding=finding) if isinstance(s, kinds.Thaw) else s for s in steps)


def make_product(basis: Product, steps: tuple[Step, ...], lots: LotVariation) -> Product:
    """Product that steps make of cells, with what is not known of their laws among what is not known of its lots.

    Parameters
    ----------
    basis : Product
        What the steps do not decide; its receptors, tissue factor and diameter are those before them.
    steps : tuple of Step
        In their order.
    lots : LotVariation
        Variation of lots without the steps.

    Examples
    --------
    >>> from hepatica.therapy.process.steps import Culture, Harvest
    >>> made = make_product(Product(), (Culture(passage=6), Harvest()), LotVariation())
    >>> made.passage, made.viability, round(made.lots.tissue_factor_error, 2)
    (6, 0.98, 0.59)
    """
    chain = run_chain(basis.source, steps, diameter=basis.diameter, passage=basis.passage)
    made = replace(
        basis,
        passage=chain.passage,
        thawed=chain.thawed,
        viability=chain.viability,
        delivered=chain.delivered,
        potency=basis.potency * chain.potency,
        diameter=chain.diameter,
        cxcr4=basis.cxcr4 * chain.receptors,
        cmet=basis.cmet * chain.receptors,
        priming=chain.priming if any(s.kind == "priming" for s in steps) else basis.priming,
    )
    clotting = made.multipliers()["tissue_factor"] * chain.tissue_factor
    return replace(
        made,
        tissue_factor=made.tissue_factor if chain.tissue_factor == 1.0 else clotting,
        lots=replace(
            lots,
            potency_error=float(np.hypot(lots.potency_error, chain.potency_error)),
            viability_error=float(np.hypot(lots.viability_error, chain.viability_error)),
            tissue_factor_error=float(np.hypot(lots.tissue_factor_error, chain.tissue_factor_error)),
            delivered_error=float(np.hypot(lots.delivered_error, chain.delivered_error)),
            delivered_sd=float(np.hypot(lots.delivered_sd, chain.delivered_sd)),
        ),
    )
