"""How each module behaves in a situation that shows it: one figure a module, for the pages of the model.

To add a module, give it a line in `FIGURES`; to add a situation, a function in `SCENARIOS`.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepatica.engine import Events, Problem, System
from hepatica.engine.problem import BOLUS
from hepatica.files import write_text, write_whole
from hepatica.model.describe import index, page
from hepatica.model.structure import Model
from hepatica.patients import load_population
from hepatica.report.style import legend_below, look, panels, styled
from hepatica.therapy import Regimen, combine

Floats = NDArray[np.float64]
Rows = Sequence[tuple[float, str, float, int]]
BACKGROUND = 8 * 365.25  # days
WEIGHT = 65.0  # kg


@dataclass(frozen=True)
class Run:
    """One course: label, parameters that differ, what is put where when, and what is done to the states at rest."""

    label: str
    changes: dict[str, float]
    rows: Rows = ()
    hypothesis: str = ""
    scaled: tuple[str, float] = ("", 1.0)


@dataclass(frozen=True)
class Scenario:
    """A situation.

    Attributes
    ----------
    axis : str
    runs : tuple of Run
    times : (n,) day
        Times shown, or the degrees of cirrhosis of a sweep.
    start : float, day
        Where the courses begin, at rest after years of background.
    """

    axis: str
    runs: tuple[Run, ...]
    times: Floats
    start: float = 0.0


FLARE = {"cirrhosis": 0.3}
INSULT = [(0.0, "effectors_young", 1.0, BOLUS)]


def _flare() -> Scenario:
    return Scenario(
        "days after onset of the flare",
        (Run("with antiviral", FLARE | {"antiviral": 1.0}, INSULT), Run("without antiviral", FLARE, INSULT)),
        np.arange(0.0, 121.0, 1.0),
    )


def _cirrhosis() -> Scenario:
    return Scenario("degree of cirrhosis", (Run("at rest", {}),), np.linspace(0.0, 0.8, 17))


def _resection() -> Scenario:
    return Scenario(
        "days after resection",
        tuple(
            Run(f"{label} of the liver removed", {}, scaled=("hepatocytes_", left))
            for label, left in (("one third", 2 / 3), ("two thirds", 1 / 3))
        ),
        np.arange(0.0, 61.0, 0.5),
    )


def _infection() -> Scenario:
    bacteria = [(0.0, "pathogen", 1.0, BOLUS)]
    return Scenario(
        "days after bacteria enter",
        (Run("healthy liver", {}, bacteria), Run("degree of cirrhosis 0.5", {"cirrhosis": 0.5}, bacteria)),
        np.arange(0.0, 21.05, 0.1),
    )


def _infusion(labelled: bool = False) -> Scenario:
    regimen = Regimen(1e6, infusions=1, duration=1 / 24)
    cells = [
        (t, state, amount * (WEIGHT if regimen.per_kg else 1.0), kind)
        for t, state, amount, kind in regimen.events(1.0, viability=0.9, thawed=False, labelled=labelled)
    ]
    ill = [(-14.0, *INSULT[0][1:]), *cells]
    return Scenario(
        "days after one infusion of 10⁶ cells/kg, two weeks into a flare",
        (
            Run("label means cells", FLARE | {"antiviral": 1.0}, ill, "label_is_cells"),
            Run("viable cells hardly leave the lung", FLARE | {"antiviral": 1.0}, ill, "lung_only"),
        ),
        np.concatenate([np.arange(0.0, 1.0, 0.02), np.arange(1.0, 21.01, 0.1)]),
        -14.0,
    )


def _labelled() -> Scenario:
    return _infusion(labelled=True)


def _treatment() -> Scenario:
    runs = [Run("standard care", FLARE | {"antiviral": 1.0}, [(-14.0, *INSULT[0][1:])])]
    for name, label in (
        ("plasma_exchange", "plasma exchange"),
        ("gcsf", "G-CSF"),
        ("corticosteroid", "corticosteroid"),
    ):
        sets, rows = combine([name])
        runs.append(Run(label, FLARE | {"antiviral": 1.0} | sets, [(-14.0, *INSULT[0][1:]), *rows]))
    return Scenario("days of treatment, begun two weeks into a flare", tuple(runs), np.arange(0.0, 28.05, 0.1), -14.0)


SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "flare": _flare,
    "cirrhosis": _cirrhosis,
    "resection": _resection,
    "infection": _infection,
    "infusion": _infusion,
    "labelled infusion": _labelled,
    "treatment": _treatment,
}
# module: (situation, at most four outputs, title)
FIGURES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "portal": (
        "cirrhosis",
        ("hvpg", "shunt", "sinusoidal_flow", "room"),
        "Scar raises pressure and sends blood around the liver.",
    ),
    "injury": (
        "flare",
        ("effectors", "virus", "kill", "kill_flare"),
        "A flare of hepatitis B: effectors clear virus by killing.",
    ),
    "hepatocytes": (
        "resection",
        ("functional_mass", "hepatocytes_primed", "hepatocytes_replicating", "load_per_cell"),
        "After resection load rises, cells are primed, replicate and return.",
    ),
    "immune": (
        "infection",
        ("pathogen", "phagocytes", "anti_inflammation", "paralysis"),
        "The same bacteria in health and in cirrhosis.",
    ),
    "cytokines": ("infection", ("tnf", "il6", "il10", "crp"), "What the laboratory would measure of an infection."),
    "cells": (
        "infusion",
        ("cells_lung", "cells_liver", "cells_spleen", "cells_rest"),
        "Living cells per organ under both hypotheses.",
    ),
    "secretome": (
        "infusion",
        ("growth_effect", "mediator_effect", "efferocytosis", "calming"),
        "What one infusion does, and for how long.",
    ),
    "label": (
        "labelled infusion",
        ("image_lung", "image_liver", "image_spleen", "label_per_cell"),
        "What a camera would see of one labelled infusion.",
    ),
    "treatments": (
        "treatment",
        ("plasma_removed", "gcsf_effect", "bilirubin", "il6"),
        "Established treatments begun in a flare.",
    ),
    "matrix": ("cirrhosis", ("stellate", "collagen", "tgf_beta", "stiffness"), "Scar over the degree of cirrhosis."),
    "macrophages": (
        "infection",
        ("macrophages_inflammatory", "macrophages_repair", "regulatory_cells", "effector_restraint"),
        "Macrophages and regulatory cells in the same infection.",
    ),
    "bilirubin": (
        "flare",
        ("bilirubin_unconjugated", "bilirubin_conjugated", "excretion_capacity", "cholestasis"),
        "Jaundice in a flare: lost mass and blocked excretion.",
    ),
    "synthesis": (
        "flare",
        ("albumin", "inr", "fibrinogen", "albumin_synthesis_capacity"),
        "Synthesis lost in a flare, and its return.",
    ),
    "metabolism": (
        "flare",
        ("ammonia", "lactate", "glucose", "glycogen"),
        "Nitrogen and energy in a flare, and their return.",
    ),
    "enzymes": ("flare", ("death_flux", "alt", "ast"), "Transaminases follow the death of hepatocytes."),
    "organs": (
        "cirrhosis",
        ("arterial_pressure", "filtration", "encephalopathy", "ascites"),
        "Other organs over the degree of cirrhosis.",
    ),
    "hazards": (
        "flare",
        ("death_intensity", "infection_hazard", "functional_mass"),
        "Who is at risk, and when, in a flare.",
    ),
}


@dataclass(frozen=True)
class Shown:
    """What a figure shows: `values` by output, (runs, points)."""

    module: str
    scenario: Scenario
    values: dict[str, Floats]

    def rounded(self) -> dict[str, object]:
        """The numbers to three digits, at every tenth point or so."""
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


def behave(system: System, module: str) -> Shown:
    """Simulate a module's situation."""
    key, outputs, _ = FIGURES[module]
    scenario = SCENARIOS[key]()
    if key == "cirrhosis":
        p = np.repeat(_parameters(system, scenario.runs[0])[None], len(scenario.times), axis=0)
        p[:, system.parameters.index("cirrhosis")] = scenario.times
        rest = _rest(system, p)
        found = _follow(system, p, rest, np.array([0.1]), outputs, [()] * len(p), 0.0)
        return Shown(module, scenario, {name: found[None, :, 0, k] for k, name in enumerate(outputs)})
    p = np.stack([_parameters(system, run) for run in scenario.runs])
    before = p.copy()
    before[:, system.parameters.index("antiviral")] = 0.0
    y = _rest(system, before)
    for place, run in enumerate(scenario.runs):
        prefix, left = run.scaled
        y[place] *= [left if prefix and s.startswith(prefix) else 1.0 for s in system.states]
    y[:, [s.endswith("_hazard") for s in system.states]] = 0.0
    found = _follow(system, p, y, scenario.times, outputs, [r.rows for r in scenario.runs], scenario.start)
    return Shown(module, scenario, {name: found[:, :, k] for k, name in enumerate(outputs)})


