"""Product: gain and harm over its attributes, and release of 200 simulated lots in three worlds of the link of potency.

    python experiments/product_release.py            # about two minutes on two idle cores, then seconds from the cache
    python experiments/product_release.py --curves   # the attributes as well, a few minutes more

The rule sees assays only: two replicates of potency, one of viability, one of a marker. Losses are those of the surface
at the lots' true attributes, in quality-adjusted days per patient.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.manufacturing.clinical.alternatives import (
    Group,
    ProductComparison,
    attribute_alternatives,
    compare_products,
)
from hepatica.manufacturing.clinical.lots import summarise_lots
from hepatica.manufacturing.clinical.store import stored_surface
from hepatica.manufacturing.clinical.surface import STRENGTHS, Surface, SurfaceSize
from hepatica.manufacturing.quality.release.lot import LotRelease, Verdict, release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot
from hepatica.study import load_study

Floats = NDArray[np.float64]
STUDY = Path(__file__).parents[1] / "studies/hbv-aclf.toml"
CELLS, LOTS, REJECTION = 1e6, 200, 1.0
POTENCY_SD, POTENCY_ERROR, VIABILITY_ERROR = 0.9, 0.12, 2.0
LINKED, HALF = 0.34, 0.33


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


def losses(surface: Surface, strength: float, decided: tuple[list[LotRelease], Floats]) -> dict[str, float]:
    """Mean loss of a patient by each way to decide, in one world, the worse hypothesis; shares rejected and raised."""
    potency, viability = true_lots()
    decisions, measured = decided
    kept = np.array([f.verdict is not Verdict.REJECT for f in decisions])
    factor = np.array([f.factor if f.verdict is Verdict.CONDITIONAL else 1.0 for f in decisions])
    same = np.ones(LOTS)

    def loss(dose: Floats) -> Floats:
        points = np.stack([potency, viability / 100, same, dose], axis=1)
        return np.asarray(np.einsum("hsn,hs->hn", surface.loss(points, strength=strength), surface.weight))

    as_it_is = loss(same)
    by_rule = np.where(kept, loss(factor), REJECTION)
    by_viability = np.where(measured >= 70.0, as_it_is, REJECTION)
    markers = np.array([all(f.meets for f in r.findings if f.name == "CD73") for r in decisions])
    by_markers = np.where(markers, as_it_is, REJECTION)
    ways = {"rule": by_rule, "release all": as_it_is, "viability 70 %": by_viability, "markers": by_markers}
    return {name: float(x.mean(axis=1).max()) for name, x in ways.items()} | {
        "rejected": float((~kept).mean()),
        "raised": float((factor > 1.0).mean()),
    }


def print_curves(comparison: ProductComparison) -> None:
    """Gain and excess thrombosis against the study's product, over each attribute."""
    print(
        f"\n{comparison.regimen}, {comparison.patients} patients, {comparison.draws} draws; against the study's product"
    )
    for group in (Group.VIABILITY, Group.PASSAGE, Group.POTENCY, Group.HOLD):
        for hypothesis in comparison.study.hypotheses:
            for r in comparison.of(group, hypothesis):
                d, t = r.difference, r.thrombosis_difference
                print(
                    f"{group:10} {r.alternative.value:6g} {hypothesis:15} days {d.mean:6.2f} +- {d.error:4.2f} "
                    f"({d.low:6.2f} to {d.high:5.2f})  thrombosis {t.mean:8.5f} +- {t.error:7.5f} "
                    f"({t.low:8.5f} to {t.high:7.5f})"
                )


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curves", action="store_true")
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--workers", type=int)
    asked = parser.parse_args()
    study, size = load_study(STUDY), SurfaceSize(draws=asked.draws)
    surface = stored_surface(study, cells=CELLS, size=size, workers=asked.workers)
    print(f"{surface.regimen}; reference lot gains {surface.gain.round(1)} days; surface {surface.fit_error.round(2)}")
    decided = decide(surface, *true_lots())
    for strength in STRENGTHS:
        row = losses(surface, strength, decided)
        print(f"strength {strength:g}: " + ", ".join(f"{name} {value:.3f}" for name, value in row.items()))
    print(summarise_lots(study, surface, CELLS))
    if asked.curves:
        alternatives = attribute_alternatives(study.product.product())
        print_curves(compare_products(study, alternatives, cells=CELLS, size=size, workers=asked.workers))


if __name__ == "__main__":
    main()
