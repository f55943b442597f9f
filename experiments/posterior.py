"""Agreement of samplers of a posterior: tempered SMC, NUTS and importance sampling; simulation-based calibration.

    python experiments/posterior.py [--quick] [--replicates 200] [--json] [--write docs/img]

One virtual HBV-ACLF patient, eight parameters in their priors, five labs on five days with 10 % noise
(`reduced.py` beside this). First, for one known truth, the sampler that `hepatica calibrate` uses beside the No-U-Turn
sampler (Hoffman & Gelman 2014, arXiv:1111.4246; nutpie) on the engine's derivatives; they must agree in every posterior
mean within a quarter of its SD, and in every SD within 0.8 to 1.25. Importance sampling from a wide t distribution
says, as a third way, which of the two is nearer where they differ. Then `rank_calibration.py` checks that ranks of
truths drawn from the prior are uniform. For research use.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import nutpie
from arviz_stats.base.array import array_stats
from nutpie.compiled_pyfunc import from_pyfunc
from rank_calibration import LEVEL, calibration, figure
from reduced import NOISE, Reduced, reduced
from scipy.stats import multivariate_t

from hepatica.calibrate.inference import smc
from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES

Floats = np.ndarray
Target = Callable[[Floats], tuple[float, Floats]]
MEAN, SD = 0.25, (0.8, 1.25)
"""Bounds of agreement, stated before anything was run: difference of means in SDs, ratio of SDs."""
RHAT = 1.05
TRUTH = {
    "alarm_half": 0.5,
    "tnf_half": -0.5,
    "excretion_half": 0.8,
    "effector_lifetime": -0.8,
    "cholestasis_injury": 0.4,
    "alt_content": 0.6,
    "sublethal_half": -0.6,
    "cast_half": 0.3,
}


class FailedSolveError(ValueError):
    """A point at which the model could not be solved: the trajectory ends there, as at a divergence."""

    is_recoverable = True


def nuts(target: Target, starts: Floats, *, warmup: int, draws: int, seed: int) -> tuple[Floats, dict[str, float]]:
    """Chains of the No-U-Turn sampler, (chains, draws, dimension), and its mean acceptance and leapfrog steps.

    Parameters
    ----------
    target : callable
        Logarithm of the density at a point (dimension,), and its gradient; minus infinity where it cannot be evaluated.
    starts : (chains, dimension)
        Where the chains begin.
    warmup, draws : int
        A chain.
    seed : int
        Of the random numbers.
    """

    def log_density(x: Floats) -> tuple[float, Floats]:
        value, slope = target(x)
        if not np.isfinite(value):
            raise FailedSolveError("no finite density")
        return value, slope

    chains, dimension = starts.shape
    points = itertools.cycle(starts)
    model = from_pyfunc(
        dimension,
        lambda: log_density,
        lambda *_: lambda x: {"x": np.asarray(x)},
        [np.dtype("float64")],
        [(dimension,)],
        ["x"],
        make_initial_point_fn=lambda _: next(points),
    )
    trace = nutpie.sample(
        model, draws=draws, tune=warmup, chains=chains, cores=1, seed=seed, progress_bar=False, save_warmup=False
    )
    stats = trace.sample_stats
    accepted, leaps = (float(stats[name].mean()) for name in ("mean_tree_accept", "n_steps"))
    return trace.posterior["x"].to_numpy(), {"accepted": accepted, "leaps": leaps}


def convergence(chains: Floats) -> tuple[Floats, Floats]:
    """Rank-normalised split R-hat and bulk effective sample size of each column of chains (chains, draws, k)."""
    columns = [chains[..., k] for k in range(chains.shape[-1])]
    r_hat = np.array([float(array_stats.rhat(c)) for c in columns])
    return r_hat, np.array([float(array_stats.ess(c)) for c in columns])


def whitened(problem: Reduced, seen: Floats) -> tuple[Target, Callable[[Floats], Floats]]:
    """Posterior in coordinates whitened by the Gauss-Newton Hessian at its mode, and the map back to parameters."""
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


def importance_sampling(problem: Reduced, seen: Floats, near: Floats, n: int, seed: int) -> dict[str, Any]:
    """Mean, SD and log evidence by importance sampling from a multivariate t distribution fitted to some points."""
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
    """Posterior means and SDs by three samplers on the data of one truth, and their agreement.

    Parameters
    ----------
    problem : Reduced
        The reduced problem.
    particles, moves : int
        Of tempered SMC.
    chains, warmup, draws : int
        Of NUTS.
    seed : int
        Of the random numbers.
    """
    truth = np.array([TRUTH[name] for name in problem.names])
    seen = problem.observe(truth, [seed, 28])
    began = time.perf_counter()
    cloud = smc.sample(lambda x: problem.log_likelihood(x, seen), problem.dimension, particles, seed=seed, moves=moves)
    middle = time.perf_counter()
    target, back = whitened(problem, seen)
    overdispersed = 2 * np.random.default_rng([seed, 4]).standard_normal((chains, problem.dimension))
    whitened_chains, stats = nuts(target, overdispersed, warmup=warmup, draws=draws, seed=seed)
    ended = time.perf_counter()
    weighted = importance_sampling(problem, seen, cloud.points, 20 * particles, seed)
    rows = compared(problem.names, truth, cloud.points, back(whitened_chains), weighted)
    return {
        "rows": rows,
        "passed": all(abs(r["away"]) <= MEAN and SD[0] <= r["ratio"] <= SD[1] and r["r_hat"] < RHAT for r in rows),
        "particles": particles,
        "moves": moves,
        "powers": len(cloud.powers) - 1,
        "log_evidence": cloud.log_evidence,
        "chains": chains,
        "warmup": warmup,
        "draws": draws,
        **stats,
        "weighted": {"log_evidence": weighted["log_evidence"], "effective": weighted["effective"]},
        "seconds_smc": middle - began,
        "seconds_nuts": ended - middle,
    }


def compared(
    names: tuple[str, ...], truth: Floats, particles: Floats, chains: Floats, weighted: dict[str, Any]
) -> list[dict[str, Any]]:
    """Means and SDs of each parameter by three samplers, one row a parameter."""
    mean, sd = chains.mean(axis=(0, 1)), chains.std(axis=(0, 1))
    r_hat, effective = convergence(chains)
    columns = {
        "truth": truth,
        "mean_smc": particles.mean(0),
        "mean_nuts": mean,
        "sd_smc": particles.std(0),
        "sd_nuts": sd,
        "away": (particles.mean(0) - mean) / sd,
        "ratio": particles.std(0) / sd,
        "r_hat": r_hat,
        "effective": effective,
        "mean_weighted": weighted["mean"],
        "sd_weighted": weighted["sd"],
    }
    return [
        {"parameter": name} | {column: float(values[k]) for column, values in columns.items()}
        for k, name in enumerate(names)
    ]


def page(answer: dict[str, Any]) -> str:
    """The results in words."""
    a, c = answer["agreement"], answer["calibration"]
    verdict = {True: "passed", False: "FAILED"}
    lines = [
        f"Tempered SMC ({a['particles']} particles, {a['moves']} moves, {a['powers']} powers, "
        f"{a['seconds_smc']:.0f} s) beside NUTS ({a['chains']} chains of {a['draws']} draws after {a['warmup']}, "
        f"{a['leaps']:.0f} leaps each, {a['seconds_nuts']:.0f} s):",
        "",
        "| parameter | truth | mean SMC | mean NUTS | mean weighted | SD SMC | SD NUTS | SD weighted | "
        "means apart, SD | SD ratio | R-hat | ESS of NUTS |",
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
        f"Simulation-based calibration: {c['replicates']} replicates of {c['particles']} particles and {c['moves']} "
        f"moves, {c['seconds']:.0f} s; simultaneous {100 * LEVEL:.0f} % band "
        f"(tail probability {c['limit']:.2g} at a place).",
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
