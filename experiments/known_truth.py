"""Decisions under a known truth: evidence simulated from worlds whose truth is known, learnt from, then a dose found.

    python experiments/known_truth.py [--replicates 50] [--draws 4000] [--people 24] [--work FOLDER] [--json]
        [--write docs]

Worlds: (a) cells do nothing; (b) benefit saturates early; (c) benefit keeps rising over the tested range; (d) harm sets
in above a threshold; (e) one hypothesis true, then the other, and cells may do better or worse in people than their
mechanisms say. In each replicate every published arm of the two
populations in which cells were given (HBV-ACLF, decompensated cirrhosis) is published anew from the truth: same
publications, sizes and endpoints, with the noise of sampling and what trials typically differ by. The method is a
reduced one: one bank of draws from the priors serves all replicates, each draw weighted by the likelihoods of `hepatica
calibrate` of all differences between arms, and of deaths and infections without cells in the population that is asked
about; labs and other populations are left out, or no draw of a bank would be left. The same decision rule stands on
top. The truth is never in the bank. For research use.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from known_truth_page import WORLDS, page, summary
from known_truth_readers import MODEL, Held, by_reader, judged
from known_truth_readers import summary as by_prior
from rich.progress import Progress

from hepatica.admission import admit
from hepatica.calibrate.bank import Plan, stamped
from hepatica.calibrate.contrast import contrasts
from hepatica.calibrate.contrast_likelihood import Contrast, log_likelihood, null_effect_probability
from hepatica.calibrate.endpoints import DIRECTION, OUTPUTS, ArmEndpoints, Summary, grid
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, blocks, counts_log_likelihood
from hepatica.calibrate.run import used
from hepatica.calibrate.terms import likelihood_terms
from hepatica.dosing.decision import MIN_DRAWS, TAIL
from hepatica.dosing.utility import OUTPUTS as WORTH
from hepatica.dosing.utility import evaluate_benefit
from hepatica.engine import System
from hepatica.files import write_array, write_text
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.patients import Draws, load_population
from hepatica.patients.draws import VARIABILITY, DrawKey, DrawKind, between_study_sd
from hepatica.simulation import simulate
from hepatica.study import load_study
from hepatica.variables import Direction

POPULATIONS = ("hbv_aclf", "decompensated_cirrhosis")
STUDY = Path(__file__).resolve().parents[1] / "studies" / "hbv-aclf.toml"
TRUTH_PEOPLE = 200
BLOCK = 50


@dataclass(frozen=True)
class Bank:
    """Predictions of draws for the evidence and for every regimen.

    Attributes
    ----------
    mean, noise : (hypotheses, draws, lines)
    gain, excess : (hypotheses, draws, arms), (hypotheses, draws, harms, arms)
        Net quality-adjusted life days over standard care; probabilities of harms over it.
    """

    mean: np.ndarray
    noise: np.ndarray
    gain: np.ndarray
    excess: np.ndarray


class Setting:
    """The evidence, the question, and the engine."""

    def __init__(self) -> None:
        self.system = System(assemble(MODULES))
        self.publications = used()
        everything = Plan.of([p for p in self.publications if p.role == "calibration"])
        here = everything.narrowed(lambda a: {k for k, _ in a.populations} <= set(POPULATIONS))
        observed = {(d.publication, d.arm) for d in likelihood_terms(here.only(cells=False), self.publications)}
        compared = {(c.publication, x) for c in contrasts(here, self.publications) for x in (c.treated, c.control)}
        self.plan = here.narrowed(lambda a: (a.publication, a.arm) in observed | compared)
        self.terms = likelihood_terms(self.plan, self.publications)
        self.contrasts = contrasts(self.plan, self.publications)
        self.study = load_study(STUDY)
        self.arms = self.study.arms()
        self.utility = self.study.utility.utility()
        self.lin = self._like_lin()
        self.asked = {(a.publication, a.arm) for a in self.plan.arms if self.study.population in dict(a.populations)}

    @property
    def whole_effect(self) -> Contrast:
        """The difference whose prior readers have: survival in Lin 2017."""
        return next(c for c in self.contrasts if (c.publication, c.variable) == ("lin2017", "survival"))

    def _like_lin(self) -> int:
        """The regimen of the grid that is nearest Lin 2017's."""
        outcomes = [
            (abs(np.log(a.regimen.dose / 10**5.5)), k)
            for k, a in enumerate(self.arms)
            if a.regimen.gives_cells and a.regimen.infusions == 4 and a.regimen.route == "peripheral_vein"
        ]
        return min(outcomes)[1]

    def simulate(self, draws: Draws, people: int, seed: int, folder: Path, tell: Any) -> Bank:
        """Every line of the evidence and every regimen under each draw; finished blocks stay in the folder."""
        parts = []
        for b, first in enumerate(range(0, draws.n, BLOCK)):
            rows = np.arange(first, min(first + BLOCK, draws.n))
            few = draws.take(rows)
            name = stamped(self.system, self.plan, few, [people, seed + b, [a.name for a in self.arms], "known truth"])
            path = folder / f"{name}.npy"  # a longer bank begins with the blocks of a shorter one
            if not path.exists():
                write_array(path, self._block(few, people, seed + b))
            parts.append(np.load(path))
            tell(len(rows))
        joined = np.concatenate(parts, axis=2)
        n, a = len(self.plan.lines), len(self.arms)
        harms = [h.name for h in self.utility.harms]
        return Bank(
            np.moveaxis(joined[:, :n], 1, 2),
            np.moveaxis(joined[:, n : 2 * n], 1, 2),
            np.moveaxis(joined[:, 2 * n : 2 * n + a], 1, 2),
            np.moveaxis(joined[:, 2 * n + a :], 1, 2).reshape(2, -1, len(harms), a),
        )

    def _block(self, draws: Draws, people: int, seed: int) -> np.ndarray:
        """(hypotheses, numbers, draws): means and noise of lines, gains, excesses of harms."""
        lines, n = len(self.plan.lines), draws.n
        outcomes = np.full((2, 2 * lines + len(self.arms) * (1 + len(self.utility.harms)), n), np.nan)
        for key in POPULATIONS:
            patients = admit(self.system, load_population(key), people * n, seed=seed, draws=n, known=draws)
            kept = np.flatnonzero(patients.cohort.draw < n)
            where = patients.cohort.draw[kept]
            kept = kept[(np.bincount(where, minlength=n) == people)[where]]
            few, where = patients.take(kept), patients.cohort.draw[kept]
            for h, hypothesis in enumerate(self.study.hypotheses):
                for arm in (a for a in self.plan.arms if key in dict(a.populations)):
                    k = np.array(self.plan.of_arm(arm))
                    if h and not arm.cells:
                        outcomes[1, k], outcomes[1, lines + k] = outcomes[0, k], outcomes[0, lines + k]
                        continue
                    needed = [self.plan.lines[i].endpoint for i in k]
                    given, times = [replace(arm.given, name="")], grid(needed)
                    ds = simulate(self.system, few, given, times, outputs=OUTPUTS, hypothesis=hypothesis)
                    read = [ArmEndpoints(ds, 0).values(w) for w in needed]
                    s = Summary.of(*(np.stack([r[i] for r in read], axis=1) for i in (0, 1)), where, n)
                    outcomes[h, k], outcomes[h, lines + k] = s.mean.T, s.noise.T
                if key == self.study.population:
                    outcomes[h, 2 * lines :] = self._worth(few, where, n, hypothesis)
        return outcomes

    def _worth(self, patients: Any, where: np.ndarray, n: int, hypothesis: str) -> np.ndarray:
        ds = simulate(self.system, patients, self.arms, self.study.times(), outputs=WORTH, hypothesis=hypothesis)
        w = evaluate_benefit(ds, self.arms, self.utility)

        def by_draw(x: np.ndarray) -> np.ndarray:
            over = x - x[:1]
            good = np.isfinite(over)
            count = np.stack([np.bincount(where, g, minlength=n) for g in good])
            with np.errstate(invalid="ignore", divide="ignore"):
                return (
                    np.stack(
                        [
                            np.bincount(where, np.where(g, row, 0.0), minlength=n)
                            for g, row in zip(good, over, strict=True)
                        ]
                    )
                    / count
                )

        return np.concatenate([by_draw(w.net), *(by_draw(w.harms[h.name]) for h in self.utility.harms)])


