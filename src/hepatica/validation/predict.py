"""Prediction of published numbers, before they are looked at, and their scores.

Virtual patients are weighted until their mean labs at day 0 are those published, as far as that leaves enough of them
effective. Hypotheses are the components of one mixture with equal weights, and are also scored each by itself.
Baselines are made of the calibration evidence alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import SHARES, Endpoint, endpoints_of
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation
from hepatica.patients import DrawKey, Draws
from hepatica.patients.draws import BETWEEN_STUDY_SD
from hepatica.patients.streams import normals
from hepatica.progress import Progress, ignore_progress
from hepatica.validation import statements
from hepatica.validation.baseline_predictions import BaselinePredictions
from hepatica.validation.baselines import Reference
from hepatica.validation.model_predictions import ModelPredictions
from hepatica.validation.records import BaselineScore, HypothesisScore, Record, Validation
from hepatica.validation.scores import Predictive
from hepatica.validation.simulated import ArmSimulator, ArmSummary, PredictionSettings

NO_PEOPLE = "the number of people is not known"


def validate(
    system: System,
    publications: Sequence[Publication],
    evidence: Sequence[Publication],
    known: Draws | None,
    *,
    hypotheses: Sequence[str],
    settings: PredictionSettings = PredictionSettings(),  # noqa: B008 - frozen
    left_out: Mapping[str, Draws] | None = None,
    progress: Progress = ignore_progress,
) -> Validation:
    """Predict every number of some publications and score the predictions.

    Parameters
    ----------
    system : System
        The compiled model.
    publications : sequence of Publication
        To be predicted.
    evidence : sequence of Publication
        From which the baselines are made; those of the calibration count.
    known : Draws or None
        Parameter draws of a calibration; None predicts from the priors.
    hypotheses : sequence of str
        Components of the mixture.
    settings : PredictionSettings
        Size and random numbers.
    left_out : mapping of str to Draws, optional
        Draws of a calibration without each publication (`leave_out.leave_out`), by which it is predicted; its baselines
        are made without it as well.
    progress : Progress
        Stage "predict".

    Returns
    -------
    Validation
    """
    parts = [
        part
        for _, part in validate_each(
            system, publications, evidence, known, hypotheses=hypotheses, settings=settings, left_out=left_out,
            progress=progress,
        )
    ]  # fmt: skip
    return Validation.joined(parts)


def validate_each(
    system: System,
    publications: Sequence[Publication],
    evidence: Sequence[Publication],
    known: Draws | None,
    *,
    hypotheses: Sequence[str],
    settings: PredictionSettings,
    left_out: Mapping[str, Draws] | None = None,
    progress: Progress = ignore_progress,
) -> Iterator[tuple[str, Validation]]:
    """Predictions of one publication after the other, as `validate` makes them; one that fails says why.

    Yields
    ------
    str, Validation
        Key of a publication, and its predictions.
    """
    reference, everything = Reference(evidence), ArmSimulator(system, known, settings)
    learnt = set(known.provenance.get("publications", ())) if known is not None else set()
    for k, p in enumerate(publications):
        progress("predict", k, len(publications))
        simulator, own = everything, reference
        if left_out and p.key in left_out:
            simulator = ArmSimulator(system, left_out[p.key], settings)
            own = Reference([x for x in evidence if x.key != p.key and x.key not in p.shares_people_with])
        shape = (
            {p.key: float(left_out[p.key].provenance.get("pareto_k", 0.0))} if left_out and p.key in left_out else {}
        )
        try:
            part = _of_publication(p, simulator, own, tuple(hypotheses))
        except Exception as error:  # whatever one file holds, the others are predicted
            part = Validation((), {p.key: f"{type(error).__name__}: {error}"})
        in_sample = (p.key,) if p.key in learnt and not shape else ()
        yield p.key, replace(part, pareto_k=shape, in_sample=in_sample)
    progress("predict", len(publications), len(publications))


def _of_publication(
    p: Publication, simulator: ArmSimulator, reference: Reference, hypotheses: tuple[str, ...]
) -> Validation:
    """Predictions of one publication: of its arms that print something after day 0."""
    plan = Plan.of([p])
    later = {x.arm for x in plan.lines if x.endpoint.time > 0}
    not_predicted = plan.not_predicted | {
        f"{p.key} {a.arm}": "nothing is printed after day 0" for a in plan.arms if a.arm not in later
    }
    plan = plan.narrowed(lambda a: a.arm in later)
    model, unmatched = _predictions(p, plan, simulator, hypotheses)
    not_predicted |= unmatched
    first = {f"{p.key} {arm}": next(iter(rows.values())) for arm, rows in model.simulated.items()}
    matching, effective = ({k: getattr(x, n) for k, x in first.items()} for n in ("matching", "effective"))
    not_predicted |= {_label(p, o): NO_PEOPLE for o in _endpoints(model) if _people(p, o) is None}
    not_predicted |= statements.reasons(model, p.findings)
    baseline = BaselinePredictions(reference, model, hypotheses[0])
    records = (*_records(model, baseline), *statements.records(model, baseline))
    every = {f"{p.key} {a.arm}": a.assumed for a in plan.arms if a.arm in model.arms}
    assumed = {k: (*what, *first[k].assumed) for k, what in every.items() if what or first[k].assumed}
    return Validation(records, not_predicted, matching, effective=effective, assumed=assumed)


def _predictions(
    p: Publication, plan: Plan, simulator: ArmSimulator, hypotheses: tuple[str, ...]
) -> tuple[ModelPredictions, dict[str, str]]:
    """Simulated arms of a publication, and why others are out of reach; hypotheses differ only with cells."""
    settings = simulator.settings
    simulated: dict[str, dict[str, ArmSummary]] = {}
    unmatched: dict[str, str] = {}
    arms = {a.arm: a for a in plan.arms if a.publication == p.key}
    for name, a in arms.items():
        try:
            some = hypotheses if a.cells else hypotheses[:1]
            simulated[name] = {h: simulator.arm(plan, p, a, h) for h in some}
        except InputError as error:
            unmatched[f"{p.key} {name}"] = str(error.got) if error.where == f"{p.key} {name}" else str(error)
    model = ModelPredictions(
        publication=p,
        arms={name: arms[name] for name in simulated},
        simulated=simulated,
        known=simulator.known or _prior_variability(settings),
        seed=settings.seed,
        draws=settings.draws,
    )
    return model, unmatched


def _prior_variability(settings: PredictionSettings) -> Draws:
    """Between-study variability drawn from its prior."""
    rows = np.arange(settings.draws)
    return Draws(
        {
            DrawKey.between_study(what): normals(settings.seed, rows, f"prior:between:{what}")[:, 0]
            for what in BETWEEN_STUDY_SD
        }
    )


def _label(p: Publication, o: Observation) -> str:
    return f"{p.key} {o.arm} {o.variable} day {o.time:g}"


def _people(p: Publication, o: Observation) -> int | None:
    """People behind a number, None where not published."""
    return o.n or p.arm(o.arm).n


def _endpoints(model: ModelPredictions) -> Iterator[Observation]:
    """Published numbers after day 0 that the model has, arm by arm."""
    for arm, simulated in model.arms.items():
        for o in model.publication.find(arm=arm):
            if max(o.days) > 0 and not any(e.unpredicted(cells=simulated.cells) for e in endpoints_of(o)):
                yield o


def _on_days(o: Observation) -> Iterator[tuple[Observation, Endpoint]]:
    """Observation as one of each day that it may be of."""
    for day, endpoint in zip(o.days, endpoints_of(o), strict=True):
        yield o.model_copy(update={"time": day, "until": None}), endpoint


def _records(model: ModelPredictions, baseline: BaselinePredictions) -> Iterator[Record]:
    """Every number by itself, then every difference from the control."""
    p = model.publication
    for o in _endpoints(model):
        n = _people(p, o)
        if n is not None:
            each = list(_on_days(o))
            mine = {h: Predictive.mixture([model.arm(x, e, n, h) for x, e in each]) for h in model.hypotheses_of(o.arm)}
            plain = _mixed([baseline.arm(x, e, n) for x, e in each])
            yield _record(model, o, mine, plain, observed=o.value)
    control = next((a for a, x in model.arms.items() if not x.cells and not p.arm(a).subset_of), "")
    for o in _endpoints(model):
        if not control or not model.arms[o.arm].cells:
            continue
        same = p.find(arm=control, variable=o.variable, time=o.time)
        other = next((b for b in same if (b.kind, b.until) == (o.kind, o.until)), None)
        if other is not None and not any(e.unpredicted(cells=False) for e in endpoints_of(other)):
            yield from _difference(model, baseline, o, other)


def _mixed(days: Sequence[Mapping[str, Predictive]]) -> dict[str, Predictive]:
    """Mixture over days of what each baseline predicts."""
    return {name: Predictive.mixture([day[name] for day in days]) for name in days[0]}


def _difference(
    model: ModelPredictions, baseline: BaselinePredictions, o: Observation, other: Observation
) -> Iterator[Record]:
    """A treated arm less its control, with the odds ratio of a proportion."""
    n, m = _people(model.publication, o), _people(model.publication, other)
    if n is None or m is None:
        return
    each = [(x, y, e) for (x, e), (y, _) in zip(_on_days(o), _on_days(other), strict=True)]
    mine = {
        h: Predictive.mixture([model.difference(x, e, y, n, m, h) for x, y, e in each])
        for h in model.hypotheses_of(o.arm)
    }
    plain = _mixed([baseline.difference(x, e, y, n, m) for x, y, e in each])
    record = _record(model, o, mine, plain, observed=o.value - other.value, against=other.arm)
    x, y, e = each[len(each) // 2]
    yield replace(record, odds=model.odds(x, e, y, n, m)) if o.variable in SHARES else record


def _record(
    model: ModelPredictions,
    o: Observation,
    mine: Mapping[str, Predictive],
    plain: Mapping[str, Predictive],
    *,
    observed: float,
    against: str = "",
) -> Record:
    """Scores of a number by the mixture of hypotheses, by each of them, and by the baselines."""
    mixture = Predictive.mixture(tuple(mine.values()))
    errors = mixture.monte_carlo_errors(observed)
    return Record(
        publication=model.publication.key,
        arm=o.arm,
        against=against,
        endpoint=o.variable,
        change=o.kind == "change",
        unit="percentage points" if against and o.unit == "percent" else o.unit,
        time=o.time,
        until=float("nan") if o.until is None else o.until,
        batches=mixture.batches(observed),
        observed=float(observed),
        quantiles=mixture.quantiles(),
        crps=mixture.crps(observed),
        log_score=mixture.log_score(observed),
        by_hypothesis={h: HypothesisScore.of(x, observed) for h, x in mine.items()},
        references={name: BaselineScore.of(x, observed) for name, x in plain.items()},
        cells=model.arms[o.arm].cells,
        crps_error=errors[0],
        log_score_error=errors[1],
    )
