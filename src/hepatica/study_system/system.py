"""System of a study: the shipped model, or one with own modules, and the parameter values that the study states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from hepatica import therapy
from hepatica.engine import Events, Problem, System, shipped_system
from hepatica.errors import InputError, ModelError
from hepatica.evidence import references
from hepatica.model.own_values import with_values
from hepatica.model.structure import Model
from hepatica.patients import load_population
from hepatica.patients.population_check import check_population
from hepatica.patients.population_file import is_own
from hepatica.study import Study

HEALTHY_DAYS = 30.0  # for which a healthy person stays finite under own modules


def system_with(modules: Sequence[Path] = (), *, executor: Executor | None = None) -> System:
    """System of the shipped model with modules of the user's own, whose Python files are run.

    Parameters
    ----------
    modules : sequence of Path
        Each ``x.py`` has its table ``x.toml`` beside it; a module of the name of a shipped one takes its place.
    executor : Executor, optional
        Workers elsewhere, for the shipped model alone.

    Raises
    ------
    ModelError
        If a module does not fit: names, units, sources, or a healthy person who does not stay finite.

    Examples
    --------
    >>> system_with().model.modules[0]
    'matrix'
    """
    if not modules:
        return shipped_system(executor=executor)
    from hepatica.model.assemble import assemble  # SymPy is slow to import
    from hepatica.model.own_modules import with_own_modules

    model = assemble(with_own_modules(modules))
    check_sources(model)
    system = System(model, executor=executor)
    _check_health(system)
    return system


def check_sources(model: Model) -> None:
    """Refuse a model with a parameter whose source is not in the bibliography.

    Raises
    ------
    ModelError
        That names the parameter and the key.
    """
    known = references()
    for p in model.parameters.values():
        for key in p.keys:
            if key not in known:
                raise ModelError(
                    f"{p.module}.toml, [{p.name}] cite: '{key}' is not in the bibliography that ships; cite one of its "
                    "keys, or give grade 'assumed' and a reason that names the source"
                )


def _check_health(system: System) -> None:
    """Refuse a model in which a healthy person with typical parameters does not stay finite."""
    parameters = system.typical()[None]
    quiet = np.full((1, len(system.model.thresholds), 8), np.inf)
    start, times = system.healthy(parameters), np.array([HEALTHY_DAYS])
    done = system.solve(Problem(parameters, start, times, (), Events.none(1), quiet))
    if not np.isfinite(done.final).all():
        state = system.states[int(np.argmax(~np.isfinite(done.final[0])))]
        raise ModelError(f"with the own modules a healthy person's '{state}' is not finite after {HEALTHY_DAYS:g} days")


def system_of(study: Study, system: System | None = None) -> System:
    """System with the study's own parameter values.

    Parameters
    ----------
    study : Study
        Its table ``[parameter]`` holds values in place of those of the model's tables.
    system : System, optional
        The shipped model unless given; one that has the values already is returned as it is.

    Raises
    ------
    InputError
        If there is no such parameter, the value does not suit it, or population, product or a treatment sets it; or
        if the study's own population file does not suit the model.

    Examples
    --------
    >>> from hepatica.study import check_study
    >>> grid = {"dose": ["1e6 cells/kg"]}
    >>> study = check_study({"title": "t", "grid": grid, "parameter": {"flare_kill": "0.05 1/day"}})
    >>> system_of(study).model.parameters["flare_kill"].value
    0.05
    """
    system = system or shipped_system()
    if is_own(study.population):
        check_population(load_population(study.population), system.model)
    if not study.parameter:
        return system
    owners = dict(_owners(study))
    for name, value in study.parameter.items():
        if name in owners:
            raise InputError(f"parameter.{name}", value, f"a parameter that nothing else sets; {owners[name]}")
    model = with_values(system.model, study.parameter)
    return system if model is system.model else system.with_parameters(model)


def _owners(study: Study) -> Iterator[tuple[str, str]]:
    """Parameters that something else of the study sets, with where to set them."""
    population = load_population(study.population)
    own = "this one is set by the population: state it in a population file of your own"
    tables: list[Mapping[str, object]] = [population.covariate, population.fitted]
    tables += [population.before, population.treatment]
    tables += [table for c in population.causes for table in (c.before, c.treatment)]
    yield from ((name, own) for table in tables for name in table)
    yield from ((name, "this one is set by [product]") for name in study.product.product().settings())
    given = therapy.combine(study.together_with)[0]
    yield from ((name, "this one is set by a treatment of together_with") for name in given)
