"""Commands about published evidence: evidence list, export, plot, check, schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from hepatica.cli.shell import AsJson, Lang, app, language, out
from hepatica.errors import InputError
from hepatica.evidence import Publication
from hepatica.evidence.check import Checked, Fault, check_file, same_key
from hepatica.evidence.observations import Arm, Observation
from hepatica.evidence.schema import schema
from hepatica.evidence.tabulate import SUFFIXES, export, observations, people, select, summary, whole
from hepatica.patients import populations
from hepatica.words import say

group = typer.Typer(
    help="Published evidence: list, export and plot it; check a file of your own. For research use.",
    rich_markup_mode="markdown",
)
app.add_typer(group, name="evidence")

Disease = Annotated[str, typer.Option("--disease", help="Part of the disease, e.g. HBV.")]
InRole = Annotated[str, typer.Option("--role", help="calibration, supporting or check.")]
Variable = Annotated[str, typer.Option("--variable", help="Has it observed, e.g. bilirubin.")]
Cells = Annotated[bool | None, typer.Option("--cells/--no-cells", help="Some arm has cells, or none has.")]
Key = Annotated[str, typer.Option("--key", help="One publication, e.g. lin2017.")]


@group.callback(invoke_without_command=True)
def evidence(
    ctx: typer.Context,
    disease: Disease = "",
    role: InRole = "",
    variable: Variable = "",
    cells: Cells = None,
    key: Key = "",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """List published evidence; `--key` shows one publication whole.

    Example: `hepatica evidence --disease HBV --cells`
    """
    if ctx.invoked_subcommand is None:
        _list(disease, role, variable, cells, key, lang, as_json)
    elif disease or role or variable or cells is not None or key or as_json:
        name = ctx.invoked_subcommand
        raise InputError(
            "hepatica evidence", f"options before '{name}'", f"write them after it: hepatica evidence {name} ..."
        )


@group.command("list")
def list_publications(
    disease: Disease = "",
    role: InRole = "",
    variable: Variable = "",
    cells: Cells = None,
    key: Key = "",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """The same as `hepatica evidence` alone."""
    _list(disease, role, variable, cells, key, lang, as_json)


def _list(disease: str, role: str, variable: str, cells: bool | None, key: str, lang: str, as_json: bool) -> None:
    lang = language(lang)
    found = select(key=key, disease=disease, role=role, variable=variable, cells=cells)
    if as_json:
        body = {"publication": whole(found[0]) if found else None} if key else {"publications": summary(found)}
        _print_json({**body, "purpose": "for research use"})
        return
    if not found:
        out.print(say("evidence.none", lang), soft_wrap=True, markup=False)
    elif key:
        _one(found[0], variable, lang)
    else:
        _many(found, lang)
    out.print(say("common.research_use", lang), style="dim")


COLUMNS = ("key", "citation", "year", "disease", "role", "arms", "people", "observations", "risk_of_bias", "population")
NARROW = ("key", "disease", "arms", "people", "observations", "risk_of_bias")
WIDE = 140  # characters from which all columns fit


def _many(found: tuple[Publication, ...], lang: str) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    names = COLUMNS if out.width >= WIDE else NARROW
    for name in names:
        right = name in ("arms", "people", "observations")
        table.add_column(
            say(f"evidence.column_{name}", lang),
            justify="right" if right else "left",
            overflow="ellipsis",
            no_wrap=right or name in ("key", "year", "role", "risk_of_bias"),
        )
    rows = summary(found)
    for row, p in zip(rows, found, strict=True):
        told = {name: "–" if row.get(name) in (None, "") else str(row[name]) for name in COLUMNS if name in row}
        told |= {
            "arms": str(row["arms"]) + (" *" if row["cells"] else ""),
            "people": _size(p),
            "observations": f"{row['usable']}/{row['observations']}",
        }
        table.add_row(*(escape(told[name]) for name in names))
    out.print(table)
    if names != COLUMNS:
        out.print(say("evidence.narrow", lang, width=WIDE), style="dim", soft_wrap=True)
    out.print(
        say(
            "evidence.count",
            lang,
            publications=len(rows),
            observations=sum(r["observations"] for r in rows),
            usable=sum(r["usable"] for r in rows),
        ),
        soft_wrap=True,
    )
    out.print(say("evidence.legend", lang), style="dim", soft_wrap=True)


def _size(p: Publication) -> str:
    total, complete = people(p)
    return "–" if total is None else f"{total}" if complete else f"≥{total}"


def _one(p: Publication, variable: str, lang: str) -> None:
    """All of one publication."""
    full = whole(p)
    _say(f"{p.key}: {p.title}", style="bold")
    _say(say("evidence.source", lang, reference=full["reference"]))
    _say(
        say(
            "evidence.design",
            lang,
            design=p.design,
            country=p.country,
            disease=p.disease,
            role=p.role,
            population=p.population or "–",
            risk=p.risk_of_bias,
            bias=p.bias,
        ).rstrip()
    )
    if p.shares_people_with:
        _say(say("evidence.shares", lang, keys=", ".join(p.shares_people_with)))
    if p.note:
        _say(p.note)
    for text in p.conflicts:
        _say(say("evidence.conflict", lang, text=text), style="yellow")
    for other in p.alternatives:
        what = given(other.of(p.arm(other.arm)))
        _say(say("evidence.alternative", lang, id=other.id, arm=other.arm, what=what, note=other.note), style="yellow")
    arms = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("arm", "people", "given"):
        arms.add_column(say(f"evidence.column_{name}", lang), overflow="fold")
    for arm in p.arms:
        part = f" ⊂ {arm.subset_of}" if arm.subset_of else ""
        told = "; ".join(t for t in (arm.label, given(arm), arm.co_treatment, arm.note) if t)
        arms.add_row(*map(escape, (arm.id + part, "–" if arm.n is None else str(arm.n), told)))
    out.print(arms)
    rows = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("arm", "variable", "time", "value", "kind", "people", "lacks"):
        rows.add_column(say(f"evidence.column_{name}", lang), overflow="fold")
    for o in p.observations:
        if variable in ("", o.variable):
            n = p.people(o)
            size = "–" if n is None else str(n)
            rows.add_row(*map(escape, (o.arm, o.variable, f"{o.time:g}", value(o), o.kind, size, p.lacks(o))))
    out.print(rows)


def _say(text: str, style: str = "") -> None:
    out.print(escape(text), soft_wrap=True, style=style, highlight=False)


def given(arm: Arm) -> str:
    """What an arm was given, in a few words; empty where nothing is stated.

    Examples
    --------
    >>> from hepatica.evidence import load
    >>> given(load("lin2017").arm("msc"))
    'allogeneic bone-marrow MSC, 1e5 to 1e6 cells/kg, 4 infusions, every 7 days, peripheral vein'
    """
    doses = list(dict.fromkeys(f"{d:.3g}".replace("e+0", "e") for d in (arm.dose_low, arm.dose_high) if d is not None))
    parts = (
        f"{arm.donor} {arm.product}".strip(),
        f"{' to '.join(doses)} {arm.dose_unit}" if doses else "",
        f"{arm.infusions} infusion{'s' * (arm.infusions > 1)}" if arm.infusions else "",
        f"every {arm.interval:g} days" if arm.interval else "",
        arm.route,
    )
    return ", ".join(part for part in parts if part)


def value(o: Observation) -> str:
    """A value with its unit and the spread that is printed.

    Examples
    --------
    >>> from hepatica.evidence import load
    >>> value(load("lin2017").find(arm="msc", variable="survival")[0])
    '73.2 percent (95 % 61.6 to 84.8)'
    """
    text = f"{o.value:g}" + (f" ± {o.sd:g}" if o.sd is not None else "") + (f" {o.unit}" if o.unit != "1" else "")
    text += f" (quartiles {o.q1:g} to {o.q3:g})" if o.q1 is not None and o.q3 is not None else ""
    return text + (f" (95 % {o.low:g} to {o.high:g})" if o.low is not None and o.high is not None else "")


@group.command("export")
def export_observations(
    path: Annotated[Path, typer.Argument(help=f"Ends with {', '.join(SUFFIXES)}.")],
    disease: Disease = "",
    role: InRole = "",
    variable: Variable = "",
    cells: Cells = None,
    key: Key = "",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Write every observation, one a row, with its arm and its source, as CSV, Parquet or JSON.

    Example: `hepatica evidence export bilirubin.csv --variable bilirubin`
    """
    lang, found = language(lang), _some(disease, role, variable, cells, key)
    frame = observations(found, variable)
    export(frame, path)
    if as_json:
        _print_json(
            {"file": str(path), "observations": len(frame), "publications": len(found), "purpose": "for research use"}
        )
        return
    out.print(say("evidence.exported", lang, n=len(frame), publications=len(found)))
    _written(path, lang)


