"""Terminal output: text is never markup, an encoding never fails, bars and cards show what they are given."""

import io
import json
import sys
import threading

import pandas as pd
import pytest

from hepatica.card import Card
from hepatica.cli.console import terminal
from hepatica.cli.console.progress_lines import ProgressLines
from hepatica.cli.console.terminal import Bars, Screen, complain, make_table, print_json, show, use_plain_characters

ODD = "[bold]x[/red] :smile: [/]"


class Tty(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def tty(monkeypatch):
    """Makes standard output and error a terminal of 60 columns, from within the test: capture replaces what came before."""

    def make():
        stream = Tty()
        for name, value in (("COLUMNS", "60"), ("TERM", "xterm"), ("NO_COLOR", "1")):
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(terminal, "out", Screen())
        monkeypatch.setattr(terminal, "err", Screen(stderr=True))
        return stream

    return make


def test_brackets_and_colons_are_text(tty):
    stream = tty()
    terminal.out.print(ODD, style="bold")
    complain(ODD)
    table = make_table(ODD)
    table.add_row(ODD)
    terminal.out.print(table)
    assert stream.getvalue().count(ODD) == 4


def test_a_card_is_shown_with_its_brackets(tty):
    stream = tty()
    show(Card("key", ODD, (f"Text {ODD}",), pd.DataFrame({ODD: [ODD]}), note=ODD))
    assert stream.getvalue().count(ODD) == 5


def test_an_error_is_one_line(capsys):
    complain("two\nlines")
    assert capsys.readouterr().err == "Error two lines\n"


SHOWN = {
    ("ascii", "5 ± 1 µg, 3 × 2 ≥ 1 – é"): "5 +/- 1 ug, 3 x 2 >= 1 - e",
    ("ascii", "仅供研究使用。"): "??????.",
    ("latin-1", "5 ± 1 µg ≥ – 药"): "5 ± 1 µg >= - ?",
    ("utf-8", "药 \udcff"): "药 ?",
}


@pytest.mark.parametrize(("encoding", "text"), SHOWN)
def test_what_an_encoding_lacks_is_replaced(monkeypatch, encoding, text):
    shown = SHOWN[encoding, text]
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, newline=""))
    use_plain_characters()
    print(text, end="", flush=True)
    assert raw.getvalue().decode(encoding) == shown


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_whole_in_any_encoding(monkeypatch, encoding):
    raw, value = io.BytesIO(), {"who": "药 é 😀", "x": float("nan"), "y": float("inf")}
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, newline=""))
    print_json(value)
    sys.stdout.flush()
    assert json.loads(raw.getvalue().decode(encoding)) == value | {"x": None, "y": None}


def test_bars_name_the_stage_and_count(tty):
    stream = tty()
    bars = Bars("en")
    with bars.bars:
        bars("admit", 3, 10)
        bars("lung_only", 1, 4)
        assert [(t.completed, t.total) for t in bars.bars.tasks] == [(3, 10), (1, 4)]
        assert "admitting virtual patients" in bars.bars.tasks[0].description
        assert "viable cells hardly leave the lung" in bars.bars.tasks[1].description.lower()
        bars("admit", 10, 10)
        assert bars.bars.tasks[0].finished and len(bars.bars.tasks) == 2
    assert "admitting virtual patients" in stream.getvalue()


def test_without_a_terminal_no_bar_is_drawn(capsys):
    terminal.err.__dict__.pop("console", None)
    with Bars("en").bars:
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", ["Working, 0 s", "admitting virtual patients: 3 of 10, 0 s"]),
        ("zh", ["运算中，0 秒", "生成并收治虚拟患者：3 / 10，0 秒"]),
    ],
)
def test_without_a_terminal_a_long_stage_is_a_line(capsys, monkeypatch, lang, lines):
    bars = Bars(lang)
    written = []
    done = threading.Event()

    def write(*state):
        bars._line(*state)
        written.append(state)
        if len(written) == 1:
            bars("admit", 3, 10)
        done.set() if len(written) == 2 else None

    bars.bars = bars.lines = ProgressLines(write, first=0.01, longest=0.01)
    with bars.bars:
        assert done.wait(5)
    assert capsys.readouterr().err.splitlines()[:2] == lines
