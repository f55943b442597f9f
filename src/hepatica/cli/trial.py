"""hepatica trial: design a trial of cells and run it on virtual patients before the first patient is dosed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars, make_table, out, print_json, show

if TYPE_CHECKING:
    from hepatica.api.base import Answer
    from hepatica.api.trials.characteristics import TrialRequest
    from hepatica.card import Card
    from hepatica.trials.bank.build import Bank

app = shell.make_app()
TrialFile = Annotated[Path, typer.Argument(help="Trial file (TOML); `hepatica trial init` writes one.")]
Banks = Annotated[Path, typer.Option("--bank", help="Folder of banks of potential outcomes, kept and taken up again.")]
Trials = Annotated[int, typer.Option("--trials", min=1, help="Trials simulated under each truth.")]
BANKS = Path("bank")
SHORT = 2  # cards in the terminal without --full


@app.callback()
def trial() -> None:
    """Run a trial of cells on virtual patients.

    Example: `hepatica trial run trial.toml`
    """


@app.command("init")
def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("trial.toml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
    lang: shell.Lang = "en",
) -> None:
    """Write a commented trial file to start from."""
    from importlib.resources import files

    from hepatica.errors import InputError
    from hepatica.files import write_text
    from hepatica.words import say

    lang = shell.check_language(lang)
    if path.exists() and not force:
        raise InputError("path", str(path), "a file that does not exist yet, or --force")
    write_text(path, (files("hepatica") / "trial.template.toml").read_text(encoding="utf-8"))
    out.print(say("cli.written", lang, path=path))


@app.command("protocol")
def protocol(file: TrialFile, lang: shell.Lang = "en") -> None:
    """Print the protocol synopsis and the plan of analysis of a trial.

    Example: `hepatica trial protocol trial.toml`
    """
    from hepatica.report.trials.protocol import protocol_cards
    from hepatica.trials.definition.trial_file import load_trial

    lang = shell.check_language(lang)
    for card in protocol_cards(load_trial(file), lang):
        show(card)


@app.command("run")
def run(
    file: TrialFile,
    trials: Trials = 2000,
    failure: Annotated[
        int, typer.Option("--failure", min=0, help="Trials at each step of the reasons for failure; 0 for none.")
    ] = 250,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("trial"),
    banks: Banks = BANKS,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    full: Annotated[bool, typer.Option("--full", help="Print every part of the report.")] = False,
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Give the operating characteristics of a trial.

    Power, type I error, assurance, bias, size, duration, harm, and every endpoint side by side.

    Example: `hepatica trial run trial.toml`
    """
    from hepatica.api.trials.characteristics import TrialRequest
    from hepatica.exchange.cdisc.usdm import write_usdm
    from hepatica.output_folder import claim
    from hepatica.report.trials.pages import write_trial
    from hepatica.trials.definition.trial_file import load_trial
    from hepatica.words import say

    lang = shell.check_language(lang)
    question = load_trial(file)
    request = TrialRequest(trial=question, trials=trials, secondary=trials, failure=failure)
    bars, began = Bars(lang), time.perf_counter()
    with claim(folder, "trial") as output:
        with shell.make_system(lang, cluster) as system, bars.bars:
            bank = request.bank(banks, system=system, workers=workers, progress=bars)
            answer, made = (_escalate if question.is_dose_finding else _compare)(request, bank, workers, bars, lang)
        write_trial(made, answer, question.title, output.staging, lang, command=shell.command_line())
        write_usdm(output.staging / "usdm.json", question)
        written = output.publish()
    if as_json:
        print_json(answer)
        return
    for card in made if full else made[:SHORT]:
        show(card)
    out.print(say("trial.elapsed", lang, trials=trials, seconds=time.perf_counter() - began), style="dim")
    shell.close(lang, *written)


Made = tuple["Answer", tuple["Card", ...]]


