"""Is the posterior right? Tempered SMC against NUTS on eight unknown parameters, and simulation-based calibration.

    python experiments/posterior.py [--quick] [--replicates 200] [--json] [--write docs/img]

One virtual HBV-ACLF patient, eight parameters in their priors, five labs on five days with 10 % noise
(`reduced.py` beside this). First, for one known truth, the sampler that `hepatica calibrate` uses beside the No-U-Turn
sampler (Hoffman & Gelman 2014, arXiv:1111.4246, algorithm 6) on the engine's derivatives; they must agree in every
posterior mean within a quarter of its SD, and in every SD within 0.8 to 1.25. Weighted draws of a wide t distribution
say, as a third way, which of the two is nearer where they differ. Then truths from the prior, data from each, and the
rank of the truth among particles (Talts et al. 2018, doi 10.48550/arXiv.1804.06788): if the sampler is right, ranks are
uniform, and their ECDF stays in a band of 99 % for all parameters, the log likelihood and places at once (Saeilynoja,
Buerkner & Vehtari 2022, doi 10.1007/s11222-022-10090-6). For research use.
"""

from __future__ import annotations

import argparse
import functools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from reduced import NOISE, Reduced, reduced
from scipy.stats import binom, multivariate_t

from hepatica.calibrate import smc
from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES

Floats = np.ndarray
Target = Callable[[Floats], tuple[float, Floats]]
MEAN, SD = 0.25, (0.8, 1.25)  # agreed before anything was run
RHAT = 1.05
TRUTH = {
    "alarm_half": 0.5,
    "tnf_half": -0.5,
    "excretion_half": 0.8,
    "effector_lifetime": -0.8,
    "cholestasis_rate": 0.4,
    "alt_content": 0.6,
    "factor_consumption": -0.6,
    "cast_half": 0.3,
}
RANKS = 63  # particles among which a truth is ranked
LEVEL = 0.99
DEEPEST, WILD, ACCEPTED = 10, 1000.0, 0.8


# ---------------------------------------------------------------- the No-U-Turn sampler
@dataclass(frozen=True)
class State:
    """A place, a momentum, and what the target says there."""

    x: Floats
    p: Floats
    value: float
    slope: Floats

    @property
    def joint(self) -> float:
        """Logarithm of the density of place and momentum."""
        return self.value - 0.5 * float(self.p @ self.p)

    def leap(self, target: Target, step: float) -> State:
        """One leapfrog."""
        p = self.p + 0.5 * step * self.slope
        x = self.x + step * p
        value, slope = target(x)
        return State(x, p + 0.5 * step * slope, value, slope)


@dataclass(frozen=True)
class Tree:
    """States of a doubled trajectory: its ends, one picked, how many are in the slice, and how far it may go."""

    left: State
    right: State
    picked: State
    inside: int
    going: bool
    accepted: float
    leaps: int


def _straight(left: State, right: State) -> bool:
    way = right.x - left.x
    return bool(way @ left.p >= 0 and way @ right.p >= 0)


def _grow(target: Target, end: State, level: float, start: float, way: int, depth: int, step: float, rng: Any) -> Tree:
    """A tree of 2^depth leaps from one end."""
    if depth == 0:
        new = end.leap(target, way * step)
        chance = float(np.exp(min(0.0, new.joint - start)))
        return Tree(new, new, new, int(level <= new.joint), level < new.joint + WILD, chance, 1)
    first = _grow(target, end, level, start, way, depth - 1, step, rng)
    if not first.going:
        return first
    second = _grow(target, first.right if way > 0 else first.left, level, start, way, depth - 1, step, rng)
    inside = first.inside + second.inside
    picked = second.picked if inside and rng.random() < second.inside / inside else first.picked
    left, right = (first.left, second.right) if way > 0 else (second.left, first.right)
    return Tree(
        left,
        right,
        picked,
        inside,
        second.going and _straight(left, right),
        first.accepted + second.accepted,
        first.leaps + second.leaps,
    )


