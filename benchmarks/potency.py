"""Relative potency: time for ten thousand, and coverage of the limits where the truth is known.

    python benchmarks/potency.py [--assays 10000] [--simulated 2000] [--json]

The first part writes a file of assays (two samples, eight doses, three replicates), reads it back and analyses it:
suitability, outliers and limits of each, by parallel lines and by four-parameter curves. The second simulates assays in
four designs and with two curves, and counts how often the limits hold the true potency. For research use.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from hepatica.manufacturing.assay.analysis import analyse_file
from hepatica.manufacturing.assay.models.cross_over import cross_over
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.logistic import logistic
from hepatica.manufacturing.assay.models.parallel_lines import parallel_lines
from hepatica.manufacturing.assay.models.slope_ratio import slope_ratio
from hepatica.manufacturing.assay.result import Model, Options

DOSES = 4.0 ** np.arange(-4, 4)
TRUTH = 0.8


def write_assays(path: Path, assays: int, *, curves: bool, seed: int = 1) -> int:
    """Write a file of assays and give its rows."""
    rng = np.random.Generator(np.random.Philox(seed))
    rows = ["assay,sample,dose,response"]
    sample, dose = np.repeat([0, 1], 24), np.tile(np.repeat(DOSES, 3), 2)
    ratio = np.exp(0.3 * rng.normal(size=(assays, 1)))
    x = dose * np.where(sample, ratio, 1.0)
    y = (1 + 9 / (1 + x**1.2) if curves else np.log(x)) + 0.3 * rng.normal(size=(assays, 48))
    for a in range(assays):
        rows += [f"{a},{'ST'[s]},{d:g},{v:.4f}" for s, d, v in zip(sample, dose, y[a], strict=True)]
    path.write_text("\n".join(rows), encoding="utf-8")
    return len(rows) - 1


def measure_time(assays: int) -> dict[str, object]:
    """Seconds to read and analyse a file of assays, by model."""
    times: dict[str, object] = {"assays": assays}
    with tempfile.TemporaryDirectory() as folder:
        for model in (Model.PARALLEL_LINE, Model.FOUR_PARAMETER):
            path = Path(folder) / f"{model.value}.csv"
            times["rows"] = write_assays(path, assays, curves=model is Model.FOUR_PARAMETER)
            began, cpu = time.perf_counter(), time.process_time()
            found = analyse_file(path, Options(model))
            times[model.value] = round(time.perf_counter() - began, 2)
            times[f"{model.value}, processor"] = round(time.process_time() - cpu, 2)
            assert len(found.assays) == assays
    return times


def layout_of(design: str) -> Layout:
    """Two samples at three doses, six responses each, in a design."""
    square = (np.arange(6)[:, None] + np.arange(6)) % 6
    cell, rows, columns = square.ravel(), np.repeat(np.arange(6), 6), np.tile(np.arange(6), 6)
    blocks = {"completely randomised": (), "randomised blocks": (rows,), "Latin square": (rows, columns)}[design]
    return Layout(np.repeat([0, 1], 3)[cell], np.tile([1.0, 2.0, 4.0], 2)[cell], blocks)


def measure_coverage(simulated: int) -> dict[str, float]:
    """Share of simulated assays whose 95 % limits hold the true potency."""
    found: dict[str, float] = {}
    for k, design in enumerate(("completely randomised", "randomised blocks", "Latin square")):
        layout, rng = layout_of(design), np.random.Generator(np.random.Philox([2, k]))
        y = 1 + np.log(layout.dose) + layout.sample * np.log(TRUTH) + 0.25 * rng.normal(size=(simulated, 36))
        for b in layout.blocks:
            y = y + rng.normal(size=(simulated, 6))[:, b]
        found[f"parallel lines, {design}"] = _share(parallel_lines(y, layout).potency, np.log(TRUTH))
    found["parallel lines, twin cross-over"] = measure_cross_over(simulated)
    rng = np.random.Generator(np.random.Philox(3))
    layout = Layout(np.repeat([0, 1], 12), np.tile(np.repeat([0.0, 1.0, 2.0, 3.0], 3), 2))
    y = 2 + layout.dose * np.where(layout.sample, TRUTH, 1.0) + 0.2 * rng.normal(size=(simulated, 24))
    found["slope ratio, completely randomised"] = _share(slope_ratio(y, layout).potency, TRUTH)
    layout = Layout(np.repeat([0, 1], 24), np.tile(np.repeat(DOSES, 3), 2))
    x = layout.dose * np.where(layout.sample, TRUTH, 1.0)
    for name, g, five in (("four parameters", 1.0, False), ("five parameters", 0.6, True)):
        y = 1 + 9 / (1 + x**1.2) ** g + 0.3 * rng.normal(size=(simulated, 48))
        found[name] = _share(logistic(y, layout, five=five).potency, np.log(TRUTH))
    return found


def measure_cross_over(simulated: int, *, each: int = 6) -> float:
    """Share of simulated twin cross-over assays whose 95 % limits hold the true potency, `each` subjects in a group."""
    sample, level = np.array([[0, 1], [0, 1], [1, 0], [1, 0]]), np.array([[1, 2], [2, 1], [1, 2], [2, 1]])
    subject, period = np.repeat(np.arange(4 * each), 2), np.tile([0, 1], 4 * each)
    blocks = (subject, period)
    layout = Layout(sample[subject % 4, period], level[subject % 4, period].astype(float), blocks, is_cross_over=True)
    rng = np.random.Generator(np.random.Philox(4))
    own = rng.normal(size=(simulated, 4 * each))[:, subject]
    y = 1 + np.log(layout.dose) + layout.sample * np.log(TRUTH) + 0.2 * period + own
    return _share(cross_over(y + 0.25 * rng.normal(size=y.shape), layout).potency, np.log(TRUTH))


def _share(potency: object, truth: float) -> float:
    low, high = (np.asarray(getattr(potency, end))[:, 0] for end in ("low", "high"))
    return round(float(((low < truth) & (truth < high)).mean()), 4)  # without limits nothing is held


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assays", type=int, default=10_000)
    parser.add_argument("--simulated", type=int, default=2_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {"seconds": measure_time(options.assays), "coverage": measure_coverage(options.simulated)}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for part, values in found.items():
        print(part)
        for name, value in values.items():
            print(f"  {name}: {value}")


if __name__ == "__main__":
    main()
