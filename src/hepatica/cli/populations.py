"""hepatica populations: the virtual populations that a study may name."""

from __future__ import annotations

from hepatica.cli.console.shell import AsJson, Lang, check_language, close, make_app
from hepatica.cli.console.terminal import make_table, out, print_json

app = make_app()


@app.command("populations")
def populations(lang: Lang = "en", as_json: AsJson = False) -> None:
    """List the virtual populations, with their sources.

    Those for which no trial of cells can be used are marked as extrapolations.
    """
    from hepatica.api.model import PopulationsRequest
    from hepatica.words import say

    lang = check_language(lang)
    answer = PopulationsRequest(lang=lang).run()
    if as_json:
        print_json(answer)
        return
    table = make_table(*(say(f"cli.{key}", lang) for key in ("population", "title", "extrapolation", "sources")))
    table.columns[0].no_wrap = True
    for row in answer.populations:
        mark = say("cli.extrapolated" if row.extrapolation else "cli.calibrated", lang)
        table.add_row(row.key, row.title, mark, "; ".join(dict.fromkeys(row.sources)))
    out.print(table)
    for row in answer.populations:
        if row.extrapolation:
            out.print(say("cli.extrapolation_why", lang, population=row.key, why=row.extrapolation))
    close(lang)
