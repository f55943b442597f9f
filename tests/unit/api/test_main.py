"""python -m hepatica.api: the page of the public names, printed or written."""

import sys

from hepatica.api import __main__ as command


def test_the_page_is_printed_or_written(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(command, "page", lambda: "# Names\n")
    monkeypatch.setattr(sys, "argv", ["hepatica.api"])
    command.main()
    assert capsys.readouterr().out == "# Names\n" and not list(tmp_path.iterdir())
    monkeypatch.setattr(sys, "argv", ["hepatica.api", "--write", str(tmp_path)])
    command.main()
    assert capsys.readouterr().out == "" and (tmp_path / "api.md").read_text(encoding="utf-8") == "# Names\n"
