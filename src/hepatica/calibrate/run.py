"""One calibration from beginning to end: evidence in, draws with their provenance out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.calibrate import identifiability, infer
from hepatica.calibrate.bank import Plan
from hepatica.calibrate.contrast import Contrast, contrasts, null_effect_probability
from hepatica.calibrate.infer import Cells, Settings, Untreated
from hepatica.calibrate.likelihood import INFLATION, MOST, LikelihoodTerm, data
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.evidence import Publication, load_all
from hepatica.files import write_json
from hepatica.patients import DrawKind, Draws
from hepatica.patients.draws import BETWEEN
from hepatica.progress import Progress

Floats = NDArray[np.float64]
UNTOUCHED = 0.9  # SD over that of the prior, above which nothing was learnt


@dataclass(frozen=True)
class Calibration:
    """What was learnt from what.

    Attributes
    ----------
    publications : tuple of Publication
        As they were used, alternatives applied.
    plan : Plan
        Arms without cells that were simulated.
    data : tuple of LikelihoodTerm
    untreated : Untreated
    cell_plan : Plan
    contrasts : tuple of Contrast
    cells : dict of hypothesis to Cells
    groups, pairs : DataFrame
        Parameters that can only be told together, and pairs that hang together (`identify.together`).
    draws : Draws
        What ships.
    """

    publications: tuple[Publication, ...]
    plan: Plan
    data: tuple[LikelihoodTerm, ...]
    untreated: Untreated
    cell_plan: Plan
    contrasts: tuple[Contrast, ...]
    cells: dict[str, Cells]
    groups: pd.DataFrame
    pairs: pd.DataFrame
    draws: Draws

    def contraction(self) -> pd.DataFrame:
        """One row a parameter and hypothesis: mean and SD as places in the prior (0 and 1: nothing learnt), and R-hat."""
        rows = []
        space = self.untreated.emulator.space
        first, second = self.untreated.runs
        for k, name in enumerate(space.names):
            if name.kind is DrawKind.SPIKE:
                continue
            a, b = first[:, k], second[:, k]
            within, between = (a.var() + b.var()) / 2, np.var([a.mean(), b.mean()], ddof=1)
            both = np.concatenate([a, b])
            rows.append(
                {
                    "parameter": name.label,
                    "hypothesis": "",
                    "mean": both.mean(),
                    "sd": both.std(),
                    "r_hat": float(np.sqrt(1 + between / within)),
                }
            )
        for hypothesis, c in self.cells.items():
            for name, value in c.columns.items():
                if name.kind is not DrawKind.SPIKE:
                    rows.append(
                        {
                            "parameter": name.label,
                            "hypothesis": hypothesis,
                            "mean": value.mean(),
                            "sd": value.std(),
                            "r_hat": np.nan,
                        }
                    )
        frame = pd.DataFrame(rows)
        frame["learnt"] = (frame["sd"] < UNTOUCHED) | (frame["mean"].abs() > 0.25)
        return frame.sort_values("sd", kind="stable", ignore_index=True)

    def informing(self, top: int = 3) -> dict[str, list[tuple[str, float]]]:
        """For each parameter that was learnt, the data that inform it most: share of the information on it, linearly."""
        emulator, space = self.untreated.emulator, self.untreated.emulator.space
        slopes = emulator.coefficients[: space.dimension]
        shares: dict[str, list[tuple[str, float]]] = {}
        for k, name in enumerate(space.names):
            each: dict[str, float] = {}
            for d in self.data:
                at = [self.untreated.outputs.index(o) for o in d.outputs]
                noise = d.typical**2 if d.kind == "normal" else 4.0 / sum(d.value)
                gained = float(np.mean(slopes[k, at] ** 2 / (noise + emulator.unknown[at]))) * d.weight
                label = f"{d.publication} {d.arm}: {d.label}"
                each[label] = each.get(label, 0.0) + gained
            total = sum(each.values())
            best = sorted(each.items(), key=lambda x: -x[1])[:top]
            shares[name.label] = [(label, g / total) for label, g in best if total > 0]
        return shares


def agreement(u: Untreated) -> pd.DataFrame:
    """The emulator against the engine at the draws that were learnt, one row an output, on the scale of the likelihood.

    Columns: ``emulator`` and ``engine`` (means over draws), ``apart`` (SD of their difference from draw to draw, the
    chance of few people taken out), ``allowed`` (the SD that the likelihood adds for it), ``draws``.
    """
    points = u.emulator.space.points(u.draws)
    made, rows = u.emulator(points), {}
    for k, o in enumerate(u.outputs):
        value, noise = o.of(u.check)
        line, found = u.check.plan.lines[o.line], np.isfinite(value)
        if not found.any():
            continue
        left = float(np.var(value[found] - made[found, k]) - np.nan_to_num(np.nanmean(np.nan_to_num(noise[found]))))
        rows[k] = {
            "publication": line.publication,
            "arm": line.arm,
            "output": f"{line.wanted.variable} day {line.wanted.time:g}, {o.kind}",
            "emulator": float(made[found, k].mean()),
            "engine": float(value[found].mean()),
            "apart": float(np.sqrt(max(left, 0.0))),
            "allowed": float(np.sqrt(u.emulator.unknown[k])),
            "draws": int(found.sum()),
        }
    return pd.DataFrame(list(rows.values()))


def used(alternatives: Sequence[str] = (), without: Sequence[str] = ()) -> tuple[Publication, ...]:
    """Publications that ship, some left out, some with what another source says (``<key>:<id>``).

    Raises
    ------
    InputError
        If there is no such publication or alternative.
    """
    found = load_all()
    for key in without:
        if key not in found:
            raise InputError("--without", key, f"one of {', '.join(found)}")
        del found[key]
    for name in alternatives:
        key, _, wanted = name.partition(":")
        known = [f"{p.key}:{a.id}" for p in found.values() for a in p.alternatives]
        if name not in known:
            raise InputError("--alternative", name, f"one of {', '.join(known)}")
        other = next(a for a in found[key].alternatives if a.id == wanted)
        arms = tuple(other.of(arm) if arm.id == other.arm else arm for arm in found[key].arms)
        found[key] = found[key].model_copy(update={"arms": arms})
    return tuple(found.values())


def evidence_hash(publications: Sequence[Publication]) -> str:
    """Changes with any number of any publication."""
    text = "\n".join(p.model_dump_json() for p in sorted(publications, key=lambda p: p.key))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plans(publications: Sequence[Publication]) -> tuple[Plan, tuple[LikelihoodTerm, ...], Plan, tuple[Contrast, ...]]:
    """What is simulated and compared: without cells, and with them."""
    everything = Plan.of([p for p in publications if p.role == "calibration"])
    plan = everything.only(cells=False)
    plan = plan.keeping(k for d in data(plan, publications) for o in d.outputs for k in (o.line, o.baseline) if k >= 0)
    cell_plan = everything.keeping(k for c in contrasts(everything, publications) for k in c.lines)
    return plan, data(plan, publications), cell_plan, contrasts(cell_plan, publications)


def calibrate(
    system: System,
    publications: Sequence[Publication],
    folder: Path,
    settings: Settings,
    *,
    hypotheses: Sequence[str],
    people: Sequence[Publication] = (),
    workers: int | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Learn from publications.

    Parameters
    ----------
    publications : sequence of Publication
        Those with the role ``calibration`` are learnt from.
    folder : Path
        Where finished work stays, to go on from.
    hypotheses : sequence of str
        Each gets its own posterior of the cells; the untreated course is the same for all.
    people : sequence of Publication
        Made of files of real people (`people_evidence`); one takes the place of a publication of the same key.

    Returns
    -------
    Calibration
    """
    printed, real = evidence_hash(publications), {p.key for p in people}
    publications = (*(p for p in publications if p.key not in real), *people)
    plan, told, cell_plan, between = plans(publications)
    if not told:
        raise InputError(
            "evidence", [p.key for p in publications], "at least one arm without cells that can be simulated"
        )
    untreated = infer.course(system, plan, told, settings, folder, workers=workers, progress=progress)
    columns = dict(untreated.draws.columns)
    learnt: dict[str, Cells] = {}
    for h in hypotheses:
        learnt[h] = infer.cells(
            system, cell_plan, between, untreated.draws, h, settings, folder, workers=workers, progress=progress
        )
        columns |= {name.under(h): v for name, v in learnt[h].columns.items()}
    prior = infer.draw_cell_parameters(system.model, untreated.draws.n, settings.cell_draws, settings.seed)
    groups, pairs = identifiability.together(untreated, learnt, prior, identifiability.spikes(system.model), between)
    provenance: dict[str, Any] = {
        "hepatica": __version__,
        "evidence": printed,
        "people": {p.key: evidence_hash([p]) for p in people},
        "model": system.model.hash,
        "seed": settings.seed,
        "settings": {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(settings).items()},
        "publications": sorted({d.publication for d in told} | {c.publication for c in between}),
        "hypotheses": list(hypotheses),
        "inflation": INFLATION,
        "most_weight": MOST,
        "between": {k: list(map(float, v)) for k, v in BETWEEN.items()},
        "log_evidence": untreated.log_evidence,
        "draws_made_patients": [int(b.whole.sum()) for b in untreated.banks],
        "effective_cell_draws": {h: float(c.effective.mean()) for h, c in learnt.items()},
        "nothing": {
            h: null_effect_probability(between, c.finite_log_likelihood, infer.between_trial_sd(prior))
            for h, c in learnt.items()
        },
        "purpose": "for research use",
    }
    made = Calibration(
        tuple(publications),
        plan,
        told,
        untreated,
        cell_plan,
        between,
        learnt,
        groups,
        pairs,
        Draws(columns, provenance),
    )
    held = agreement(untreated)
    apart = np.hypot(held["emulator"] - held["engine"], held["apart"]) / held["allowed"]
    provenance |= {
        "r_hat_largest": float(made.contraction()["r_hat"].max()),
        "emulator_error_over_allowed": {"median": float(apart.median()), "largest": float(apart.max())},
    }
    return replace(made, draws=Draws(columns, provenance))


def write(made: Calibration, folder: Path) -> tuple[Path, Path]:
    """The draws, and beside them what was learnt from what, as JSON; both whole."""
    posterior, notes = folder / "posterior.parquet", folder / "calibration.json"
    made.draws.write(posterior)
    informing = made.informing()
    rows = made.contraction().to_dict(orient="records")
    for r in rows:
        if r["learnt"] and not r["hypothesis"]:
            r["informed_by"] = informing.get(str(r["parameter"]), [])
    write_json(
        notes,
        {
            "provenance": dict(made.draws.provenance),
            "contraction": rows,
            "data": [
                {"publication": d.publication, "arm": d.arm, "label": d.label, "weight": d.weight} for d in made.data
            ],
            "contrasts": [
                {
                    "publication": c.publication,
                    "treated": c.treated,
                    "control": c.control,
                    "label": c.label,
                    "value": c.value,
                    "error": c.error,
                    "weight": c.weight,
                }
                for c in made.contrasts
            ],
            "together": made.groups.to_dict(orient="records"),
            "correlated": made.pairs.to_dict(orient="records"),
            "emulator": agreement(made.untreated).to_dict(orient="records"),
            "left": made.plan.left,
        },
    )
    return posterior, notes
