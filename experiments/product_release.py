"""Product: gain and harm over its attributes, and release of 200 simulated lots in three worlds of the link of potency.

    python experiments/product_release.py            # some minutes on two idle cores
    python experiments/product_release.py --curves   # the attributes as well

The rule sees assays only: two replicates of potency, one of viability, one of a marker; it decides by the surface,
which is fitted in one sample of patients. What a decision costs is then simulated: every lot is given, as it is and at
the dose that the rule sets, to the same fresh patients. Losses are in quality-adjusted days per patient against the
reference lot; errors are of the mean over parameter draws, and paired where ways are compared.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.manufacturing.clinical.alternatives import (
    Group,
    ProductComparison,
    attribute_alternatives,
    compare_products,
)
from hepatica.manufacturing.clinical.basis import RANGES, Coordinate
from hepatica.manufacturing.clinical.courses import admit_lots, planned_regimen, run_products
from hepatica.manufacturing.clinical.lots import summarise_lots
from hepatica.manufacturing.clinical.store import stored_surface
from hepatica.manufacturing.clinical.surface import STRENGTHS, Surface, SurfaceSize, of_point
from hepatica.manufacturing.quality.release.lot import LotRelease, Verdict, release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot
from hepatica.patients import Admitted
from hepatica.study import Study, load_study
from hepatica.study_system import system_of
from hepatica.therapy import Product, Regimen

Floats = NDArray[np.float64]
STUDY = Path(__file__).parents[1] / "studies/hbv-aclf.toml"
CELLS, LOTS, REJECTION = 1e6, 200, 1.0
FRESH, AT_ONCE = 1000, 50  # offset of the seed of patients in whom lots are given; lots simulated together
POTENCY_SD, POTENCY_ERROR, VIABILITY_ERROR = 0.9, 0.12, 2.0
LINKED, HALF = 0.34, 0.33


class Losses(NamedTuple):
    """Days lost by each lot in each patient, (lot, patient), as it is and as the rule gives it."""

    hypothesis: str
    as_it_is: Floats
    given: Floats
    draw: NDArray[np.int64]


def true_lots(seed: int = 20) -> tuple[Floats, Floats]:
    """True relative potency and viability (%) of each lot."""
    rng = np.random.Generator(np.random.Philox(seed))
    return np.exp(POTENCY_SD * rng.standard_normal(LOTS)), np.clip(85 + 10 * rng.standard_normal(LOTS), 45.0, 99.0)


def decide(surface: Surface, potency: Floats, viability: Floats, seed: int = 21) -> tuple[list[LotRelease], Floats]:
    """Verdicts from assays alone, and the measured viabilities."""
    rng = np.random.Generator(np.random.Philox(seed))
    made, measured = [], viability + VIABILITY_ERROR * rng.standard_normal(len(viability))
    for x, v in zip(potency, measured, strict=True):
        seen = (x * np.exp(POTENCY_ERROR * rng.standard_normal(2))).tolist()
        attributes: list[dict[str, object]] = [
            {"name": "potency", "role": "potency", "scale": "log", "values": seen, "assay_sd": POTENCY_ERROR,
             "acts_on": "potency", "process": {"mean": 1.0, "sd": POTENCY_SD}},
            {"name": "viability", "unit": "%", "values": [float(v)], "assay_sd": VIABILITY_ERROR,
             "acts_on": "viability", "process": {"mean": 85.0, "sd": 10.0}},
            {"name": "CD73", "values": [98.4 + 0.4 * float(rng.standard_normal())], "assay_sd": 0.3, "lower": 95.0},
        ]  # fmt: skip
        asked = {"study": "s", "linked": LINKED, "half": HALF, "rejection": REJECTION, "source": "stated"}
        dose = {"planned": CELLS, "largest": 2 * CELLS}
        data: dict[str, object] = {"title": "t", "lot": "1", "dose": dose, "attribute": attributes, "model_loss": asked}
        made.append(release_lot(check_lot(data), surface=surface))
    return made, measured


def realised(
    study: Study, chosen: Sequence[LotRelease], *, draws: int, per_draw: int, workers: int | None
) -> dict[float, list[Losses]]:
    """Losses of every lot in fresh patients, who get the lot itself: no surface stands between decision and outcome."""
    engine, regimen = system_of(study), planned_regimen(study, CELLS)
    patients = admit_lots(study, engine, draws=draws, per_draw=per_draw, workers=workers, offset=FRESH)
    potency, viability = true_lots()
    lot = study.product.product().typical_lot
    factor = np.array([f.factor if f.verdict is Verdict.CONDITIONAL else 1.0 for f in chosen])
    raised = np.flatnonzero(factor > 1.0)
    made: dict[float, list[Losses]] = {}
    for strength in STRENGTHS:
        effect = np.clip(potency, *RANGES[Coordinate.POTENCY]) ** strength
        points = np.stack([effect, viability / 100, np.ones(LOTS), np.ones(LOTS)], axis=1)
        higher = points[raised] * np.array([1.0, 1.0, 1.0, 0.0]) + np.outer(factor[raised], [0.0, 0.0, 0.0, 1.0])
        treatments = [of_point(x, lot, regimen) for x in np.vstack([points, higher])]
        made[strength] = []
        for hypothesis in study.hypotheses:
            lost = np.vstack([
                _lost(study, engine, patients, [(lot, regimen), *treatments[k : k + AT_ONCE]], hypothesis, workers)
                for k in range(0, len(treatments), AT_ONCE)
            ])  # fmt: skip
            given = lost[:LOTS].copy()
            given[raised] = lost[LOTS:]
            made[strength].append(Losses(hypothesis, lost[:LOTS], given, patients.cohort.draw))
    return made


def _lost(study: Study, engine: System, patients: Admitted, treatments: list[tuple[Product, Regimen]],
          hypothesis: str, workers: int | None) -> Floats:  # fmt: skip
    """Quality-adjusted days lost against the reference lot, (lot, patient), the chance of no effect counted in."""
    run = run_products(study, engine, patients, treatments, hypothesis, workers=workers)
    p = run.null_probability
    net = (1 - p) * run.acting + p * run.inert
    return np.asarray(net[0] - net[1:], float)


def by_way(losses: Losses, chosen: Sequence[LotRelease], measured: Floats) -> dict[str, Floats]:
    """Loss of a patient by each way to decide, (patient,), averaged over lots."""
    kept = np.array([f.verdict is not Verdict.REJECT for f in chosen])
    markers = np.array([all(f.meets for f in r.findings if f.name == "CD73") for r in chosen])
    ways = {
        "the rule": (kept, losses.given),
        "release all": (np.ones(LOTS, bool), losses.as_it_is),
        "by markers": (markers, losses.as_it_is),
        "reject below 70 %": (measured >= 70.0, losses.as_it_is),
    }
    return {name: np.nanmean(np.where(passed[:, None], x, REJECTION), axis=0) for name, (passed, x) in ways.items()}


def mean_and_error(values: Floats, draw: NDArray[np.int64]) -> tuple[float, float]:
    """Mean over patients, and its standard error from the scatter of parameter draws."""
    means = np.array([np.nanmean(values[draw == d]) for d in np.unique(draw)])
    return float(means.mean()), float(means.std(ddof=1) / np.sqrt(len(means)))


def print_worlds(worlds: dict[float, list[Losses]], chosen: Sequence[LotRelease], measured: Floats) -> None:
    """Losses by world and hypothesis with their errors, and the rule less every other way in the same patients."""
    rejected = np.mean([f.verdict is Verdict.REJECT for f in chosen])
    raised = np.mean([f.verdict is Verdict.CONDITIONAL for f in chosen])
    print(
        f"rejected {rejected:.3f}, at a higher dose {raised:.3f}; cost of the rejected {rejected * REJECTION:.3f} days"
    )
    for strength, rows in worlds.items():
        for losses in rows:
            ways = by_way(losses, chosen, measured)
            print(f"\nstrength {strength:g}, {losses.hypothesis}")
            for name, values in ways.items():
                mean, error = mean_and_error(values, losses.draw)
                text = f"  {name:18} {mean:7.3f} +- {error:.3f}"
                if name != "the rule":
                    less, paired = mean_and_error(ways["the rule"] - values, losses.draw)
                    text += f"   the rule less it {less:7.3f} +- {paired:.3f}"
                print(text)


def print_curves(comparison: ProductComparison) -> None:
    """Gain and excess thrombosis against the study's product, over each attribute."""
    print(
        f"\n{comparison.regimen}, {comparison.patients} patients, {comparison.draws} draws; against the study's product"
    )
    for group in (Group.VIABILITY, Group.PASSAGE, Group.POTENCY, Group.HOLD):
        for hypothesis in comparison.study.hypotheses:
            for r in comparison.of(group, hypothesis):
                d, t, f = r.difference, r.thrombosis_difference, r.reaction_difference
                print(
                    f"{group:10} {r.alternative.value:6g} {hypothesis:15} days {d.mean:6.2f} +- {d.error:4.2f} "
                    f"({d.low:6.2f} to {d.high:5.2f})  thrombosis {t.mean:8.5f} +- {t.error:7.5f} "
                    f"({t.low:8.5f} to {t.high:7.5f})  reaction {f.mean:8.5f} +- {f.error:7.5f}"
                )


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curves", action="store_true")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--per-draw", type=int, default=6)
    parser.add_argument("--workers", type=int)
    asked = parser.parse_args()
    study, size = load_study(STUDY), SurfaceSize(draws=asked.draws, per_draw=asked.per_draw)
    surface = stored_surface(study, cells=CELLS, size=size, workers=asked.workers)
    print(
        f"{surface.regimen}, {surface.patients} patients; reference lot gains {surface.gain.round(1)} days; "
        f"surface {surface.fit_error.round(2)}"
    )
    chosen, measured = decide(surface, *true_lots())
    worlds = realised(study, chosen, draws=asked.draws, per_draw=asked.per_draw, workers=asked.workers)
    print_worlds(worlds, chosen, measured)
    print(summarise_lots(study, surface, CELLS))
    if asked.curves:
        alternatives = attribute_alternatives(study.product.product())
        print_curves(compare_products(study, alternatives, cells=CELLS, size=size, workers=asked.workers))


if __name__ == "__main__":
    main()
