"""hepatica doctor: versions, C compiler and cache folder of this installation."""

from __future__ import annotations

from hepatica.cli.console.shell import AsJson, Lang, check_language, make_app
from hepatica.cli.console.terminal import make_table, out, print_json

app = make_app()


@app.command()
def doctor(lang: Lang = "en", as_json: AsJson = False) -> None:
    """Show versions, compiler and cache, and what is missing."""
    from hepatica.api.model import DoctorRequest
    from hepatica.words import say

    lang, answer = check_language(lang), DoctorRequest().run()
    if as_json:
        print_json(answer)
        return
    table = make_table(say("cli.doctor_check", lang), say("cli.doctor_found", lang))
    shown = answer.model_dump(exclude={"packages", "purpose"}) | answer.packages
    for key, value in (shown | {"compiler": answer.compiler or say("cli.slow_engine", lang)}).items():
        table.add_row(key, str(value))
    out.print(table)
    if answer.compiler:
        out.print(say("cli.doctor_ok", lang), style="green")
