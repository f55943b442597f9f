"""hepatica populations: the virtual populations that a study may name."""

from __future__ import annotations

from hepatica.cli.shell import AsJson, Lang, check_language, close, make_app
from hepatica.cli.terminal import make_table, out, print_json

app = make_app()


@app.command("populations")
def populations(lang: Lang = "en", as_json: AsJson = False) -> None:
    """List the virtual populations, with their sources.

    Those for which no trial of cells can be used are marked as extrapolations.
    """
    from hepatica.evidence import load as load_publication
    from hepatica.evidence import references
    from hepatica.patients import load_population
    from hepatica.patients import populations as keys
    from hepatica.words import say

    lang, rows = check_language(lang), []
    for p in map(load_population, keys()):
        rows.append(
            {
                "key": p.key,
                "title": p.title_zh if lang == "zh" else p.title,
                "extrapolation": p.extrapolation_zh if lang == "zh" else p.extrapolation,
                "sources": [references()[load_publication(k).cite].short() for k in p.publications],
            }
        )
    if as_json:
        print_json(rows)
        return
    table = make_table(*(say(f"cli.{key}", lang) for key in ("population", "title", "extrapolation", "sources")))
    table.columns[0].no_wrap = True
    for row in rows:
        mark = say("cli.extrapolated" if row["extrapolation"] else "cli.calibrated", lang)
        table.add_row(str(row["key"]), str(row["title"]), mark, "; ".join(dict.fromkeys(row["sources"])))
    out.print(table)
    for row in rows:
        if row["extrapolation"]:
            out.print(say("cli.extrapolation_why", lang, population=row["key"], why=row["extrapolation"]))
    close(lang)
