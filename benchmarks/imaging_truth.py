"""Truth of what scans are said to mean: synthetic subjects, next scans, a human series re-enacted, time and memory.

    python benchmarks/imaging_truth.py coverage [--subjects 300] [--first 0]
    python benchmarks/imaging_truth.py next [--subjects 60]
    python benchmarks/imaging_truth.py human
    python benchmarks/imaging_truth.py time [--slices 300] [--pixels 512]

``coverage`` draws subjects from the priors of either hypothesis, scans them two to five times with errors, fits both
hypotheses, and prints how often nominal 90 % intervals hold the truth (under the hypothesis that made it) and whether
the odds are calibrated. ``next`` compares the best next scan with a fixed one at 24 h. ``human`` writes the 111In
series of Gholamrezanezhad2011 as SPECT and reads it back. ``time`` goes from a DICOM folder to a report. For research
use.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.biodistribution import Infusion, fit_subject, of_population, plan_scans
from hepatica.imaging.biodistribution.fit import SubjectFit
from hepatica.imaging.biodistribution.hypotheses import log_odds
from hepatica.imaging.biodistribution.parameter_space import ParameterSpace
from hepatica.imaging.biodistribution.scan_error import planned_error
from hepatica.imaging.biodistribution.submodel import organs_of, simulate_infusion, submodel
from hepatica.imaging.biodistribution.summary import log_sd
from hepatica.imaging.quantification import LabelledCells, OrganLabel
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.study import HYPOTHESES

Floats = NDArray[np.float64]
POPULATION = "stable_decompensated_cirrhosis"
DAYS = (1 / 24, 0.17, 1.0, 2.0, 4.0, 7.0, 10.0)
OWN, SHARED, NOISE = 0.08, 0.06, 0.003
ORGANS = ("lung", "liver", "spleen")
HUMAN_DAYS = (0.02, 0.083, 0.167, 0.25, 1.0, 2.0, 7.0, 10.0)


def course(space: ParameterSpace, z: Floats, days: Floats) -> Floats:
    """Label and living cells by organ, then homing, (draw, day, output)."""
    outputs = (*(f"image_{o}" for o in ORGANS), *(f"cells_{o}" for o in ORGANS), "homing")
    return simulate_infusion(space.parameters(z), space.infusion, days, outputs).values


def scan(
    rng: np.random.Generator, values: Floats, days: Floats, organs: tuple[str, ...], common: float
) -> list[OrganLabel]:
    """Label of organs with errors."""
    labels = []
    for t, day in enumerate(days):
        for organ in organs:
            share = values[t, ORGANS.index(organ)] * (1 + OWN * rng.standard_normal()) * (1 + SHARED * common)
            share += NOISE * rng.standard_normal()
            labels.append(
                OrganLabel(
                    organ, float(day), float(share), float(np.hypot(OWN * share, NOISE)), SHARED, relative_sd=OWN
                )
            )
    return labels


def coverage(subjects: int, first: int) -> None:
    """Coverage of organ cells and homing, and calibration of the odds."""
    around, rows, control, chances, truths, effective = of_population(POPULATION), [], [], [], [], []
    for k in range(first, first + subjects):
        rng = np.random.default_rng([21, k])
        hypothesis = list(HYPOTHESES)[k % 2]
        tracer = str(rng.choice(["In111", "Zr89"]))
        space = ParameterSpace(hypothesis, Infusion(LabelledCells(tracer=tracer, number=1.5e8)), around)
        z = rng.standard_normal((1, space.size))
        days = np.sort(rng.choice(DAYS, rng.integers(2, 6), replace=False))
        organs = ORGANS if k % 4 < 2 else ("liver", "spleen")  # half of the subjects: no chest in the field of view
        truth = course(space, z, days)[0]
        labels = scan(rng, truth, days, organs, rng.standard_normal())
        fit = fit_subject(labels, space.infusion, around, draws=500, seed=k)
        one = fit.by_hypothesis[hypothesis]
        for kept, drawn in ((rows, one.posterior), (control, one.prior)):
            low, high = np.quantile(course(one.space, drawn, days), (0.05, 0.95), axis=0)
            kept.append((truth >= low) & (truth <= high))
        effective.append(one.sample.effective)
        chances.append(fit.probability["label_is_cells"])
        truths.append(hypothesis == "label_is_cells")
        if (k + 1 - first) % 25 == 0:
            print(f"{k + 1 - first} subjects", file=sys.stderr, flush=True)
    print(f"{subjects} subjects (from {first}), 2 to 5 scans, nominal 90 %; SE over subjects")
    held("scans", rows)
    held("priors of the same subjects, right by design", control)
    print(f"effective points: median {np.median(effective):.0f}, least {min(effective):.0f}")
    for name, some in (("chest seen", 0), ("liver and spleen alone", 2)):
        which = [i for i in range(subjects) if (first + i) % 4 // 2 * 2 == some]
        calibration(name, np.array(chances)[which], np.array(truths)[which])
    calibration("all", np.array(chances), np.array(truths))


def held(name: str, rows: list[NDArray[np.bool_]]) -> None:
    """Coverage of intervals: the mean over scans of a subject, then over subjects."""
    names = (*(f"cells of {o}" for o in ORGANS), "homing")
    text = []
    for k, one in enumerate(names, 3):
        by_subject = 100 * np.array([r[:, k].mean() for r in rows])
        text.append(f"{one} {by_subject.mean():.1f} ({by_subject.std() / np.sqrt(len(rows)):.1f})")
    print(f"{name}: " + ", ".join(text) + " %")


def calibration(name: str, chance: Floats, truth: NDArray[np.bool_]) -> None:
    """Mean probability against frequency, in all and where the odds are not clear."""
    brier = float(np.mean((chance - truth) ** 2))
    middle = (chance > 0.01) & (chance < 0.99)
    score = (truth - chance).sum() / np.sqrt(max((chance * (1 - chance)).sum(), 1e-12))
    text = f"odds, {name}: Brier score {brier:.3f}, {100 * np.mean((chance > 0.5) == truth):.1f} % on the right side"
    if middle.sum():
        text += (
            f"; {middle.sum()} between 1 and 99 %: mean {chance[middle].mean():.2f}, true {truth[middle].mean():.2f}"
        )
    print(f"{text}; z of calibration {score:+.2f}")


def next_scan(subjects: int) -> None:
    """Spread of log homing after a second scan: the best by information, or at 24 h of the same tracer."""
    around, ratios = of_population("hbv_aclf"), []
    for k in range(subjects):
        rng = np.random.default_rng([22, k])
        infusion = Infusion(LabelledCells(tracer="Zr89", number=1.5e8))
        space = ParameterSpace("label_is_cells", infusion, around)
        z, first, common = rng.standard_normal((1, space.size)), np.array([0.17]), rng.standard_normal()
        labels = scan(rng, course(space, z, first)[0], first, ORGANS, common)
        fit = fit_subject(labels, infusion, around, draws=600, seed=k)
        plans = [p for p in plan_scans(fit, tracers=["Zr89"], seed=k) if p.organs == organs_of(submodel())]
        before = homing_sd(fit)
        row = [before]
        for day in (plans[0].day, 1.0):
            more = scan(
                np.random.default_rng([23, k]), course(space, z, np.array([day]))[0], np.array([day]), ORGANS, common
            )
            row.append(homing_sd(fit_subject([*labels, *more], infusion, around, draws=600, seed=k)))
        ratios.append([plans[0].day, row[1] / before, row[2] / before, plans[0].homing_sd])
    best = np.array(ratios)
    print(f"{subjects} subjects, first scan at 4 h, then one more with 89Zr, organs together")
    print(f"spread of log homing left: best next scan {best[:, 1].mean():.3f}, fixed at 24 h {best[:, 2].mean():.3f}")
    paired = best[:, 2] - best[:, 1]
    print(
        f"difference {paired.mean():.3f} (SE {paired.std() / np.sqrt(subjects):.3f}); expected {best[:, 3].mean():.3f}"
    )
    print("days chosen: " + ", ".join(f"{d:g} ({(best[:, 0] == d).sum()})" for d in np.unique(best[:, 0])))


def homing_sd(fit: SubjectFit) -> float:
    """Standard deviation of log homing under the hypothesis that made the subject."""
    one = fit.by_hypothesis["label_is_cells"]
    return log_sd(course(one.space, one.posterior, np.array([0.1]))[:, 0, 6])


def human() -> None:
    """The 111In series of science notes as SPECT, read back and fitted; held out: 24 h."""
    from hepatica.imaging.phantoms.body import SEGMENTS, BodyPhantom
    from hepatica.imaging.subject.scan import measure_scan
    from hepatica.imaging.subject.scan_settings import ScanSettings

    phantom = BodyPhantom(tracer="In111", activity=6e7, noise=0.02)
    settings = ScanSettings(
        kind="spect", regions=SEGMENTS, background="muscle", stated={"residue": 0.0, "sensitivity": 100.0}
    )
    scans, worst = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for k, day in enumerate(HUMAN_DAYS):
            shares = human_shares(day)
            measured = measure_scan(
                phantom.write(Path(folder) / str(k), shares, hours=24 * day), settings, masks=Path(folder)
            )
            read = {r.organ: r.share for r in measured.labels}
            worst = max(worst, *(abs(read[o] / s - 1) for o, s in shares.items()))
            scans.append(measured)
    print(f"eight scans written and read back: largest error of an organ {100 * worst:.2f} %")
    around = of_population(POPULATION)
    infusion = Infusion(LabelledCells(tracer="In111", number=1.6e8))
    labels = [r for s, d in zip(scans, HUMAN_DAYS, strict=True) if d != 1.0 for r in s.labels]
    fit = fit_subject(labels, infusion, around)
    one = fit.by_hypothesis["label_is_cells"]
    for day in (HUMAN_DAYS[0], 1.0, 10.0):
        low, middle, high = 100 * np.quantile(
            course(one.space, one.posterior, np.array([day]))[:, 0, :3], (0.05, 0.5, 0.95), axis=0
        )
        text = ", ".join(
            f"{o} {m:.1f} ({a:.1f} to {b:.1f})" for o, a, m, b in zip(ORGANS, low, middle, high, strict=True)
        )
        given = ", ".join(f"{100 * s:.1f}" for s in human_shares(day).values())
        print(f"day {day:g}{' (held out)' if day == 1.0 else ''}: {text} % of label; series {given}")
    print(f"log10 odds of label means cells: {log_odds(fit):.0f}")
    print(f"noise of a planned 111In scan {planned_error('In111', fit.observed).noise:.4f}; misfit {one.misfit:.2f}")


def human_shares(day: float) -> dict[str, float]:
    """Label of the effective human model (Gholamrezanezhad2011, midpoints), of 1 given."""
    lung, other = 30.25 * np.exp(-0.210 * day), 62.25 * np.exp(-0.0326 * day)
    moved = 92.5 - lung - other
    return {"lung": lung / 100, "liver": (1.4 + 0.315 * moved) / 100, "spleen": (6.1 + 0.685 * moved) / 100}


def timed(slices: int, pixels: int) -> None:
    """From a DICOM folder of PET to the report, in a process of its own; then an update with one scan more."""
    sys.path.insert(0, str(Path(__file__).parent))
    from imaging import ORGANS as PLACES
    from imaging import write

    shapes = "".join(
        f"[[scan.shape]]\norgan = '{o}'\ncentre = {list(c)}\nsize = {list(a)}\n" for o, (c, a) in PLACES.items()
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder / "pet", slices, pixels)
        (folder / "s.toml").write_text(
            "title = 'time'\npopulation = 'hbv_aclf'\n[cells]\nnumber = 1.5e8\ntracer = 'Zr89'\n"
            "[next]\ndose = ['1e6 cells/kg', '2e6 cells/kg']\nroute = ['peripheral_vein', 'portal_vein']\n"
            "[[scan]]\npath = 'pet'\nbackground = 'background'\nfwhm = 6.0\nstated = { residue = 0.0 }\n" + shapes,
            encoding="utf-8",
        )
        done = subprocess.run(
            [sys.executable, __file__, "inside", "--folder", str(folder)], capture_output=True, text=True, check=True
        )
    row = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{pixels} x {pixels} x {slices}: DICOM folder to report {row['report']:.1f} s (processor {row['cpu']:.1f} s), "
        f"peak {row['peak_gib']:.2f} GiB"
    )
    print(
        "update after a further scan, processor: "
        + ", ".join(f"{name} {row[name]:.1f} s" for name in ("read", "analysis", "page"))
        + f"; all {row['update']:.1f} s"
    )


def inside(folder: Path) -> None:
    """Measure in this process."""
    from hepatica.api.imaging.image import ImageAnswer, ImageRequest
    from hepatica.report.imaging.subject_cards import subject_cards
    from hepatica.report.imaging.subject_page import write_subject

    start, cpu = time.perf_counter(), time.process_time()
    analysis = ImageRequest.check({"file": folder / "s.toml"}).compute()
    write_subject(analysis, subject_cards(analysis, "en"), ImageAnswer.of(analysis), folder, "en", command="")
    report, cpu_report = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    row = {"report": report, "cpu": cpu_report, "peak_gib": peak} | update(analysis, folder)
    print(json.dumps(row))


def update(analysis: SubjectAnalysis, folder: Path) -> dict[str, float]:
    """Seconds until a further series is read, until the posterior and the advice are new, and until the page is."""
    from hepatica.api.imaging.image import ImageAnswer
    from hepatica.imaging.subject.analysis import analyse_subject
    from hepatica.imaging.subject.scan import measure_scan
    from hepatica.report.imaging.subject_cards import subject_cards
    from hepatica.report.imaging.subject_page import write_subject

    subject, marks, start = analysis.subject, [time.process_time()], time.perf_counter()
    scan = measure_scan(folder / "pet", subject.scan[0], masks=folder, cells=subject.cells)
    marks.append(time.process_time())
    more = replace(scan, labels=tuple(r._replace(time=r.time + 1.0) for r in scan.labels))
    renewed = analyse_subject(subject, [*analysis.scans, more])
    marks.append(time.process_time())
    write_subject(renewed, subject_cards(renewed, "en"), ImageAnswer.of(renewed), folder, "en", command="")
    marks.append(time.process_time())
    parts = dict(zip(("read", "analysis", "page"), np.diff(marks).tolist(), strict=True))
    return parts | {"update": time.perf_counter() - start}


def main() -> None:
    """Run one of the proofs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proof", choices=["coverage", "next", "human", "time", "inside"])
    parser.add_argument("--subjects", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--pixels", type=int, default=512)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.proof == "coverage":
        coverage(asked.subjects or 300, asked.first)
    elif asked.proof == "next":
        next_scan(asked.subjects or 60)
    elif asked.proof == "human":
        human()
    elif asked.proof == "time":
        timed(asked.slices, asked.pixels)
    else:
        inside(asked.folder)


if __name__ == "__main__":
    main()
