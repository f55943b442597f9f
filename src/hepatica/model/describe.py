"""The model in words and formulas: Markdown pages, LaTeX, a diagram, a plain summary."""

from __future__ import annotations

import inspect
from typing import Any

import sympy as sp

from hepatica.model.assemble import Model
from hepatica.model.modules import MODULES
from hepatica.model.parameters import Parameter


def _name(text: str) -> str:
    """LaTeX of a name, each part upright so that it reads as in the tables."""
    return r"\mathrm{" + text.replace("_", r"\_") + "}"


def latex(expr: Any) -> str:
    """LaTeX of an expression of the model.

    Examples
    --------
    >>> latex(sp.Symbol("k_Q") * 2)
    '2 \\\\mathrm{k\\\\_Q}'
    """
    return str(sp.latex(expr, symbol_names={s: _name(s.name) for s in expr.free_symbols}))


def purpose(module: str) -> tuple[str, str]:
    """First lines of a module's file and function: what it is, what it does."""
    function = next(m for m in MODULES if m.__name__ == module)
    file = inspect.getdoc(inspect.getmodule(function)) or ""
    return file, (inspect.getdoc(function) or "")


def mermaid(model: Model) -> str:
    """Diagram of which module gives what to which, as Mermaid text."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for giver, taker, name in model.edges():
        if giver != taker:
            pairs.setdefault((giver, taker), []).append(name)
    arrows = [f"  {a} -->|{', '.join(names[:3])}{' ...' if len(names) > 3 else ''}| {b}" for (a, b), names in pairs.items()]
    return "\n".join(["flowchart LR", *arrows])


def value_text(p: Parameter) -> str:
    """Value with its unit as the table states it."""
    return f"{p.entry.value:g} {p.entry.unit}".strip()


def spread_text(p: Parameter, which: str) -> str:
    """`between` or `prior` in a few signs."""
    s = getattr(p.entry, which)
    else_ = f"CV {s.cv:g}" if s.cv else f"logit SD {s.sd:g}" if s.sd else "as stated"
    return {"fixed": "", "lognormal": f"CV {s.cv:g}", "normal": f"SD {s.sd:g}", "logitnormal": f"logit SD {s.sd:g}",
            "spike": f"{s.weight:.0%} exactly 0, else {else_}"}[s.kind]


def page(model: Model, module: str) -> str:
    """Markdown page of one module, made from its equations and its table."""
    file, does = purpose(module)
    lines = [f"# {module}", "", file, "", does, ""]
    takes = list(model.needs[module])
    gives = [q.name for q in model.quantities.values() if q.module == module]
    lines += [f"**Needs** {', '.join(f'`{n}`' for n in takes) or 'nothing'}", "",
              f"**Gives** {', '.join(f'`{n}`' for n in gives) or 'its states only'}", ""]
    states = [s for s in model.states.values() if s.module == module]
    if states:
        lines += ["## States", "", "| state | unit | what | in health |", "|---|---|---|---|"]
        lines += [f"| `{s.name}` | {s.unit or '1'} | {s.label} | {s.initial} |" for s in states]
        lines += ["", "## Rates of change", ""]
        lines += [f"$$\\frac{{d\\,{_name(s.name)}}}{{dt}} = {latex(model.rate_of(s.name))}$$\n" for s in states]
    quantities = [q for q in model.quantities.values() if q.module == module]
    if quantities:
        lines += ["## Quantities", ""]
        lines += [f"{q.label} ({q.unit or '1'}):\n\n$${_name(q.name)} = {latex(q.expr)}$$\n" for q in quantities]
    lines += ["## Parameters", "", "| parameter | value | patients differ | we do not know | grade | source or reason |",
              "|---|---|---|---|---|---|"]
    for p in model.parameters.values():
        if p.module == module:
            source = "; ".join(x for x in (p.entry.cite, p.entry.reason, p.entry.note) if x)
            lines.append(f"| `{p.name}`: {p.entry.label} | {value_text(p)} | {spread_text(p, 'between')} | "
                         f"{spread_text(p, 'prior')} | {p.entry.grade} | {source} |")
            for hypothesis, a in p.entry.under.items():
                lines.append(f"| under *{hypothesis}* | {a.value:g} {p.entry.unit} | | | {a.grade} | {a.cite or a.reason} |")
    return "\n".join(lines) + "\n"


def index(model: Model) -> str:
    """Markdown overview: counts, grades, diagram, list of modules."""
    s = model.summary()
    total = sum(s["grades"].values())
    lines = ["# The model", "", "Generated from the modules by `hepatica model --write docs/model`. For research use.", "",
             f"{len(s['modules'])} modules, {s['states']} states, {s['flows']} flows, {s['parameters']} parameters.", "",
             "| grade | parameters | share |", "|---|---|---|"]
    lines += [f"| {g} | {n} | {n / total:.0%} |" for g, n in s["grades"].items()]
    lines += ["", "```mermaid", mermaid(model), "```", ""]
    lines += [f"- [{m}]({m}.md): {purpose(m)[0].splitlines()[0]}" for m in s["modules"]]
    return "\n".join(lines) + "\n"
