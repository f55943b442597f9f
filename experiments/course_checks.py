"""Two checks of the untreated course: labs that count as independent, and publications added by weights.

    python experiments/course_checks.py WORK [--correlation 0.3 0.6] [--points 32]

Visits of one variable share people and a random effect in the likelihood; different variables of one visit do not. Here
all labs of a publication are correlated by `--correlation` in the direction of worse: what cohorts differ by, and the
sampling of one visit. Errors of that kind under the likelihood as it is give the sandwich covariance of what is learnt
(Huber 1967; White 1982); its SD is printed over the stated one, for each unknown and for deaths of all publications.

Then, for each publication, how many of the draws that ship would stay effective if another like it were added by
importance weights instead of learning anew, with the Pareto k of these (Vehtari, Gelman & Gabry 2017).
WORK is the folder of finished work of a calibration of the shipped sizes. For research use.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.course import CoursePosterior, Settings, learn_course
from hepatica.calibrate.diagnostics.information import of_course, prior_sd, slopes
from hepatica.calibrate.emulated import log_likelihood
from hepatica.calibrate.endpoints import DEATHS
from hepatica.calibrate.error_model.bias import HIGHER_IS_BETTER
from hepatica.calibrate.inference.loo import pareto_smoothed_weights
from hepatica.calibrate.likelihood import Law, LikelihoodTerm
from hepatica.calibrate.run import plans, used
from hepatica.engine import shipped_system
from hepatica.patients.draws import between_study_sd

Floats = NDArray[np.float64]


def worse(t: LikelihoodTerm) -> float:
    """Sign of the change of a term's number in somebody more severely ill."""
    return -1.0 if t.variable in HIGHER_IS_BETTER else 1.0


def covariance(terms: list[LikelihoodTerm], unknown: Floats, correlation: float) -> Floats:
    """Covariance of normal terms, (terms, terms), labs of one publication correlated; 0 is the likelihood's own."""
    common, own = (float(between_study_sd(w)) for w in ("mean", "mean_visit"))
    total = np.diag(unknown)
    for i, a in enumerate(terms):
        for j, b in enumerate(terms):
            size = a.between * b.between
            if a.block == b.block:
                total[i, j] += a.covariance(b) + common**2 * size + (own**2 * size if i == j else 0.0)
            elif a.sample and b.sample and a.block[0] == b.block[0]:
                visit = (a.arm, a.sample.time) == (b.arm, b.sample.time) and a.publication == b.publication
                both = common**2 * size + (own**2 * size + a.error * b.error if visit else 0.0)
                total[i, j] += correlation * worse(a) * worse(b) * both
    return total


def ratios(course: CoursePosterior, correlation: float, points: int) -> tuple[Floats, Floats]:
    """SD over the stated one of each unknown, (p,), and of every death of a publication, (deaths,)."""
    information, emulator = of_course(course, points=points), course.emulator
    counted = np.array([t.law is not Law.NORMAL for t in course.terms])
    by_counts = information.roots[counted[information.owner]]
    normal = [t for t in course.terms if t.law is Law.NORMAL]
    at = [course.statistics.index(t.statistics[0]) for t in normal]
    every = np.concatenate(course.runs)
    some = every[np.linspace(0, len(every) - 1, points).astype(int)]
    along = (slopes(emulator, some) * prior_sd(emulator.space)[:, None]).mean(axis=0)  # (features, outputs)
    jacobian = along[:, at].T
    weight = np.linalg.inv(covariance(normal, emulator.unknown[at], 0.0))
    prior = np.eye(along.shape[0]) + by_counts.T @ by_counts
    precision = prior + jacobian.T @ weight @ jacobian
    errors = weight @ covariance(normal, emulator.unknown[at], correlation) @ weight
    stated = np.linalg.inv(precision)
    honest = stated @ (prior + jacobian.T @ errors @ jacobian) @ stated
    deaths = [course.statistics.index(s) for t in course.terms if t.variable in DEATHS for s in t.statistics]
    d = along[:, deaths]
    of_deaths = np.einsum("fd,fg,gd->d", d, honest, d) / np.einsum("fd,fg,gd->d", d, stated, d)
    return np.sqrt(np.diag(honest) / np.diag(stated)), np.sqrt(of_deaths)


def added_by_weights(course: CoursePosterior, key: str) -> tuple[float, float]:
    """Share of the particles that stays effective if the terms of a publication count once more, and Pareto k."""
    terms = [t for t in course.terms if t.publication == key]
    again = log_likelihood(terms, course.statistics, course.emulator)(np.concatenate(course.runs))
    weights = softmax(again)
    return float(1 / (weights**2).sum() / len(weights)), pareto_smoothed_weights(again)[1]


def main() -> None:
    """Ratios for some correlations, then weights of each publication."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--correlation", type=float, nargs="+", default=[0.3, 0.6])
    parser.add_argument("--points", type=int, default=32)
    options = parser.parse_args()
    plan, terms, _, _ = plans(used())
    course = learn_course(shipped_system(), plan, terms, Settings(), Execution(options.work))
    names = [n.label for n in course.emulator.space.names]
    for r in options.correlation:
        unknowns, deaths = ratios(course, r, options.points)
        for what, x in ((f"{len(unknowns)} unknowns", unknowns), (f"{len(deaths)} deaths and survivals", deaths)):
            middle, most = np.median(x), np.quantile(x, 0.9)
            print(
                f"correlation {r:g}, {what}: SD over stated {middle:.3f}, 90 % below {most:.3f}, largest {x.max():.3f}"
            )
        print("  most:", ", ".join(f"{names[k]} {unknowns[k]:.2f}" for k in np.argsort(-unknowns)[:5]))
    for key in sorted({t.publication for t in terms}):
        share, shape = added_by_weights(course, key)
        print(f"{key}: another like it leaves {share * course.draws.n:.0f} of {course.draws.n}, Pareto k {shape:.2f}")


if __name__ == "__main__":
    main()
