"""Analysis of a file of assays: read, grouped by design, fitted, judged, combined over runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.assay.assembly import Assay, fit_assays
from hepatica.manufacturing.assay.combination import combine
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.result import AssayResult, Options, PotencyAnalysis, SampleRuns, Transform
from hepatica.manufacturing.assay.run_effect import run_effect
from hepatica.manufacturing.assay.table import AssayTable, read_assays
from hepatica.progress import Progress, ignore_progress

Floats = NDArray[np.float64]
STANDARDS = ("s", "std", "standard", "reference", "ref")
AT_ONCE = 500
"""Assays of one design that are fitted between two reports of progress."""


def analyse_file(
    path: str | Path, options: Options | None = None, *, progress: Progress = ignore_progress
) -> PotencyAnalysis:
    """Relative potencies of a file of assays, with suitability, outliers, and runs combined.

    Parameters
    ----------
    path : str or Path
        CSV with columns ``sample``, ``dose``, and ``response`` (or ``positive`` and ``total``); optional ``assay``,
        ``run``, ``block`` (randomised blocks), ``row`` and ``column`` (Latin square) or ``subject`` and ``period``
        (cross-over), ``assumed``, ``dose_unit``, ``response_unit``.
    options : Options, optional
        Parallel lines, and criteria of significance, unless given.
    progress : Progress, optional
        Receives assays done.

    Returns
    -------
    PotencyAnalysis
        Potencies of assays that are not suitable are computed but not `reported`.

    Raises
    ------
    InputError
        If the file is no such table, or an assay cannot be analysed: one response a dose, one dose a sample.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "elisa.csv"
    >>> rows = [f"{s},{d},{r}" for s, f in (("S", 1), ("T", 2)) for d in (1, 2, 4) for r in (f * d, 1.1 * f * d)]
    >>> _ = path.write_text("sample,dose,response\\n" + "\\n".join(rows))
    >>> found = analyse_file(path, Options(transform=Transform.LN)).assays[0].reported[0]
    >>> round(found.ratio, 3)
    2.0
    """
    options = options or Options()
    quantal = options.model.is_quantal
    needed = ("sample", "dose", "positive", "total") if quantal else ("sample", "dose", "response")
    table = read_assays(path, needed)
    assays, missing = gather(table, options)
    groups: dict[tuple[bytes, int], list[int]] = {}
    for i, a in enumerate(assays):
        groups.setdefault((a.layout.key(), len(a.samples)), []).append(i)
    results: list[AssayResult | None] = [None] * len(assays)
    done = 0
    progress("potency", done, len(assays))
    for places in groups.values():
        for first in range(0, len(places), AT_ONCE):
            here = places[first : first + AT_ONCE]
            try:
                fitted = fit_assays([assays[i] for i in here], options)
            except InputError as error:
                raise InputError(_where(table.name, assays[here[0]], error.where), error.got, error.allowed) from error
            for i, result in zip(here, fitted, strict=True):
                results[i] = result
            done += len(here)
            progress("potency", done, len(assays))
    found = tuple(r for r in results if r is not None)
    return PotencyAnalysis(table.name, options, table.units, found, tuple(combine_runs(found, options)), missing)


def _where(file: str, assay: Assay, where: str) -> str:
    named = [f"assay {assay.assay}"] * bool(assay.assay) + [f"run {assay.run}"] * bool(assay.run)
    return ", ".join([file, *named, where])


def gather(table: AssayTable, options: Options) -> tuple[list[Assay], int]:
    """Assays of a table in the order of their first rows, and how many responses are empty."""
    quantal = options.model.is_quantal
    dose = table.numbers("dose")
    if (dose < 0).any():
        raise table.fault(dose < 0, "dose", str(dose[dose < 0][0]), "doses that are not negative")
    raw = table.numbers("positive") if quantal else table.numbers("response", optional=True)
    total = table.numbers("total") if quantal else np.empty(0)
    response = raw if quantal else transform_responses(table, raw, options.transform)
    sample = table.labels("sample")
    assay, run = (table.labels(c) if c in table else [""] * len(sample) for c in ("assay", "run"))
    blocks = _blockings(table)
    assumed = table.numbers("assumed", optional=True) if "assumed" in table else np.full(len(sample), np.nan)
    unknown = sorted(set(options.assumed) - {"", *sample})
    if unknown:
        raise InputError("assumed", unknown[:10], f"samples of {table.name}: {', '.join(sorted(set(sample))[:10])}")
    kept, lines = np.isfinite(raw), table.rows.index.to_numpy(np.int64)
    rows: dict[tuple[str, str], list[int]] = {}
    for i in np.flatnonzero(kept):
        rows.setdefault((assay[i], run[i]), []).append(int(i))
    if not rows:
        raise InputError(f"{table.name}, response", "nothing", "a number in at least some rows")
    made = []
    for (a, r), here in rows.items():
        names = _order_samples([sample[i] for i in here], options.standard, f"{table.name}, sample")
        number = {name: k for k, name in enumerate(names)}
        of = np.array([number[sample[i]] for i in here])
        at = np.array(here)
        keys = [np.unique(np.array([b[i] for i in here]), return_inverse=True)[1] for b in blocks]
        at_order = np.lexsort((*keys, dose[at], of))
        at, of = at[at_order], of[at_order]
        layout = Layout(of, dose[at], tuple(k[at_order] for k in keys), "subject" in table)
        potencies = tuple(_assumed(table, options, name, assumed[at[of == k]]) for k, name in enumerate(names))
        if not quantal:
            _require_replicates(table.name, a, r, layout)
        made.append(
            Assay(a, r, names, potencies, layout, response[at], raw[at], total[at] if quantal else total, lines[at])
        )
    return made, int((~kept).sum())


def _blockings(table: AssayTable) -> list[list[str]]:
    ways = (("block",), ("row", "column"), ("subject", "period"))
    named = [c for way in ways for c in way if c in table]
    if named and tuple(named) not in ways:
        allowed = "block alone, row with column (Latin square), or subject with period (cross-over)"
        raise InputError(f"{table.name}, header", " and ".join(named), allowed)
    return [table.labels(c) for c in named]


def _require_replicates(file: str, assay: str, run: str, layout: Layout) -> None:
    """Refuse an assay without error within doses: departures from the model could not be told from chance."""
    cells = len(np.unique(layout.cell))
    blocks = sum(len(np.unique(b)) - 1 for b in layout.blocks)
    if len(layout.dose) - cells - blocks < 1:
        where = ", ".join([file, *([f"assay {assay}"] * bool(assay)), *([f"run {run}"] * bool(run))])
        raise InputError(where, "one replicate", "at least two responses at some dose, to tell departures from error")


def _order_samples(names: Sequence[str], standard: str, where: str) -> tuple[str, ...]:
    """Samples of an assay, the standard first."""
    seen = list(dict.fromkeys(names))
    if standard and standard not in seen:
        raise InputError(where, seen[:10], f"the standard {standard!r} in every assay")
    first = standard or next((n for n in seen if n.casefold() in STANDARDS), seen[0])
    if len(seen) < 2:
        raise InputError(where, seen, "a standard and at least one sample in every assay")
    return (first, *(n for n in seen if n != first))


def _assumed(table: AssayTable, options: Options, name: str, given: Floats) -> float:
    """Assumed potency of a sample: of the options, else of the file, else one."""
    for key in (name, ""):
        if key in options.assumed:
            return options.assumed[key]
    values = np.unique(given[np.isfinite(given)])
    if len(values) > 1 or (values <= 0).any():
        raise InputError(f"{table.name}, assumed", values[:5].tolist(), f"one potency above zero for sample {name!r}")
    return float(values[0]) if len(values) else 1.0


def transform_responses(table: AssayTable, raw: Floats, transform: Transform) -> Floats:
    """Responses (rows,) after a transformation, NaN where empty.

    Raises
    ------
    InputError
        If a response has no such transform.
    """
    if transform is Transform.NONE:
        return raw
    wrong = raw < 0 if transform in (Transform.SQRT, Transform.SQUARE) else raw <= 0
    if transform is Transform.RECIPROCAL:
        wrong = raw == 0
    if wrong.any():
        got = f"{raw[wrong][0]:g}"
        raise table.fault(wrong, "response", got, f"responses that have a transform {transform.value}, or another one")
    with np.errstate(invalid="ignore"):
        if transform is Transform.SQRT:
            return np.sqrt(raw)
        if transform is Transform.SQUARE:
            return np.square(raw)
        if transform is Transform.RECIPROCAL:
            return 1 / raw
        return np.log(raw) if transform is Transform.LN else np.log10(raw)


def combine_runs(assays: Sequence[AssayResult], options: Options) -> list[SampleRuns]:
    """Runs of each assay and sample together; runs that are not reported stay out and are named."""
    runs: dict[tuple[str, str], list[tuple[AssayResult, int]]] = {}
    for a in assays:
        if a.run:
            for k, p in enumerate(a.potencies):
                runs.setdefault((a.assay, p.sample), []).append((a, k))
    made = []
    for (assay, sample), members in runs.items():
        good = [a.is_reported(k + 1) and bool(np.isfinite(a.potencies[k].log_se)) for a, k in members]
        ready = [member for member, is_good in zip(members, good, strict=True) if is_good]
        refused = tuple(a.run for (a, _), is_good in zip(members, good, strict=True) if not is_good)
        m = np.array([np.log(a.potencies[k].ratio) for a, k in ready])
        se = np.array([a.potencies[k].log_se for a, k in ready])
        df, assumed = np.array([a.df for a, _ in ready]), members[0][0].potencies[members[0][1]].assumed
        combined, effect = None, None
        if len(ready) > 1:
            weighting, alpha = options.weighting, options.criteria.alpha
            combined = combine(m, se, df, weighting=weighting, level=options.level, alpha=alpha)
            effect = run_effect(m, se, level=options.level)
        made.append(SampleRuns(assay, sample, tuple(a.run for a, _ in ready), refused, assumed, combined, effect))
    return made
