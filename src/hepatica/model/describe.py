"""Documentation of the model: Markdown pages, LaTeX equations and a diagram of its modules."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any

import sympy as sp

from hepatica.errors import ModelError
from hepatica.model.modules import MODULES
from hepatica.model.parameters import Parameter
from hepatica.model.spread import Spread
from hepatica.model.structure import Model


def _name(text: str) -> str:
    """LaTeX of a name, each part upright so that it reads as in the tables."""
    return r"\mathrm{" + text.replace("_", r"\_") + "}"


def latex(expr: Any) -> str:
    """LaTeX of an expression of the model.

    Examples
    --------
    >>> latex(sp.Symbol("k_Q") * 2)
    '2 \\\\cdot \\\\mathrm{k\\\\_Q}'
    """
    return str(sp.latex(expr, mul_symbol="dot", symbol_names={s: _name(s.name) for s in expr.free_symbols}))


@dataclass(frozen=True)
class Purpose:
    """Parts of a module's docstrings: `title`, `question`, `text`, what is `not_covered`, and what it `does`."""

    title: str
    question: str
    text: str
    not_covered: str
    does: str


def purpose(module: str) -> Purpose:
    """The parts of the docstrings of a module's file and function."""
    function = next(m for m in MODULES if m.__name__ == module)
    return read_purpose(module, inspect.getdoc(inspect.getmodule(function)) or "", inspect.getdoc(function) or "")


def read_purpose(module: str, file: str, does: str) -> Purpose:
    """Parts of a docstring: first paragraph, "Question: ...?", text, and "Not covered: ..." to the end.

    Raises
    ------
    ModelError
        If the question or what is not covered is missing.

    Examples
    --------
    >>> read_purpose("x", "Bile.\\n\\nQuestion: how much\\nflows?\\n\\nOwn form.\\n\\nNot covered: acids.", "").question
    'how much flows?'
    """
    asked = re.search(r"^(?:The question it answers|Question):\s*(.*?\?)", file, re.DOTALL | re.MULTILINE)
    left_out = re.search(r"^Not covered:\s*(.*)\Z", file, re.DOTALL | re.MULTILINE)
    if asked is None or left_out is None:
        part = "a paragraph 'Question: ...?'" if asked is None else "a last line 'Not covered: ...'"
        raise ModelError(f"module '{module}': the docstring of its file lacks {part}; add it")
    title = file[: asked.start()].strip()
    text = file[asked.end() : left_out.start()].strip()
    return Purpose(title, " ".join(asked[1].split()), text, " ".join(left_out[1].split()), does)


def mermaid(model: Model) -> str:
    """Diagram of which module gives what to which, as Mermaid text."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for giver, taker, name in model.edges():
        if giver != taker:
            pairs.setdefault((giver, taker), []).append(name)
    arrows = [
        f"  {a} -->|{', '.join(names[:3])}{' ...' if len(names) > 3 else ''}| {b}" for (a, b), names in pairs.items()
    ]
    return "\n".join(["flowchart LR", *arrows])


def value_text(p: Parameter) -> str:
    """Value with its unit as the table states it."""
    return f"{p.entry.value:g} {p.entry.unit}".strip()


def spread_text(p: Parameter, which: str) -> str:
    """Between-patient variability or prior of a parameter, abbreviated."""
    spread: Spread = getattr(p.entry, which)
    return spread.describe()


def _exchange(model: Model, module: str) -> list[str]:
    """Tables of what a module takes from others, and gives to them."""
    takes: dict[str, list[str]] = {}
    gives: dict[str, list[str]] = {}
    for giver, taker, name in model.edges():
        if taker == module and giver != module:
            takes.setdefault(giver, []).append(f"`{name}`")
        if giver == module and taker != module:
            gives.setdefault(taker, []).append(f"`{name}`")
    held = [f"`{n}`" for n in model.needs[module] if n in model.constants]
    given = {name for names in gives.values() for name in names}
    unread = [f"`{q.name}`" for q in model.quantities.values() if q.module == module and f"`{q.name}`" not in given]
    lines = ["## What it needs and gives", "", "| | module | what |", "|---|---|---|"]
    lines += [f"| from | [{m}]({m}.md) | {', '.join(names)} |" for m, names in takes.items()]
    lines += [f"| held constant | | {', '.join(held)} |"] if held else []
    lines += [f"| to | [{m}]({m}.md) | {', '.join(names)} |" for m, names in gives.items()]
    lines += [f"| read out | | {', '.join(unread)} |"] if unread else []
    return [*lines, ""]


def page(model: Model, module: str, figure: str = "") -> str:
    """Markdown page of one module, made from its words, its equations and its table.

    Parameters
    ----------
    model : Model
        The assembled model.
    module : str
        Name of the module.
    figure : str
        Markdown of its figure of behaviour, drawn elsewhere.
    """
    said = purpose(module)
    lines = [f"# {module}", "", said.title, "", f"**Question:** {said.question}", "", said.text, "", said.does, ""]
    lines += ["## How it behaves", "", figure, ""] if figure else []
    lines += _exchange(model, module)
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
    lines += [
        "## Parameters",
        "",
        "| parameter | value | patients differ | we do not know | grade | source or reason |",
        "|---|---|---|---|---|---|",
    ]
    for p in model.parameters.values():
        if p.module == module:
            source = "; ".join(x for x in (p.entry.cite, p.entry.reason, p.entry.note) if x)
            lines.append(
                f"| `{p.name}`: {p.entry.label} | {value_text(p)} | {spread_text(p, 'between')} | "
                f"{spread_text(p, 'prior')} | {p.entry.grade} | {source} |"
            )
            for hypothesis, a in p.entry.under.items():
                lines.append(
                    f"| under *{hypothesis}* | {a.value:g} {p.entry.unit} | | | {a.grade} | {a.cite or a.reason} |"
                )
    lines += ["", "## Not covered", "", said.not_covered[0].upper() + said.not_covered[1:]]
    return "\n".join(lines) + "\n"


def index(model: Model) -> str:
    """Markdown overview: counts, grades, diagram, list of modules."""
    s = model.summary()
    total = sum(s["grades"].values())
    lines = [
        "# The model",
        "",
        "Generated from the modules by `hepatica model --write docs/model`. For research use.",
        "",
        f"{len(s['modules'])} modules, {s['states']} states, {s['flows']} flows, {s['parameters']} parameters.",
        "",
        "| grade | parameters | share |",
        "|---|---|---|",
    ]
    lines += [f"| {g} | {n} | {n / total:.0%} |" for g, n in s["grades"].items()]
    lines += ["", "```mermaid", mermaid(model), "```", ""]
    lines += [f"- [{m}]({m}.md): {purpose(m).title.splitlines()[0]}" for m in s["modules"]]
    return "\n".join(lines) + "\n"
