"""Dose-response of the gain by cells: half-effect and plateau over what is not known, with and without the evidence.

    python experiments/dose_response_of_gain.py [--draws 250] [--patients 4] [--keep FILE] [--write docs]

A ladder of doses, once and four times a week apart, by vein in an hour, in virtual patients of two diseases, under the
priors and as learnt, by the mechanisms alone and with what no mechanism explains. The gain is that of a decision
(quality-adjusted days to day 180, harms taken off) and of survival at day 90. Animals and other diseases enter the
priors of the two half-effects; their evidence is taken out of the same draws by importance weights
(`hepatica.translation.dose_response.reweighting`). `--keep` keeps the simulated gains, or reads them where the file is
there. For research use.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import NamedTuple

import dose_response_of_gain_page as page
import numpy as np
from whole_effect import mechanisms_alone

from hepatica.admission import admit
from hepatica.dosing.utility import OUTPUTS, Utility, evaluate_benefit
from hepatica.engine import System, shipped_system
from hepatica.files import write_text
from hepatica.patients import Admitted, DrawKey, Draws, load_population, posterior
from hepatica.simulation import Arm, simulate
from hepatica.study import HYPOTHESES
from hepatica.therapy import Regimen
from hepatica.translation.dose_response import Half, Weights, inform
from hepatica.translation.dose_response.reweighting import evidence_weights, measure_of, prior_in_model

Floats = np.ndarray
POPULATIONS = ("hbv_aclf", "decompensated_cirrhosis")
DOSES = np.array([1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8])  # cells per kg, of each infusion
INFUSIONS = (1, 4)
TIMES = np.concatenate([np.arange(0.0, 30.0), np.arange(30.0, 181.0, 5.0)])  # as a study of 180 days
SURVIVAL_DAY, BLOCK, SEED = 90.0, 400, 16
EVIDENCE = {"all": Weights(), "no animals": Weights(animals=0.0), "none": Weights(people=0.0, animals=0.0)}


class Case(NamedTuple):
    """Population, hypothesis, draws and parts that are simulated together."""

    population: str
    hypothesis: str
    draws: str
    parts: str


class Gains(NamedTuple):
    """Gain of a case over standard care.

    Attributes
    ----------
    value : (2 outcomes, 2 halves of the patients, infusions, doses, rows)
        Mean of each row of the draws: days, then points of survival; NaN where a row has no patient.
    row : (rows,)
        Rows of the draws that have patients.
    weights : dict of evidence to (rows,)
        Importance weights, of sum 1.
    """

    value: Floats
    row: Floats
    weights: dict[str, Floats]

    def mean(self) -> Floats:
        """Gain of each row over all its patients, (2 outcomes, infusions, doses, rows)."""
        return np.nanmean(self.value, axis=1)


class Checks(NamedTuple):
    """Simulations beside those of the cases, days gained, (doses, rows).

    Attributes
    ----------
    direct : dict of case to array
        Under priors before any evidence: what weights must give.
    spared : dict of population to array
        By cells that do not clot.
    """

    direct: dict[str, Floats]
    spared: dict[str, Floats]


def ladder() -> list[Arm]:
    """Standard care, then each dose once, then each four times."""
    every = product(INFUSIONS, DOSES)
    return [Arm("care"), *(Arm(f"{d:g} x{n}", Regimen(float(d), infusions=n, duration=1 / 24)) for n, d in every)]


def gains_of_patients(system: System, admitted: Admitted, hypothesis: str) -> Floats:
    """Net days and points of survival gained by each patient, (2, arms with cells, patients)."""
    arms, out = ladder(), []
    at = int(np.searchsorted(TIMES, SURVIVAL_DAY))
    for first in range(0, len(admitted.cohort.patient), BLOCK):
        some = admitted.take(np.arange(first, min(first + BLOCK, len(admitted.cohort.patient))))
        ds = simulate(system, some, arms, TIMES, outputs=OUTPUTS, hypothesis=hypothesis, workers=1)
        benefit = evaluate_benefit(ds, arms, Utility())
        net, alive = benefit.net, 100.0 * benefit.survival_curve[..., at]
        out.append(np.stack([net[1:] - net[:1], alive[1:] - alive[:1]]))
    return np.concatenate(out, axis=-1)


def by_row(values: Floats, row: Floats) -> tuple[Floats, Floats]:
    """Means of rows of the draws in each half of their patients, (2, halves, arms, rows), and the rows."""
    rows, where = np.unique(row, return_inverse=True)
    place = np.zeros(len(row), int)
    for k in range(len(rows)):
        place[where == k] = np.arange((where == k).sum())
    out = np.full((2, 2, values.shape[1], len(rows)), np.nan)
    for half, k in product(range(2), range(len(rows))):
        own = values[..., (where == k) & (place % 2 == half)]
        solved = np.isfinite(own).all(axis=(0, 1))
        if solved.any():
            out[:, half, :, k] = own[..., solved].mean(-1)
    return out, rows


def simulate_case(system: System, case: Case, known: Draws, patients: int) -> Gains:
    """Gains of one case in its virtual patients."""
    some = known if case.parts == "all" else mechanisms_alone(known)
    n = known.n
    population = load_population(case.population)
    admitted = admit(system, population, n * patients, seed=SEED, draws=n, known=some, workers=1)
    value, rows = by_row(gains_of_patients(system, admitted, case.hypothesis), known.row(admitted.cohort.draw))
    weights = {k: evidence_weights(known, system.model, case.hypothesis, w)[rows] for k, w in EVIDENCE.items()}
    shape = (2, 2, len(INFUSIONS), len(DOSES), len(rows))
    return Gains(value.reshape(shape), rows, {k: w / w.sum() for k, w in weights.items()})


def simulate_all(system: System, draws: int, patients: int) -> dict[Case, Gains]:
    """Gains of every case."""
    known = {"priors": Draws.prior(system.model, draws, seed=SEED), "learnt": posterior().in_order_of(SEED)}
    known["learnt"] = known["learnt"].take(np.arange(min(draws, known["learnt"].n)))
    cases = product(POPULATIONS, HYPOTHESES, known, ("mechanisms", "all"))
    out = {}
    for case in (Case(*c) for c in cases):
        out[case] = simulate_case(system, case, known[case.draws], patients)
        print(*case, len(out[case].row), "draws", flush=True)
    return out


def before_evidence(known: Draws, system: System, hypothesis: str) -> Draws:
    """The same draws from the priors, but with half-effects from those before any evidence."""
    columns = dict(known.columns)
    for half in Half:
        key = DrawKey.coordinate(half.value)
        stands = prior_in_model(system.model, half, hypothesis)
        before = inform(half, measure_of(hypothesis), weights=EVIDENCE["none"])
        columns[key] = (before.log_mean + before.log_sd * columns[key] - stands.log_mean) / stands.log_sd
    return Draws(columns)


def simulate_direct(system: System, draws: int, patients: int) -> dict[str, Floats]:
    """Days gained by one infusion under the priors before any evidence, simulated, (doses, rows), by case."""
    case = Case(POPULATIONS[0], next(iter(HYPOTHESES)), "priors", "mechanisms")
    known = before_evidence(Draws.prior(system.model, draws, seed=SEED), system, case.hypothesis)
    return {"/".join(case): simulate_case(system, case, known, patients).mean()[0, 0]}


def simulate_without_clots(system: System, draws: int, patients: int) -> dict[str, Floats]:
    """Days gained by four infusions of cells that do not clot, (doses, rows), by population."""
    known = Draws.prior(system.model, draws, seed=SEED)
    spared = Draws(known.columns | {DrawKey.spike("clot_cells"): np.zeros(draws)})
    cases = [Case(p, next(iter(HYPOTHESES)), "priors", "mechanisms") for p in POPULATIONS]
    return {c.population: simulate_case(system, c, spared, patients).mean()[0, -1] for c in cases}


def keep(path: Path, gains: dict[Case, Gains], checks: Checks, model: str) -> None:
    """Write the gains of all cases."""
    arrays: dict[str, Floats] = {"model": np.array(model)}
    arrays |= {f"{k}/direct": v for k, v in checks.direct.items()}
    arrays |= {f"{k}/spared": v for k, v in checks.spared.items()}
    for case, g in gains.items():
        name = "/".join(case)
        arrays |= {f"{name}/value": g.value, f"{name}/row": g.row}
        arrays |= {f"{name}/weights/{k}": w for k, w in g.weights.items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def read(path: Path) -> tuple[dict[Case, Gains], Checks, str]:
    """Read what `keep` wrote, and the model it is of."""
    with np.load(path) as kept:
        names = [n.removesuffix("/value") for n in kept if n.endswith("/value")]
        gains = {
            Case(*n.split("/")): Gains(
                kept[f"{n}/value"], kept[f"{n}/row"], {k: kept[f"{n}/weights/{k}"] for k in EVIDENCE}
            )
            for n in names
        }
        checks = Checks(*({n.removesuffix(f"/{e}"): kept[n] for n in kept if n.endswith(e)} for e in Checks._fields))
        return gains, checks, str(kept["model"])


def main() -> None:
    """Simulate or read, print, and write the page."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--draws", type=int, default=250)
    ask.add_argument("--patients", type=int, default=4, help="of each draw")
    ask.add_argument("--keep", type=Path, help="file of the simulated gains, .npz")
    ask.add_argument("--write", type=Path, help="folder of the pages, docs")
    options = ask.parse_args()
    system = shipped_system()
    if options.keep and options.keep.exists():
        gains, checks, model = read(options.keep)
    else:
        gains, model = simulate_all(system, options.draws, options.patients), system.model.hash
        few = (system, options.draws, options.patients)
        checks = Checks(simulate_direct(*few), simulate_without_clots(*few))
        if options.keep:
            keep(options.keep, gains, checks, model)
    size = {"draws": options.draws, "patients": options.patients}
    text = page.compose(gains, DOSES, INFUSIONS, model=model, checks=checks, **size)
    print(text)
    if options.write:
        page.draw(gains, DOSES, INFUSIONS, options.write / "img")
        write_text(options.write / "dose-response-of-gain.md", text)


if __name__ == "__main__":
    main()