def truths(s: Setting, world: str, n: int, seed: int) -> Draws:
    """Draws from the priors, the cells of which are as the world has them."""
    prior = Draws.prior(s.system.model, n, seed=seed + WORLDS.index(world))
    columns = {k: v.copy() for k, v in prior.columns.items()}
    acts = [
        k.name
        for k in columns
        if k.kind is DrawKind.SPIKE
        and (k.name.startswith("efficacy_") or k.name in ("secretion_works", "efferocytosis_weight"))
    ]
    for name in acts:
        columns[DrawKey.spike(name)] = np.full(
            n, 0.0 if world == "a" else 0.999
        )  # a spike that is hit is exactly nothing
    if world == "a":
        for name in ("hepatocyte_like_share", "regulatory_msc", "tumour_cells", "drive_efferocytosis"):
            if DrawKey.coordinate(name) in columns:
                columns[DrawKey.coordinate(name)] = np.full(n, -8.0)
    if world != "e":  # cells do what the mechanisms say and nothing else
        for name in ("unexplained_survival", "unexplained_infection"):
            columns[DrawKey.coordinate(name)] = np.zeros(n)
    if world in "bd":
        columns[DrawKey.coordinate("cells_half")] = columns[DrawKey.coordinate("cells_half")] - 2.0
    if world == "c":
        columns[DrawKey.coordinate("cells_half")] = columns[DrawKey.coordinate("cells_half")] + 1.5
    if world == "d":
        for name, move in (("clot_crowding", -1.5), ("embolism_rate", 2.0), ("lethal_load", -2.0)):
            columns[DrawKey.coordinate(name)] = columns[DrawKey.coordinate(name)] + move
    return Draws(columns)


