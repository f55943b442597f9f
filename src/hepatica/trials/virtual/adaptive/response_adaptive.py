"""Response-adaptive randomisation on the bank: the chance of either arm follows the outcomes known so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.trials.confirmatory.adaptive.response_adaptive import (
    Allocation,
    DoublyAdaptiveBiasedCoin,
    RandomisedPlayTheWinner,
    ThompsonSampling,
)
from hepatica.trials.definition.adaptive_tables import AdaptedTest, AllocationRule, ResponseAdaptive
from hepatica.trials.virtual.adaptive.randomisation_test import randomisation_test
from hepatica.trials.virtual.adaptive.setting import Setting, estimates, gathered, last_day, statistics
from hepatica.trials.virtual.conduct.block import Adapted
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.streams import uniforms
from hepatica.trials.virtual.records import Conducted, Ending, Stop

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def allocation_of(rule: ResponseAdaptive, patients: int) -> Allocation:
    """Rule of allocation by its name.

    Parameters
    ----------
    rule : ResponseAdaptive
        Table of the trial.
    patients : int
        Of the trial, over which Thompson sampling grows.
    """
    makers: dict[AllocationRule, Allocation] = {
        AllocationRule.THOMPSON: ThompsonSampling(maximum=patients, least=rule.least),
        AllocationRule.PLAY_THE_WINNER: RandomisedPlayTheWinner(),
        AllocationRule.NEYMAN: DoublyAdaptiveBiasedCoin(neyman=True),
        AllocationRule.FEWEST_FAILURES: DoublyAdaptiveBiasedCoin(neyman=False),
    }
    return makers[rule.rule]


def adapted_arms(setting: Setting) -> Ints:
    """Arms (trial, patient): planned ones for the burn-in, then by the outcomes known at each update.

    An outcome is known once the patient's visit has come.

    Parameters
    ----------
    setting : Setting
        Trial with a table [response_adaptive].
    """
    trial, rule = setting.trial, setting.trial.response_adaptive
    assert rule is not None
    allocation, size = allocation_of(rule, trial.patients), trial.patients
    arm = setting.data().block.arm.copy()
    draw = uniforms(trial.seed, "response_adaptive", setting.block, size)
    for start in range(min(rule.burn_in, size), size, rule.every):
        data, stop = setting.data(Adapted(arm=arm)), min(start + rule.every, size)
        counts = _known(rule, data, start)
        allocated = np.stack([(arm[:, :start] == a).sum(axis=1) for a in (0, 1)], axis=1)
        chance = np.clip(allocation.probability(*counts, allocated), rule.least, 1 - rule.least)
        arm = arm.copy()
        arm[:, start:stop] = draw[:, start:stop] < chance[:, None]
    return arm


def _known(rule: ResponseAdaptive, data: EndpointData, start: int) -> tuple[Ints, Ints]:
    """Successes, and outcomes known when a patient arrives, (trial, 2) each."""
    b = data.block
    hit, present = data.proportion(rule.success())
    known = present & (b.entry + rule.day <= b.entry[:, start, None]) & (np.arange(b.patients) < start)
    successes, all_of = (
        np.stack([(which & (b.arm == a)).sum(axis=1) for a in (0, 1)], axis=1) for which in (known & hit, known)
    )
    return successes, all_of


def run_response_adaptive(setting: Setting) -> Conducted:
    """Conduct of a block of trials with response-adaptive randomisation.

    Parameters
    ----------
    setting : Setting
        Trial with a table [response_adaptive].
    """
    trial, rule = setting.trial, setting.trial.response_adaptive
    assert rule is not None
    data = setting.data(Adapted(arm=adapted_arms(setting)))
    everyone = np.ones(data.block.arm.shape, bool)
    z = statistics(data, everyone)
    if rule.test is AdaptedTest.RANDOMISATION:
        allocation = allocation_of(rule, trial.patients)
        rejected = randomisation_test(data, rule, allocation, trial.analysis.alpha)[:, None]
    else:
        rejected = z >= (-ndtri(trial.analysis.alpha) if rule.critical is None else rule.critical)
    ending = Ending(
        look=np.zeros(len(z), np.int64),
        stop=np.full(len(z), int(Stop.COMPLETE)),
        rejected=rejected,
        z=z,
        estimate=estimates(data, everyone),
        information=gathered(data, everyone),
        day=last_day(data, everyone),
    )
    hit, present = data.proportion(rule.success())
    shares = {
        "treated": data.block.arm.mean(axis=1),
        "successes": (hit & present).sum(axis=1) / np.maximum(present.sum(axis=1), 1),
    }
    return Conducted(data, ending, everyone, shares)
