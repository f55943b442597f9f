"""Steps of a process as changes of the state of a counted cell, each by its laws."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from hepatica.model.parameters import Entry, read_table
from hepatica.model.spread import Spread
from hepatica.therapy.process import steps as kinds
from hepatica.therapy.process.hold import hold_rate, hold_rows
from hepatica.therapy.process.laws import Floats, Law, law, law_numbers
from hepatica.therapy.process.state import DRAWS, State
from hepatica.therapy.process.steps import Device, Finding, Step
from hepatica.therapy.product import HANDLING

REST_HOURS = 24.0  # of culture after which thawed cells are whole again (Francois 2012, Antebi 2019)
MAX_PASSAGE = 20


def _entry(name: str, entry: Entry) -> Law:
    """Law of a row of another table of the model."""
    return Law(
        name=name,
        label={"en": entry.label, "zh": _PASSAGE_LABELS.get(name, entry.label)},
        value=entry.value,
        prior=entry.prior,
        grade=entry.grade,
        source=entry.cite or entry.reason,
    )


_PASSAGE_LABELS = {
    "tissue_factor_per_passage": "每增一代组织因子的增幅",
    "potency_per_passage": "每增一代效价的变化",
    "thaw_potency": "刚复苏时的效价",
}


@functools.cache
def _handling(name: str) -> Law:
    return _entry(name, HANDLING[name])


@functools.cache
def _thaw_potency() -> Law:
    return _entry("thaw_potency", read_table("secretome").parameters["thaw_potency"].entry)


@functools.cache
def passage_factors(passage: int) -> dict[str, Floats]:
    """Factors of potency and tissue factor by passage, (1 + draws,), as the product has them at their typical size."""
    later = max(0, passage - int(HANDLING["low_passage"].value))
    return {
        what: _handling(f"{what}_per_passage").draws(law_numbers(f"{what}_per_passage", DRAWS)) ** later
        for what in ("potency", "tissue_factor")
    }


def _pool(state: State, step: Step) -> State:
    assert isinstance(step, kinds.Pooling)
    return replace(state, donors=step.donors)


def _grow(state: State, step: Step) -> State:
    assert isinstance(step, kinds.Culture)
    each, state = state.draw("doublings_per_passage")
    hours, state = state.draw("doubling_hours")
    if step.passage is None:
        assert step.doublings is not None  # one of the two, as read
        passage = min(MAX_PASSAGE, max(1, int(np.ceil(step.doublings / each[0] - 1e-9))))
        doublings = np.full_like(each, step.doublings)
    else:
        passage, doublings = step.passage, step.passage * each
    later = max(0, passage - int(_handling("low_passage").value))
    wider, state = state.draw("culture_diameter")
    fewer, state = state.draw("culture_receptors")
    by_passage = passage_factors(passage)
    return replace(
        state,
        passage=passage,
        doublings=doublings,
        days=doublings * hours / 24.0,
        diameter=state.diameter * wider**later,
        receptors=state.receptors * fewer**later,
        potency=state.potency * by_passage["potency"],
        tissue_factor=state.tissue_factor * by_passage["tissue_factor"],
        used=(*state.used, _handling("potency_per_passage"), _handling("tissue_factor_per_passage")),
    )


def _prime(state: State, step: Step) -> State:
    assert isinstance(step, kinds.Priming)
    clotting, state = state.draw("priming_tissue_factor")
    return replace(state, priming=step.degree, tissue_factor=state.tissue_factor * clotting**step.degree)


def _harvest(state: State, step: Step) -> State:
    kept, state = state.draw("harvest_living")
    receptors, state = state.draw("harvest_receptors")
    return replace(state, receptors=state.receptors * receptors).lose(kept)


def _freeze(state: State, step: Step) -> State:
    back, state = state.draw("freeze_recovery")
    return replace(state, living=state.living * back, dead=state.dead * back)


def _thaw(state: State, step: Step) -> State:
    assert isinstance(step, kinds.Thaw)
    kept, state = state.draw("thaw_living")
    receptors, state = state.draw("thaw_receptors")
    state = replace(state, receptors=state.receptors * receptors).lose(kept)
    if step.finding is Finding.UNCHANGED:
        return state
    impaired = _thaw_potency()
    return replace(state, stunned=impaired.draws(law_numbers(impaired.name, DRAWS)), used=(*state.used, impaired))


def _rest(state: State, step: Step) -> State:
    assert isinstance(step, kinds.Rest)
    daily, state = state.draw("rest_living")
    state = state.lose(daily ** (step.hours / 24.0))
    if step.hours < REST_HOURS:
        return state
    lost = law("thaw_receptors").draws(law_numbers("thaw_receptors", DRAWS))
    return replace(state, stunned=np.ones_like(state.stunned), receptors=state.receptors / lost)


def _wash(state: State, step: Step) -> State:
    assert isinstance(step, kinds.Wash)
    debris, state = state.draw("wash_debris")
    kept, state = state.draw("wash_living")
    return replace(state, living=state.living * kept**step.times, dead=state.dead * debris**step.times)


def _hold_law(step: kinds.Hold) -> Law:
    row = hold_rows()[step.vehicle]
    return Law(
        name=f"hold.{step.vehicle}",
        label={"en": f"loss of viability per hour in {row['en']}", "zh": f"在{row['zh']}中每小时的存活损失"},
        value=hold_rate(step.vehicle, step.temperature),
        prior=Spread(kind="lognormal", cv=row["cv"]),
        grade="in vitro",
        source=row["source"],
    )


def _hold(state: State, step: Step) -> State:
    assert isinstance(step, kinds.Hold)
    own = _hold_law(step)
    rate, state = own.draws(law_numbers(own.name, DRAWS)), replace(state, used=(*state.used, own))
    weaker, state = state.draw("hold_potency")
    state = replace(state, potency=state.potency * np.exp(-weaker * step.hours))
    return state.lose(np.exp(-rate * step.hours))


def _deliver(state: State, step: Step) -> State:
    assert isinstance(step, kinds.Delivery)
    device = Device(step.device).value
    out, state = state.draw(f"{device}_delivered")
    kept, state = state.draw(f"{device}_living")
    between = law(f"{device}_delivered").between.cv
    state = state.lose(kept)
    return replace(
        state, living=state.living * out, dead=state.dead * out, delivered_sd=float(np.sqrt(np.log1p(between**2)))
    )


TRANSITIONS: dict[type[Step], Callable[[State, Step], State]] = {
    kinds.Pooling: _pool,
    kinds.Culture: _grow,
    kinds.Priming: _prime,
    kinds.Harvest: _harvest,
    kinds.Cryopreservation: _freeze,
    kinds.Thaw: _thaw,
    kinds.Rest: _rest,
    kinds.Wash: _wash,
    kinds.Hold: _hold,
    kinds.Delivery: _deliver,
}