def _double(target: Target, state: State, step: float, rng: Any) -> tuple[State, float, int]:
    """One draw, by a trajectory doubled to either side until it turns back; its acceptance at the end, and its leaps."""
    level = state.joint + float(np.log(rng.random()))
    left = right = picked = state
    inside, leaps = 1, 0
    for depth in range(DEEPEST):
        way = 1 if rng.random() < 0.5 else -1
        more = _grow(target, right if way > 0 else left, level, state.joint, way, depth, step, rng)
        left, right = (left, more.right) if way > 0 else (more.left, right)
        if more.going and rng.random() < more.inside / inside:
            picked = more.picked
        inside, leaps = inside + more.inside, leaps + more.leaps
        if not more.going or not _straight(left, right):
            break
    return picked, more.accepted / more.leaps, leaps


def nuts(
    target: Target, start: Floats, *, warmup: int, draws: int, seed: Any, step: float = 0.3
) -> tuple[Floats, dict[str, float]]:
    """One chain, (draws, dimension), with unit metric; its step is found by dual averaging in the warm-up."""
    rng = np.random.default_rng(seed)
    state, leaps, error = State(start, start, *target(start)), 0, 0.0
    kept, chances = np.zeros((draws, len(start))), np.zeros(draws)
    centre, slow = np.log(10 * step), np.log(step)
    for m in range(1, warmup + draws + 1):
        fresh = State(state.x, rng.standard_normal(len(start)), state.value, state.slope)
        state, accepted, made = _double(target, fresh, step, rng)
        leaps += made
        if m > warmup:
            kept[m - warmup - 1], chances[m - warmup - 1] = state.x, accepted
            continue
        error += (ACCEPTED - accepted - error) / (m + 10)
        now = centre - np.sqrt(m) / 0.05 * error
        slow += m**-0.75 * (now - slow)
        step = float(np.exp(now if m < warmup else slow))
    return kept, {"step": step, "accepted": float(chances.mean()), "leaps": leaps / (warmup + draws)}


def r_hat(chains: Floats) -> Floats:
    """Potential scale reduction of each column of chains (chains, draws, k), each chain split in two."""
    half = chains.shape[1] // 2
    split = np.concatenate([chains[:, :half], chains[:, half : 2 * half]])
    within, between = split.var(axis=1, ddof=1).mean(axis=0), split.mean(axis=1).var(axis=0, ddof=1)
    return np.sqrt((half - 1) / half + between / within)


