"""hepatica image: what the scans of one subject say about living cells, the next scan and the next dose."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars, complain, out, print_json, show
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.api.imaging.image import ImageAnswer
    from hepatica.imaging.subject.analysis import SubjectAnalysis
    from hepatica.imaging.subject.watch import Arrival

app = shell.make_app()


@app.command()
def image(
    file: Annotated[Path, typer.Argument(help="Subject file (TOML): cells given, scans, organs, what may come next.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("image"),
    watch: Annotated[
        Path | None, typer.Option("--watch", help="Folder that series arrive in; each is measured once, until Ctrl-C.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="With --watch: stop when nothing new is there.")] = False,
    poll: Annotated[float, typer.Option("--poll", min=0.05, max=3600, help="Seconds between looks.")] = 2.0,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Say what the scans of one subject mean.

    Label and living cells by organ under each hypothesis, the odds between them, the best next scan and dose.

    Example: `hepatica image studies/imaging/subject.toml`
    """
    lang = shell.check_language(lang)
    if watch is not None:
        _follow(file, folder, watch, lang, once=once, poll=poll)
        return
    from hepatica.api.imaging.image import ImageRequest
    from hepatica.output_folder import claim

    bars = Bars(lang)
    with claim(folder, "image") as output, bars.bars:
        analysis = ImageRequest.check({"file": file}).compute(bars)
        written = _write(analysis, output.staging, lang)
        output.publish()
    if as_json:
        print_json(written)
        return
    _show(analysis, lang)
    shell.close(lang, folder / "report.html")


def _write(analysis: SubjectAnalysis, staging: Path, lang: str) -> ImageAnswer:
    from hepatica.api.imaging.image import ImageAnswer
    from hepatica.report.imaging.subject_cards import subject_cards
    from hepatica.report.imaging.subject_page import write_subject

    answer = ImageAnswer.of(analysis)
    write_subject(analysis, subject_cards(analysis, lang), answer, staging, lang, command=shell.command_line())
    return answer


def _show(analysis: SubjectAnalysis, lang: str) -> None:
    from hepatica.report.imaging.subject_cards import subject_cards

    shown = ("odds", "cells", "advice", "next_scan")
    for card in subject_cards(analysis, lang):
        if card.key in shown:
            show(card)


def _follow(file: Path, folder: Path, watched: Path, lang: str, *, once: bool, poll: float) -> None:
    """Renew the report after each series that arrives."""
    from hepatica.imaging.subject.analysis import analyse_subject
    from hepatica.imaging.subject.ledger import Ledger
    from hepatica.imaging.subject.scan import measure_subject
    from hepatica.imaging.subject.subject_file import read_subject
    from hepatica.imaging.subject.watch import Watch, follow
    from hepatica.output_folder import claim
    from hepatica.report.imaging.subject_figures import when
    from hepatica.words import say

    subject = read_subject(file)
    if subject.watch is None:
        raise InputError("watch", "no [watch] in the subject file", "how arriving series are measured: kind, regions")
    own = measure_subject(subject, file.parent)
    ledger = Ledger(folder / "series")

    def renew(arrived: list[Arrival]) -> None:
        start = time.perf_counter()
        for a in arrived:
            if a.scan is None:
                complain(say("image.refused", lang, name=a.name, why=a.refusal))
        scans = [*own, *ledger.scans()]
        if not any(s.labels for s in scans):
            return
        try:
            with claim(folder, "image") as output:
                analysis = analyse_subject(subject, scans)
                _write(analysis, output.staging, lang)
                output.publish()
        except InputError as error:
            complain(str(error))
            return
        seconds = f"{time.perf_counter() - start:.1f}"
        for a in arrived:
            if a.scan is not None:
                out.print(say("image.arrived", lang, name=a.name, day=when(a.scan.day), seconds=seconds))
        _show(analysis, lang)

    out.print(say("image.watching", lang, folder=watched))
    with contextlib.suppress(KeyboardInterrupt):
        follow(Watch(watched, subject.watch, ledger, masks=file.parent), renew, poll=poll, once=once)
    shell.close(lang)