def _parameters(system: System, run: Run) -> Floats:
    """Typical parameters with what is fitted to hepatitis B ACLF, and the run's own changes."""
    p = system.typical(run.hypothesis)
    fitted = {name: row.value for name, row in load_population("hbv_aclf").fitted.items()}
    for name, value in (fitted | run.changes).items():
        p[system.parameters.index(name)] = value
    return p


def _follow(
    system: System, p: Floats, y: Floats, times: Floats, outputs: tuple[str, ...], rows: Sequence[Rows], start: float
) -> Floats:
    events = Events.gather([[(t, system.states.index(s), a, k) for t, s, a, k in row] for row in rows])
    quiet = np.full((len(p), len(system.model.thresholds), 8), np.inf)
    return system.solve(Problem(p, y, times, outputs, events, quiet, start=start, rtol=1e-7)).values


def _rest(system: System, p: Floats) -> Floats:
    quiet = np.full((len(p), len(system.model.thresholds), 8), np.inf)
    return system.solve(
        Problem(p, system.healthy(p), np.array([BACKGROUND]), (), Events.none(len(p)), quiet, rtol=1e-7)
    ).final


def figure(system: System, shown: Shown) -> Figure:
    """A module's figure: one panel an output."""
    with styled():
        n = len(shown.values)
        drawn, axes = panels(1, n, width=3.3 * n, height=2.9)
        for ax, (name, rows) in zip(axes[0], shown.values.items(), strict=True):
            item = system.model.states.get(name) or system.model.quantities[name]
            for place, (run, values) in enumerate(zip(shown.scenario.runs, rows, strict=True)):
                colour, line, _ = look(place)
                ax.plot(shown.scenario.times, values, color=colour, ls=line, lw=1.9, label=run.label)
            ax.set_title(name, fontsize=9)
            ax.set_ylabel(
                "\n".join(textwrap.wrap(item.label + (f", {item.unit}" if item.unit else ""), 34)), fontsize=8
            )
            low, high = float(np.nanmin(rows)), float(np.nanmax(rows))
            if low >= 0 and low < 0.6 * high or low == high:
                ax.set_ylim(min(0.0, low), 1.06 * high or 1.0)
        axes[0, 0].set_xlabel(shown.scenario.axis, loc="left")
        if len(shown.scenario.runs) > 1:
            legend_below(drawn, axes, len(shown.scenario.runs))
        drawn.set_facecolor("white")
        return drawn


