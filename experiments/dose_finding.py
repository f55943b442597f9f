"""Dose finding where lots fall short: what each rule selects, and what ignoring the shortfall costs; and speed.

    python experiments/dose_finding.py [--trials 4000] [--json] [--write docs]

A dose-finding trial of cells assigns a level, and the lot holds what it holds. Rules that count a patient to the level
assigned estimate the toxicity of what is assigned, lots being as they come; once lots hold what they should, the level
that they selected is too high. Here the rules meet the same patients and the same lots, under several distributions of
shortfall. For research use.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG

from hepatica.files import write_text, write_whole
from hepatica.report.trials.dose_finding_figures import draw_selection
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.feasible.attribution import AsAssigned, Evaluable, NearestDelivered, ReachedDelivered
from hepatica.trials.dose_finding.feasible.curve import DoseCurve
from hepatica.trials.dose_finding.feasible.feasible_simulation import FeasibleCharacteristics, compare_rules
from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm, CountRule, FeasibleRule
from hepatica.trials.dose_finding.feasible.shortfall import DeliveredShares, LotYield, NoShortfall, Shortfall
from hepatica.trials.dose_finding.interval_designs import interval_design, interval_table
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.model_based.ewoc import Ewoc
from hepatica.trials.dose_finding.simulation import simulate
from hepatica.trials.dose_finding.three_plus_three import ThreePlusThree

TARGET, PATIENTS = 0.25, 30
DOSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # million cells per kg; an illustration
TOXICITY = (0.05, 0.12, 0.25, 0.45, 0.65)
SKELETON = (0.06, 0.14, 0.25, 0.38, 0.5)
LOTS: dict[str, Shortfall] = {
    "none: every lot holds the dose": NoShortfall(),
    "yield 2 (CV 80 %), a lot a patient": LotYield(median=2.0, cv=0.8),
    "yield 2 (CV 80 %), a lot a cohort": LotYield(median=2.0, cv=0.8, shared=True),
    "40 % of lots hold a quarter": DeliveredShares(shares=(0.25, 1.0), probabilities=(0.4, 0.6)),
}
NAIVE = "BOIN, level assigned (naive)"
FIGURE = "yield 2 (CV 80 %), a lot a patient"


def rules() -> dict[str, FeasibleRule]:
    """Rules by name."""
    design = boin(TARGET, len(DOSES), PATIENTS)
    counted = {
        NAIVE: AsAssigned(),
        "BOIN, enough delivered (per protocol)": Evaluable(),
        "BOIN, level reached": ReachedDelivered(),
        "BOIN, nearest level": NearestDelivered(),
    }
    results: dict[str, FeasibleRule] = {
        name: CountRule(doses=DOSES, max_patients=PATIENTS, design=design, attribution=attribution)
        for name, attribution in counted.items()
    }
    for name, delivered in (("CRM, dose assigned (naive)", False), ("CRM, dose delivered", True)):
        results[name] = ContinuousCrm(
            doses=DOSES, max_patients=PATIENTS, skeleton=SKELETON, target=TARGET, delivered=delivered
        )
    return results


def compare(trials: int) -> dict[str, dict[str, FeasibleCharacteristics]]:
    """Operating characteristics by shortfall and rule."""
    curve = DoseCurve(doses=DOSES, toxicity=TOXICITY)
    return {name: compare_rules(rules(), curve, lots, TARGET, trials=trials) for name, lots in LOTS.items()}


def _line(name: str, c: FeasibleCharacteristics) -> str:
    def percent(key: str) -> str:
        return f"{100 * getattr(c, key):.1f} ± {196 * c.errors[key]:.1f}"

    numbers = (percent("correct"), percent("overdose"), percent("toxicity_selected"), f"{c.toxicities:.2f}")
    return f"| {name} | {' | '.join(numbers)} | {c.size:.1f} |"


def shortfall_section(results: dict[str, dict[str, FeasibleCharacteristics]]) -> str:
    """Markdown of the comparison."""
    curve = DoseCurve(doses=DOSES, toxicity=TOXICITY)
    parts = []
    for name, lots in LOTS.items():
        here = results[name]
        as_assigned = ", ".join(f"{p:.2f}" for p in curve.as_assigned(lots))
        share = 100 * here[NAIVE].delivered_share
        parts += [
            f"### Shortfall: {name}",
            "",
            f"Toxicity of the levels as assigned: {as_assigned}. Lots deliver {share:.0f} % under the naive rule.",
            "",
            "| rule | right level, % | overdose, % | toxicity of the level selected, % | toxicities | patients |",
            "|---|--:|--:|--:|--:|--:|",
            *(_line(rule, c) for rule, c in here.items()),
            "",
        ]
    return "\n".join(parts)


def time_designs() -> list[tuple[str, float, str]]:
    """Seconds of processor time of usual tasks, and the name of the same task in `dose_finding.R`."""
    truth = toxicity_truth((0.05, 0.15, 0.3, 0.45, 0.6), 0.3)
    crm_truth = toxicity_truth((0.1, 0.2, 0.4, 0.5, 0.6, 0.65), 0.2)
    crm = Crm(levels=6, max_patients=24, cohort=1, start=2, skeleton=(0.05, 0.1, 0.2, 0.35, 0.5, 0.7), target=0.2)
    tasks = {
        "BOIN, 5 levels, 60 patients: 100,000 trials": (
            lambda: simulate(boin(0.3, 5, 60), truth, trials=100_000),
            "boin",
        ),
        "CRM, 6 levels, 24 patients one by one: 10,000 trials": (
            lambda: simulate(crm, crm_truth, trials=10_000),
            "crm",
        ),
        "BOIN, 5 levels, 30 patients: exact": (lambda: exact(boin(0.3, 5, 30), truth), ""),
        "3+3, 5 levels: exact": (lambda: exact(ThreePlusThree(levels=5), truth), ""),
    }
    out = []
    for name, (task, other) in tasks.items():
        began = time.process_time()
        task()
        out.append((name, time.process_time() - began, other))
    return out


def time_in_r() -> dict[str, tuple[float, list[float]]]:
    """Seconds a trial in plain R, and its selection, by task; nothing where R is not installed."""
    program = shutil.which("Rscript")
    if program is None:
        return {}
    done = subprocess.run(
        [program, str(Path(__file__).with_suffix(".R"))], capture_output=True, check=True, encoding="utf-8"
    )
    results = {}
    for line in done.stdout.splitlines():
        name, trials, seconds, *shares = line.split(",")
        results[name] = (float(seconds) / float(trials), [float(share) for share in shares])
    return results


def speed_section() -> str:
    """Markdown of processor times, beside plain R where it is installed."""
    lines, in_r = ["| task | processor time, s | plain R, s |", "|---|--:|--:|"], time_in_r()
    trials = {"boin": 100_000, "crm": 10_000}
    for name, seconds, other in time_designs():
        r = f"{in_r[other][0] * trials[other]:.0f}" if other in in_r else ""
        lines.append(f"| {name} | {seconds:.2f} | {r} |")
    return "\n".join(lines)


def designs_section() -> str:
    """Markdown of designs without shortfall, side by side."""
    toxicity = (0.05, 0.15, 0.3, 0.45, 0.6)
    truth, skeleton = toxicity_truth(toxicity, 0.3), (0.08, 0.18, 0.3, 0.43, 0.55)
    designs = {
        "3+3": ThreePlusThree(levels=5),
        "BOIN": boin(0.3, 5, PATIENTS),
        "mTPI-2": interval_design(0.3, interval_table(0.3, PATIENTS), 5, PATIENTS),
        "CRM": Crm(levels=5, max_patients=PATIENTS, skeleton=skeleton, target=0.3),
        "EWOC, alpha 0.25": Ewoc(levels=5, max_patients=PATIENTS, doses=(0.0, 1.0, 2.0, 3.0, 4.0), target=0.3),
    }
    lines = [
        "| design | right level, % | too high, % | toxicities | patients | above the right level, % |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, design in designs.items():
        c = exact(design, truth)
        numbers = (100 * c.correct, 100 * c.too_high, c.toxicities.sum(), c.size, 100 * c.overdosed)
        lines.append(f"| {name} | " + " | ".join(f"{x:.1f}" for x in numbers) + " |")
    return "\n".join(lines)


PAGE = """# Dose finding

