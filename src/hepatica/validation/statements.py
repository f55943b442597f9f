"""Predictions of findings that are less than a number: directions, ranges, differences and p values, with their scores.

A direction, a range or a bound of a p value is a statement, which is true with a predicted probability: it is scored
by the logarithm of this and by the quadratic score, which is what the CRPS is of an event. A difference is a number; an
exact p value is one too, as the size of the test's normal statistic. Where the day is not exact, the prediction is the
mixture over its first, middle and last day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from hepatica.calibrate.endpoints import Endpoint, endpoints_of
from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import Kind, Observation
from hepatica.validation.baseline_predictions import BaselinePredictions
from hepatica.validation.batches import Scored
from hepatica.validation.comparison import Z
from hepatica.validation.model_predictions import ModelPredictions
from hepatica.validation.records import BaselineScore, HypothesisScore, Record
from hepatica.validation.scores import Predictive
from hepatica.validation.statement_scores import StatementPredictive

RATIOS = ("ratio", "odds_ratio", "risk_ratio", "hazard_ratio")


class Regions(NamedTuple):
    """Ranges of a number of which a statement says that it lies in one, on the scale that is compared."""

    ranges: tuple[tuple[float, float], ...]

    def of(self, number: Predictive) -> StatementPredictive:
        """Prediction of the statement."""
        return StatementPredictive(np.sum([number.probability(*ends) for ends in self.ranges], axis=0), number)


def lacks(model: ModelPredictions, f: Finding) -> str:
    """Reason why a finding cannot be predicted; empty if it can."""
    arms = [f.arm, *([f.against] if f.against else [])]
    if absent := [a for a in arms if a not in model.arms]:
        return f"arm '{absent[0]}' is not predicted"
    for endpoint in endpoints_of(f):
        for a in arms:
            if why := endpoint.unpredicted(cells=model.arms[a].cells):
                return why
    if any(model.publication.arm(a).n is None for a in arms):
        return "the number of people is not known"
    return "it describes people at day 0" if f.time == 0 and not f.against else ""


def records(model: ModelPredictions, baseline: BaselinePredictions) -> Iterator[Record]:
    """Records of the findings of a publication that can be predicted, in their order."""
    for f in model.publication.findings:
        if not lacks(model, f):
            yield record(model, baseline, f)


def record(model: ModelPredictions, baseline: BaselinePredictions, f: Finding) -> Record:
    """Record of a finding that can be predicted."""
    target, scale = _target(f)
    mine = {
        h: Predictive.mixture([_number(model, f, e, h, scale) for e in endpoints_of(f)])
        for h in model.hypotheses_of(_treated(model, f))
    }
    plain: dict[str, list[Predictive]] = {}
    for e in endpoints_of(f):
        for name, number in _plain(model, baseline, f, e, scale).items():
            plain.setdefault(name, []).append(number)
    mixed = {name: Predictive.mixture(days) for name, days in plain.items()}
    return _scored(model, f, target, scale, mine, mixed)


def _scored(
    model: ModelPredictions,
    f: Finding,
    target: Regions | float,
    scale: str,
    mine: Mapping[str, Predictive],
    plain: Mapping[str, Predictive],
) -> Record:
    """Record with the scores of the mixture of hypotheses, of each of them, and of the baselines."""
    regions = target if isinstance(target, Regions) else None
    observed = float("nan") if isinstance(target, Regions) else target
    size_only = f.kind == "p_value" and not f.direction
    seen: Callable[[Predictive], Scored] = (
        regions.of if regions is not None else (lambda x: x.folded()) if size_only else (lambda x: x)
    )
    mixture = seen(Predictive.mixture(tuple(mine.values())))
    errors = mixture.monte_carlo_errors(observed)
    return Record(
        publication=model.publication.key,
        arm=f.arm,
        against=f.against,
        endpoint=f.variable,
        change=f.of_change,
        unit="1"
        if scale == Z
        else "log"
        if scale in RATIOS
        else "percentage points"
        if f.is_share and f.against
        else f.unit,
        time=f.time,
        until=float("nan") if f.until is None else f.until,
        observed=observed,
        statement="" if regions is None else sentence(f),
        probability=mixture.true if isinstance(mixture, StatementPredictive) else float("nan"),
        scale=scale,
        quantiles=mixture.quantiles(),
        crps=mixture.crps(observed),
        log_score=mixture.log_score(observed),
        batches=mixture.batches(observed),
        by_hypothesis={h: HypothesisScore.of(seen(x), observed) for h, x in mine.items()},
        references={name: BaselineScore.of(seen(x), observed) for name, x in plain.items()},
        cells=any(model.arms[a].cells for a in (f.arm, f.against) if a),
        crps_error=errors[0],
        log_score_error=errors[1],
    )


def _unit(f: Finding, scale: str) -> str:
    """Unit of the number of which a finding speaks."""
    if scale in (Z, *RATIOS):
        return "1" if scale == Z else "log"
    return "percentage points" if f.is_share and f.against else f.unit


def sentence(f: Finding) -> str:
    """Statement in short, as tables show it.

    Examples
    --------
    >>> row = {"arm": "a", "against": "b", "variable": "inr", "unit": "1", "time": 28}
    >>> sentence(Finding(kind="sign", direction="lower", **row)), sentence(Finding(kind="p_value", p_high=0.05, **row))
    ('lower', 'p < 0.05')
    """
    if f.kind == "sign":
        return f.direction
    name, low, high = ("p ", f.p_low, f.p_high) if f.kind == "p_value" else ("", f.low, f.high)
    text = f"{low:g} - {high:g}" if low is not None and high is not None else ""
    text = text or (f"> {low:g}" if low is not None else f"< {high:g}")
    return f"{name}{text}" + (f", {f.direction}" if f.direction else "")


def _target(f: Finding) -> tuple[Regions | float, str]:
    """Ranges or number that were printed, on the scale that is compared, and this scale."""
    inverse = (lambda x: x) if f.scale == "difference" else np.log
    if f.kind == "sign":
        return Regions(((0.0, np.inf) if f.sign > 0 else (-np.inf, 0.0),)), "difference"
    if f.kind == "difference":
        assert f.value is not None  # as its kind needs
        return float(inverse(f.value)), f.scale
    if f.kind == "interval":
        low = -np.inf if f.low is None else float(inverse(f.low))
        return Regions(((low, np.inf if f.high is None else float(inverse(f.high))),)), f.scale
    if f.p is not None:
        return float(norm.isf(f.p / 2)) * (f.sign or 1), Z
    low = 0.0 if f.p_high is None else float(norm.isf(f.p_high / 2))
    high = np.inf if f.p_low is None else float(norm.isf(f.p_low / 2))
    sides = {1: ((low, high),), -1: ((-high, -low),), 0: ((low, high), (-high, -low))}
    return Regions(sides[f.sign]), Z


def _treated(model: ModelPredictions, f: Finding) -> str:
    """Arm of a comparison that differs by treatment: that with cells, else the first."""
    swapped = f.against and model.arms[f.against].cells and not model.arms[f.arm].cells
    return f.against if swapped else f.arm


def _pair(model: ModelPredictions, f: Finding, e: Endpoint) -> tuple[Observation, Observation, int, int]:
    """Both arms of a comparison as observations of unknown values, the treated one first, with their people."""
    first = _treated(model, f)
    second = f.against if first == f.arm else f.arm
    n, m = (model.publication.arm(a).n or 1 for a in (first, second))
    return _unknown(f, first, e), _unknown(f, second, e), n, m


def _unknown(f: Finding, arm: str, e: Endpoint) -> Observation:
    """Observation of an arm whose value is to be predicted."""
    kind: Kind = "proportion" if f.is_share else "change" if f.of_change else "mean_sd"
    return Observation.model_construct(
        arm=arm, variable=f.variable, unit=f.unit, time=e.time, kind=kind, value=float("nan")
    )


def _number(model: ModelPredictions, f: Finding, e: Endpoint, hypothesis: str, scale: str) -> Predictive:
    """Predictive distribution of the number of which a finding speaks."""
    if f.against:
        o, other, n, m = _pair(model, f, e)
        number = model.compared(o, e, other, n, m, hypothesis).on(scale)
        return number if o.arm == f.arm else number.negated()
    number = model.arm(_unknown(f, f.arm, e), e, model.publication.arm(f.arm).n or 1, hypothesis)
    return _tested(number) if scale == Z else number


def _plain(
    model: ModelPredictions, baseline: BaselinePredictions, f: Finding, e: Endpoint, scale: str
) -> dict[str, Predictive]:
    """Predictive distribution of that number by each baseline."""
    if f.against:
        o, other, n, m = _pair(model, f, e)
        arms = baseline.compared(o, e, other, n, m)
        numbers = {name: both.on(scale) for name, both in arms.items()}
        return numbers if o.arm == f.arm else {name: x.negated() for name, x in numbers.items()}
    numbers = baseline.arm(_unknown(f, f.arm, e), e, model.publication.arm(f.arm).n or 1)
    return {name: _tested(x) for name, x in numbers.items()} if scale == Z else numbers


def _tested(change: Predictive) -> Predictive:
    """Statistic of the test that a mean does not change."""
    return Predictive.normal(change.mean / change.sd, np.ones_like(change.mean))


def reasons(model: ModelPredictions, findings: Sequence[Finding]) -> dict[str, str]:
    """Reasons of the findings that cannot be predicted, by what each is of."""
    key = model.publication.key
    every = {f"{key} {f.arm} {f.variable} day {f.time:g} ({f.kind})": lacks(model, f) for f in findings}
    return {what: why for what, why in every.items() if why}
