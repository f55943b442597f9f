"""Figures of what cells do: share of each mechanism in the gain, and harm by dose and time of infusion."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from cell_effects_tables import POPULATION, Rows
from matplotlib.figure import Figure

from hepatica.report.style import legend_below, look, panels, styled

TWO = 2.0  # Monte-Carlo errors that a bar shows


def mechanisms(rows: Mapping[str, Rows]) -> Figure:
    """Share of the gain that goes with each mechanism, with two Monte-Carlo errors."""
    with styled():
        figure, grid = panels(1, 1, height=6.0)
        axes = np.ravel(grid)[0]
        for k, (key, table) in enumerate(rows.items()):
            shown = [row for row in table if row[3] is not None]
            place = np.arange(len(shown)) + 0.3 * k
            colour, _, marker = look(k)
            share, error = (np.array([float(str(row[j])) for row in shown]) for j in (3, 4))
            axes.errorbar(share, place, xerr=TWO * error, fmt=marker or "o", color=colour, label=POPULATION[key])
            axes.set_yticks(place, [str(row[0]).replace(", so ", ",\nso ") for row in shown])
        axes.axvline(0.0, color="0.5", linewidth=0.8)
        axes.invert_yaxis()
        axes.set_xlabel("share of the days gained that goes when it is switched off, % (two Monte-Carlo errors)")
        legend_below(figure, [axes], 2)
    return figure


def harm_by_dose(rows: Rows) -> Figure:
    """Excess of thrombo-embolism, fever and fall of oxygenation by dose, a line for each time of infusion."""
    names = ("thrombo-embolism, points", "fever, %", "fall of oxygenation, %")
    with styled():
        figure, grid = panels(1, 3, height=3.4)
        axes = np.ravel(grid)
        for k, hours in enumerate(sorted({float(str(row[1])) for row in rows})):
            own = [row for row in rows if row[1] == hours and row[2] not in {0.98, 0.71}]
            dose = [float(str(row[0])) for row in own]
            colour, line, _ = look(k)
            for ax, column in zip(axes, (3, 4, 5), strict=True):
                value = np.maximum([float(str(row[column])) for row in own], 0.0)
                ax.plot(dose, value, color=colour, linestyle=line, label=f"{hours:.2g} h")
        for ax, name in zip(axes, names, strict=True):
            ax.set_xscale("log")
            ax.set_xlabel("cells/kg in one infusion")
            ax.set_title(name)
        legend_below(figure, axes, 3)
    return figure


def write(folder: Path, by_mechanism: Mapping[str, Rows], by_dose: Rows) -> None:
    """Write both into the folder of the documents."""
    for name, figure in (("cells-mechanisms", mechanisms(by_mechanism)), ("cells-harm", harm_by_dose(by_dose))):
        figure.savefig(folder / "img" / f"{name}.svg", metadata={"Date": None})