Written by `python experiments/dose_finding.py --write docs`; for research use. Designs stand in
`hepatica.trials.dose_finding`, one file each: 3+3, BOIN, mTPI-2, keyboard, i3+3 and any decision table of your own
(`three_plus_three`, `boin`, `interval_designs`, `table_design`), CRM and EWOC (`model_based`), BOIN12 and U-BOIN
(`response`), TITE-CRM and TITE-BOIN (`time_to_event`), dose expansion (`expansion`), and rules for lots that fall short
(`feasible`). Numbers of other programs beside ours: [exam](exam.md).

    from hepatica.trials.dose_finding.boin import boin
    from hepatica.trials.dose_finding.characteristics import toxicity_truth
    from hepatica.trials.dose_finding.enumeration import exact
    from hepatica.trials.dose_finding.pathways import tabulate_pathways, trace_pathways
    from hepatica.trials.dose_finding.replay import read_history, replay

    design = boin(0.3, levels=5, max_patients=30)
    design.table.letters(6)                               # E, S, D or DU for 0, 1, ... toxic of 6
    exact(design, toxicity_truth([0.05, 0.15, 0.3, 0.45, 0.6], 0.3)).correct
    replay(design, read_history("1NNN 2NTN 2NTT"))        # N neither, T toxicity, E response, B both
    tabulate_pathways(trace_pathways(design, cohorts=3, history=read_history("1NNN")))

