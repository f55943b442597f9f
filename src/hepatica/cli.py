"""The command line: hepatica init, dose, simulate, sensitivity, model, populations, score, schema, doctor."""

from __future__ import annotations

import importlib
import json
import os
import platform
import shlex
import sys
import threading
import time
from dataclasses import replace
from importlib.metadata import version as installed
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from hepatica import __version__
from hepatica.answering import SHOWN, Answer, admitted, answer, population_of
from hepatica.card import Card
from hepatica.dosing.influence import Question, ladder, screen
from hepatica.dosing.tornado import Tornado, tornado
from hepatica.engine import System
from hepatica.engine.compile import cache_folder, find_compiler
from hepatica.errors import HepaticaError, InputError
from hepatica.evidence import load as load_publication
from hepatica.evidence import references
from hepatica.model.assemble import assemble
from hepatica.model.describe import index, page
from hepatica.model.modules import MODULES
from hepatica.outcomes.scores import SCORES
from hepatica.patients import load_population, populations
from hepatica.simulate import simulate as follow
from hepatica.study import HYPOTHESES, MIN_DRAWS, Study, load_study
from hepatica.table import write_whole
from hepatica.words import LANGUAGES, catalogue, say

app = typer.Typer(help=say("cli.app"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  rich_markup_mode="markdown")
out, err = Console(), Console(stderr=True)

StudyFile = Annotated[Path, typer.Argument(help="Study file; `hepatica init` writes one.")]
Changes = Annotated[list[str] | None, typer.Option("--set", help="Change a key, e.g. `--set dose='2e6 cells/kg'`.")]
Lang = Annotated[str, typer.Option("--lang", envvar="HEPATICA_LANG", help="Language: en or zh.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Threads; the answer does not depend on it.")]


def _lang(lang: str) -> str:
    if lang not in LANGUAGES:
        raise InputError("--lang", lang, f"one of {', '.join(LANGUAGES)}")
    return lang


class _Bars:
    """Progress bars on standard error, one per stage."""

    def __init__(self, lang: str) -> None:
        self.lang, self.tasks = lang, {}  # type: ignore[var-annotated]
        self.bars = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                             console=err, transient=True)

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self.tasks:
            text = say(f"cli.{stage}", self.lang) if f"cli.{stage}" in catalogue() else say(
                "cli.stage", self.lang, hypothesis=say(f"common.{stage}", self.lang))
            self.tasks[stage] = self.bars.add_task(text, total=total)
        self.bars.update(self.tasks[stage], completed=done)


def _system(lang: str) -> System:
    if find_compiler() is None:
        err.print(escape(say("cli.slow_engine", lang)), style="yellow")
    return System(assemble(MODULES))


def _version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")]


@app.callback()
def root(version: Version = False) -> None:
    """Find the dose of mesenchymal stromal cells for a failing liver. For research use."""


@app.command()
def init(path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("study.toml"),
         force: Annotated[bool, typer.Option("--force", help="Overwrite.")] = False, lang: Lang = "en") -> None:
    """Write a commented study file to start from."""
    if path.exists() and not force:
        raise InputError("path", str(path), "a file that does not exist yet, or --force")
    text = (files("hepatica") / "study.template.toml").read_text(encoding="utf-8")
    write_whole(path, lambda p: p.write_text(text, encoding="utf-8"))
    out.print(say("cli.written", _lang(lang), path=path))


