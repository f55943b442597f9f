"""Reasons of verdicts short of "give" where cells help: people, reader, threshold, draws, or the regimen tried.

    python experiments/verdict_power.py [--world "keeps rising"] [--replicates 50] [--seed 1] [--write docs]

The replicates of `experiments/verdicts.py` again, one thing changed at a time; the truths are the same in all lines,
and so are the outcomes where neither the people nor the regimen tried changes. Beside them a power by the normal
distribution, for a reader who knows nothing beforehand: the estimate of a trial of the regimen tried must lie so far
above zero that nine in ten of the next trial's effects do, what trials differ by counted in both. For research use.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm
from verdicts import ARMS, BETWEEN, CARE, WORLDS, Trial, odds, study, truth

from hepatica.dosing import Form, Thresholds
from hepatica.files import write_text


class Line(NamedTuple):
    """Verdicts with one thing changed."""

    what: str
    forms: Counter[str]
    tried: str


def lines() -> dict[str, Trial]:
    """Trials and readings, the one of the page first."""
    t, base = Thresholds(), Trial()
    return {
        "as on the page: 400 people of the regimen whose trial is worth most, neutral reader, nine in ten": base,
        "800 people": replace(base, people=800),
        "1,600 people": replace(base, people=1600),
        "400 people of the regimen that the prior ranks first": replace(base, arm=-1),
        "sceptical reader": replace(base, thresholds=replace(t, reader="sceptical")),
        "enthusiastic reader": replace(base, thresholds=replace(t, reader="enthusiastic")),
        "eight in ten instead of nine": replace(base, thresholds=replace(t, benefit_chance=0.8)),
        "400 parameter draws instead of 100": replace(base, draws=400),
        "draws known without the noise of few patients": replace(base, patient_sd=0.0),
    }


def verdicts_of(world: str, trial: Trial, replicates: int, seed: int) -> tuple[Counter[str], Counter[int]]:
    """Verdicts and regimens tried of all replicates of a world."""
    k = WORLDS.index(world)
    rows = [study(world, trial, np.random.default_rng([seed, k, i])) for i in range(replicates)]
    return Counter(r["form"] for r in rows), Counter(r["tried"] for r in rows)


def standard_error(effect: float, people: int) -> float:
    """Standard error of a trial's log odds ratio, what trials differ by counted."""
    alive = np.array([expit(logit(CARE) + effect), CARE])
    return float(np.hypot(np.sqrt((1 / (people / 2 * alive * (1 - alive))).sum()), BETWEEN))


def power(effect: float, people: int, chance: float = 0.9) -> float:
    """Probability that a trial's estimate gives a chance of benefit in the next trial of at least `chance`."""
    error = standard_error(effect, people)
    least = norm.ppf(chance) * np.hypot(error, BETWEEN)
    return float(norm.sf((least - effect) / error))


def _reached(made: list[Line], replicates: int) -> str:
    """Changes with which three in five say give."""
    return "; ".join(line.what for line in made if line.forms[Form.GIVE.value] >= 0.6 * replicates)


def page(world: str, replicates: int, made: list[Line], seed: int) -> str:
    """Markdown of the reasons."""
    k = WORLDS.index(world)
    truths = [truth(world, np.random.default_rng([seed, k, i])) for i in range(replicates)]
    effects = np.median([odds(*t[:2])[0] for t in truths], axis=0)
    rows = [
        f"## Why so few: {world}",
        "",
        f"Written by `python experiments/verdict_power.py --write docs`; {replicates} replicates, seed {seed}.",
        "",
        "| changed | give | only within a trial | do not give | harm too likely | regimen tried |",
        "|---|--:|--:|--:|--:|---|",
        *(f"| {line.what} | {' | '.join(str(line.forms[f.value]) for f in Form)} | {line.tried} |" for line in made),
        "",
        f"Three in five or more say give with: {_reached(made, replicates) or 'none of these'}.",
        "",
        "Power by the normal distribution, without a prior: the share of trials after which the effect of the regimen",
        "tried would be above zero in nine of ten next trials.",
        "",
        "| regimen tried | true log odds ratio, median | its standard error, 400 people | 400 | 800 | 1,600 |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for a in range(1, len(ARMS)):
        e = float(effects[a])
        each = " | ".join(f"{100 * power(e, n):.0f} %" for n in (400, 800, 1600))
        rows.append(f"| {ARMS[a].name} | {e:.2f} | {standard_error(e, 400):.2f} | {each} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", choices=WORLDS, default="keeps rising")
    parser.add_argument("--replicates", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="folder of the docs")
    o = parser.parse_args()
    made = []
    for what, trial in lines().items():
        forms, arms = verdicts_of(o.world, trial, o.replicates, o.seed)
        made.append(Line(what, forms, ", ".join(f"{ARMS[a].name} ({n})" for a, n in arms.most_common())))
        print(what, dict(forms), flush=True)
    text = page(o.world, o.replicates, made, o.seed)
    print(text)
    if o.write:
        target = o.write / "verdicts.md"
        kept = target.read_text(encoding="utf-8").split("\n## Why so few")[0].rstrip("\n")
        write_text(target, f"{kept}\n\n{text}")


if __name__ == "__main__":
    main()
