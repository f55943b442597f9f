"""Figure of applicability: doses of the study and of the published arms that were predicted."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.qualify.applicability import Scope
from hepatica.report import names
from hepatica.report.style import GREY, LIMIT, LOOKS, legend_below, log_scale, panels, styled
from hepatica.therapy import ROUTES
from hepatica.words import say

MARKS = {"inside": ("o", True), "elsewhere": ("o", False), "given": ("D", False), "never": ("X", True)}


def doses(scope: Scope, lang: str) -> Figure:
    """One row a route: published arms as bars, this population's above another's; the study's doses as marks."""
    with styled():
        routes = list(dict.fromkeys([r.route for r, _ in scope.regimens]))
        figure, axes = panels(1, 1, width=10, height=1.5 + 0.95 * len(routes))
        ax = axes[0, 0]
        for row, route in enumerate(routes):
            _arms(ax, scope, route, -row, lang)
            most = ROUTES[route].highest_given.value
            ax.plot(
                [most, most], [-row - 0.34, -row + 0.34], color=LIMIT, lw=1.6, label=say("qualify.highest_given", lang)
            )
            often = sorted({r.infusions for r, _ in scope.regimens if r.route == route})
            for r, place in scope.regimens:
                if r.route == route:
                    marker, full = MARKS[place]
                    colour = LOOKS[1][0] if place == "never" else "black"
                    x, y = (
                        r.cells(scope.weight) / scope.weight,
                        -row + 0.13 * (often.index(r.infusions) - (len(often) - 1) / 2),
                    )
                    ax.plot(x, y, marker=marker, ms=6, color=colour, ls="none", mfc=colour if full else "white",
                            label=say(f"qualify.mark_{place}", lang), zorder=4)  # fmt: skip
                    ax.annotate(f"×{r.infusions}", (x, y), (6, -2.5), textcoords="offset points", fontsize=6.5)
        log_scale(ax.xaxis, text=names.cells)
        ax.set_yticks([-k for k in range(len(routes))], [names.route(r, lang) for r in routes])
        ax.set(ylim=(-len(routes) + 0.45, 0.55), xlabel=say("qualify.axis_cells", lang))
        legend_below(figure, axes, 3)
        return figure


def _arms(ax: Axes, scope: Scope, route: str, y: float, lang: str) -> None:
    here = [g for g in scope.given if g.route == route]
    for g in here:
        own = scope.population in g.populations
        colour, aside = (LOOKS[0][0], 0.28) if own else (GREY, -0.28)
        label = say("qualify.arms_here" if own else "qualify.arms_elsewhere", lang)
        ax.plot([g.low * 0.97, g.high * 1.03], [y + aside] * 2, color=colour, lw=5 if own else 3, alpha=0.55,
                label=label, solid_capstyle="butt")  # fmt: skip
        ax.plot((g.low * g.high) ** 0.5, y + aside, marker="|", ms=9, color=colour)
