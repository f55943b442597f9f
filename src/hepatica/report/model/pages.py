"""Pages of the model: one for each module, with the figure of its behaviour and the numbers in it."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from hepatica.behaviour.scenarios import SCENARIOS
from hepatica.behaviour.simulate import Behaviour, simulate_behaviour
from hepatica.behaviour.views import MODULE_VIEWS
from hepatica.engine import System
from hepatica.files import write_text, write_whole
from hepatica.model.describe import index, page
from hepatica.model.structure import Model
from hepatica.report.style import legend_below, look, panels, styled


def figure(system: System, shown: Behaviour) -> Figure:
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
    texts = {"index.md": index(model)}
    for m in model.modules:
        text = ""
        if m in MODULE_VIEWS:
            view = MODULE_VIEWS[m]
            axis = SCENARIOS[view.scenario]().axis
            text = (
                f"![{view.title}](img/{m}.svg)\n\n{view.title} Shown over {axis}: "
                f"{', '.join(f'`{o}`' for o in view.outputs)}; the numbers stand in [img/{m}.json](img/{m}.json)."
            )
        texts[f"{m}.md"] = page(model, m, text)
    return texts


def write_pages(system: System, folder: Path) -> list[Path]:
    """Write the pages of all modules, their figures (SVG, without dates) and the numbers in these (JSON)."""
    written = [write_text(folder / name, text) for name, text in pages(system.model).items()]
    for m in system.model.modules:
        if m not in MODULE_VIEWS:
            continue
        shown = simulate_behaviour(system, m)
        numbers = _narrow(json.dumps(shown.rounded(), ensure_ascii=False, indent=1) + "\n")
        written.append(write_text(folder / "img" / f"{m}.json", numbers))
        written.append(_write_svg(figure(system, shown), folder / "img" / f"{m}.svg"))
    return written


def _write_svg(drawn: Figure, path: Path) -> Path:
    metadata = {"Date": None, "Creator": None}
    with styled():
        return write_whole(path, lambda p: FigureCanvasSVG(drawn).print_svg(p, metadata=metadata))


def _narrow(text: str) -> str:
    """JSON with each list of numbers on one line."""
    return re.sub(r"\[([^\[\]]*)\]", lambda match: f"[{' '.join(match[1].split())}]", text)
