"""Simulation of each module in the scenario that shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.behaviour.scenarios import SCENARIOS, Run, Scenario
from hepatica.behaviour.views import MODULE_VIEWS
from hepatica.engine import Events, Problem, System
from hepatica.patients import load_population

Floats = NDArray[np.float64]
BACKGROUND = 8 * 365.25  # days
RTOL = 1e-7
HEPATOCYTES = tuple(f"hepatocytes_{s}" for s in ("quiescent", "primed", "replicating", "senescent", "injured"))
CUMULATIVE_HAZARDS = (
    "infection_hazard",
    "thrombosis_hazard",
    "reaction_hazard",
)  # nothing has happened when a scenario begins


@dataclass(frozen=True)
class Behaviour:
    """Simulated behaviour of a module: `values` by output, (run, point)."""

    module: str
    scenario: Scenario
    values: dict[str, Floats]

    def rounded(self) -> dict[str, object]:
        """Values to three digits, at every tenth point or so."""
        every = max(1, len(self.scenario.times) // 12)
        at = slice(None, None, every)

        def short(values: Floats) -> list[float]:
            return [float(f"{v:.3g}") for v in values]

        return {
            "axis": self.scenario.axis,
            "at": short(self.scenario.times[at]),
            "outputs": {
                name: {r.label: short(v[at]) for r, v in zip(self.scenario.runs, rows, strict=True)}
                for name, rows in self.values.items()
            },
        }


def simulate_behaviour(system: System, module: str) -> Behaviour:
    """Behaviour of a module in its scenario.

    Parameters
    ----------
    system : System
        The compiled model.
    module : str
        A key of `MODULE_VIEWS`.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> b = simulate_behaviour(System(assemble(MODULES)), "portal")
    >>> bool(b.values["hvpg"][0, -1] > b.values["hvpg"][0, 0])
    True
    """
    view = MODULE_VIEWS[module]
    scenario, outputs = SCENARIOS[view.scenario](), view.outputs
    if scenario.swept:
        p = np.repeat(_parameters(system, scenario.runs[0])[None], len(scenario.times), axis=0)
        p[:, system.parameters.index(scenario.swept)] = scenario.times
        at_rest = Scenario("", tuple(Run("", {}) for _ in p), np.array([0.1]))
        values = _follow(system, p, _rest(system, p), at_rest, outputs)
        return Behaviour(module, scenario, {name: values[None, :, 0, k] for k, name in enumerate(outputs)})
    p = np.stack([_parameters(system, run) for run in scenario.runs])
    before = p.copy()
    before[:, system.parameters.index("antiviral")] = 0.0
    y = _rest(system, before)
    for place, run in enumerate(scenario.runs):
        y[place] *= [run.hepatocytes_left if s in HEPATOCYTES else 1.0 for s in system.states]
    y[:, [s in CUMULATIVE_HAZARDS for s in system.states]] = 0.0
    values = _follow(system, p, y, scenario, outputs)
    return Behaviour(module, scenario, {name: values[:, :, k] for k, name in enumerate(outputs)})


def _parameters(system: System, run: Run) -> Floats:
    """Typical parameters with what is fitted to hepatitis B ACLF, and the run's own changes."""
    p = system.typical(run.hypothesis)
    fitted = {name: row.value for name, row in load_population("hbv_aclf").fitted.items()}
    for name, value in (fitted | run.changes).items():
        p[system.parameters.index(name)] = value
    return p


def _follow(system: System, p: Floats, y: Floats, scenario: Scenario, outputs: tuple[str, ...]) -> Floats:
    """Outputs (run, time, output) from states `y` under the scenario's dose events."""
    rows = [[(t, system.states.index(s), a, k) for t, s, a, k in run.rows] for run in scenario.runs]
    quiet = np.full((len(p), len(system.model.thresholds), 8), np.inf)
    problem = Problem(p, y, scenario.times, outputs, Events.gather(rows), quiet, start=scenario.start, rtol=RTOL)
    return system.solve(problem).values


def _rest(system: System, p: Floats) -> Floats:
    """States after years of background."""
    quiet = np.full((len(p), len(system.model.thresholds), 8), np.inf)
    return system.solve(
        Problem(p, system.healthy(p), np.array([BACKGROUND]), (), Events.none(len(p)), quiet, rtol=RTOL)
    ).final
