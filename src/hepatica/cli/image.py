"""hepatica image: what the scans of one subject say about living cells, the next scan and the next dose."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars, complain, out, print_json, show
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.api.imaging.image import ImageAnswer
    from hepatica.imaging.subject.analysis import SubjectAnalysis
    from hepatica.imaging.subject.scan import MeasuredScan
    from hepatica.imaging.subject.subject_file import Subject
    from hepatica.imaging.subject.watch import Arrival

app = shell.make_app()
COMMAND = "hepatica image SUBJECT.toml"
"""Command that a report shows; what was typed names files and folders, which may bear the name of a person."""


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
        _follow(file, folder, watch, _Telling(lang, as_json), once=once, poll=poll)
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
    write_subject(analysis, subject_cards(analysis, lang), answer, staging, lang, command=COMMAND)
    return answer


def _show(analysis: SubjectAnalysis, lang: str) -> None:
    from hepatica.report.imaging.subject_cards import subject_cards

    shown = ("odds", "cells", "advice", "next_scan")
    for card in subject_cards(analysis, lang):
        if card.key in shown:
            show(card)


class _Telling(NamedTuple):
    """Form of what is printed: cards and sentences in a language, or one JSON answer after each renewal."""

    lang: str
    as_json: bool

    def say(self, key: str, **values: object) -> None:
        """Print a sentence for a person."""
        from hepatica.words import say

        if not self.as_json:
            out.print(say(f"image.{key}", self.lang, **values))

    def complain(self, key: str, **values: object) -> None:
        """Say what was not taken up."""
        from hepatica.words import say

        complain(say(f"image.{key}", self.lang, **values))


def _follow(file: Path, folder: Path, watched: Path, telling: _Telling, *, once: bool, poll: float) -> None:
    """Renew the report after each series that arrives."""
    from hepatica.imaging.subject.ledger import Ledger, settings_fingerprint
    from hepatica.imaging.subject.scan import measure_subject
    from hepatica.imaging.subject.subject_file import read_subject
    from hepatica.imaging.subject.watch import Watch, follow
    from hepatica.report.imaging.subject_figures import when

    subject = read_subject(file)
    if subject.watch is None:
        raise InputError("watch", "no [watch] in the subject file", "how arriving series are measured: kind, regions")
    own = measure_subject(subject, file.parent)
    ledger = Ledger(folder / "series", settings_fingerprint(subject.watch, file.parent, subject.cells))

    def renew(arrived: list[Arrival]) -> None:
        start = time.perf_counter()
        for a in arrived:
            if a.scan is None:
                telling.complain("refused", name=a.name, why=a.refusal)
        try:
            if not _renew(subject, [*own, *ledger.scans()], folder, telling):
                return
        except InputError as error:
            complain(str(error))
            return
        seconds = f"{time.perf_counter() - start:.1f}"
        for a in arrived:
            if a.scan is not None:
                telling.say("arrived", name=a.name, day=when(a.scan.day), seconds=seconds)

    telling.say("watching", folder=watched)
    with contextlib.suppress(KeyboardInterrupt):
        watch = Watch(watched, subject.watch, ledger, masks=file.parent, cells=subject.cells)
        follow(watch, renew, poll=poll, once=once)
    if not telling.as_json:
        shell.close(telling.lang)


def _renew(subject: Subject, scans: list[MeasuredScan], folder: Path, telling: _Telling) -> bool:
    """Analyse, publish and show; False where nothing has been seen yet."""
    from hepatica.imaging.subject.analysis import analyse_subject, distinct
    from hepatica.output_folder import claim
    from hepatica.report.imaging.subject_figures import when

    kept, repeated = distinct(scans)
    for scan in repeated:
        telling.complain("repeated", day=when(scan.day))
    if not any(s.labels for s in kept):
        return False
    with claim(folder, "image") as output:
        analysis = analyse_subject(subject, kept)
        answer = _write(analysis, output.staging, telling.lang)
        output.publish()
    if telling.as_json:
        print_json(answer)
    else:
        _show(analysis, telling.lang)
    return True
