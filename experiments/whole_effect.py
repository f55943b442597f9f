"""Whole effect of cells on survival and infection, before and after people's outcomes, and as three readers hold it.

    python experiments/whole_effect.py [--draws 200] [--patients 10] [--posterior FILE] [--write docs]

Odds and hazard ratios of 24-week survival and odds ratios of infection in virtual HBV-ACLF patients at the dose of Lin
et al. 2017 and at four infusions of 1e6, 2e6 and 1e7 cells per kg: under the priors and as learnt, by the mechanisms
alone and by all. Then the effect at Lin's dose under each named prior (`hepatica.calibrate.readers`), and the people
that a trial needs to convince each reader. For research use.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hepatica.admission import admit
from hepatica.calibrate.endpoints import OUTPUTS, ArmEndpoints, Endpoint, grid
from hepatica.calibrate.matching import simulated_arm
from hepatica.calibrate.readers import PLANNED_LOG_ODDS_RATIO, READERS, convincing_trial, importance_weights
from hepatica.engine import System, shipped_system
from hepatica.evidence import load
from hepatica.files import write_text
from hepatica.patients import DrawKey, DrawKind, Draws, load_population, posterior
from hepatica.simulation import Arm, simulate
from hepatica.study import HYPOTHESES

Floats = np.ndarray
SURVIVAL, INFECTION = Endpoint("survival", 168.0), Endpoint("severe_infection", 168.0)
DOSES = (1e6, 2e6, 1e7)
UNEXPLAINED = "unexplained_"
READERS_TEXT = """## Three readers

The effect at Lin's dose, as an odds ratio of survival, with each reader's own prior in the place of the one that the
mechanisms imply; and the people of each arm of a new trial, expected to double the odds, after which that reader would
be 95 % sure of a benefit."""


class Effects(NamedTuple):
    """Log odds ratios of survival and infection and log hazard ratio of death, (arms, draws), and survival without."""

    survival: Floats
    infection: Floats
    hazard: Floats
    control: float


def arms() -> list[Arm]:
    """Lin's arm with cells, and the same at higher doses."""
    lin = load("lin2017")
    made = simulated_arm(lin, lin.arm("msc"))
    assert not isinstance(made, str)
    regimen = made.given.regimen
    higher = [replace(made.given, name=f"{d:.0e} x4", regimen=replace(regimen, dose=d)) for d in DOSES]
    return [replace(made.given, name="Lin 2017"), *higher]


def effects(system: System, known: Draws, hypothesis: str, *, draws: int, patients: int) -> Effects:
    """Effects of every arm under every draw, in the same patients with and without cells."""
    admitted = admit(system, load_population("hbv_aclf"), draws * patients, seed=11, draws=draws, known=known)
    where = admitted.cohort.draw % draws
    every = [Arm("standard care"), *arms()]
    ds = simulate(system, admitted, every, grid([SURVIVAL]), outputs=OUTPUTS, hypothesis=hypothesis)
    count = np.bincount(where, minlength=draws)

    def share(arm: int, endpoint: Endpoint) -> Floats:
        values, _ = ArmEndpoints(ds, arm).values(endpoint)
        return np.bincount(where, np.nan_to_num(values), minlength=draws) / np.maximum(count, 1)

    def odds(p: Floats) -> Floats:
        p = np.clip(p, 0.5 / patients / 10, 1 - 0.5 / patients / 10)
        return np.log(p / (1 - p))

    alive, infected = ([share(k, e) for k in range(len(every))] for e in (SURVIVAL, INFECTION))
    dead = [-np.log(np.clip(a, 1e-4, 1 - 1e-4)) for a in alive]
    return Effects(
        survival=np.stack([odds(a) - odds(alive[0]) for a in alive[1:]]),
        infection=np.stack([odds(a) - odds(infected[0]) for a in infected[1:]]),
        hazard=np.stack([np.log(d) - np.log(dead[0]) for d in dead[1:]]),
        control=float(alive[0].mean()),
    )


