"""Size of the continual reassessment method: simulated, beside a regression on the nonparametric optimal benchmark.

    python benchmarks/crm_size.py [--trials 40000] [--settings]

Cheung 2013, Clinical Trials 10:852, takes the probability of correct selection from that of the nonparametric optimal
benchmark by a regression over many settings. The first table simulates one setting at length; with --settings 100
settings are simulated and such a regression is fitted, to print what it leaves unexplained. For research use.
"""

from __future__ import annotations

import argparse
import itertools

import numpy as np
from scipy.special import logit, ndtr

from hepatica.trials.dose_finding.model_based.sample_size import calibration_set, crm_sample_size


def benchmark_probability(patients: float, target: float, levels: int, odds_ratio: float) -> float:
    """Average probability of correct selection of the optimal benchmark, by the normal approximation.

    The benchmark sees every patient at every level. It selects a level if the mean toxicity of it and the level above
    exceeds the target, and that of it and the level below does not; with T(k) <= T(k + 1) in a patient, the sum of the
    two has variance p(1-p) + q(1-q) + 2 p (1-q).
    """
    correct = []
    for place, toxicity in enumerate(calibration_set(target, levels, odds_ratio)):
        p, q = toxicity[:-1], toxicity[1:]
        spread = np.sqrt(p * (1 - p) + q * (1 - q) + 2 * p * (1 - q))
        above = ndtr(np.sqrt(patients) * (p + q - 2 * target) / spread)  # of each pair of neighbours
        correct.append((above[place] if place < levels - 1 else 1.0) - (above[place - 1] if place else 0.0))
    return float(np.mean(correct))


def one_setting(trials: int) -> None:
    """Probability of correct selection by size, five levels, target 0.25, odds ratio 1.8."""
    size = crm_sample_size(0.6, 0.25, 5, 1.8, largest=36, trials=trials)
    print(f"Size for 0.6: {size.patients}\n\n| patients | correct | standard error |\n|--:|--:|--:|")
    for n in range(28, 35):
        print(f"| {n} | {size.correct[n - 1]:.4f} | {size.error[n - 1]:.4f} |")


def many_settings() -> None:
    """Residual of the regression of logit correct on that of the benchmark, levels, target and odds ratio."""
    rows = []
    for levels, target, ratio in itertools.product((3, 4, 5, 6, 7), (0.1, 0.2, 0.25, 0.33), (1.5, 1.8, 2.0, 2.5, 3.0)):
        size = crm_sample_size(0.999, target, levels, ratio, largest=50, trials=1000, seed=int(1000 * target) + levels)
        for n in range(20, 51, 5):
            optimal = benchmark_probability(n, target, levels, ratio)
            rows.append((levels, target, ratio, size.correct[n - 1], optimal))
    k, target_of, ratio_of, correct, optimal_of = np.array(rows).T
    kept = (correct > 0.3) & (correct < 0.97)
    design = np.column_stack([np.ones(len(k)), logit(optimal_of), logit(target_of), k, np.log(ratio_of)])[kept]
    outcome = logit(correct[kept])
    left = float(np.std(outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]))
    print(f"\nLeft by the regression: {left:.3f} of the logit, {left * 0.24:.3f} of a probability of 0.6")


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=40_000)
    parser.add_argument("--settings", action="store_true")
    given = parser.parse_args()
    one_setting(given.trials)
    if given.settings:
        many_settings()


if __name__ == "__main__":
    main()
