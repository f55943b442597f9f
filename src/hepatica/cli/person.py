"""hepatica person: one person's record, as it was understood."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console.shell import AsJson, Lang, check_language, close, make_app
from hepatica.cli.console.terminal import make_table, out, print_json
from hepatica.errors import InputError

app = make_app()


@app.command()
def person(
    file: Annotated[
        Path | None, typer.Argument(help="patient.toml, a CSV file with --mapping, or a FHIR R4B Bundle (JSON).")
    ] = None,
    mapping: Annotated[Path | None, typer.Option("--mapping", help="Columns of a CSV file (TOML).")] = None,
    admission: Annotated[
        str, typer.Option("--admission", help="Day 0 of a FHIR Bundle, as 2024-05-01; the first stay unless given.")
    ] = "",
    check: Annotated[
        bool, typer.Option("--check", help="List everything that was refused, not used and assumed; status 1 if any.")
    ] = False,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Print a mapping of a CSV file's headers, to check and complete.")
    ] = False,
    template: Annotated[bool, typer.Option("--template", help="Print a patient.toml to start from.")] = False,
    path: Annotated[
        Path | None, typer.Option("--out", help="Write the record without identity: .toml, or .json (FHIR).")
    ] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Read one person's labs and history.

    A unit that is missing or ambiguous is refused, never guessed. Example: `hepatica person patient.toml --check`
    """
    lang = check_language(lang)
    if template:
        from hepatica.individual.readers.patient_toml import TEMPLATE

        out.print(TEMPLATE.read_text(encoding="utf-8").rstrip())
        return
    if file is None:
        raise InputError("FILE", None, "a file; --template prints one to start from")
    if path is not None:
        _check_out(path, file)
    if suggest:
        from hepatica.individual import suggest_mapping

        out.print(suggest_mapping(file).rstrip())
        return
    from hepatica.api.person import PersonAnswer, PersonRequest
    from hepatica.individual.readers.describe import describe

    asked = {"file": file, "mapping": mapping, "admission": admission or None}
    found = PersonRequest.check(asked).check_file()
    if not check or path is not None:
        found.strict()
    if as_json:
        print_json(PersonAnswer.of(found))
    else:
        described = describe(found, lang)
        for text in described.lines:
            out.print(text)
        for rows in described.tables:
            table = make_table(*rows[0])
            for row in rows[1:]:
                table.add_row(*row)
            out.print(table)
        for text in described.remarks:
            out.print(text)
    if path is not None:
        from hepatica.individual import write_person

        write_person(path, found.person)
    if not as_json:
        close(lang, *([path] if path is not None else []))
    if found.refused:
        raise typer.Exit(1)


def _check_out(path: Path, file: Path) -> None:
    """Refuse a name that cannot be written, before anything is said, and the file that is read."""
    if path.suffix.lower() not in (".toml", ".json"):
        raise InputError("--out", path.name, "a name that ends in .toml or .json (a FHIR Bundle)")
    if path.resolve() == file.resolve():
        raise InputError("--out", path.name, "another file than the one that is read")