def mechanisms_alone(known: Draws) -> Draws:
    """Draws under which nothing but the mechanisms acts."""
    columns = {
        k: np.zeros_like(v) if k.kind is DrawKind.COORDINATE and k.name.startswith(UNEXPLAINED) else v
        for k, v in known.columns.items()
    }
    return Draws(
        columns | {DrawKey.coordinate(f"{UNEXPLAINED}{n}"): np.zeros(known.n) for n in ("survival", "infection")}
    )


def ratio(x: Floats, weights: Floats | None = None) -> str:
    """Median and 90 % interval of a ratio from its logarithms."""
    order = np.argsort(x)
    w = np.full(len(x), 1 / len(x)) if weights is None else weights
    at = np.interp((0.05, 0.5, 0.95), np.cumsum(w[order]) - w[order] / 2, x[order])
    low, middle, high = np.exp(at)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    """Print the tables, and write the page where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--patients", type=int, default=10)
    parser.add_argument(
        "--posterior", type=Path, help="a file of `hepatica calibrate`; the draws that ship unless given"
    )
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    system, sizes = shipped_system(), {"draws": options.draws, "patients": options.patients}
    draws = {
        "priors": Draws.prior(system.model, options.draws, seed=3),
        "learnt": Draws.read(options.posterior) if options.posterior else posterior(),
    }
    lines = [
        "# The whole effect of cells",
        f"For research use. Printed by `python experiments/whole_effect.py --draws {options.draws} --patients "
        f"{options.patients} --write docs`: model {system.model.hash[:12]}.",
        f"{options.draws} draws of {options.patients} virtual HBV-ACLF patients; median and 90 % interval over draws. "
        "Survival and infection to day 168.",
    ]
    named, table, rows = [a.name for a in arms()], [], []
    for hypothesis in HYPOTHESES:
        by_draws: dict[str, Effects] = {}
        for name, known in draws.items():
            for what, some in (("mechanisms", mechanisms_alone(known)), ("all", known)):
                e = effects(system, some, hypothesis, **sizes)
                by_draws[name] = e
                for k, arm in enumerate(named):
                    better = 100 * (e.survival[k] > 0).mean()
                    cells = (ratio(e.survival[k]), ratio(e.hazard[k]), f"{better:.0f} %", ratio(e.infection[k]))
                    table.append(f"| {hypothesis} | {name} | {what} | {arm} | " + " | ".join(cells) + " |")
        learnt, prior = by_draws["learnt"].survival[0], by_draws["priors"].survival[0]
        for r in READERS.values():
            weights, effective = importance_weights(r, learnt, prior)
            mean = float(weights @ learnt)
            sd = float(np.sqrt(weights @ (learnt - mean) ** 2))
            people = convincing_trial(mean, sd, PLANNED_LOG_ODDS_RATIO, by_draws["learnt"].control)
            before = np.exp([r.mean, r.mean - 1.645 * r.sd, r.mean + 1.645 * r.sd])
            first = f"{before[0]:.2f} ({before[1]:.2f} to {before[2]:.2f})"
            sure = f"{100 * float(weights @ (learnt > 0)):.0f} %"
            after = (first, ratio(learnt, weights), sure, f"{effective:.0f}", f"{people:.0f}")
            rows.append(f"| {hypothesis} | {r.name} | " + " | ".join(after) + " |")
    names = ("hypothesis", "draws", "by", "arm", "odds ratio, survival", "hazard ratio, death", "P(benefit)")
    head = "| " + " | ".join((*names, "odds ratio, infection")) + " |"
    lines += ["\n".join([head, "|---|---|---|---|---|---|---|---|", *table]), READERS_TEXT]
    head = "| hypothesis | reader | before | after | P(benefit) | effective draws | people an arm |"
    lines.append("\n".join([head, "|---|---|---|---|---|---|---|", *rows]))
    text = "\n\n".join(lines) + "\n"
    print(text)
    if options.write:
        write_text(options.write / "whole-effect.md", text)


if __name__ == "__main__":
    main()
