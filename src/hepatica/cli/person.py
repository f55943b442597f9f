"""hepatica person: one person's record as it was understood, and the forecast."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hepatica.cli.console.shell import AsJson, Lang, Workers, check_language, close, make_app, make_system
from hepatica.cli.console.terminal import Bars, make_table, out, print_json, show
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.api.person.forecast import PersonForecastRequest
    from hepatica.individual.readers.collect import PersonCheck

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
    horizon: Annotated[float, typer.Option("--horizon", help="Last day of the forecast, to 1826.")] = 90.0,
    library: Annotated[
        int | None, typer.Option("--library", help="Virtual people; 8000, and 20000 for a careful forecast.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="acute, acute_on_chronic, cirrhosis or any; by the record.")
    ] = None,
    refine: Annotated[bool, typer.Option("--refine", help="Move particles to this person; slower.")] = False,
    posterior: Annotated[str, typer.Option("--posterior", help="learnt, prior, or a file of draws.")] = "learnt",
    seed: Annotated[int, typer.Option("--seed", help="Of all random numbers.")] = 1,
    folder: Annotated[Path, typer.Option("--report", help="Folder of the report.")] = Path("person"),
    workers: Workers = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Forecast one person from labs, with and without cells.

    Bands of labs, risk beside scores, gain by regimen and the next measurement; virtual people are simulated once and
    kept. --check and --out read the record alone. A unit that is missing or ambiguous is refused, never guessed.
    Example: `hepatica person patient.toml --horizon 180`
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
    if check and path is None and not as_json and mapping is not None and _check_cohort(file, mapping, lang):
        return
    from hepatica.api.person.record import PersonAnswer, PersonRequest
    from hepatica.individual.readers.describe import describe

    asked = {"file": file, "mapping": mapping, "admission": admission or None}
    result = PersonRequest.check(asked).check_file()
    if not check or path is not None:
        result.strict()
    if not check and path is None:
        options = {
            "horizon": horizon, "library": library, "kind": kind, "refine": refine, "posterior": posterior,
            "seed": seed,
        }  # fmt: skip
        _forecast(asked | options, result, folder, workers=workers, lang=lang, as_json=as_json)
        return
    if as_json:
        print_json(PersonAnswer.of(result))
    else:
        described = describe(result, lang)
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

        write_person(path, result.person)
    if not as_json:
        close(lang, *([path] if path is not None else []))
    if result.refused:
        raise typer.Exit(1)


def _forecast(
    asked: dict[str, Any], result: PersonCheck, folder: Path, *, workers: int | None, lang: str, as_json: bool
) -> None:
    """Forecast a record, write the report, and print it."""
    from hepatica.api.person.forecast import PersonForecastAnswer, PersonForecastRequest
    from hepatica.individual.readers.describe import describe
    from hepatica.output_folder import claim
    from hepatica.report.person.cards import person_cards
    from hepatica.report.person.page import write_person_report

    request = PersonForecastRequest.check(asked)
    request.settings()
    bars = Bars(lang)
    with claim(folder, "person") as output, make_system(lang) as system, bars.bars:
        made = request.compute(result.person, system=system, workers=workers, progress=bars)
        answer, cards = PersonForecastAnswer.of(made), person_cards(made, lang)
        write_person_report(made, cards, answer, output.staging, lang, command=anonymous_command(request))
        written = output.publish()
    if as_json:
        print_json(answer)
        return
    for text in describe(result, lang).lines:
        out.print(text)
    for card in cards:
        show(card)
    close(lang, *written)


def anonymous_command(request: PersonForecastRequest) -> str:
    """Command that repeats a forecast, without what could name the person: places and names of files, and dates."""
    words = ["hepatica", "person", f"patient{request.file.suffix.lower()}"]
    if request.mapping is not None:
        words += ["--mapping", "mapping.toml"]
    for name, field in type(request).model_fields.items():
        value = getattr(request, name)
        if name in ("file", "mapping", "admission") or value == field.default:
            continue
        text = Path(value).name if name == "posterior" else f"{value:g}" if name == "horizon" else f"{value}"
        words += [f"--{name}"] if value is True else [f"--{name}", text]
    return shlex.join(words)


def _check_cohort(file: Path, mapping: Path, lang: str) -> bool:
    """Print what is understood and refused of a file of several people; False of one person's."""
    from hepatica.individual.readers.describe import describe_cohort
    from hepatica.individual.readers.read import check_persons

    checks = check_persons(file, mapping)
    if len(checks) < 2:
        return False
    described = describe_cohort(checks, lang)
    for text in (*described.lines, *described.remarks):
        out.print(text)
    close(lang)
    if any(result.refused for result in checks.values()):
        raise typer.Exit(1)
    return True


def _check_out(path: Path, file: Path) -> None:
    """Refuse a name that cannot be written, before anything is said, and the file that is read."""
    if path.suffix.lower() not in (".toml", ".json"):
        raise InputError("--out", path.name, "a name that ends in .toml or .json (a FHIR Bundle)")
    if path.resolve() == file.resolve():
        raise InputError("--out", path.name, "another file than the one that is read")
