"""Checks of a population against the model and the evidence, the same for those that ship and for a user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hepatica.errors import InputError
from hepatica.evidence import load, references
from hepatica.model.structure import Model
from hepatica.patients.population import Cause, Covariate, Limits, Population
from hepatica.units import factor, internal
from hepatica.variables import Use, used_in

NEEDED = ("age", "body_weight", "cirrhosis", "onset")  # covariates that every population states
NOT_IN_MODEL = ("onset", "female")  # covariates that are no parameters
SCORED = ("meld", "organ_failures", "aclf_grade")  # of the labs at admission
CONTROL, PROPERTY = "control", "property of the patient"  # in the reasons of parameters that populations may set
Table = Mapping[str, float | Covariate]


def insult_names(model: Model) -> tuple[str, ...]:
    """States that an insult may dose."""
    return tuple(name for name, state in model.states.items() if state.dosed)


def control_names(model: Model) -> tuple[str, ...]:
    """Parameters that care, or the time before admission, sets."""
    return tuple(n for n, q in model.parameters.items() if CONTROL in q.entry.reason.lower())


def treatment_names(model: Model) -> tuple[str, ...]:
    """Controls and states that treatment from admission on may set or dose."""
    return (*control_names(model), *model.states)


def covariate_names(model: Model) -> tuple[str, ...]:
    """Properties of a patient that a population may state."""
    own = (n for n, q in model.parameters.items() if PROPERTY in q.entry.reason.lower())
    return tuple(dict.fromkeys((*NEEDED, *NOT_IN_MODEL, *own)))


def inclusion_names() -> tuple[str, ...]:
    """Labs at admission, and scores of them, that limit who is admitted."""
    return (*(v.name for v in used_in(Use.ADMISSION)), *SCORED)


def check_population(population: Population, model: Model) -> None:
    """Refuse a population that the model cannot simulate, or whose sources are not there.

    Parameters
    ----------
    population : Population
        Of any file.
    model : Model
        Model of the parameters, states and labs that it names.

    Raises
    ------
    InputError
        At the first name, unit, range or source that is wrong.

    Examples
    --------
    >>> from hepatica.engine import shipped_system
    >>> from hepatica.patients import load_population
    >>> check_population(load_population("hbv_aclf"), shipped_system().model)
    """
    for place, got, allowed in _faults(population, model):
        raise InputError(f"population {population.key}: {place}", got, allowed)


def _faults(p: Population, model: Model) -> Iterator[tuple[str, object, str]]:
    yield from _covariates(p, model)
    yield from _given(p, model)
    for name in p.fitted:
        if name not in model.parameters:
            yield f"fitted.{name}", name, "a parameter of the model"
        if name in p.covariate:
            yield f"fitted.{name}", name, "a parameter that is no covariate of this population"
    for name, limits in p.inclusion.items():
        yield from _limits(f"inclusion.{name}", name, limits, model)
    yield from _sources(p)


def _covariates(p: Population, model: Model) -> Iterator[tuple[str, object, str]]:
    """Covariates: needed, known, properties of a patient and in a unit that converts."""
    for name in NEEDED:
        if name not in p.covariate:
            yield f"covariate.{name}", None, "this covariate is required"
    for name, covariate in p.covariate.items():
        if name in NOT_IN_MODEL:
            want = "day" if name == "onset" else ""
            if covariate.unit != want:
                yield f"covariate.{name}.unit", covariate.unit, f"'{want}'"
            continue
        if name not in model.parameters:
            yield f"covariate.{name}", name, f"a property of the patient, or one of {', '.join(NOT_IN_MODEL)}"
            continue
        entry = model.parameters[name].entry
        if name != "cirrhosis" and PROPERTY not in entry.reason.lower():
            yield f"covariate.{name}", name, "a property of the patient; this is a constant of human biology"
        yield from _converts(f"covariate.{name}.unit", covariate.unit, entry.unit)


def _given(p: Population, model: Model) -> Iterator[tuple[str, object, str]]:
    """Insults dose states; care and the time before admission set controls."""
    dosed, controls = set(insult_names(model)), set(control_names(model))
    owners: list[tuple[str, Population | Cause]] = [("", p), *((f"causes.{c.name}.", c) for c in p.causes)]
    for place, owner in owners:
        tables: tuple[tuple[str, Table, set[str], str], ...] = (
            ("insult", owner.insult, dosed, "a state that can be dosed"),
            ("before", owner.before, controls, "a control of the model"),
            ("treatment", owner.treatment, set(treatment_names(model)), "a control or a state of the model"),
        )
        for what, table, known, wanted in tables:
            for name, value in table.items():
                where = f"{place}{what}.{name}"
                if name not in known:
                    yield where, name, f"{wanted}: one of {', '.join(sorted(known))}"
                    continue
                item = model.parameters.get(name) or model.states[name]
                if isinstance(value, Covariate) and (item.unit or name in model.parameters):  # a state may have none
                    yield from _is_unit(f"{where}.unit", value.unit, item.unit)


def _limits(where: str, name: str, limits: Limits, model: Model) -> Iterator[tuple[str, object, str]]:
    """Inclusion: a lab that is read at admission, in the unit in which it is compared, and a range."""
    labs = {v.name: v.unit for v in used_in(Use.ADMISSION)}
    if name not in inclusion_names():
        yield where, name, f"one of {', '.join(inclusion_names())}"
        return
    if not limits.low < limits.high:
        yield where, [limits.low, limits.high], "low below high"
    if not limits.reason:
        yield f"{where}.reason", "", "the reason of the range"
    if name in labs:
        yield from _is_unit(f"{where}.unit", limits.unit, labs[name])


def _converts(where: str, unit: str, wanted: str) -> Iterator[tuple[str, object, str]]:
    try:
        internal(unit), factor(unit or "1", wanted or "1")
    except InputError:
        yield where, unit, f"a unit that converts to '{wanted}'"


def _is_unit(where: str, unit: str, wanted: str) -> Iterator[tuple[str, object, str]]:
    """The number is used as it stands: its unit is that of the model."""
    try:
        same = unit == "score_point" or abs(factor(unit or "1", wanted or "1") - 1.0) < 1e-9
    except InputError:
        same = False
    if not same:
        yield where, unit, f"'{wanted}', the unit of the model"


def _sources(p: Population) -> Iterator[tuple[str, object, str]]:
    """Published arms without cells, and keys of the bibliography."""
    rows = (*p.fit.targets, *p.fit.deaths, *p.external_cohorts)
    pairs = [("baseline", p.baseline, p.baseline_arm), *((f"fit, {r.publication}", r.publication, r.arm) for r in rows)]
    for where, publication, arm in pairs:
        try:
            published = load(publication).arm(arm)
        except (InputError, KeyError, StopIteration, ValueError):
            yield where, f"{publication}, {arm}", "a publication that ships and one of its arms"
            continue
        if published.product:
            yield where, f"{publication}, {arm}", "an arm that was given no cells"
    for move in p.fit.moved:
        table, _, name = move.quantity.partition(".")
        if name not in getattr(p, table) and not any(name in getattr(c, table, {}) for c in p.causes):
            yield "fit.moved", move.quantity, "a quantity of this population"
    known = references()
    for name, sourced in p.covariate.items():
        for part in filter(None, sourced.cite.split(";")):
            if part.split(",")[0].strip() not in known:
                yield f"{name}.cite", part.strip(), "a key of the bibliography that ships, or a reason instead of cite"