def _some(disease: str, role: str, variable: str, cells: bool | None, key: str) -> tuple[Publication, ...]:
    found = select(key=key, disease=disease, role=role, variable=variable, cells=cells)
    if not found:
        asked = {"--disease": disease, "--role": role, "--variable": variable, "--key": key}
        text = " ".join(f"{k} {v}" for k, v in asked.items() if v)
        text += "" if cells is None else " --cells" if cells else " --no-cells"
        raise InputError("evidence", text.strip(), "no publication matches; ask with fewer filters")
    return found


def _written(path: Path, lang: str) -> None:
    out.print(escape(say("cli.written", lang, path=path)), soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")


@group.command()
def plot(
    path: Annotated[Path, typer.Argument(help="Ends with .svg or .png.")],
    variable: Annotated[str, typer.Option("--variable", help="What to draw over time, e.g. bilirubin.")],
    disease: Disease = "",
    role: InRole = "",
    cells: Cells = None,
    key: Key = "",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Draw a variable over time, an arm a line, with the spread that is printed.

    Example: `hepatica evidence plot meld.svg --variable meld --cells`
    """
    lang, found = language(lang), _some(disease, role, variable, cells, key)
    from hepatica.report.evidence.observed import evidence_figure, series, write_figure  # slow to import

    write_figure(evidence_figure(found, variable, lang), path)
    if as_json:
        _print_json(
            {
                "file": str(path),
                "arms": len(series(found, variable)),
                "publications": len(found),
                "purpose": "for research use",
            }
        )
        return
    _written(path, lang)


@group.command("check")
def check_files(
    files: Annotated[list[Path], typer.Argument(help="Publication files, TOML.")],
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Check publication files of your own: all that is wrong with them; exit code 1 if anything is.

    Example: `hepatica evidence check new-trial.toml`
    """
    lang = language(lang)
    checked = [check_file(path, populations()) for path in files]
    twice = same_key(checked)
    faults = [*(f for c in checked for f in c.faults), *twice]
    if as_json:
        _print_json(
            {
                "files": [_found(c) for c in checked],
                "twice": [vars(f) for f in twice],
                "in_order": not faults,
                "purpose": "for research use",
            }
        )
    else:
        for c in checked:
            _tell(c, lang)
        for fault in twice:
            _mark(fault, "red", say("evidence.wrong", lang))
        if faults:
            wrong = len({f.file for f in faults})
            out.print(
                say("evidence.wrong_count", lang, faults=len(faults), wrong=wrong, files=len(files)), style="bold red"
            )
        out.print(say("common.research_use", lang), style="dim")
    if faults:
        raise typer.Exit(1)


def _found(c: Checked) -> dict[str, Any]:
    p = c.publication
    counts = (
        {}
        if p is None
        else {
            "key": p.key,
            "role": p.role,
            "arms": len(p.arms),
            "observations": len(p.observations),
            "kept_out": c.kept_out,
        }
    )
    return {
        "file": c.file,
        "in_order": not c.faults,
        **counts,
        "errors": [vars(f) for f in c.faults],
        "warnings": [vars(f) for f in c.warnings],
    }


def _tell(c: Checked, lang: str) -> None:
    """What was found in one file."""
    for fault in c.faults:
        _mark(fault, "red", say("evidence.wrong", lang))
    if c.publication is None:
        return
    p, why = c.publication, c.kept_out
    reasons = ": " + "; ".join(f"{n} × {reason}" for reason, n in why.items()) if why else ""
    _say(
        say(
            "evidence.in_order",
            lang,
            file=c.file,
            arms=len(p.arms),
            observations=len(p.observations),
            out=sum(why.values()),
        )
        + reasons,
        style="green",
    )
    if p.role != "calibration":
        _say(say("evidence.never_learnt", lang, role=p.role))
    for doubt in c.warnings:
        _mark(doubt, "yellow", say("evidence.warning", lang))


def _mark(fault: Fault, colour: str, word: str) -> None:
    out.print(f"[bold {colour}]{word}[/bold {colour}] {escape(str(fault))}", soft_wrap=True, highlight=False)


@group.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of publication files, for editors."""
    print(schema(), end="")


def _print_json(body: Mapping[str, Any]) -> None:
    print(json.dumps(body, ensure_ascii=False))
