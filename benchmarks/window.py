"""Coverage, agreement and stability of windows, searches and verdicts; writes its part of docs/window.md.

python benchmarks/window.py coverage                        # Monte-Carlo intervals, 400 repetitions of a known truth
python benchmarks/window.py seeds --studies hbv-aclf        # ten seeds at the shipped size and at 60 patients
python benchmarks/window.py table --write docs              # windows of five populations with all their intervals
python benchmarks/window.py agree --studies hbv-aclf        # best dose of the window beside the choice of a search
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sections import put_section

from hepatica import load_study
from hepatica.dose_study import decide_study
from hepatica.dosing.draw_means import DrawMeans, shrink_draw_means
from hepatica.dosing.leaders import total_cells
from hepatica.dosing.predictive import Predictive, bootstrap_counts
from hepatica.dosing.readers import Effect, for_reader
from hepatica.dosing.window import Estimand, Shape, window_of
from hepatica.dosing.window.uncertainty import REPLICATES, Sample
from hepatica.engine import System, shipped_system
from hepatica.files import write_text
from hepatica.regimen_search import search, settings_of
from hepatica.report.window.cards import doses
from hepatica.therapeutic_window import WindowSettings, compute_window

Floats = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
STUDIES = ("hbv-aclf", "aclf-grade-1", "aclf-grade-2", "aclf-grade-3", "decompensated-cirrhosis")
LOGS = np.linspace(4.0, 8.0, 9)
REPETITIONS = 400
SIZES = (200, 60)
TYPICAL_WEIGHT = 70.0
CARE, DAYS, PATIENT_SD = 0.6, 100.0, 25.0  # of the small decision: survival, days of a survivor more, days
Z90 = 1.6449


def world(seed: int, draws: int, patients: int, noise: float) -> Sample:
    """Hill curves whose ED50 scatters over draws, each patient with a slope of noise of its own."""
    rng = np.random.Generator(np.random.Philox(seed))
    draw = np.tile(np.arange(draws), patients)
    middle = 6.0 + 0.3 * rng.normal(size=draws)[draw]
    curves = 20.0 / (1.0 + 10.0 ** (1.5 * (middle - LOGS[:, None])))
    return Sample(curves + noise * rng.normal(size=len(draw)) * (LOGS[:, None] - 4.0) / 4.0, draw)


def coverage() -> Iterator[str]:
    """Share of 90 % Monte-Carlo intervals that hold the long-run value, by estimand."""
    estimands = (Estimand.ED50, Estimand.PLATEAU, Estimand.MINIMAL, Estimand.LARGEST)

    def of(sample: Sample, seed: int) -> dict[Estimand, object]:
        return window_of(LOGS, sample, Shape.UNIMODAL, estimands, seed=seed, relevant=3.0)

    truth = window_of(LOGS, world(99_999, 50_000, 1, 0.0), Shape.UNIMODAL, estimands, seed=1, relevant=3.0)
    inside = dict.fromkeys(estimands, 0)
    for seed in range(REPETITIONS):
        for e, computed in of(world(seed, 100, 2, 6.0), seed).items():
            inside[e] += computed.low <= truth[e].value <= computed.high  # type: ignore[attr-defined]
    yield "| estimand | 90 % Monte-Carlo intervals that hold the long-run value |"
    yield "|---|--:|"
    for e, n in inside.items():
        yield f"| {e.value} | {100 * n / REPETITIONS:.1f} % of {REPETITIONS} |"


def decision_world(seed: int, draws: int, patients: int) -> Predictive:
    """Two regimens whose effects scatter over draws, each patient with noise of its own, as the decision sees them."""
    rng = np.random.Generator(np.random.Philox(seed))
    effect = np.outer(rng.normal(0.35, 0.35, draws), [0.0, 0.7, 1.0])
    alive = expit(logit(CARE) + effect)
    gain = DAYS * (alive - CARE) - np.array([0.0, 0.3, 0.6])
    draw = np.tile(np.arange(draws), patients)
    own = PATIENT_SD * rng.normal(size=len(draw))
    means = shrink_draw_means(gain[draw].T + own * np.array([0.0, 0.7, 1.0])[:, None], draw)
    return Predictive(
        hypothesis="one",
        gain=means,
        harm_alone=DrawMeans.exact(np.tile([0.0, -0.3, -0.6], (draws, 1))),
        survived=DrawMeans.exact(alive),
        odds_slope=DAYS * CARE * (1 - CARE) * np.array([0.0, 1.0, 1.0]),
        trial_sd=np.full(draws, 0.14),
        weight=np.full(draws, 1 / draws),
        null_effect_probability=0.05,
    )


def numbers(p: Predictive) -> dict[str, float]:
    """Numbers of a decision that are printed with a Monte-Carlo error."""
    return {
        "gain of a decision": float(p.mean()[2]),
        "chance of benefit": p.chance(2),
        "gain in survival": p.survival_gain(2)[0],
        "opportunity loss": float(p.opportunity_loss()[1]),
    }


def decision_coverage() -> Iterator[str]:
    """Share of 90 % Monte-Carlo intervals of a small study's numbers that hold the long-run value."""
    prior = Effect(0.4, 0.5)
    truth = numbers(for_reader(decision_world(99_999, 50_000, 4), "neutral", 2, prior))
    inside = dict.fromkeys(truth, 0)
    for seed in range(REPETITIONS):
        p, rng = decision_world(seed, 100, 4), np.random.default_rng(seed)
        own = numbers(for_reader(p, "neutral", 2, prior))
        again = [
            numbers(for_reader(p.resampled(c), "neutral", 2, prior))
            for c in bootstrap_counts(rng, 100, REPLICATES // 2)
        ]
        for name in truth:
            error = np.std([a[name] for a in again])
            inside[name] += abs(own[name] - truth[name]) <= Z90 * error
    for name, n in inside.items():
        yield f"| {name} | {100 * n / REPETITIONS:.1f} % of {REPETITIONS} |"


class Choice(NamedTuple):
    """Verdict and range of cells of one seed."""

    seed: int
    patients: int
    form: str
    arm: str
    low: float
    high: float


def choices(name: str, system: System, seeds: int) -> Iterator[Choice]:
    """Answers of a study with other seeds, at two sizes."""
    study = load_study(ROOT / "studies" / f"{name}.toml")
    for patients in SIZES:
        for seed in range(1, seeds + 1):
            changed = {"seed": seed, "patients": patients, "draws": min(study.draws, patients)}
            decision = decide_study(study.model_copy(update=changed), system=system)
            c = decision.conclusion
            cells = [total_cells(decision.arms[a], TYPICAL_WEIGHT) / TYPICAL_WEIGHT for a in c.plateau] or [0.0]
            yield Choice(seed, patients, c.form.value, decision.arms[c.dose].name, min(cells), max(cells))


def seeds_table(rows: list[Choice]) -> Iterator[str]:
    """Verdicts by seed, and whether their ranges overlap pairwise."""
    yield "| patients | seed | verdict | dose | range, cells/kg in all |"
    yield "|--:|--:|---|---|---|"
    for r in rows:
        yield f"| {r.patients} | {r.seed} | {r.form} | {r.arm} | {r.low:.1e} to {r.high:.1e} |"
    for patients in SIZES:
        own = [r for r in rows if r.patients == patients]
        pairs = [(a, b) for k, a in enumerate(own) for b in own[:k]]
        same = sum(a.low <= b.high and b.low <= a.high for a, b in pairs)
        forms = sorted({r.form for r in own})
        yield f"\n{patients} patients: {same} of {len(pairs)} pairs of ranges overlap; verdicts: {', '.join(forms)}."


def tables(names: list[str], system: System) -> Iterator[str]:
    """Window of each study, with all its intervals."""
    for name in names:
        computed = compute_window(
            load_study(ROOT / "studies" / f"{name}.toml"), WindowSettings(groups=()), system=system, progress=_say
        )
        frame = doses(computed, "en").table
        assert frame is not None
        yield f"\n### {name}\n"
        yield "| " + " | ".join(frame.columns) + " |"
        yield "|" + "---|" * len(frame.columns)
        for row in frame.itertuples(index=False):
            yield "| " + " | ".join(map(str, row)) + " |"


def agree(name: str, system: System, candidates: int) -> Iterator[str]:
    """Largest gain of the window's schedule beside the gain of the search's choice, each in its own patients."""
    study = load_study(ROOT / "studies" / f"{name}.toml")
    window = compute_window(study, WindowSettings(groups=()), system=system, progress=_say)
    sizes = replace(settings_of(study), candidates=candidates)
    computed = search(study, sizes, system=system, progress=_say)
    leader = computed.result.leaders[max(computed.result.choice, 0)]
    for h, hypothesis in enumerate(study.hypotheses):
        largest = window.window(hypothesis).estimates[Estimand.LARGEST]
        kept = 1.0 - window.no_effect[hypothesis]
        own = leader.gain[h]
        error = np.hypot(kept * largest.error, own.error)
        yield (
            f"{name}, {hypothesis}: window {kept * largest.value:.1f}, search {own.mean:.1f} days, "
            f"difference {own.mean - kept * largest.value:+.1f} ± {error:.1f} ({computed.choice.name})"
        )


def _say(stage: str, done: int, total: int, /) -> None:
    if done == total:
        print(f"  {stage}: {total}", flush=True)


def main() -> None:
    """Compute what was asked for, print it, and write it to the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("coverage", "seeds", "table", "agree"))
    parser.add_argument("--studies", nargs="+", default=list(STUDIES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--write", type=Path, help="folder of the page")
    given = parser.parse_args()
    if given.what == "coverage":
        lines = [*coverage(), *decision_coverage()]
    elif given.what == "seeds":
        lines = [t for n in given.studies for t in seeds_table(list(choices(n, shipped_system(), given.seeds)))]
    elif given.what == "table":
        lines = list(tables(given.studies, shipped_system()))
    else:
        lines = [t for n in given.studies for t in agree(n, shipped_system(), given.candidates)]
    text = "\n".join(lines)
    print(text)
    if given.write:
        page = given.write / "window.md"
        write_text(page, put_section(page.read_text(encoding="utf-8"), f"window-{given.what}", text))


if __name__ == "__main__":
    main()
