"""Operating characteristics of a confirmatory trial: power, type I error, assurance, bias, size, duration, harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.progress import Progress, ignore_progress, staged
from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.analysis_tables import Reader
from hepatica.trials.definition.endpoint import TIME_TO_EVENT
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.adaptive.arm_tests import arm_test, critical_value
from hepatica.trials.virtual.adaptive.bayesian import posterior_boundary
from hepatica.trials.virtual.adaptive.conduct import changes_conduct
from hepatica.trials.virtual.comparison import compare
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.population import Eligible
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.effects import Fates, TrueEffects, fates, true_effects
from hepatica.trials.virtual.kernels.survival import cox_log_ratio, risk_sets
from hepatica.trials.virtual.operating import Operating, Rate, known_mean, operating
from hepatica.trials.virtual.records import Records
from hepatica.trials.virtual.simulate import Simulator

Floats = NDArray[np.float64]
TRUTH_BLOCKS = 8  # blocks joined to one large trial, whose estimate counts as true


@dataclass(frozen=True)
class HypothesisCharacteristics:
    """Characteristics under a hypothesis.

    Attributes
    ----------
    hypothesis : str
    average, drawn, null : Operating
        By `Truth`: power, assurance and type I error are their `success`.
    endpoints : dict of str to dict of Truth to Rate
        Success of each endpoint at the end of a trial that is not stopped, at the trial's own level over all arms.
    effects : TrueEffects
    fates : dict of str to Fates
        By coupling, of the first arm with cells.
    """

    hypothesis: str
    average: Operating
    drawn: Operating
    null: Operating
    endpoints: Mapping[str, Mapping[Truth, Rate]]
    effects: TrueEffects
    fates: Mapping[str, Fates]


@dataclass(frozen=True)
class ReaderView:
    """Assurance of a reader: the null and each hypothesis, weighted by the reader's prior."""

    name: str
    no_effect: float
    weights: Mapping[str, float]
    assurance: Rate


@dataclass(frozen=True)
class TrialCharacteristics:
    """Operating characteristics of a trial.

    Attributes
    ----------
    trial : Trial
    eligible : Eligible
    most : float
        Planned maximal information.
    critical : (look,)
        Planned critical values of z; NaN where looks have dates, and no planned information.
    hypotheses : tuple of HypothesisCharacteristics
    readers : tuple of ReaderView
    """

    trial: Trial
    eligible: Eligible
    most: float
    critical: Floats
    hypotheses: tuple[HypothesisCharacteristics, ...]
    readers: tuple[ReaderView, ...]


def characterise(
    trial: Trial,
    bank: Bank,
    *,
    trials: int = 2000,
    secondary: int = 1000,
    workers: int | None = None,
    progress: Progress = ignore_progress,
) -> TrialCharacteristics:
    """Operating characteristics of a confirmatory trial under every hypothesis.

    Parameters
    ----------
    trial : Trial
        Confirmatory.
    bank : Bank
        That holds its regimens.
    trials : int
        Simulated under each truth.
    secondary : int
        Trials, the first ones, whose every endpoint is compared.
    workers : int, optional
        Threads; no number depends on it.
    progress : Progress
        Told of each hypothesis as a stage.

    Raises
    ------
    InputError
        If nobody is eligible.
    """
    simulator = Simulator.of(trial, bank)
    views = []
    for hypothesis in trial.hypotheses:
        effects = true_effects(trial, bank, simulator.eligible, hypothesis)
        records = {}
        for k, truth in enumerate(Truth):
            part = _part(progress, f"trials_{hypothesis}", k, len(Truth))
            records[truth] = simulator.run(
                Scenario(hypothesis, truth), trials, secondary=secondary, workers=workers, progress=part
            )
        views.append(_of_hypothesis(simulator, hypothesis, records, effects))
    critical = _planned_critical(simulator)
    readers = tuple(view_of(reader, views, trials) for reader in trial.reader)
    return TrialCharacteristics(trial, simulator.eligible, simulator.most, critical, tuple(views), readers)


