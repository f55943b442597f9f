"""Results of single assays from what was fitted to many of one design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.assay.homogeneity import Homogeneity, bartlett
from hepatica.manufacturing.assay.models.cross_over import cross_over
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.fieller import Ratio
from hepatica.manufacturing.assay.models.logistic import LogisticAssay, logistic
from hepatica.manufacturing.assay.models.parallel_lines import LinearAssay, parallel_lines
from hepatica.manufacturing.assay.models.quantal import Link, QuantalAssay, quantal
from hepatica.manufacturing.assay.models.regression import Term, t_quantile
from hepatica.manufacturing.assay.models.slope_ratio import slope_ratio
from hepatica.manufacturing.assay.outliers import outlier_p_values
from hepatica.manufacturing.assay.result import AnovaRow, AssayResult, Model, Options, Outlier, SamplePotency
from hepatica.manufacturing.assay.suitability import Check, CheckKey, by_equivalence, by_significance

Floats = NDArray[np.float64]
Kernel = LinearAssay | LogisticAssay | QuantalAssay


@dataclass(frozen=True)
class Assay:
    """Responses of one assay as read, in the order of its layout.

    Attributes
    ----------
    assay, run : str
    samples : tuple of str
    assumed : tuple of float
        Of the samples, the standard first.
    layout : Layout
    response : ndarray
        (responses,), transformed; those that respond, for quantal assays.
    raw : ndarray
        (responses,), as in the file.
    total : ndarray
        (responses,), for quantal assays; empty otherwise.
    lines : ndarray
        (responses,), of the file.
    """

    assay: str
    run: str
    samples: tuple[str, ...]
    assumed: tuple[float, ...]
    layout: Layout
    response: Floats
    raw: Floats
    total: Floats
    lines: NDArray[np.int64]


def fit_assays(assays: Sequence[Assay], options: Options) -> list[AssayResult]:
    """Analyse assays of one layout together.

    Parameters
    ----------
    assays : sequence of Assay
        Of equal layouts.
    options : Options
        Model, levels and criteria.

    Raises
    ------
    InputError
        If a model refuses the layout, or a cross-over is to be analysed by curves, slopes or counts.
    """
    layout, model, level = assays[0].layout, options.model, options.level
    equal = options.criteria.level
    if layout.is_cross_over and model is not Model.PARALLEL_LINE:
        raise InputError("model", model.value, "parallel-line, of a cross-over with columns subject and period")
    if model.is_quantal:
        link = Link(model.value)
        made = [
            quantal(
                a.response,
                a.total,
                layout,
                link=link,
                level=level,
                equivalence_level=equal,
                alpha=options.criteria.alpha,
            )
            for a in assays
        ]
        return [_result(a, k, 0, np.full(len(a.response), np.nan), options) for a, k in zip(assays, made, strict=True)]
    y = np.array([a.response for a in assays])
    kernel: Kernel
    if model is Model.PARALLEL_LINE:
        fit = cross_over if layout.is_cross_over else parallel_lines
        kernel = fit(y, layout, level=level, equivalence_level=equal)
    elif model is Model.SLOPE_RATIO:
        kernel = slope_ratio(y, layout, level=level, equivalence_level=equal)
    else:
        kernel = logistic(y, layout, five=model is Model.FIVE_PARAMETER, level=level, equivalence_level=equal)
    p, homogeneity = outlier_p_values(y, layout, options.outliers), bartlett(y, layout)
    results = [_result(a, kernel, i, p[i], options) for i, a in enumerate(assays)]
    return results if homogeneity is None else [_with_variance(r, homogeneity, options) for r in results]


def _with_variance(result: AssayResult, found: Homogeneity, options: Options) -> AssayResult:
    """Result with the test of equal variances among its checks; it is shown and does not decide."""
    chi2, p = float(found.chi2[result.place]), float(found.p[result.place])
    if np.isnan(p):
        return result
    check = Check(CheckKey.EQUAL_VARIANCE, -1, p >= options.criteria.alpha, False, chi2, p)
    return replace(result, checks=(*result.checks, check))


def _result(assay: Assay, kernel: Kernel, place: int, p: Floats, options: Options) -> AssayResult:
    ratio = Ratio(*(np.atleast_2d(r)[place] for r in kernel.potency))
    named = [
        Outlier(
            int(assay.lines[i]),
            assay.samples[assay.layout.sample[i]],
            float(assay.layout.dose[i]),
            float(assay.raw[i]),
            float(p[i]),
        )
        for i in np.flatnonzero(p < options.criteria.alpha)
    ]
    quantal_one = isinstance(kernel, QuantalAssay)
    slopes = np.atleast_1d(kernel.slope)[place]
    return AssayResult(
        assay.assay,
        assay.run,
        assay.samples,
        _potencies(assay, ratio, _freedom(kernel), options),
        tuple(_checks(kernel, place, ratio, options)),
        tuple(_anova(kernel, place)),
        tuple(named),
        float(np.atleast_1d(slopes)[0]),
        float(kernel.correlation[place]) if isinstance(kernel, LinearAssay) else np.nan,
        kernel.heterogeneity if isinstance(kernel, QuantalAssay) else float(kernel.variance[place]),
        _freedom(kernel),
        assay.layout,
        assay.response / assay.total if quantal_one else assay.response,
        kernel,
        place,
    )


def _freedom(kernel: Kernel) -> float:
    return float(kernel.df)


def _potencies(assay: Assay, r: Ratio, df: float, options: Options) -> tuple[SamplePotency, ...]:
    """Relative potencies of the samples with limits."""
    values = [np.asarray(x, float) for x in r[:3]]
    if options.model.is_logarithmic:
        values = [np.exp(x) for x in values]
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = [np.log(np.where(x > 0, x, np.nan)) for x in values]
    se = (logs[2] - logs[1]) / (2 * t_quantile(options.level, df))
    ratio, low, high = values
    return tuple(
        SamplePotency(name, float(ratio[k]), float(low[k]), float(high[k]), assay.assumed[k + 1], float(se[k]))
        for k, name in enumerate(assay.samples[1:])
    )


def _anova(kernel: Kernel, place: int) -> list[AnovaRow]:
    if isinstance(kernel, QuantalAssay):
        return [AnovaRow(n, d.df, d.chi2, np.nan, np.nan, d.p) for n, d in kernel.deviance.items()]

    def row(name: str, t: Term) -> AnovaRow:
        return AnovaRow(name, t.df, float(t.ss[place]), float(t.ms[place]), float(t.f[place]), float(t.p[place]))

    return [row(name, t) for name, t in kernel.anova.items()]


def _checks(kernel: Kernel, place: int, ratio: Ratio, options: Options) -> list[Check]:
    """Requirements: the fit, its tests by significance, and shapes by equivalence."""
    if isinstance(kernel, QuantalAssay):
        tests = {name: (d.chi2, d.p) for name, d in kernel.deviance.items()}
        if kernel.heterogeneity > 1:  # the limits account for it
            tests.pop("non_linearity", None)
    else:
        tests = {name: (float(t.f[place]), float(t.p[place])) for name, t in kernel.anova.items()}
    checks = by_significance(tests, options.criteria)
    if isinstance(kernel, LogisticAssay):
        checks.insert(0, Check(CheckKey.CONVERGENCE, -1, bool(kernel.converged[place]), True))
        shapes = {CheckKey(name): r for name, r in kernel.similarity.items()}
    else:
        key = CheckKey.EQUAL_INTERCEPT if options.model is Model.SLOPE_RATIO else CheckKey.EQUAL_SLOPE
        shapes = {key: kernel.similarity}
    for key, r in shapes.items():
        low, high = np.atleast_2d(r.low)[place], np.atleast_2d(r.high)[place]
        checks += [
            by_equivalence(key, float(lo), float(hi), k, options.criteria)
            for k, (lo, hi) in enumerate(zip(low, high, strict=True), 1)
        ]
    for k, (low_, high_) in enumerate(zip(ratio.low, ratio.high, strict=True), 1):
        checks.append(Check(CheckKey.LIMITS, k, bool(np.isfinite(low_) and np.isfinite(high_)), True))
    return checks
