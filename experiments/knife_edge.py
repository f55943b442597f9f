"""Sensitivity of prognosis and of the gain by cells to the death rate of overloaded hepatocytes, and its posterior.

    python experiments/knife_edge.py [--draws 50] [--patients 20] [--workers N] [--json] [--write docs]

A liver as one pool of cells can fail or recover on one number that nobody has measured in people, the death rate of
hepatocytes under metabolic load (`overload_death`). Here it stands at one value for everybody, all else as in the draws
that ship: once with patients of HBV-related acute-on-chronic liver failure who fall ill and are admitted anew at each
value, once with the same patients and the value changed at admission. Beside it, the same for the half-effect of danger
signals (`alarm_half`), which leads the screen. Populations are not fitted again. For research use.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.ticker import NullFormatter, ScalarFormatter

from hepatica.admission import admit
from hepatica.dosing.utility import OUTPUTS, evaluate_benefit
from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.patients import Admitted, DrawKey, DrawKind, Draws, load_population, posterior
from hepatica.report.style import GREY, LOOKS, VERMILLION, legend_below, panels, styled
from hepatica.simulation import simulate
from hepatica.study import load_study

GRID = {
    "overload_death": (0.05, 0.10, 0.13, 0.15, 0.17, 0.20, 0.30, 0.60),
    "alarm_half": (5.0, 7.2, 8.5, 10.0, 11.7, 13.9, 20.0),
}
AXIS = {"overload_death": "death rate under overload, 1/day", "alarm_half": "half-effect of danger signals"}
ANEW, SAME = "admitted anew", "the same patients"
COMPANIONS = ("overload_mass", "metabolic_load", "drive_saturation")
STUDY = Path(__file__).resolve().parents[1] / "studies/hbv-aclf.toml"
REGIMEN = {"dose": 1e6, "infusions": 4, "route": "peripheral_vein"}
DAY = 90.0
ENDS = (5, 95)
LEAST = 8  # patients of a draw, below which it says nothing of a value
OUTCOMES = {
    "dead": f"dead by day {DAY:g} without cells, %",
    "auc": "AUC of MELD for death",
    "gain": "gain by cells,\nquality-adjusted days",
}


def auc(score: np.ndarray, chance: np.ndarray) -> float:
    """Probability that of one who dies and one who lives the first has the higher score; deaths by their chance."""
    above = (score[:, None] > score) + 0.5 * (score[:, None] == score)
    pairs = chance[:, None] * (1 - chance)
    np.fill_diagonal(pairs, 0.0)
    return float((above * pairs).sum() / pairs.sum())


def pinned(system: System, draws: Draws, name: str, value: float) -> Draws:
    """The draws with one parameter at one value in all of them."""
    p = system.model.parameters[name]
    z = np.log(value / p.value) / np.sqrt(np.log1p(p.entry.prior.cv**2))
    return Draws(dict(draws.columns) | {DrawKey.coordinate(name): np.full(draws.n, z)}, draws.provenance)


def followed(system: System, study: Any, patients: Admitted, workers: int | None) -> list[dict[str, Any]]:
    """One row a draw and hypothesis."""
    arms, rows = study.arms(), []
    cells = next(a for a in arms if all(getattr(a.regimen, k) == v for k, v in REGIMEN.items()))
    for h in study.hypotheses:
        ds = simulate(system, patients, [arms[0], cells], study.times(), outputs=OUTPUTS, hypothesis=h, workers=workers)
        w = evaluate_benefit(ds, [arms[0], cells], study.utility.utility())
        dead = 1 - np.array([np.interp(DAY, study.times(), curve) for curve in w.survival_curve[0]])
        is_complete = np.isfinite(w.net).all(axis=0)
        for d in np.unique(patients.cohort.draw):
            here = (patients.cohort.draw == d) & is_complete
            if here.sum() >= LEAST:
                rows.append(
                    {
                        "draw": int(d),
                        "hypothesis": h,
                        "dead": 100 * float(dead[here].mean()),
                        "auc": auc(patients.labs["meld"][here], dead[here]),
                        "gain": float((w.net[1] - w.net[0])[here].mean()),
                        "failed": int((~is_complete).sum()),
                    }
                )
    return rows


def swept(system: System, study: Any, draws: Draws, name: str, o: argparse.Namespace) -> pd.DataFrame:
    """One row a value, way, draw and hypothesis."""
    population, rows = load_population(study.population), []

    def admit_patients(known: Draws) -> Admitted:
        return admit(
            system,
            population,
            draws.n * o.patients,
            seed=study.seed,
            draws=draws.n,
            known=known,
            replace=False,
            workers=o.workers,
        )

    usual = admit_patients(pinned(system, draws, name, system.model.parameters[name].value))
    for value in GRID[name]:
        known = pinned(system, draws, name, value)
        same = replace(usual, cohort=replace(usual.cohort, known=known))
        for way, patients in ((ANEW, admit_patients(known)), (SAME, same)):
            rows += [{"value": value, "way": way, **r} for r in followed(system, study, patients, o.workers)]
        print(f"{name} {value:g} done", flush=True) if not o.json else None
    return pd.DataFrame(rows)


def summed(frame: pd.DataFrame) -> pd.DataFrame:
    """Mean and 90 % interval over draws, one row a way, hypothesis and value."""
    rows = []
    for (way, h, value), part in frame.groupby(["way", "hypothesis", "value"]):
        row: dict[str, Any] = {
            "way": way,
            "hypothesis": h,
            "value": value,
            "draws": len(part),
            "failed": int(part["failed"].max()),
        }
        for name in OUTCOMES:
            low, high = np.percentile(part[name], ENDS)
            row |= {name: float(part[name].mean()), f"{name}_low": float(low), f"{name}_high": float(high)}
        rows.append(row)
    return pd.DataFrame(rows)


def learnt(system: System, name: str) -> dict[str, Any]:
    """Prior quantiles of the draws that ship, and correlations of the parameter in them."""
    draws, p = posterior(), system.model.parameters[name]
    z = {k.name: v for k, v in draws.columns.items() if k.kind is DrawKind.COORDINATE and not k.hypothesis}
    values = p.entry.prior.apply(np.full(draws.n, p.value), z[name], np.ones(draws.n))
    r = {k: float(np.corrcoef(z[name], v)[0, 1]) for k, v in z.items() if k != name}
    return {
        "prior": [float(p.entry.prior.quantile(np.array(p.value), q / 100)) for q in ENDS],
        "posterior": [float(q) for q in np.percentile(values, ENDS)],
        "sd": float(z[name].std()),
        "mean": float(z[name].mean()),
        "companions": {k: [float(z[k].std()), r[k]] for k in COMPANIONS if k in r},
        "strongest": {k: r[k] for k in sorted(r, key=lambda k: -abs(r[k]))[:3]},
        "usual": p.value,
    }


def figure(results: dict[str, Any], path: Path) -> None:
    """A row a parameter: deaths, AUC of MELD and gain, with the prior and the draws under them."""
    with styled():
        fig, axes = panels(len(GRID), 3, width=11.0, height=3.0)
        for row, name in zip(axes, GRID, strict=True):
            table, learning = pd.DataFrame(results[name]["table"]), results[name]["learnt"]
            for ax, outcome in zip(row, OUTCOMES, strict=True):
                ax.axvspan(
                    *learning["prior"],
                    facecolor="none",
                    edgecolor=GREY,
                    alpha=0.35,
                    lw=0,
                    hatch="///",
                    label="90 % of the prior",
                )
                ax.plot(
                    learning["posterior"],
                    [0.03] * 2,
                    color=VERMILLION,
                    lw=4,
                    marker="|",
                    ms=10,
                    solid_capstyle="butt",
                    transform=ax.get_xaxis_transform(),
                    label="90 % of the draws that ship",
                )
                for k, (h, way) in enumerate(shown(results, outcome)):
                    part = table[(table["way"] == way) & (table["hypothesis"] == h)]
                    colour, line, marker = LOOKS[k]
                    error = np.stack(
                        [part[outcome] - part[f"{outcome}_low"], part[f"{outcome}_high"] - part[outcome]]
                    ).clip(0)
                    label = way if outcome != "gain" else f"{way}, {h.replace('_', ' ')}"
                    ax.errorbar(
                        part["value"] * (1 + 0.02 * (k - 0.5)),
                        part[outcome],
                        error,
                        color=colour,
                        ls=line,
                        marker=marker,
                        ms=4.5,
                        capsize=2.5,
                        lw=1.2,
                        label=label,
                    )
                ax.set_xscale("log")
                ax.set_xticks(GRID[name])
                ax.xaxis.set_major_formatter(ScalarFormatter())
                ax.xaxis.set_minor_formatter(NullFormatter())
                ax.tick_params(axis="x", labelrotation=45)
                ax.set(xlabel=AXIS[name], ylabel=OUTCOMES[outcome])
        for k, ylim in enumerate(((0, 100), (0.4, 1.0), (0, None))):
            top = max(ax.get_ylim()[1] for ax in axes[:, k])
            for ax in axes[:, k]:
                ax.set_ylim(ylim[0], ylim[1] or top)
        legend_below(fig, axes, 3)
        FigureCanvasSVG(fig).print_svg(path, metadata={"Date": None, "Creator": None})


def shown(results: dict[str, Any], outcome: str) -> list[tuple[str, str]]:
    """Hypothesis and way of each line of a panel."""
    h = results["hypotheses"]
    return [(k, ANEW) for k in h] if outcome == "gain" else [(h[0], ANEW), (h[0], SAME)]


def interval(row: Any, name: str, digits: int = 0) -> str:
    """A mean with its interval."""
    return f"{row[name]:.{digits}f} ({row[name + '_low']:.{digits}f} to {row[name + '_high']:.{digits}f})"


def section(results: dict[str, Any], name: str) -> str:
    """Table and what was learnt of one parameter."""
    table, learning, h = pd.DataFrame(results[name]["table"]), results[name]["learnt"], results["hypotheses"]
    gains = "".join(f" gain, {x.replace('_', ' ')}, days |" for x in h)
    lines = [
        f"| {AXIS[name]} | dead by day {DAY:g}, % | the same, without new admission | AUC of MELD |{gains}",
        f"|---|---|---|---|{'---|' * len(h)}",
    ]
    by = table.set_index(["way", "hypothesis", "value"])
    for value in GRID[name]:
        if (ANEW, h[0], value) not in by.index:
            lines.append(f"| {value:g} | hardly anybody is admitted |")
            continue
        row = by.loc[ANEW, h[0], value]
        cells = [interval(row, "dead"), interval(by.loc[SAME, h[0], value], "dead"), interval(row, "auc", 2)]
        cells += [interval(by.loc[ANEW, x, value], "gain", 1) for x in h]
        lines.append(f"| {value:g} | {' | '.join(cells)} |")
    low, high = (f"{x:.3g}" for x in learning["prior"])
    ends = " to ".join(f"{x:.3g}" for x in learning["posterior"])
    strongest = ", ".join(f"`{k}` {r:+.2f}" for k, r in learning["strongest"].items())
    text = [
        f"Prior: {low} to {high} (90 %). Draws learnt from the evidence: {ends}, an SD of {learning['sd']:.2f} of the "
        "prior's,",
        f"a mean {learning['mean']:+.2f} prior SDs from its centre (1 and 0: nothing learnt). Strongest correlations",
        f"among the draws: {strongest}.",
    ]
    if name == "overload_death":
        pairs = ", ".join(f"`{k}` {sd:.2f} ({r:+.2f})" for k, (sd, r) in learning["companions"].items())
        text += ["SD and, in brackets, correlation with it of what it trades with by construction:", f"{pairs}."]
    return "\n".join([f"## `{name}`", "", *lines, "", *text])


def page(results: dict[str, Any], reading: str) -> str:
    """The page: figures from this run, and what was written of them."""
    made = f"""Figure and tables: `python experiments/knife_edge.py --write docs` ({results["draws"]} draws of up to
{results["patients"]} patients, {results["failed"]} failed courses, {results["seconds"] / 60:.0f} minutes on one core;
model {results["model"]}, evidence {results["evidence"]}). The text above them is written by hand."""
    return f"""# The knife edge