def effective(chains: Floats) -> Floats:
    """Effective draws of each column of chains (chains, draws, k), by Geyer's initial positive sequence."""
    m, n, k = chains.shape
    found = np.zeros(k)
    centred = chains - chains.mean(axis=(0, 1))
    for j in range(k):
        lags = [float((centred[:, : n - t, j] * centred[:, t:, j]).mean()) for t in range(n - 1)]
        rho = np.array(lags) / lags[0]
        pairs = rho[: len(rho) // 2 * 2].reshape(-1, 2).sum(axis=1)
        stop = int(np.argmax(pairs < 0)) if (pairs < 0).any() else len(pairs)
        found[j] = m * n / max(2 * pairs[:stop].sum() - 1, 1 / np.log10(m * n))
    return found


# ---------------------------------------------------------------- agreement
def whitened(problem: Reduced, seen: Floats) -> tuple[Target, Callable[[Floats], Floats]]:
    """The posterior in coordinates in which it is about round, and the way back; the shape is Gauss and Newton's at the mode."""
    best = np.zeros(problem.dimension)
    for _ in range(30):  # damped: half of each step
        mean, by = problem.slopes(best[None])
        shape = by[0].T @ by[0] / NOISE**2 + np.eye(len(best))
        best = best + 0.5 * np.linalg.solve(shape, by[0].T @ (seen - mean[0]) / NOISE**2 - best)
    root = np.linalg.cholesky(np.linalg.inv(shape))

    def target(y: Floats) -> tuple[float, Floats]:
        value, slope = problem.log_posterior(best + root @ y, seen)
        return value, root.T @ slope

    return target, lambda y: best + y @ root.T


def weighted(problem: Reduced, seen: Floats, near: Floats, n: int, seed: int) -> dict[str, Any]:
    """Mean, SD and log evidence by importance sampling from a t distribution of 5 degrees of freedom about some points."""
    k = problem.dimension
    wide = multivariate_t(
        near.mean(0), 1.5 * np.atleast_2d(np.cov(near.T)), df=5, seed=np.random.default_rng([seed, 5])
    )
    x = wide.rvs(n).reshape(n, k)
    log = problem.log_likelihood(x, seen) - 0.5 * (x**2).sum(axis=1) - 0.5 * k * np.log(2 * np.pi) - wide.logpdf(x)
    weight = np.exp(log - log.max())
    evidence, weight = float(np.log(weight.mean()) + log.max()), weight / weight.sum()
    mean = weight @ x
    return {
        "mean": mean,
        "sd": np.sqrt(weight @ (x - mean) ** 2),
        "log_evidence": evidence,
        "effective": float(1 / (weight**2).sum()),
    }


def agreement(
    problem: Reduced, *, particles: int, moves: int, chains: int, warmup: int, draws: int, seed: int = 1
) -> dict[str, Any]:
    """Both samplers on the data of one truth."""
    truth = np.array([TRUTH[name] for name in problem.names])
    seen = problem.observe(truth, [seed, 28])
    began = time.perf_counter()
    found = smc.sample(lambda x: problem.log_likelihood(x, seen), problem.dimension, particles, seed=seed, moves=moves)
    middle = time.perf_counter()
    target, back = whitened(problem, seen)
    starts = 2 * np.random.default_rng([seed, 4]).standard_normal(
        (chains, problem.dimension)
    )  # wider than the posterior
    runs = [nuts(target, s, warmup=warmup, draws=draws, seed=[seed, k]) for k, s in enumerate(starts)]
    ended = time.perf_counter()
    third = weighted(problem, seen, found.points, 20 * particles, seed)
    other = np.stack([back(r[0]) for r in runs])
    mean, sd = other.mean(axis=(0, 1)), other.std(axis=(0, 1))
    away, ratio, hat = (found.points.mean(0) - mean) / sd, found.points.std(0) / sd, r_hat(other)
    rows = [
        {
            "parameter": name,
            "truth": truth[k],
            "mean_smc": found.points[:, k].mean(),
            "mean_nuts": mean[k],
            "sd_smc": found.points[:, k].std(),
            "sd_nuts": sd[k],
            "away": away[k],
            "ratio": ratio[k],
            "r_hat": hat[k],
            "effective": n,
            "mean_weighted": third["mean"][k],
            "sd_weighted": third["sd"][k],
        }
        for k, (name, n) in enumerate(zip(problem.names, effective(other), strict=True))
    ]
    ok = np.abs(away).max() <= MEAN and ratio.min() >= SD[0] and ratio.max() <= SD[1] and hat.max() < RHAT
    return {
        "rows": [{k: v if isinstance(v, str) else float(v) for k, v in r.items()} for r in rows],
        "passed": bool(ok),
        "particles": particles,
        "moves": moves,
        "powers": len(found.powers) - 1,
        "log_evidence": found.log_evidence,
        "chains": chains,
        "warmup": warmup,
        "draws": draws,
        "leaps": float(np.mean([r[1]["leaps"] for r in runs])),
        "weighted": {"log_evidence": third["log_evidence"], "effective": third["effective"]},
        "accepted": float(np.mean([r[1]["accepted"] for r in runs])),
        "seconds_smc": middle - began,
        "seconds_nuts": ended - middle,
    }


# ---------------------------------------------------------------- simulation-based calibration
def ranks(
    simulate: Callable[[Floats, int], Floats],
    fit: Callable[[Floats, Floats], Floats],
    dimension: int,
    replicates: int,
    *,
    particles: int,
    moves: int,
    seed: int = 1,
    progress: Callable[[int], None] = lambda i: None,
) -> Floats:
    """Rank, 0 to `RANKS`, of each replicate's truth among particles of its posterior, and of the truth's log likelihood.

    Parameters
    ----------
    simulate : callable
        Data of a truth (dimension,) and a seed.
    fit : callable
        Log likelihood of points (n, dimension) and data.

    Returns
    -------
    (replicates, dimension + 1) ndarray of int
    """
    found = np.zeros((replicates, dimension + 1), int)
    for i in range(replicates):
        truth = np.random.default_rng([seed, i, 1]).standard_normal(dimension)
        seen = simulate(truth, i)
        if not np.isfinite(seen).all():
            raise ValueError(f"replicate {i}: the course of its truth could not be solved")
        own = smc.sample(lambda x, y=seen: fit(x, y), dimension, particles, seed=seed + 1000 + i, moves=moves)
        some = np.arange(RANKS) * particles // RANKS
        found[i, :-1] = (own.points[some] < truth).sum(axis=0)
        found[i, -1] = (own.log_likelihood[some] < fit(truth[None], seen)[0]).sum()
        progress(i)
    return found


@functools.cache
def _table(n: int) -> Floats:
    """P(at most r - 1 of n ranks are up to k), (n + 2, RANKS), if ranks are uniform."""
    share = np.arange(1, RANKS + 1) / (RANKS + 1)
    return binom.cdf(np.arange(-1, n + 1)[:, None], n, share)


def tails(found: Floats) -> Floats:
    """Least two-sided tail probability of the ECDF of ranks (..., replicates, quantities) over all places, (..., quantities)."""
    n = found.shape[-2]
    below = np.stack([(found <= k).sum(axis=-2) for k in range(RANKS)], axis=-1)
    table, place = _table(n), np.arange(RANKS)
    return 2 * np.minimum(table[below + 1, place], 1 - table[below, place]).min(axis=-1)


def threshold(replicates: int, quantities: int, *, level: float = LEVEL, tries: int = 4000, seed: int = 1) -> float:
    """Tail probability that uniform ranks of independent quantities stay above, all of them, with probability `level`."""
    rng = np.random.default_rng([seed, 2022])
    least = [tails(rng.integers(0, RANKS + 1, (replicates, quantities))).min() for _ in range(tries)]
    return float(np.quantile(least, 1 - level))


def calibration(
    problem: Reduced,
    replicates: int,
    *,
    particles: int,
    moves: int,
    seed: int = 1,
    progress: Callable[[int], None] = lambda i: None,
) -> dict[str, Any]:
    """Simulation-based calibration of the sampler on the problem."""
    began = time.perf_counter()
    found = ranks(
        lambda truth, i: problem.observe(truth, [seed, i, 2]),
        problem.log_likelihood,
        problem.dimension,
        replicates,
        particles=particles,
        moves=moves,
        seed=seed,
        progress=progress,
    )
    names, least, limit = [*problem.names, "log likelihood"], tails(found), threshold(replicates, found.shape[1])
    rows = [
        {
            "quantity": n,
            "mean_rank": float(found[:, k].mean() / RANKS),
            "sd_rank": float(found[:, k].std() / RANKS),
            "tail": float(least[k]),
            "inside": bool(least[k] >= limit),
        }
        for k, n in enumerate(names)
    ]
    return {
        "rows": rows,
        "passed": all(r["inside"] for r in rows),
        "replicates": replicates,
        "particles": particles,
        "moves": moves,
        "limit": limit,
        "seconds": time.perf_counter() - began,
        "ranks": found.tolist(),
    }


def figure(answer: dict[str, Any], path: Path) -> None:
    """ECDF of ranks less the uniform one, with its simultaneous band."""
    from matplotlib.figure import Figure

    from hepatica.report.style import BLUE, GREY, VERMILLION, styled

    found, n = np.array(answer["ranks"]), answer["replicates"]
    share = np.arange(1, RANKS + 1) / (RANKS + 1)
    low, high = (binom.ppf(q, n, share) / n - share for q in (answer["limit"] / 2, 1 - answer["limit"] / 2))
    with styled():
        fig = Figure(figsize=(7.5, 5.6), layout="constrained")
        axes = fig.subplots(3, 3, sharex=True, sharey=True)
        for k, (one, row) in enumerate(zip(axes.flat, answer["rows"], strict=True)):
            one.fill_between(share, low, high, color=GREY, alpha=0.2, linewidth=0, step="mid")
            ecdf = [(found[:, k] <= j).mean() for j in range(RANKS)] - share
            one.step(share, ecdf, where="mid", color=BLUE if row["inside"] else VERMILLION)
            one.set_title(row["quantity"].replace("_", " "), fontsize=9)
        fig.supxlabel("rank of the truth, as a share", fontsize=9)
        fig.supylabel("ECDF less the uniform one", fontsize=9)
        fig.savefig(path, metadata={"Date": None})


# ---------------------------------------------------------------- running it
def page(answer: dict[str, Any]) -> str:
    """The results in words."""
    a, c = answer["agreement"], answer["calibration"]
    verdict = {True: "passed", False: "FAILED"}
    lines = [
        f"Tempered SMC ({a['particles']} particles, {a['moves']} moves, {a['powers']} powers, {a['seconds_smc']:.0f} s) beside "
        f"NUTS ({a['chains']} chains of {a['draws']} draws after {a['warmup']}, {a['leaps']:.0f} leaps each, "
        f"{a['seconds_nuts']:.0f} s):",
        "",
        "| parameter | truth | mean SMC | mean NUTS | mean weighted | SD SMC | SD NUTS | SD weighted | means apart, SD | "
        "SD ratio | R-hat | ESS of NUTS |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in a["rows"]:
        shown = ("truth", "mean_smc", "mean_nuts", "mean_weighted", "sd_smc", "sd_nuts", "sd_weighted", "away", "ratio")
        numbers = (f"{r[k]:.2f}" for k in shown)
        lines.append(f"| {r['parameter']} | {' | '.join(numbers)} | {r['r_hat']:.3f} | {r['effective']:.0f} |")
    lines += [
        "",
        f"Means within {MEAN} SD, SD ratio {SD[0]} to {SD[1]}, R-hat below {RHAT}: {verdict[a['passed']]}. "
        f"Log evidence {a['log_evidence']:.2f} by SMC, {a['weighted']['log_evidence']:.2f} by weights "
        f"({a['weighted']['effective']:.0f} effective draws).",
        "",
        f"Simulation-based calibration: {c['replicates']} replicates of {c['particles']} particles and {c['moves']} moves, "
        f"{c['seconds']:.0f} s; simultaneous {100 * LEVEL:.0f} % band (tail probability {c['limit']:.2g} at a place).",
        "",
        "| quantity | mean rank (0.5) | SD of ranks (0.29) | least tail probability | inside |",
        "|---|---|---|---|---|",
    ]
    for r in c["rows"]:
        lines.append(
            f"| {r['quantity']} | {r['mean_rank']:.3f} | {r['sd_rank']:.3f} | {r['tail']:.2g} | "
            f"{'yes' if r['inside'] else 'NO'} |"
        )
    return "\n".join([*lines, "", f"All inside: {verdict[c['passed']]}.", "", "For research use."])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two short chains and 40 replicates")
    parser.add_argument("--replicates", type=int, help="of simulation-based calibration")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, help="folder of the figure")
    options = parser.parse_args()
    problem = reduced(System(assemble(MODULES)))
    sizes = {"chains": 2, "warmup": 150, "draws": 400} if options.quick else {"chains": 4, "warmup": 300, "draws": 1000}
    answer = {
        "agreement": agreement(problem, particles=1000, moves=20, **sizes),
        "calibration": calibration(
            problem, options.replicates or (40 if options.quick else 200), particles=252, moves=5
        ),
    }
    if options.write:
        figure(answer["calibration"], options.write / "calibration.svg")
    print(json.dumps(answer) if options.json else page(answer))


if __name__ == "__main__":
    main()
