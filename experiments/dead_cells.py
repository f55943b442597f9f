"""Dead cells: harm of a lot of 71 % viability against one of 85 %, parameter draw by parameter draw.

    python experiments/dead_cells.py [--draws 30] [--per-draw 2]

At the same counted dose a less viable lot has fewer living cells and more dead ones. The harms that dead cells share
(thrombo-embolism, infusion reaction) must then not fall in the mean; those of living cells alone (tumour) do. Printed
with the draws as they are, and with a dead cell clotting no less than a living one, as comparisons of products take it.
Reactions are printed over the whole course as well, where the model counts living cells anew when they return to the
veins. Errors are of the mean over parameter draws; the patients of a draw are few, but the same under both lots.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from hepatica.dosing.utility import OUTPUTS, evaluate_benefit
from hepatica.engine import System
from hepatica.manufacturing.clinical.courses import (
    DEAD_CELLS_CLOT,
    REACTION_DAYS,
    acute_reactions,
    admit_lots,
    planned_regimen,
)
from hepatica.patients import Admitted
from hepatica.simulation import Arm, simulate
from hepatica.study import Study, load_study
from hepatica.study_system import system_of
from hepatica.therapy import Product

STUDY = Path(__file__).parents[1] / "studies/hbv-aclf.toml"
BETTER, WORSE = 0.85, 0.71
NOISE = 1e-9  # of the solver


def print_harms(study: Study, system: System, patients: Admitted, hypothesis: str) -> None:
    """Excess of each harm in the less viable lot: mean with its error, share of draws below zero, least and largest."""
    regimen, together = planned_regimen(study, 1e6), study.together_with
    arms = [Arm("standard care", together_with=together)]
    arms += [Arm(f"{v:g}", regimen, Product(viability=v), together_with=together) for v in (BETTER, WORSE)]
    after = [t + regimen.duration + REACTION_DAYS for t in regimen.times]
    times = np.union1d(study.times(), [*regimen.times, *after])
    dataset = simulate(system, patients, arms, times, outputs=OUTPUTS, hypothesis=hypothesis)
    cohort = patients.cohort
    benefit = evaluate_benefit(dataset, arms, study.utility.utility(), cohort.covariate("body_weight"))
    acute = acute_reactions(dataset, arms)
    share = np.nanmean(acute[1]) / np.nanmean(benefit.harms["reaction"][1])
    print(f"  {share:.3f} of the reactions of {BETTER:g} come within a day of an infusion")
    for name, probability in (benefit.harms | {"within a day": acute}).items():
        apart = probability[2] - probability[1]
        each = np.array([np.nanmean(apart[cohort.draw == d]) for d in np.unique(cohort.draw)])
        if np.abs(each).max() > NOISE:
            error = each.std(ddof=1) / np.sqrt(len(each))
            print(
                f"  {name:12} mean {each.mean():10.2e} +- {error:7.1e}  draws below 0 {np.mean(each < -NOISE):4.0%}  "
                f"least {each.min():10.2e}  largest {each.max():9.2e}"
            )


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--per-draw", type=int, default=2)
    asked = parser.parse_args()
    study = load_study(STUDY)
    system = system_of(study)
    patients = admit_lots(study, system, draws=asked.draws, per_draw=asked.per_draw)
    column = list(patients.cohort.model.parameters).index("tissue_factor_debris")
    for title, floors in (("draws as they are", {}), ("a dead cell clots no less than a living one", DEAD_CELLS_CLOT)):
        these = replace(patients, cohort=replace(patients.cohort, floors=floors))
        for hypothesis in study.hypotheses:
            clots = these.cohort.parameters(hypothesis)[:, column]
            print(f"{title}, {hypothesis}: a dead cell clots less than a living one in {np.mean(clots < 1):.0%}")
            print_harms(study, system, these, hypothesis)


if __name__ == "__main__":
    main()
