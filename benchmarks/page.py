"""The results of the benchmark as a figure and a page of the docs."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def figure(work: list[dict[str, Any]], path: Path) -> None:
    """Time against achieved error, one line and marker an engine."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    colours = ["#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"]
    for k, name in enumerate(dict.fromkeys(r["engine"] for r in work)):
        rows = sorted((r["error"], r["ms"]) for r in work if r["engine"] == name)
        style = {"marker": "osD^vP*X"[k % 8], "color": colours[k % 8], "lw": 2.5 if k == 0 else 1.2}
        axes.loglog(*zip(*rows, strict=True), label=name, **style)
    axes.set(
        xlabel="achieved error, relative to (size + scale): median over patients of the largest",
        ylabel="CPU time a patient on one core, ms",
        title="Four doses, an infection, 180 days, 80 states, 181 times",
    )
    axes.grid(alpha=0.3, which="both")
    fig.legend(loc="outside right upper", frameon=False, fontsize=9)
    fig.savefig(path, metadata={"Date": None})


def page(answer: dict[str, Any]) -> str:
    """The results as a page of the docs."""

    def number(x: float | None, form: str) -> str:
        return "not reached" if x is None else format(x, form)

    lines = [
        "# Benchmarks",
        "",
        "Written by `python benchmarks/ensemble.py --write docs`; run it to repeat. One core of "
        f"{answer['machine']}, Python {answer['python']}. {answer['task']}",
        "",
        "## Time at matched achieved error",
        "",
        "| error | engine | version | ms a patient | patients/s/core | times slower | asked |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in answer["matched"]:
        lines.append(
            f"| {r['error']:g} | {r['engine']} | {answer['versions'][r['engine']]} | {number(r['ms'], '.2f')} | "
            f"{number(r['patients_per_second'], '.0f')} | {number(r['ratio'], '.1f')} | {r['asked'] or ''} |"
        )
    lines += [
        "",
        "Engines whose answers differ from the rest, their times left out: "
        + (", ".join(answer["disagree"]) or "none")
        + ".",
        "",
        "![Time against achieved error](img/work-precision.svg)",
        "",
        "Settings:",
        "",
    ]
    lines += [f"- {name}: {text}" for name, text in answer["settings"].items()]
    lines += [
        "",
        "## All runs",
        "",
        "| engine | tolerance | ms a patient | error, median | error, largest |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['engine']} | {r['rtol']:g} | {r['ms']:.2f} | {r['error']:.1e} | {r['largest_error']:.1e} |"
        for r in answer["work"]
    ]
    c = answer["costs"]
    lines += [
        "",
        "## What costs",
        "",
        "At a tolerance of 1e-6.",
        "",
        "| doses | steps | ms a patient |",
        "|---|---|---|",
    ]
    lines += [f"| {r['doses']} | {r['steps']:.0f} | {r['ms']:.2f} |" for r in c["doses"]]
    lines += [
        "",
        "Steps per dose: " + ", ".join(f"{v:.1f} at {k}" for k, v in c["steps_per_dose"].items()) + ".",
        "",
        "| patients at once | ms a patient |",
        "|---|---|",
        *(f"| {r['patients']} | {r['ms']:.2f} |" for r in c["patients"]),
        "",
        "| states | ms a patient | µs a step |",
        "|---|---|---|",
        *(f"| {r['states']} | {r['ms']:.2f} | {r['us_per_step']:.2f} |" for r in c["states"]),
        "",
        f"Two threads: {c['threads']['ratio']:.2f} times one.",
        "",
    ]
    x, y = answer["limit"], answer["latency"]
    lines += [
        "## Against the processor's limit",
        "",
        f"One step of one patient is {x['operations_per_step']:.0f} operations (divisions, exponentials and logarithms "
        f"at the weights in the script), {x['gflops_reached']:.1f} of {x['gflops_peak']:.1f} GF/s: "
        f"{100 * x['share_of_peak']:.0f} % of the peak of fused multiply-adds. Where the time of a step goes, patients "
        f"{x['lanes']} abreast:",
        "",
        "| part | times a step | ns a patient, all of them |",
        "|---|---|---|",
        *(
            f"| {part} | {times} | {times * x['ns'][part]:.0f} |"
            for part, times in (
                ("jacobian", 1),
                ("factor", 1),
                ("rates", 7),
                ("solve", 8),
                ("norm", 1),
                ("dense output", 1),
            )
        ),
        f"| sums over stages | 8 | {_sums(x['ns']):.0f} |",
        "| a step as measured, its outputs and control with it | 1 | "
        f"{1e3 * answer['costs']['states'][0]['us_per_step']:.0f} |",
        "",
        "Rates are divisions, exponentials and logarithms; solves wait for their factors from the second-level cache.",
        "",
        "## Start and memory",
        "",
        f"First use of a model {y['first']:.1f} s, later uses {y['from_cache']:.2f} s, imports and assembly apart. "
        "Building a peer: "
        + ", ".join(f"{n} {s:.1f} s" for n, s in answer["build_seconds"].items())
        + ". Peak memory of a process that has built one, each with Hepatica's own in it: "
        + ", ".join(f"{n} {m:.0f} MiB" for n, m in answer["memory_mib"].items())
        + ".",
        "",
        "## Gradient",
        "",
        "Twenty parameters, one loss over five states and 26 weeks; error against central differences at 1e-11.",
        "",
        "| tolerance | ms | error | casadi adjoint, ms | its error | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for rtol in ("1e-05", "1e-06"):
        g = answer["gradient"][rtol]
        lines.append(
            f"| {rtol} | {g['ms']:.1f} | {g['error']:.1e} | {number(g.get('casadi_adjoint_ms'), '.0f')} | "
            f"{number(g.get('casadi_error'), '.1e')} | {number(g.get('ratio'), '.1f')} |"
        )
    return "\n".join([*lines, "", "For research use.", ""])


def _sums(ns: dict[str, float]) -> float:
    """The rest of an attempt, beside its parts."""
    return ns["attempt"] - ns["factor"] - 7 * ns["rates"] - 8 * ns["solve"] - ns["norm"]