Operating characteristics are exact where the tree of states allows it (`enumeration`), else simulated (`simulation`)
with Monte-Carlo errors; tests hold one against the other. Trials are keyed by number: designs meet the same patients.

## From a trial file

`[dose_finding]` in a trial file runs a design on the bank of virtual patients (`hepatica trial run`), whose
probabilities of toxicity and response come from the model, draw by draw. Keys beside `design`, `target`, `cohort`,
`window`, `toxicity`:

| `design` | its own keys |
|---|---|
| `boin` | `safe`, `toxic`, `extra_safe`, `stop_at` |
| `3+3` | none |
| `mtpi2`, `keyboard`, `i3+3` | `below`, `above`, `stop_at` |
| `table` | `decisions`, by number treated: `"3" = "E S D DU"` |
| `crm`, `crm_likelihood` | `skeleton` (calibrated unless given), `prior_sd`, `stop_at` |
| `ewoc` | `overdose` |
| `tite_boin`, `tite_crm` | `most_pending`; `skeleton`, `prior_sd`; arrivals are those of all centres |
| `boin12`, `uboin` | `response` (such as `"alive == 1 and meld < 20"`), `response_day`, `least_response`, utilities |

Where lots fall short (`[batches]`), `counted_at` says where a patient counts: `assigned` (naive), `evaluable`,
`reached`, `nearest`, or `dose` with the CRM. The report shows every way side by side, as the tables below do.

## Designs side by side, exactly

True toxicity 0.05, 0.15, 0.30, 0.45, 0.60; target 0.30; cohorts of three; {patients} patients, 3+3 by its own rule.

{designs}

## Speed

{speed}

Plain R is `experiments/dose_finding.R`, the same rules one trial after the other, its time scaled to the same number of
trials; the R package dfcrm takes 33 s for 1,000 trials of the CRM line (stated with the reference set `crmsim`).

## Lots that fall short

Doses {doses} million cells per kg, true toxicity {toxicity} when
delivered whole, target {target}, {patients} patients in cohorts of three, {trials} trials a line.
A level selected is judged as delivered whole; an overdose is a level whose
toxicity exceeds the target by more than 10 points. Intervals are Monte-Carlo 95 % intervals.

{shortfall}
![Selection by rule](img/feasible-dose.svg)

What ignoring the shortfall costs: as long as lots fall short, a high level looks safe, because few get it. The naive
rules select it, and the first whole lot is an overdose. Counting patients to the level that was delivered, or the model
with the delivered dose as covariate, aims at the dose itself; the model loses least, as no patient's dose is rounded.
Leaving out those who got too little (per protocol) is less biased than the naive rule, but it throws patients away, and
a level that few lots reach is then judged by few. Not covered: a yield that depends on the patient's own risk, lots
that are released late, and doses below the lowest level that are not given at all.
"""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=4000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, default=None)
    o = parser.parse_args()
    results = compare(o.trials)
    if o.json:
        kept: dict[str, Any] = {
            lots: {rule: {"correct": c.correct, "overdose": c.overdose} for rule, c in here.items()}
            for lots, here in results.items()
        }
        print(json.dumps({"purpose": "for research use", "shortfall": kept}, indent=1))
        return
    text = PAGE.format(
        designs=designs_section(),
        speed=speed_section(),
        shortfall=shortfall_section(results),
        doses=", ".join(f"{d:g}" for d in DOSES),
        toxicity=", ".join(f"{p:.2f}" for p in TOXICITY),
        target=TARGET,
        patients=PATIENTS,
        trials=f"{o.trials:,}",
    )
    if o.write is None:
        print(text)
        return
    here = results[FIGURE]
    figure = draw_selection(
        {name: np.asarray(c.selection) for name, c in here.items()},
        {name: c.none for name, c in here.items()},
        {name: c.trials for name, c in here.items()},
        "en",
    )
    FigureCanvasSVG(figure)
    write_whole(
        o.write / "img" / "feasible-dose.svg", lambda p: figure.savefig(p, format="svg", metadata={"Date": None})
    )
    write_text(o.write / "dose-finding.md", text)


if __name__ == "__main__":
    main()
