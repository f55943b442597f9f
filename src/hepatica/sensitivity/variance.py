"""Sobol' variance decomposition of survival and of the gain by cells over the leading parameters of the screen.

All points ask the same candidates, who carry the same draws of everything else that is not known; only the leading
parameters move, over their priors or over where learnt draws stand in them, each independently. An output is the mean
over these candidates, each weighted by how plausible its admission is at that point. So indices divide the variance
among the leading parameters, averaged over the rest.

What fails: the engine tries a failed solve again with the reference engine. A patient who still fails is left out at
that point, as long as those who do weigh at most 5 % of the patients there; with more, or with hardly anybody
plausible, the point has no answer, and takes its block of the design with it (`hepatica.sensitivity.sobol`). All are
counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.dosing.utility import OUTPUTS, Benefit, evaluate_benefit
from hepatica.patients import Admitted, Cohort, Draws, identity
from hepatica.progress import Progress, ignore_progress
from hepatica.sensitivity.evaluate import MIN_EFFECTIVE_PATIENTS, MIN_WEIGHT, Pool, Question, weighted_candidates
from hepatica.sensitivity.morris import STAGES, Movable
from hepatica.sensitivity.screen import UNITS
from hepatica.sensitivity.sobol import Indices, at_quantiles, design, indices, posterior_quantiles
from hepatica.simulation import Arm, simulate

Floats = NDArray[np.float64]
MOST_FAILED = 0.05  # weight of patients who fail, over that of all, above which a point has no answer
PER_DRAW, MOST_PER_DRAW = 3, 24  # candidates per draw of everything else, at first and at most


@dataclass(frozen=True)
class Variance:
    """Sobol' indices of the leading parameters.

    Attributes
    ----------
    moved : tuple of Movable
    columns : tuple of (str, str)
        Output and hypothesis of each column of the indices; the hypothesis of survival is "".
    indices : Indices
    regimen : str
        Whose gain it is.
    over : {"prior", "learnt"}
        What the parameters were moved over, and the rest drawn from.
    values : (samples, parameters + 2, outputs)
    failed : int
        Courses of patients that failed and were left out, over all points.
    evaluations : int
    """

    moved: tuple[Movable, ...]
    columns: tuple[tuple[str, str], ...]
    indices: Indices
    regimen: str
    over: str
    values: Floats
    failed: int
    evaluations: int

    def frame(self) -> pd.DataFrame:
        """Table of the indices, one row per parameter, output and hypothesis."""
        s, rows = self.indices, []
        for k, m in enumerate(self.moved):
            for c, (name, hypothesis) in enumerate(self.columns):
                estimates = {
                    n: float(getattr(s, n)[k, c])
                    for n in ("first", "first_low", "first_high", "total", "total_low", "total_high")
                }
                rows.append(
                    {
                        "parameter": m.name,
                        "module": m.module,
                        "output": name,
                        "hypothesis": hypothesis,
                        **estimates,
                        "mean": float(s.mean[c]),
                        "sd": float(s.sd[c]),
                        "unit": UNITS[name],
                        "over": self.over,
                        "prior_kind": "nominal" if m.nominal else m.spread.kind,
                        "blocks": s.blocks,
                        "lost_blocks": s.lost,
                    }
                )
        return pd.DataFrame(rows)


@dataclass
class _Evaluator:
    """Evaluator of points in turn; simulations that a point shares with the one before are reused.

    Attributes
    ----------
    cohort : Cohort
        Candidates, before anything is pinned.
    arms : (Arm, Arm)
        Standard care, and the regimen.
    failed : int
        Courses left out so far.
    """

    q: Question
    cohort: Cohort
    arms: tuple[Arm, Arm]
    moved: Sequence[Movable]
    failed: int = 0
    _pool: tuple[list[float], Pool] | None = None
    _care: tuple[list[float], Benefit] | None = None

    def point(self, quantiles: Floats) -> Floats:
        """Outcomes at a point: survival under standard care, then gains by hypothesis; NaN without an answer."""
        cohort = replace(
            self.cohort, pinned={m.name: (m.spread, float(p)) for m, p in zip(self.moved, quantiles, strict=True)}
        )
        before, after = (self._reaching(quantiles, stage) for stage in (3, 2))
        if self._pool is None or self._pool[0] != before:
            self._pool = before, weighted_candidates(self.q, cohort)
        pool = replace(self._pool[1], cohort=cohort)
        if pool.effective < MIN_EFFECTIVE_PATIENTS:
            return np.full(1 + 2 * len(self.q.hypotheses), np.nan)
        if self._care is None or self._care[0] != after:
            self._care = after, self._course(pool, self.arms[0], self.q.hypotheses[0])
        return self._means(pool, self._care[1], [self._course(pool, self.arms[1], h) for h in self.q.hypotheses])

    def _reaching(self, quantiles: Floats, stage: int) -> list[float]:
        """Quantiles of the parameters that matter from a stage on."""
        return [float(p) for p, m in zip(quantiles, self.moved, strict=True) if STAGES.index(m.reaches) >= stage]

    def _course(self, pool: Pool, arm: Arm, hypothesis: str) -> Benefit:
        kept = np.flatnonzero(pool.weight > MIN_WEIGHT)
        admitted = Admitted(pool.cohort.take(kept), pool.initial[kept], {}, len(pool.weight))
        ds = simulate(
            self.q.system, admitted, [arm], self.q.times, outputs=OUTPUTS, hypothesis=hypothesis, workers=self.q.workers
        )
        return evaluate_benefit(ds, [arm], self.q.utility)

    def _means(self, pool: Pool, care: Benefit, cells: list[Benefit]) -> Floats:
        weight = pool.weight[pool.weight > MIN_WEIGHT]
        net = np.stack([care.net[0], *(w.net[0] for w in cells)])
        alive = np.stack([care.survival[0], *(w.survival[0] for w in cells)])
        out = ~np.isfinite(net + alive)
        ill = ~np.isfinite(pool.initial).all(
            axis=1
        )  # their history failed: as plausible as the rest, for all that is known
        self.failed += int(out.sum() + ill.sum())
        complete, lost = ~out.any(axis=0), float(ill.sum() * pool.weight[~ill].mean())
        if lost + weight[~complete].sum() > MOST_FAILED * (lost + weight.sum()):
            return np.full(2 * len(net) - 1, np.nan)
        w = weight[complete] / weight[complete].sum()
        life, days = alive[:, complete] @ w, net[:, complete] @ w
        return np.concatenate([100 * life[:1], 100 * (life[1:] - life[0]), days[1:] - days[0]])


def _candidates(q: Question, known: Draws | None) -> Cohort:
    """Candidates of each draw, as many as leave `patients` of them where nothing is pinned, `MOST_PER_DRAW` at most."""
    each = PER_DRAW
    while True:
        draw = np.repeat(np.arange(q.patients), each)
        who = identity(draw, np.tile(np.arange(each), q.patients))
        cohort = Cohort(model=q.system.model, population=q.population, seed=q.seed, patient=who, draw=draw, known=known)
        if each >= MOST_PER_DRAW or weighted_candidates(q, cohort).effective >= q.patients:
            return cohort
        each = min(2 * each, MOST_PER_DRAW)


def variance(
    q: Question,
    moved: Sequence[Movable],
    arm: Arm,
    *,
    samples: int = 64,
    known: Draws | None = None,
    progress: Progress | None = None,
) -> Variance:
    """Sobol' indices of some parameters, most influential first by the screen.

    Parameters
    ----------
    q : Question
        Its first arm is standard care; of each draw three candidates are followed, more where few are plausible.
    moved : sequence of Movable
        Parameters to move.
    arm : Arm
        Whose gain is asked.
    samples : int
        Blocks of Saltelli's design, a power of two; each costs one evaluation for each parameter and two more.
    known : Draws, optional
        Learnt draws: parameters move over where these stand in their priors, the rest carries them as they are.
    progress : callable, optional
        Called with "sobol", how many evaluations are done, and of how many.

    Raises
    ------
    InputError
        If `samples` is no power of two, or too few blocks have an answer.
    """
    cohort = _candidates(q, known)
    among = [
        None if known is None or m.nominal else posterior_quantiles(m.name, m.spread, known, q.hypotheses)
        for m in moved
    ]
    u = design(len(moved), samples, q.seed)
    places = np.stack([at_quantiles(u[..., k], a) for k, a in enumerate(among)], axis=-1)
    asked, tell, total = (
        _Evaluator(q, cohort, (q.arms[0], arm), moved),
        progress or ignore_progress,
        u.shape[0] * u.shape[1],
    )
    values = np.empty((*u.shape[:2], 1 + 2 * len(q.hypotheses)))
    for i, block in enumerate(places):
        for j, at in enumerate(block):
            values[i, j] = asked.point(at)
            tell("sobol", i * u.shape[1] + j + 1, total)
    columns = (("survival", ""), *((name, h) for name in ("survival_gain", "gain") for h in q.hypotheses))
    return Variance(
        moved=tuple(moved),
        columns=columns,
        indices=indices(values, seed=q.seed),
        regimen=arm.name,
        over="prior" if known is None else "learnt",
        values=values,
        failed=asked.failed,
        evaluations=total,
    )