@app.command()
def dose(study: StudyFile, set_: Changes = None,
         folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("report"),
         lang: Lang = "en", as_json: AsJson = False, workers: Workers = None,
         full: Annotated[bool, typer.Option("--full", help="Print every part of the report.")] = False,
         no_report: Annotated[bool, typer.Option("--no-report", help="Only the answer.")] = False) -> None:
    """Find the dose: which regimen, with what benefit, harm and doubt.

    Example: `hepatica dose studies/hbv-aclf.toml --set dose='2e6 cells/kg'`
    """
    lang = _lang(lang)
    question = load_study(study, set_ or [])
    drawing = threading.Thread(target=importlib.import_module, args=("hepatica.report",))
    drawing.start()  # slow to import, and only this command draws: let it load while the kernel works
    if not no_report:  # better now than after the work
        write_whole(folder / ".writable", lambda p: p.touch()).unlink()
    began = time.perf_counter()
    bars = _Bars(lang)
    with bars.bars:
        found = answer(question, system=_system(lang), workers=workers, progress=bars)
    seconds = time.perf_counter() - began
    drawing.join()
    from hepatica.report import cards, write_report

    made = cards(found, lang)
    path = None if no_report else write_report(found, folder, lang, command=_command())
    if as_json:
        print(json.dumps(_as_json(found, made, path), ensure_ascii=False, indent=1))
        return
    for card in made if full else made[:2]:
        show(card)
    out.print(say("cli.elapsed", lang, patients=question.patients, arms=len(found.decision.arms), seconds=seconds,
                  hypotheses=len(question.hypotheses), engine=found.system.engine, error=found.error,
                  failed=found.failed), style="dim")
    if path is not None:
        beside = sorted(p.name for p in path.parent.iterdir() if p != path and not p.name.startswith("."))
        out.print(say("cli.tables_at", lang, names=", ".join(beside)), style="dim", soft_wrap=True)
        out.print(say("cli.report_at", lang, path=path), style="bold", soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")


def show(card: Card) -> None:
    """Print a card in the terminal."""
    out.rule(f"[bold]{card.title}")
    for paragraph in card.text:
        out.print(Markdown(paragraph))
        out.print()
    if card.table is not None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in card.table.columns:
            table.add_column(str(column), overflow="fold")
        for row in card.table.itertuples(index=False):
            table.add_row(*(str(x) for x in row))
        out.print(table)
    if card.note:
        out.print(card.note, style="dim")


def _command() -> str:
    return shlex.join(["hepatica", *sys.argv[1:]])


def _as_json(found: Answer, made: list[Card], path: Path | None) -> dict[str, Any]:
    d = found.decision
    rows = json.loads(d.frame().replace([np.inf, -np.inf], np.nan).to_json(orient="records"))
    return {
        "answer": list(made[0].text), "extrapolation": found.population.extrapolation,
        "recommended": d.arms[d.recommended].name, "top_ranked": d.arms[d.top].name,
        "confident": d.confident, "edges": list(d.edges), "beyond_given": d.beyond_given, "failed": found.failed,
        "assumptions": [vars(a) for a in d.assumptions], "arms": rows, "report": str(path) if path else None,
        "run": {"study_hash": found.study.hash, "model_hash": found.system.model.hash, "seed": found.study.seed,
                "version": __version__, "engine": found.system.engine, "tolerance_error": found.error},
        "purpose": "for research use",
    }


@app.command()
def simulate(study: StudyFile, set_: Changes = None,
             target: Annotated[Path, typer.Option("--out", help="NetCDF file.")] = Path("simulation.nc"),
             hypothesis: Annotated[str, typer.Option(help=f"One of {', '.join(HYPOTHESES)}.")] = "label_is_cells",
             lang: Lang = "en", as_json: AsJson = False, workers: Workers = None) -> None:
    """Simulate a study's arms and write every lab of every patient to NetCDF."""
    lang = _lang(lang)
    question: Study = load_study(study, set_ or [])
    if hypothesis not in HYPOTHESES:
        raise InputError("--hypothesis", hypothesis, f"one of {', '.join(HYPOTHESES)}")
    bars = _Bars(lang)
    with bars.bars:
        system = _system(lang)
        patients = admitted(question, system, workers=workers)
        arms, done = question.arms(), [0]

        def step(k: int) -> None:
            done[0] += k
            bars(hypothesis, done[0], len(arms) * question.patients)

        ds = follow(system, patients, arms, question.times(), outputs=SHOWN, hypothesis=hypothesis, workers=workers,
                    progress=step)
    ds.attrs["study_hash"] = question.hash
    write_whole(target, lambda p: ds.to_netcdf(p, engine="h5netcdf"))
    intensity, times = ds["death_intensity"].values, ds["time"].values
    alive = np.exp(-np.trapezoid(intensity, times, axis=-1))
    survival = {a.name: round(float(np.nanmean(alive[i])), 4) for i, a in enumerate(arms)}
    if as_json:
        print(json.dumps({"file": str(target), "survival": survival, "failed": int((ds["status"] != 0).sum()),
                          "purpose": "for research use"}, ensure_ascii=False))
        return
    low, high = min(survival.values()), max(survival.values())
    out.print(say("cli.simulated", lang, arms=len(arms), patients=question.patients, days=question.horizon,
                  survival=f"{low:.1%} - {high:.1%}"))
    out.print(say("cli.written", lang, path=target), soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")


@app.command()
def sensitivity(study: StudyFile, set_: Changes = None,
                folder: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("sensitivity"),
                trajectories: Annotated[int, typer.Option("--trajectories", min=1, help="Base points.")] = 6,
                patients: Annotated[int, typer.Option("--patients", min=4, help="Patients per base point.")] = 40,
                regimens: Annotated[int, typer.Option("--regimens", min=1, help="Doses screened, per hypothesis.")] = 3,
                parameters: Annotated[list[str] | None, typer.Option(
                    "--parameters", help="Only these, e.g. `--parameters 'cells:*'`; may be repeated.")] = None,
                days: Annotated[str, typer.Option("--days", help="Horizon.")] = "168 d",
                top: Annotated[int, typer.Option("--top", min=0, help="Parameters whose ends re-rank the doses.")] = 20,
                lang: Lang = "en", as_json: AsJson = False, workers: Workers = None) -> None:
    """Screen which unknowns move survival, the gain by cells and the dose that comes first.

    Example: `hepatica sensitivity studies/hbv-aclf.toml --parameters 'secretome:*' --trajectories 2`
    """
    from hepatica.report import influence as shown

    lang = _lang(lang)
    question = load_study(study, [*(set_ or []), f"horizon={days!r}", f"patients={max(patients, 40)}"])
    write_whole(folder / ".writable", lambda p: p.touch()).unlink()
    arms, began = question.arms(), time.perf_counter()
    bars = _Bars(lang)
    with bars.bars:
        q = Question(_system(lang), population_of(question), ladder(arms, regimens), question.hypotheses,
                     question.utility.utility(), question.times(), question.seed, patients, workers)
        found = screen(q, bases=trajectories, patterns=parameters or (), progress=bars)
        best = [found.moved[k] for k in found.ranked()[:top] if not found.still[k]]
        wide = replace(q, arms=ladder(arms, 6))
        turned = tornado(wide, best, draws=max(MIN_DRAWS, patients), progress=bars) if best else None
    written = shown.write(found, turned, q, folder, lang, study_hash=question.hash)
    if as_json:
        print(json.dumps(shown.whole(found, turned, q, question.hash), ensure_ascii=False))
        return
    show(Card("sensitivity", say("sensitivity.title", lang), (), shown.table(found, q.system, lang, 12)))
    out.print(say("sensitivity.done", lang, moved=len(found.moved), bases=len(found.centre), held=len(found.held),
                  evaluations=found.evaluations, seconds=time.perf_counter() - began, never=len(found.never)))
    if found.skipped:
        out.print(say("sensitivity.skipped", lang, n=found.skipped))
    out.print(say("sensitivity.still", lang, n=int(found.still.sum()), path=folder / "moves_nothing.csv"), soft_wrap=True)
    if turned is not None:
        out.print(_turned(turned, lang))
    out.print(say("cli.written", lang, path=", ".join(p.name for p in written)), soft_wrap=True)
    out.print(say("common.research_use", lang), style="dim")


def _turned(t: Tornado, lang: str) -> str:
    """What the ends of the influential parameters do to the dose that comes first."""
    moved = [name for name, ends in zip(t.parameters, t.first, strict=True) if (ends != t.usual).any()]
    if moved:
        return say("sensitivity.dose_moves", lang, arm=t.arms[t.usual], names=say("decision.separator", lang).join(moved))
    return say("sensitivity.dose_stays", lang, arm=t.arms[t.usual], n=len(t.parameters))


@app.command()
def model(check: Annotated[bool, typer.Option("--check", help="Counts, grades and problems.")] = False,
          module: Annotated[str, typer.Option("--module", help="Show one module: equations and parameters.")] = "",
          without: Annotated[list[str], typer.Option("--without", help="Switch a module off; repeat for more.")] = [],  # noqa: B006
          write: Annotated[Path | None, typer.Option("--write", help="Write the pages and figures of all modules here.")] = None,
          lang: Lang = "en", as_json: AsJson = False) -> None:
    """Show the model: modules, equations, parameters with sources, diagram."""
    lang, assembled = _lang(lang), assemble(MODULES, without=without)
    summary = assembled.summary()
    if module and module not in assembled.modules:
        raise InputError("--module", module, f"one of {', '.join(assembled.modules)}")
    if as_json and module:
        rows = [{"parameter": p.name, "unit": p.unit, "value": p.value, **p.entry.model_dump(include={
            "label", "grade", "cite", "reason", "note"})} for p in assembled.parameters.values() if p.module == module]
        print(json.dumps({"module": module, "states": [s.name for s in assembled.states.values() if s.module == module],
                          "parameters": rows}, ensure_ascii=False))
    elif as_json:
        print(json.dumps(summary, ensure_ascii=False))
    elif write is not None:
        from hepatica.report.behaviour import write_pages

        write_pages(System(assembled), write)
        out.print(say("cli.written", lang, path=write))
    elif module:
        out.print(Markdown(page(assembled, module)))
    else:
        _model_tables(assembled, lang)
        if not check:
            out.print(Markdown(index(assembled).split("```mermaid")[1].split("```")[0].replace("\n", "\n\n")))
    if assembled.constants and not as_json:
        held = ", ".join(f"{name} = {value:.4g}" for name, value in assembled.constants.items())
        out.print(say("cli.held_constant", lang, held=held), style="yellow")
    if check and summary["problems"]:
        raise HepaticaError("; ".join(summary["problems"]))
    if check and not as_json:
        out.print(say("cli.model_clean", lang), style="green")


def _model_tables(assembled: Any, lang: str) -> None:
    s = assembled.summary()
    out.print(say("cli.model_summary", lang, modules=len(s["modules"]), states=s["states"], flows=s["flows"],
                  parameters=s["parameters"]), style="bold")
    table = Table(box=None)
    for key in ("module", "states", "flows", "parameters"):
        table.add_column(say(f"cli.{key}", lang), justify="left" if key == "module" else "right")
    for m in s["modules"]:
        counts = [sum(x.module == m for x in group) for group in (
            assembled.states.values(), assembled.flows, assembled.parameters.values())]
        table.add_row(m, *map(str, counts))
    out.print(table)
    grades = Table(box=None)
    for key in ("grade", "parameters", "share"):
        grades.add_column(say(f"cli.{key}", lang))
    for g, n in s["grades"].items():
        grades.add_row(g, str(n), f"{n / max(s['parameters'], 1):.0%}")
    out.print(grades)


@app.command()
def score(name: Annotated[str, typer.Argument(help="Score, e.g. meld3; none lists them.")] = "",
          values: Annotated[list[str] | None, typer.Argument(help="Inputs, e.g. bilirubin='54 umol/L'.")] = None,
          lang: Lang = "en", as_json: AsJson = False) -> None:
    """Compute a liver score from labs with units.

    Example: `hepatica score meld bilirubin='4.2 mg/dL' creatinine='1.9 mg/dL' inr=1.2`
    """
    lang = _lang(lang)
    if not name:
        table = Table(box=None)
        table.add_column(say("cli.score", lang))
        table.add_column(say("cli.score_needs", lang))
        for s in SCORES.values():
            table.add_row(f"{s.name}: {s.title}", ", ".join(s.required))
        out.print(table)
        out.print(say("cli.score_list", lang, example="meld bilirubin='4.2 mg/dL' creatinine='1.9 mg/dL' inr=1.2"))
        return
    if name not in SCORES:
        raise InputError("score", name, f"one of {', '.join(SCORES)}")
    given = {}
    for text in values or []:
        key, sign, value = text.partition("=")
        if not sign:
            raise InputError("input", text, "name=value with a unit, as bilirubin='54 umol/L'")
        given[key.strip()] = value.strip()
    chosen = SCORES[name]
    inputs = chosen.read(given)
    result = chosen.function(**inputs)
    readings = {label: _plain(f(result)) for label, f in chosen.readings}
    if as_json:
        print(json.dumps({"score": name, "value": _plain(result), "inputs": {k: _plain(v) for k, v in inputs.items()},
                          "readings": readings, "cites": list(chosen.cites), "purpose": "for research use"},
                         ensure_ascii=False))
        return
    out.print(f"[bold]{chosen.title}: {_text(result)}[/bold]  {chosen.result_label}")
    for label, value in readings.items():
        out.print(f"  {label}: {_text(value)}")
    out.print(f"{'; '.join(chosen.cites)}. {say('common.research_use', lang)}", style="dim")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic | np.ndarray) and np.ndim(value) == 0 else value


def _text(value: Any) -> str:
    value = _plain(value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@app.command("populations")
def list_populations(lang: Lang = "en", as_json: AsJson = False) -> None:
    """List the populations that a study may name, with their sources; extrapolations are marked."""
    lang, rows = _lang(lang), []
    for p in map(load_population, populations()):
        rows.append({"key": p.key, "title": p.title_zh if lang == "zh" else p.title,
                     "extrapolation": p.extrapolation_zh if lang == "zh" else p.extrapolation,
                     "sources": [references()[load_publication(k).cite].short() for k in p.publications]})
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold")
    for key in ("population", "title", "extrapolation", "sources"):
        table.add_column(say(f"cli.{key}", lang), overflow="fold", no_wrap=key == "population")
    for row in rows:
        mark = say("cli.extrapolated" if row["extrapolation"] else "cli.calibrated", lang)
        table.add_row(str(row["key"]), str(row["title"]), mark, "; ".join(dict.fromkeys(row["sources"])))
    out.print(table)
    for row in rows:
        if row["extrapolation"]:
            out.print(say("cli.extrapolation_why", lang, population=row["key"], why=row["extrapolation"]))
    out.print(say("common.research_use", lang), style="dim")


@app.command()
def schema() -> None:
    """Print the JSON Schema of study files, for editors."""
    print(json.dumps(Study.model_json_schema(mode="validation"), indent=1, ensure_ascii=False))


@app.command()
def doctor(lang: Lang = "en", as_json: AsJson = False) -> None:
    """Say what is here, what is missing, and how to get it."""
    lang, compiler = _lang(lang), find_compiler()
    found = {
        "hepatica": __version__, "python": platform.python_version(), "platform": platform.platform(),
        "compiler": " ".join(Path(c).name for c in compiler) if compiler else say("cli.slow_engine", lang),
        "engine": "compiled" if compiler else "reference", "cache": str(cache_folder()), "cores": os.cpu_count(),
        **{name: installed(name) for name in ("numpy", "scipy", "sympy", "xarray", "pydantic")},
    }
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table(box=None)
    table.add_column(say("cli.doctor_check", lang))
    table.add_column(say("cli.doctor_found", lang), overflow="fold")
    for key, value in found.items():
        table.add_row(key, escape(str(value)))
    out.print(table)
    if compiler:
        out.print(say("cli.doctor_ok", lang), style="green")


def main() -> None:
    """Run the command line; an error is one sentence on standard error, never a traceback."""
    try:
        app()  # wrong usage is typer's to explain; it exits with 2
    except HepaticaError as error:
        err.print(f"[bold red]Error[/bold red] {escape(str(error))}", soft_wrap=True, highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        if os.environ.get("HEPATICA_DEBUG"):
            raise
        err.print(escape(say("cli.unexpected", "en", what=f"{type(error).__name__}: {error}")), soft_wrap=True)
        sys.exit(1)