def _compare(request: TrialRequest, bank: Bank, workers: int | None, bars: Bars, lang: str) -> Made:
    """Answer and cards of a confirmatory trial."""
    from hepatica.api.trials.characteristics import TrialAnswer
    from hepatica.report.trials.trial_cards import trial_cards

    characteristics, shares = request.characterise(bank, workers=workers, progress=bars)
    return TrialAnswer.of(characteristics, shares, bank.key), trial_cards(characteristics, shares, lang)


def _escalate(request: TrialRequest, bank: Bank, workers: int | None, bars: Bars, lang: str) -> Made:
    """Answer and cards of a dose-finding trial."""
    from hepatica.api.trials.escalation import EscalationAnswer
    from hepatica.report.trials.escalation_cards import escalation_cards
    from hepatica.trials.virtual.escalation.characteristics import characterise_escalation

    escalation = characterise_escalation(request.trial, bank, trials=request.trials, progress=bars)
    return EscalationAnswer.of(escalation, bank.key), escalation_cards(escalation, lang)


@app.command("data")
def data(
    file: TrialFile,
    number: Annotated[int, typer.Option("--number", min=0, help="Of the simulated trial, from 0.")] = 0,
    folder: Annotated[Path, typer.Option("--out", help="Folder of the datasets.")] = Path("data"),
    form: Annotated[str, typer.Option("--form", help="xpt (version 5), json (Dataset-JSON) or both.")] = "both",
    hypothesis: shell.Hypothesis = "label_is_cells",
    banks: Banks = BANKS,
    lang: shell.Lang = "en",
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Write one simulated trial as SDTM and ADaM datasets.

    DM, EX, LB, DS, AE, QS, ADSL, ADLB and ADTTE, with the study definition (USDM); of an adaptive trial or an
    escalation those whom it randomised.

    Example: `hepatica trial data trial.toml --form xpt`
    """
    from hepatica.api.trials.characteristics import TrialRequest
    from hepatica.errors import InputError
    from hepatica.exchange.cdisc.package import FORMS, write_package
    from hepatica.output_folder import claim
    from hepatica.trials.definition.trial_file import load_trial
    from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
    from hepatica.trials.virtual.simulated import simulate_one

    lang, question = shell.check_language(lang), load_trial(file)
    if form not in FORMS:
        raise InputError("--form", form, f"one of {', '.join(FORMS)}")
    bars = Bars(lang)
    with claim(folder, "trial-data") as output:
        with shell.make_system(lang, cluster) as system, bars.bars:
            bank = TrialRequest(trial=question).bank(banks, system=system, workers=workers, progress=bars)
        one = simulate_one(question, bank, Scenario(shell.check_hypothesis(hypothesis), Truth.DRAWN), number)
        write_package(one, output.staging, form)
        written = output.publish()
    shell.close(lang, *written)


@app.command("search")
def search(
    file: TrialFile,
    sizes: Annotated[
        list[int] | None, typer.Option("--sizes", min=4, help="Largest numbers of patients; may be repeated.")
    ] = None,
    assurance: Annotated[bool, typer.Option("--assurance", help="Ask for assurance instead of power.")] = False,
    trials: Trials = 500,
    banks: Banks = BANKS,
    lang: shell.Lang = "en",
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Find the cheapest design that reaches the stated power.

    Sizes, looks and regimens ([[alternative]]) side by side on the same virtual patients; an adaptive design with other
    values of its rules; for an escalation the designs of dose finding. Costs stand in [cost].

    Example: `hepatica trial search trial.toml --sizes 200 --sizes 300`
    """
    from hepatica.api.trials.characteristics import TrialRequest
    from hepatica.report.trials.plan_cards import search_card
    from hepatica.trials.definition.trial_file import load_trial
    from hepatica.trials.virtual.conduct.scenario import Truth
    from hepatica.trials.virtual.search import search_design

    lang, question, bars = shell.check_language(lang), load_trial(file), Bars(lang)
    tried = sizes or [max(4, round(question.patients * k / 4)) for k in (2, 3, 4, 6, 8)]
    with shell.make_system(lang, cluster) as system, bars.bars:
        bank = TrialRequest(trial=question).bank(banks, system=system, workers=workers, progress=bars)
        truth = Truth.DRAWN if assurance else Truth.AVERAGE
        result = search_design(question, bank, sizes=tried, truth=truth, trials=trials, workers=workers, progress=bars)
    show(search_card(result, lang))


@app.command("replay")
def replay(
    key: Annotated[str, typer.Argument(help="Published trial: lin2017, suk2016 or zekri2015.")],
    trials: Trials = 1000,
    banks: Banks = BANKS,
    lang: shell.Lang = "en",
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Run a published trial again on virtual patients.

    How often what was published would have been seen, and the size that the published difference needs.

    Example: `hepatica trial replay lin2017`
    """
    from hepatica.api.trials.characteristics import TrialRequest
    from hepatica.report.trials.plan_cards import replay_cards
    from hepatica.trials.virtual import replay as published_trials

    lang, published, bars = shell.check_language(lang), published_trials.load_published(key), Bars(lang)
    with shell.make_system(lang, cluster) as system, bars.bars:
        bank = TrialRequest(trial=published.trial).bank(banks, system=system, workers=workers, progress=bars)
        result = published_trials.replay(published, bank, trials=trials, progress=bars)
    for card in replay_cards(published, result, lang):
        show(card)


@app.command("safety")
def safety(
    file: TrialFile,
    event: Annotated[str, typer.Option("--event", help="infection, bleeding, thrombosis or tumour.")] = "tumour",
    excess: Annotated[float, typer.Option("--excess", help="Events per patient-year to exclude.")] = 0.01,
    alpha: Annotated[float, typer.Option("--alpha", help="One-sided error.")] = 0.05,
    power: Annotated[float, typer.Option("--power", help="Chance that a harmless product is cleared.")] = 0.8,
    banks: Banks = BANKS,
    lang: shell.Lang = "en",
    workers: shell.Workers = None,
    cluster: shell.Cluster = None,
) -> None:
    """Give the patient-years that exclude an excess of an event.

    Example: `hepatica trial safety trial.toml --event infection --excess 0.2`
    """
    from hepatica.api.trials.characteristics import TrialRequest
    from hepatica.errors import InputError
    from hepatica.report.trials.plan_cards import safety_card
    from hepatica.trials.definition.trial_file import load_trial
    from hepatica.trials.virtual.simulated import EVENTS
    from hepatica.trials.virtual.surveillance import plan_trial_surveillance

    lang, question, bars = shell.check_language(lang), load_trial(file), Bars(lang)
    if event not in EVENTS:
        raise InputError("--event", event, f"one of {', '.join(EVENTS)}")
    with shell.make_system(lang, cluster) as system, bars.bars:
        bank = TrialRequest(trial=question).bank(banks, system=system, workers=workers, progress=bars)
    plans = plan_trial_surveillance(question, bank, event, excess, alpha=alpha, power=power)
    show(safety_card(plans, lang))


@app.command("exam")
def exam(lang: shell.Lang = "en") -> None:
    """Show numbers of other programs beside ours.

    Example: `hepatica trial exam`
    """
    from hepatica.trials.exam import read_exam
    from hepatica.words import say

    lang = shell.check_language(lang)
    table = read_exam()
    passed, sets = int(table["passes"].sum()), table["reference"].nunique()
    out.print(say("trial.exam_title", lang), style="bold")
    out.print(say("trial.exam_text", lang, passed=passed, total=len(table), sets=sets))
    heads = ("set", "method", "numbers", "within", "largest", "tolerance", "source")
    shown = make_table(*(say(f"trial.column_{head}", lang) for head in heads))
    for name, rows in table.groupby("reference", sort=False):
        first, worst = rows.iloc[0], rows["difference"].abs().max()
        numbers = (f"{len(rows)}", f"{int(rows.passes.sum())}", f"{worst:.2g}", f"{rows.tolerance.max():.2g}")
        shown.add_row(str(name), first.method, *numbers, first.source)
    out.print(shown)
    out.print(say("common.research_use", lang), style="dim")