def publish(
    s: Setting, truth: Bank, i: int, h: int, rng: np.random.Generator
) -> tuple[list[LikelihoodTerm], list[Contrast]]:
    """The evidence as it would have been, from draw i under hypothesis h."""
    fake, observed = _one(s, truth, i, h), []
    for d in s.terms:
        x = np.array([o.of(fake)[0][0] for o in d.statistics])
        if d.law is Law.NORMAL:
            observed.append(replace(d, value=(float(rng.normal(x[0], d.typical)),)))
            continue
        p = 1 / (1 + np.exp(-x))
        if DIRECTION[d.variable] is Direction.EVENT_FREE:
            p = 1 - p
        each = np.diff(np.concatenate([[0.0], np.maximum.accumulate(p), [1.0]]))
        observed.append(replace(d, value=tuple(rng.multinomial(round(sum(d.value)), each / each.sum()).astype(float))))
    between = [
        replace(c, value=float(rng.normal(c.of(truth.mean[h, i]) + c.bias.mean, c.typical))) for c in s.contrasts
    ]
    return observed, between


def _one(s: Setting, bank: Bank, i: int | slice, h: int) -> Any:
    """Draws of a bank as calibration reads them."""
    from hepatica.calibrate.bank import Bank as Whole

    at = slice(i, i + 1) if isinstance(i, int) else i
    mean, noise = bank.mean[h, at], bank.noise[h, at]
    return Whole(s.plan, Draws({VARIABILITY: np.zeros(len(mean))}), Summary(mean, np.full_like(mean, 1.0), noise))


