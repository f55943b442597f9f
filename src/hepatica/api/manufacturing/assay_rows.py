"""Parts of the answer of potency assays: potencies, checks, analyses of variance, outliers, runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.api.base import Number, Strict

if TYPE_CHECKING:
    from hepatica.manufacturing.assay.result import AssayResult, SampleRuns


class PotencyRow(Strict):
    """Potency of a sample by one assay; null where suitability refuses it.

    Attributes
    ----------
    sample : str
    reported : bool
    potency, low, high : float or None
        In units of the assumed potency, with limits.
    ratio : float or None
        Relative potency.
    assumed : float
    percent_low, percent_high : float or None
        Limits in per cent of the estimate.
    """

    sample: str
    reported: bool
    potency: Number
    low: Number
    high: Number
    ratio: Number
    assumed: Number
    percent_low: Number
    percent_high: Number


class CheckRow(Strict):
    """A requirement of suitability and its result.

    Attributes
    ----------
    key : str
        As of `hepatica.manufacturing.assay.suitability.CheckKey`.
    sample : str or None
        None for the whole assay.
    passed, decides : bool
    statistic, p : float or None
    low, high, margin_low, margin_high : float or None
        Interval and margins of an equivalence test.
    """

    key: str
    sample: str | None
    passed: bool
    decides: bool
    statistic: Number
    p: Number
    low: Number
    high: Number
    margin_low: Number
    margin_high: Number


class TermRow(Strict):
    """A row of an analysis of variance; for counts `ss` is chi-squared.

    Attributes
    ----------
    term : str
    df : int
    ss, ms, f, p : float or None
    """

    term: str
    df: int
    ss: Number
    ms: Number
    f: Number
    p: Number


class OutlierRow(Strict):
    """A response far from the others at its dose; it was kept.

    Attributes
    ----------
    line : int
        Of the file.
    sample : str
    dose, response, p : float
        `p` after Bonferroni's adjustment.
    """

    line: int
    sample: str
    dose: Number
    response: Number
    p: Number


class AssayRow(Strict):
    """Analysis of one assay.

    Attributes
    ----------
    assay, run, standard, design : str
    suitable : bool
        Every potency is reported.
    slope, correlation, variance, df : float or None
    potencies : list of PotencyRow
    checks : list of CheckRow
    anova : list of TermRow
    outliers : list of OutlierRow
    """

    assay: str
    run: str
    standard: str
    design: str
    suitable: bool
    slope: Number
    correlation: Number
    variance: Number
    df: Number
    potencies: list[PotencyRow]
    checks: list[CheckRow]
    anova: list[TermRow]
    outliers: list[OutlierRow]

    @classmethod
    def of(cls, a: AssayResult) -> AssayRow:
        """Row of an assay, without the potencies that are not reported."""
        rows = []
        for p, shown in zip(a.potencies, a.reported, strict=True):
            value = [None, None, None] if shown is None else list(shown.potency)
            percent = (
                [None, None] if shown is None else [100 * v / shown.ratio for v in (shown.ratio_low, shown.ratio_high)]
            )
            rows.append(
                PotencyRow(
                    sample=p.sample,
                    reported=shown is not None,
                    potency=value[0],
                    low=value[1],
                    high=value[2],
                    ratio=None if shown is None else shown.ratio,
                    assumed=p.assumed,
                    percent_low=percent[0],
                    percent_high=percent[1],
                )
            )
        checks = [
            CheckRow.model_validate(
                c._asdict() | {"key": c.key.value, "sample": None if c.sample < 0 else a.samples[c.sample]}
            )
            for c in a.checks
        ]
        return cls(
            assay=a.assay,
            run=a.run,
            standard=a.samples[0],
            design=a.layout.design.value,
            suitable=all(p is not None for p in a.reported),
            slope=a.slope,
            correlation=a.correlation,
            variance=a.variance,
            df=a.df,
            potencies=rows,
            checks=checks,
            anova=[TermRow.model_validate(t._asdict()) for t in a.anova],
            outliers=[OutlierRow.model_validate(o._asdict()) for o in a.outliers],
        )


class RunsRow(Strict):
    """Runs of a sample together.

    Attributes
    ----------
    assay, sample : str
    runs, refused : list of str
        That entered, and those whose suitability failed.
    weighting : str or None
    potency, low, high : float or None
        Combined.
    chi2, p : float or None
        Of homogeneity.
    random_potency, random_low, random_high : float or None
        With run as a random effect.
    next_low, next_high : float or None
        Prediction limits of one more run.
    between, between_low, between_high : float or None
        Standard deviation of log potency between runs.
    """

    assay: str
    sample: str
    runs: list[str]
    refused: list[str]
    weighting: str | None
    potency: Number
    low: Number
    high: Number
    chi2: Number
    p: Number
    random_potency: Number
    random_low: Number
    random_high: Number
    next_low: Number
    next_high: Number
    between: Number
    between_low: Number
    between_high: Number

    @classmethod
    def of(cls, r: SampleRuns) -> RunsRow:
        """Row of the runs of a sample."""
        import numpy as np

        c, e = r.combined, r.effect
        logs = {
            "potency": c and c.log_potency,
            "low": c and c.low,
            "high": c and c.high,
            "random_potency": e and e.log_potency,
            "random_low": e and e.low,
            "random_high": e and e.high,
            "next_low": e and e.next_low,
            "next_high": e and e.next_high,
        }
        return cls.model_validate(
            {
                "assay": r.assay,
                "sample": r.sample,
                "runs": list(r.runs),
                "refused": list(r.refused),
                "weighting": c and c.weighting.value,
                "chi2": c and c.chi2,
                "p": c and c.p,
                "between": e and e.between,
                "between_low": e and e.between_low,
                "between_high": e and e.between_high,
            }
            | {k: None if v is None else r.assumed * float(np.exp(v)) for k, v in logs.items()}
        )