For research use. {reading}

![Deaths, AUC of MELD and gain over each parameter](img/knife-edge.svg)

Means, and in brackets 90 % of the draws, each with the chance of its patients. Patients: HBV-related acute-on-chronic
liver failure, who fall ill and are admitted anew at each value; *without new admission*, those admitted at the usual
value, which changes for them at admission. Cells: 1e6/kg weekly x4 by a peripheral vein. AUC within a draw, deaths by
their probability. Populations are not fitted again at each value.

{section(results, "overload_death")}

{section(results, "alarm_half")}

{made}
"""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--patients", type=int, default=20)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, default=None)
    o = parser.parse_args()
    system, study, draws, began = System(assemble(MODULES)), load_study(STUDY), posterior(), time.perf_counter()
    draws = draws.take(np.linspace(0, draws.n - 1, min(o.draws, draws.n)).astype(int))
    results: dict[str, Any] = {
        "hypotheses": list(study.hypotheses),
        "draws": draws.n,
        "patients": o.patients,
        "failed": 0,
    }
    for name in GRID:
        table = summed(swept(system, study, draws, name, o))
        results[name] = {"table": table.to_dict(orient="records"), "learnt": learnt(system, name)}
        results["failed"] += int(table["failed"].sum())
    results |= {
        "model": system.model.hash[:8],
        "evidence": str(draws.provenance.get("evidence", ""))[:8],
        "seconds": time.perf_counter() - began,
        "purpose": "for research use",
    }
    if o.write:
        (o.write / "img").mkdir(parents=True, exist_ok=True)
        target = o.write / "knife-edge.md"
        old = target.read_text(encoding="utf-8") if target.exists() else ""
        reading = old.split("For research use. ", 1)[-1].split("\n\n![", 1)[0] if "\n\n![" in old else ""
        figure(results, o.write / "img/knife-edge.svg")
        target.write_text(page(results, reading), encoding="utf-8")
    print(json.dumps(results) if o.json else page(results, ""))


if __name__ == "__main__":
    main()