def pages(model: Model) -> dict[str, str]:
    """All pages of the model by file name, each module's with its figure."""
    found = {"index.md": index(model)}
    for m in model.modules:
        text = ""
        if m in FIGURES:
            key, outputs, title = FIGURES[m]
            axis = SCENARIOS[key]().axis
            text = (
                f"![{title}](img/{m}.svg)\n\n{title} Shown over {axis}: {', '.join(f'`{o}`' for o in outputs)}; the "
                f"numbers stand in [img/{m}.json](img/{m}.json)."
            )
        found[f"{m}.md"] = page(model, m, text)
    return found


def write_pages(system: System, folder: Path) -> list[Path]:
    """Write the pages of all modules, their figures (SVG, without dates) and the numbers in these (JSON)."""
    written = [write_text(folder / name, text) for name, text in pages(system.model).items()]
    for m in system.model.modules:
        if m not in FIGURES:
            continue
        shown = behave(system, m)
        numbers = json.dumps(shown.rounded(), ensure_ascii=False, indent=1) + "\n"
        numbers = _narrow(numbers)
        written.append(write_text(folder / "img" / f"{m}.json", numbers))
        drawn = figure(system, shown)
        with styled():
            written.append(
                write_whole(
                    folder / "img" / f"{m}.svg",
                    lambda p, drawn=drawn: FigureCanvasSVG(drawn).print_svg(  # type: ignore[misc]
                        p, metadata={"Date": None, "Creator": None}
                    ),
                )
            )
    return written


def _narrow(text: str) -> str:
    """Lists of numbers on one line each."""
    parts = text.split("[")
    return "[".join(parts[:1] + [" ".join(p.split("]")[0].split()) + "]" + p.split("]", 1)[1] for p in parts[1:]])
