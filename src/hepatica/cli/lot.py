"""hepatica lot: release of one lot, comparability of lots after a change, and their supply."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hepatica.cli.console import shell
from hepatica.cli.console.terminal import Bars

app = shell.make_app()


@app.callback()
def lot() -> None:
    """Release a lot, compare lots, plan their supply.

    Example: `hepatica lot release studies/products/cord-lot.toml`
    """


@app.command("release")
def release(
    file: Annotated[Path, typer.Argument(help="Lot file (TOML): attributes, limits, doses, loss.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder of the certificate.")] = Path("certificate"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the intervals of losses.")] = 1,
    draws: Annotated[int, typer.Option("--draws", help="Parameter draws, where the loss is the model's.")] = 30,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
    workers: shell.Workers = None,
) -> None:
    """Decide about a lot and write its certificate of analysis.

    Every attribute against its limit, with the chance that the true value meets it; the verdict and the expected loss.
    With a table [model_loss] the loss is simulated in the patients of a study, once, and kept in the cache. The exit
    status is 1 where the lot is rejected.

    Example: `hepatica lot release studies/products/cord-lot.toml`
    """
    from hepatica.api.manufacturing.lot import LotAnswer, LotRequest
    from hepatica.manufacturing.quality.release.lot import Verdict
    from hepatica.output_folder import claim
    from hepatica.report.quality.certificate import certificate_cards
    from hepatica.report.quality.pages import write_certificate

    lang = shell.check_language(lang)
    bars = Bars(lang)
    with bars.bars:
        request = LotRequest.check({"file": file, "seed": seed, "draws": draws})
        found = request.compute(workers=workers, progress=bars)
    answer, made = LotAnswer.of(found), certificate_cards(found, lang)
    with claim(folder, "lot") as output:
        write_certificate(found, made, answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made[:-1], lang, *written, as_json=as_json)  # signatures are for paper
    if found.verdict is Verdict.REJECT:
        raise typer.Exit(1)


@app.command("comparability")
def comparability(
    file: Annotated[Path, typer.Argument(help="Change file (TOML): lots before and after, margin, loss.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("comparability"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the draws behind the loss.")] = 1,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Compare lots before and after a change of their making.

    Two one-sided tests within a margin that is stated or comes from clinical loss, what so few lots can show, and the
    chance that the change costs no more than is tolerable. The exit status is 1 unless equivalence is shown.

    Example: `hepatica lot comparability studies/products/second-site.toml`
    """
    from hepatica.api.manufacturing.comparability import ComparabilityAnswer, ComparabilityRequest
    from hepatica.manufacturing.quality.comparability.change_study import Conclusion
    from hepatica.output_folder import claim
    from hepatica.report.quality.comparability import comparability_cards, write_comparability

    lang = shell.check_language(lang)
    study = ComparabilityRequest.check({"file": file, "seed": seed}).compute()
    answer, made = ComparabilityAnswer.of(study), comparability_cards(study, lang)
    with claim(folder, "comparability") as output:
        write_comparability(study, made, answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made, lang, *written, as_json=as_json)
    if study.conclusion is not Conclusion.EQUIVALENT:
        raise typer.Exit(1)


@app.command("supply")
def supply(
    file: Annotated[Path, typer.Argument(help="Supply file (TOML): donors, potency, stock.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("supply"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of simulated patients, lots and yields.")] = 1,
    lang: shell.Lang = "en",
    as_json: shell.AsJson = False,
) -> None:
    """Plan donors, lots and stock of a trial or a clinic.

    Doses and cost of a donor, pooling and qualification of donors, and a simulation of patients, lots and expiry that
    says at how many doses left the next lot is started.

    Example: `hepatica lot supply studies/products/clinic-supply.toml`
    """
    from hepatica.api.manufacturing.supply import SupplyAnswer, SupplyRequest
    from hepatica.output_folder import claim
    from hepatica.report.quality.supply import supply_cards, write_supply

    lang = shell.check_language(lang)
    request, bars = SupplyRequest.check({"file": file, "seed": seed}), Bars(lang)
    with bars.bars:
        plan = request.compute(bars)
    answer, made = SupplyAnswer.of(plan), supply_cards(plan, lang)
    with claim(folder, "supply") as output:
        write_supply(plan, made, answer, output.staging, lang, command=shell.command_line())
        written = output.publish()
    shell.present(answer, made, lang, *written, as_json=as_json)