def _planned_critical(simulator: Simulator) -> Floats:
    """Critical values of z at the planned looks, (look,); of adaptive designs of several arms that of the last test.

    Those of looks by date depend on the information of the day, and are NaN.
    """
    trial = simulator.trial
    if len(trial.arm) > 2 and changes_conduct(trial.adaptive):
        return np.array([critical_value(trial, arm_test(trial, trial.primary))])
    planned = np.array([look.fraction for look in trial.look if look.fraction is not None], float)
    fractions = np.array([[*planned, *[np.nan] * (len(trial.look) - len(planned)), 1.0]])
    if trial.bayesian is not None:
        return np.asarray(posterior_boundary(trial, fractions * simulator.most, simulator.most).upper[0])
    alpha = trial.analysis.alpha / (1 if trial.analysis.multiplicity == "hierarchical" else len(trial.arm) - 1)
    if len(planned) < len(trial.look):
        return np.full(len(trial.look) + 1, np.nan)
    return np.asarray(simulator.boundaries(alpha).critical(fractions)[0])


def _part(progress: Progress, stage: str, k: int, of: int) -> Progress:
    """Progress of the k-th of several runs of a stage."""

    def report(_: str, done: int, total: int, /) -> None:
        progress(stage, k * total + done, of * total)

    return staged(report, stage)


def _of_hypothesis(
    simulator: Simulator, hypothesis: str, records: Mapping[Truth, Records], effects: TrueEffects
) -> HypothesisCharacteristics:
    trial = simulator.trial
    endpoints = {
        e.name: {truth: Rate.of(r.secondary[e.name] >= 0) for truth, r in records.items()}
        for e in trial.endpoint
        if e.name in records[Truth.AVERAGE].secondary
    }
    couplings = {"shared": 1.0, "copula": trial.variation.correlation, "independent": 0.0}
    of = {name: fates(trial, simulator.bank, simulator.eligible, hypothesis, 1, c) for name, c in couplings.items()}
    views = {
        truth: operating(r, true_estimate(simulator, Scenario(hypothesis, truth)), effects)
        for truth, r in records.items()
    }
    return HypothesisCharacteristics(
        hypothesis, views[Truth.AVERAGE], views[Truth.DRAWN], views[Truth.NULL], endpoints, effects, of
    )


def true_estimate(simulator: Simulator, scenario: Scenario) -> Floats:
    """Estimate of a very large trial without looks, (arm with cells,): blocks of trials joined to one.

    Under drawn truths it is the mean over trials of what each would estimate at its full size, as the truths differ.

    Parameters
    ----------
    simulator : Simulator
        Of the trial.
    scenario : Scenario
        What is true.
    """
    trial, arms = simulator.trial, range(1, len(simulator.trial.arm))
    blocks = [
        EndpointData.of(TrialBlock(trial, scenario, simulator.bank, simulator.eligible, b, trial.patients))
        for b in range(TRUTH_BLOCKS)
    ]
    if scenario.truth is Truth.AVERAGE and trial.primary.kind in TIME_TO_EVENT:
        histories = [d.history(trial.primary) for d in blocks]
        time = np.concatenate([h.time.ravel() for h in histories])[None]
        event = np.concatenate([h.event.ravel() for h in histories])[None]
        arm = np.concatenate([d.block.arm.ravel() for d in blocks])[None]
        return np.array(
            [
                cox_log_ratio(risk_sets(np.where((arm == 0) | (arm == a), time, -1.0), event, arm == a))[0][0]
                for a in arms
            ]
        )
    estimates = [[compare(d, trial.primary, a).estimate for a in arms] for d in blocks]
    return np.array([known_mean(np.concatenate([row[k] for row in estimates])) for k in range(len(arms))])


def view_of(reader: Reader, views: list[HypothesisCharacteristics], trials: int) -> ReaderView:
    """Assurance by a reader's prior.

    Parameters
    ----------
    reader : Reader
        Chance of no effect, and weights of the hypotheses.
    views : list of HypothesisCharacteristics
        Of all hypotheses.
    trials : int
        Simulated under each.
    """
    raw = {v.hypothesis: reader.weights.get(v.hypothesis, 0.0) if reader.weights else 1.0 for v in views}
    weights = {h: w / sum(raw.values()) for h, w in raw.items()}
    mean = sum(
        weights[v.hypothesis]
        * (reader.no_effect * v.null.success.value + (1 - reader.no_effect) * v.drawn.success.value)
        for v in views
    )
    variance = sum(
        (weights[v.hypothesis] * reader.no_effect * v.null.success.error) ** 2
        + (weights[v.hypothesis] * (1 - reader.no_effect) * v.drawn.success.error) ** 2
        for v in views
    )
    return ReaderView(reader.name, reader.no_effect, weights, Rate(float(mean), float(np.sqrt(variance))))
