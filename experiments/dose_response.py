"""Dose-response of cells over species: half-effect of exposure before and after, animal arms beside what was published.

    python experiments/dose_response.py [--draws 40] [--write docs]

The half-effect is learnt from end points at several doses, in animals and in people with other diseases, under four
named measures of exposure. Animal arms are predicted from the priors with the animal's physiology and an unknown
variance between species. `--write` writes the page, its figures and the numbers that the package ships. For
research use.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import dose_response_page as page
import dose_response_pig as pig
import numpy as np

from hepatica.engine import Events, Problem, System
from hepatica.files import write_text
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.modules.cells import cells
from hepatica.therapy import Regimen
from hepatica.translation import as_species
from hepatica.translation.arms import (
    SIGMA,
    TOXIN,
    TOXIN_FINE,
    deviate,
    draws_that_count,
    learn_sigma,
    log_likelihood,
    prior_parameters,
    refine_toxin,
    sigma_error,
    survival,
    trials,
)
from hepatica.translation.dose_response import Half, Measure, Weights, fit_half_effect, inform
from hepatica.translation.dose_response.hierarchy import Scales
from hepatica.translation.dose_response.informed import used_in
from hepatica.translation.dose_response.reach import HYPOTHESES, MAN, compute_reach

SEED = 20261130
WEIGHTS = {
    "people and animals": Weights(),
    "animals at half": Weights(animals=0.5),
    "people alone": Weights(animals=0.0),
    "animals alone": Weights(people=0.0),
}
FOLDS = {"acute": 0.3, "chronic": 0.03}  # death of hepatocytes, 1/day, as in tests/reference/animals.toml
RECEPTOR = (2.0, 5.0, 10.0)
PIGS = 100  # draws of what the pigs' portal arm would need


class Arms(NamedTuple):
    """Predicted arms: share alive of every trial, (n_sigma, n_arms, n_draws, n_fine_toxin), and what sigma is.

    `sigma` has its posterior, `error` its Monte-Carlo error, `count` the effective draws behind each node.
    """

    alive: dict[str, np.ndarray]
    sigma: np.ndarray
    error: np.ndarray
    count: np.ndarray


def predict_arms(system: System, draws: int) -> Arms:
    """Arms of every trial under each variance between species and each amount of toxin."""
    people, alive, said = prior_parameters(system, draws, SEED), {}, {}
    for trial in trials():
        out = np.full((len(SIGMA), len(trial.arms), draws, len(TOXIN)), np.nan)
        for i, sigma in enumerate(SIGMA):
            animals = deviate(system, people, trial.species, sigma, SEED + 1)
            for (j, arm), (k, toxin) in product(enumerate(trial.arms), enumerate(TOXIN)):
                out[i, j, :, k] = survival(system, animals, trial, arm, toxin)
        alive[trial.key] = refine_toxin(out, np.array(TOXIN), np.array(TOXIN_FINE))
        said[trial.key] = np.array([log_likelihood(trial, x) for x in alive[trial.key]])
    nodes = np.array(SIGMA)
    return Arms(alive, learn_sigma(said, nodes), sigma_error(said, nodes), draws_that_count(said))


def fold_changes(draws: int) -> list[tuple[str, float, np.ndarray]]:
    """Exposure of the mouse's liver to cells with more CXCR4 over unmodified ones, 72 h: quantiles over draws."""
    times, rows = np.linspace(0.0, 3.0, 73), []
    for kind, death in FOLDS.items():
        system = System(assemble([cells], constants={"death_flux": death, "shunt_cells": 0.0, "weight": 0.02}))
        p = as_species(system, prior_parameters(system, draws, SEED), "mouse")
        k = system.parameters.index("cxcr4")
        base = _exposure_of_liver(system, p, times)
        for fold in RECEPTOR:
            more = p.copy()
            more[:, k] *= fold
            ratio = _exposure_of_liver(system, more, times) / base
            rows.append((kind, fold, np.nanquantile(ratio, (0.05, 0.5, 0.95))))
    return rows


def _exposure_of_liver(system: System, p: np.ndarray, times: np.ndarray) -> np.ndarray:
    doses = Regimen(1e6, per_kg=False).events(0.02, viability=1.0)
    rows = [(t, system.states.index(s), a, k) for t, s, a, k in doses]
    limits = np.full((len(p), len(system.model.thresholds), 8), np.inf)
    events = Events.gather([rows] * len(p))
    done = system.solve(Problem(p, system.healthy(p), times, ("cells_liver",), events, limits, start=0.0))
    return np.where(done.status == 0, np.trapezoid(done.values[:, :, 0], times, axis=1), np.nan)


def half_effects() -> dict[str, Any]:
    """Posteriors and informed priors under every measure."""
    common = used_in(Measure.PER_KG)
    return {
        "posterior": {m: fit_half_effect(m) for m in Measure},
        "informed": {(h, m, w): inform(h, m, weights=WEIGHTS[w]) for h in Half for m in Measure for w in WEIGHTS},
        "evidence": {
            m: [fit_half_effect(m, chosen=common, scales=s).log_evidence for s in (Scales(), Scales(species=0.0))]
            for m in Measure
        },
    }


def numbers(target: Path) -> None:
    """Numbers that the package ships: cells in reach, then informed priors."""
    note = "written by experiments/dose_response.py"
    lines = [f"# Living cells in reach per cell given, by hypothesis and species: {note}"]
    for hypothesis, species in product(HYPOTHESES, (MAN, "pig", "rat", "mouse")):
        estimate = asdict(compute_reach(species, hypothesis))
        lines += ["", f"[{hypothesis or 'label'}.{species}]", *(f"{k} = {v:.4g}" for k, v in estimate.items())]
    write_text(target / "reach.toml", "\n".join(lines) + "\n")
    lines = [f"# Informed priors, natural logarithm: {note}"]
    for half, measure in product(Half, Measure):
        estimate = inform(half, measure)
        lines += ["", f"[{half.value}.{measure.value}]"]
        lines += [f"log_mean = {estimate.log_mean:.4f}", f"log_sd = {estimate.log_sd:.4f}"]
    write_text(target / "informed.toml", "\n".join(lines) + "\n")


def main() -> None:
    """Compute, print, and write."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--draws", type=int, default=40)
    ask.add_argument("--write", type=Path, help="folder of the pages, docs")
    options = ask.parse_args()
    if options.write:
        numbers(Path(__file__).resolve().parents[1] / "src/hepatica/translation/dose_response")
    system = System(assemble(MODULES), "compiled")
    halves, arms, folds = half_effects(), predict_arms(system, options.draws), fold_changes(options.draws)
    pigs = pig.needed(system, min(options.draws, PIGS), SEED)
    text = page.compose(halves, arms, folds, pig.cells_of(pigs), draws=options.draws, model=system.model.hash)
    print(text)
    if options.write:
        page.draw(halves, arms, options.write / "img")
        write_text(options.write / "dose-response.md", text)


if __name__ == "__main__":
    main()
