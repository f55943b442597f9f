"""Diagnostics of a calibration: contraction of the priors, informative data, and the emulator against the engine."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.calibrate.cells import CellPosterior
from hepatica.calibrate.course import CoursePosterior
from hepatica.calibrate.likelihood import Law
from hepatica.patients import DrawKind

Floats = NDArray[np.float64]
MAX_LEARNT_SD = 0.9  # SD over that of the prior, below which a parameter or a direction counts as learnt
MIN_LEARNT_SHIFT = 0.25  # SDs of the prior by which the mean of one that counts as learnt has moved, otherwise


def contraction(course: CoursePosterior, cells: Mapping[str, CellPosterior]) -> pd.DataFrame:
    """Contraction of each parameter's prior: one row a parameter and hypothesis.

    Columns: ``mean`` and ``sd`` in standardised prior coordinates (0 and 1: the prior), ``r_hat`` of the two runs of
    the course, and whether the parameter was ``learnt``.
    """
    from arviz_stats.base.array import array_stats

    rows = []
    runs = np.stack(course.runs)
    for k, key in enumerate(course.emulator.space.names):
        if key.kind is not DrawKind.SPIKE:
            r_hat = float(array_stats.rhat(runs[..., k], method="identity"))
            both = np.concatenate([run[:, k] for run in course.runs])
            rows.append((key.label, "", both.mean(), both.std(), r_hat))
    for hypothesis, c in cells.items():
        rows += [
            (key.label, hypothesis, v.mean(), v.std(), np.nan)
            for key, v in c.columns.items()
            if key.kind is not DrawKind.SPIKE
        ]
    frame = pd.DataFrame(rows, columns=["parameter", "hypothesis", "mean", "sd", "r_hat"])
    frame["learnt"] = (frame["sd"] < MAX_LEARNT_SD) | (frame["mean"].abs() > MIN_LEARNT_SHIFT)
    return frame.sort_values("sd", kind="stable", ignore_index=True)


def informative_data(course: CoursePosterior, top: int = 3) -> dict[str, list[tuple[str, float]]]:
    """Data most informative about each parameter of the course: label, and share of its linear Fisher information."""
    emulator, space = course.emulator, course.emulator.space
    slopes = emulator.coefficients[: space.dimension]
    shares: dict[str, list[tuple[str, float]]] = {}
    for k, key in enumerate(space.names):
        each: dict[str, float] = {}
        for t in course.terms:
            at = [course.statistics.index(s) for s in t.statistics]
            noise = 4.0 / sum(t.value) if t.law is Law.COUNTS else t.typical**2
            gained = float(np.mean(slopes[k, at] ** 2 / (noise + emulator.unknown[at])))
            label = f"{t.publication} {t.arm}: {t.label}"
            each[label] = each.get(label, 0.0) + gained
        total = sum(each.values())
        best = sorted(each.items(), key=lambda x: -x[1])[:top]
        shares[key.label] = [(label, g / total) for label, g in best if total > 0]
    return shares


def agreement(course: CoursePosterior) -> pd.DataFrame:
    """Agreement of emulator and engine at the posterior draws, one row a statistic, on the scale of the likelihood.

    Columns: ``emulator`` and ``engine`` (means over draws), ``apart`` (SD of their difference from draw to draw, the
    chance of few people taken out), ``allowed`` (the SD that the likelihood adds for it), ``draws``.
    """
    emulated, rows = course.emulator(course.emulator.space.points(course.draws)), []
    for k, s in enumerate(course.statistics):
        value, noise = s.of(course.check)
        line, known = course.check.plan.lines[s.line], np.isfinite(value)
        if not known.any():
            continue
        left = float(np.var(value[known] - emulated[known, k]) - np.nan_to_num(np.nanmean(np.nan_to_num(noise[known]))))
        rows.append(
            {
                "publication": line.publication,
                "arm": line.arm,
                "output": f"{line.endpoint.variable} day {line.endpoint.time:g}, {s.kind}",
                "emulator": float(emulated[known, k].mean()),
                "engine": float(value[known].mean()),
                "apart": float(np.sqrt(max(left, 0.0))),
                "allowed": float(np.sqrt(course.emulator.unknown[k])),
                "draws": int(known.sum()),
            }
        )
    return pd.DataFrame(rows)