def learn(
    s: Setting, bank: Bank, observed: list[LikelihoodTerm], between: list[Contrast]
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Weights of the draws (hypotheses, draws), effective sample sizes and null-effect probability."""
    weights, doubts = [], []
    for h in range(len(bank.mean)):
        joined, fit = _one(s, bank, slice(None), h), 0.0
        counted = [d for d in observed if d.law is Law.COUNTS and (d.publication, d.arm) in s.asked]
        common, own = (np.full(len(bank.mean[h]), float(between_study_sd(w))) for w in ("share", "share_visit"))
        for block in blocks(counted):
            pairs = [[o.of(joined) for o in d.statistics] for d in block]
            x = [np.nan_to_num(np.stack([p[0] for p in own_arm], axis=1)) for own_arm in pairs]
            noise = [float(np.nanmean([np.nanmean(p[1]) for p in own_arm])) for own_arm in pairs]
            fit = fit + counts_log_likelihood(block, x, noise, common, own)
        cells = log_likelihood(between, np.stack([c.of(bank.mean[h]) for c in between], axis=-1))
        doubts.append(null_effect_probability(between, cells))
        fit = fit + cells
        fit = np.where(np.isfinite(fit) & np.isfinite(bank.gain[h]).all(axis=1), fit, -np.inf)
        w = np.exp(fit - fit.max())
        weights.append(w / w.sum())
    w = np.stack(weights)
    return w, 1 / (w**2).sum(axis=1), doubts


def decide(s: Setting, bank: Bank, w: np.ndarray, doubts: list[float]) -> dict[str, Any]:
    """Least worst regret over hypotheses, as `hepatica dose` decides; confidence; the credible set of regimens."""
    gain = np.einsum("hd,hda->ha", w, np.nan_to_num(bank.gain))
    limits = np.array([h.limit for h in s.utility.harms])
    harm = np.einsum("hd,hdka->hka", w, np.nan_to_num(bank.excess))
    admissible = (harm <= limits[None, :, None]).all(axis=1)
    best = np.where(admissible, gain, -np.inf).max(axis=1, keepdims=True)
    worst = np.where(admissible, best - gain, np.inf).max(axis=0)
    top = int(np.argmin(worst))
    none = [float(w[h][np.nan_to_num(bank.gain[h, :, top]) <= 0].sum()) for h in range(len(w))]
    sure = all(p + (1 - p) * x < TAIL for p, x in zip(doubts, none, strict=True))
    chance = np.zeros(gain.shape[1])
    for h in range(len(w)):
        allowed = (bank.excess[h] <= limits[:, None]).all(axis=1)
        first = np.where(allowed, np.nan_to_num(bank.gain[h], nan=-np.inf), -np.inf).argmax(axis=1)
        chance += np.bincount(first, w[h], minlength=len(chance)) / len(w)
    enough = bool(top != 0 and (1 / (w**2).sum(axis=1)).min() >= MIN_DRAWS)
    order = np.argsort(-chance)
    inside = order[: int(np.searchsorted(np.cumsum(chance[order]), 0.9) + 1)]
    return {
        "top": top,
        "confident": enough and sure,
        "confident_but_for_nothing": enough and max(none) < TAIL,
        "set": inside.tolist(),
        "gain": gain[:, top].tolist(),
        "against": none,
        "nothing": doubts,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=50, help="of each world")
    parser.add_argument("--draws", type=int, default=4000, help="of the bank")
    parser.add_argument("--people", type=int, default=24, help="virtual patients of each draw of the bank")
    parser.add_argument("--truth-people", type=int, default=TRUTH_PEOPLE)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("known-truth"), help="where finished work stays")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, help="folder of the docs")
    options = parser.parse_args()
    s = Setting()
    with Progress(disable=options.json) as bar:
        task = bar.add_task("bank", total=options.draws)
        prior = Draws.prior(s.system.model, options.draws, seed=options.seed + 100)
        bank = s.simulate(prior, options.people, options.seed, options.work, lambda k: bar.advance(task, k))
        effect = np.stack([s.whole_effect.of(means) for means in bank.mean])
        rows = []
        for world in WORLDS:
            task = bar.add_task(f"world {world}", total=options.replicates)
            draws = truths(s, world, options.replicates, options.seed + 1000)
            truth = s.simulate(
                draws, options.truth_people, options.seed + 500, options.work, lambda k, t=task: bar.advance(t, k)
            )
            for i in range(options.replicates):
                h = i % 2 if world == "e" else int(np.random.default_rng([options.seed, i]).integers(2))
                if not np.isfinite(truth.gain[h, i]).all():
                    rows.append({"world": world, "replicate": i, "left": "the truth made no patients"})
                    continue
                rng = np.random.default_rng([options.seed, WORLDS.index(world), i])
                w, effective, doubts = learn(s, bank, *publish(s, truth, i, h, rng))
                held, true = by_reader(effect, Held(w, doubts)), truth.gain[h, i]
                decided = {name: decide(s, bank, *own) for name, own in held.items()}
                outcomes = decided[MODEL]
                ok = (truth.excess[h, i] <= np.array([x.limit for x in s.utility.harms])[:, None]).all(axis=0)
                best = float(np.where(ok, true, -np.inf).max())
                rows.append(
                    {
                        "world": world,
                        "replicate": i,
                        "hypothesis": h,
                        **outcomes,
                        "readers": {name: judged(d, true) for name, d in decided.items()},
                        "effective": effective.tolist(),
                        "true_best": best,
                        "true_top": float(true[outcomes["top"]]),
                        "true_lin": float(true[s.lin]),
                        "holds": bool(max(true[outcomes["set"]]) >= 0.9 * best - 1e-9),
                        "share": len(outcomes["set"]) / len(true),
                    }
                )
    worlds, priors = summary(rows), by_prior(rows)
    text = page(worlds, priors, len(s.arms), options, __doc__ or "")
    if options.write:
        write_text(options.write / "known-truth.md", text)
    print(json.dumps({"rows": rows, "worlds": worlds, "priors": priors}) if options.json else text)


if __name__ == "__main__":
    main()
