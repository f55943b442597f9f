"""Sample-size re-estimation on the bank: after the look the trial grows where conditional power is promising.

Stages are told apart by their information: the statistic of the second is that of all patients less that of the look
(independent increments), and both are combined by the planned weights (Cui, Hung and Wang 1999, Biometrics 55:853).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.trials.confirmatory.adaptive.re_estimation import PromisingZone, ReEstimationDesign
from hepatica.trials.virtual.adaptive.setting import Setting, only
from hepatica.trials.virtual.comparison import Compared, compare
from hepatica.trials.virtual.conduct.block import Adapted
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.looks import information_days, kth_day
from hepatica.trials.virtual.records import Conducted, Ending, Stop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Critical = Callable[[Floats], Floats]


def re_estimation_design(setting: Setting, critical: Critical) -> ReEstimationDesign:
    """Rules of the look, of growth and of the final test.

    Parameters
    ----------
    setting : Setting
        Trial with a table [re_estimation].
    critical : callable
        Critical values (trial, look) of the planned boundary from information fractions (trial, look).
    """
    trial, rule = setting.trial, setting.trial.re_estimation
    assert rule is not None and trial.look[0].fraction is not None
    first = float(trial.look[0].fraction)
    early, final = critical(np.array([[first, 1.0]]))[0]
    futility = trial.stopping.futility[0] if trial.stopping.futility else -np.inf
    zone = PromisingZone(rule.least, rule.target, rule.max_increase)
    return ReEstimationDesign(first, float(final), zone, float(early), float(futility), rule.conventional)


def second_statistic(look: Compared, last: Compared) -> Floats:
    """Statistic of the second stage's own information, (trial,); 0 where there is none.

    Parameters
    ----------
    look, last : Compared
        At the look and at the end.

    Examples
    --------
    >>> one, two = (Compared(np.array([z]), np.zeros(1), np.array([i])) for z, i in ((1.0, 50.0), (2.0, 100.0)))
    >>> second_statistic(one, two).round(3).tolist()
    [1.828]
    """
    more = last.information - look.information
    score = np.sqrt(last.information) * last.z - np.sqrt(look.information) * look.z
    return np.where(more > 0, score / np.sqrt(np.maximum(more, 1e-300)), 0.0)


def run_re_estimation(setting: Setting, critical: Critical) -> Conducted:
    """Conduct of a block of trials with re-estimation.

    Parameters
    ----------
    setting : Setting
        Trial with a table [re_estimation].
    critical : callable
        As of `re_estimation_design`.
    """
    trial, design = setting.trial, re_estimation_design(setting, critical)
    planned, most = trial.patients, int(np.ceil(trial.patients * design.zone.max_increase))
    data = setting.data(patients=most)
    place = np.arange(most)
    day = kth_day(information_days(data)[:, :planned], max(1, int(np.ceil(design.first * setting.most - 1e-9))))
    happens = day < data.block.entry[:, planned - 1] + trial.follow_up
    asked = np.where(happens, day, -1.0)[:, None]  # nobody is followed at a look that does not take place
    look = compare(data, trial.primary, 1, until=only(place < planned, asked - data.block.entry))
    second = np.where(happens, design.second_information(look.z), 1 - design.first)
    enlarged = second > (1 - design.first) * (1 + 1e-12)
    size = np.where(enlarged, np.minimum(np.ceil(planned * (design.first + second)), most), planned).astype(np.int64)
    stop = _at_look(setting, design, look.z, happens)
    going = stop == Stop.COMPLETE
    data, entered = grown_data(setting, data, np.where(going, size, planned), day)
    end = np.where(going, _end(setting, data, entered, design.first + second), day)
    entered &= data.block.entry <= end[:, None]
    last = compare(data, trial.primary, 1, until=only(entered, end[:, None] - data.block.entry))
    weights = np.sqrt([design.first, 1 - design.first])
    z = weights[0] * look.z + weights[1] * second_statistic(look, last)
    z = np.where(happens & (not design.conventional), z, last.z)
    bound = np.where(happens, design.critical, -ndtri(trial.analysis.alpha))
    ending = Ending(
        look=np.where(going, 1, 0),
        stop=stop,
        rejected=np.where(going, z >= bound, stop == Stop.EFFICACY)[:, None],
        z=np.where(going, z, look.z)[:, None],
        estimate=last.estimate[:, None],
        information=last.information,
        day=end,
    )
    grown = {"enlarged": (enlarged & going).astype(float), "second_stage": np.where(going, second, 0.0)}
    return Conducted(data, ending, entered, grown)


def _at_look(setting: Setting, design: ReEstimationDesign, z: Floats, happens: NDArray[np.bool_]) -> Ints:
    """Reason for which each trial ends at the look; complete where it goes on."""
    harm = setting.trial.stopping.harm
    rules = [z >= design.early, z < (-np.inf if harm is None else -harm), z < design.futility]
    reasons = [int(Stop.EFFICACY), int(Stop.HARM), int(Stop.FUTILITY)]
    return np.where(happens, np.select(rules, reasons, int(Stop.COMPLETE)), int(Stop.COMPLETE))


def grown_data(setting: Setting, data: EndpointData, size: Ints, day: Floats) -> tuple[EndpointData, NDArray[np.bool_]]:
    """Data of trials of these sizes, and patients randomised; those beyond the plan arrive once the decision is made.

    Parameters
    ----------
    setting : Setting
        Of the block.
    data : EndpointData
        Of as many patients as there may be.
    size : (trial,)
        Patients.
    day : (trial,)
        Of the decision.
    """
    entry, planned = data.block.entry, setting.trial.patients
    wait = np.maximum(np.where(np.isfinite(day), day, 0.0) - entry[:, planned - 1], 0.0)
    place = np.arange(entry.shape[1])
    entered = place < size[:, None]
    moved = np.where(place < planned, entry, entry + wait[:, None])
    return setting.data(Adapted(entry=np.where(entered, moved, np.inf)), patients=entry.shape[1]), entered


def _end(setting: Setting, data: EndpointData, entered: NDArray[np.bool_], information: Floats) -> Floats:
    """Day of the final analysis, (trial,): all have been followed up, or the events of the enlarged trial are there."""
    trial = setting.trial
    last = np.where(entered, data.block.entry, -np.inf).max(axis=1) + trial.follow_up
    if trial.analysis.events is None:
        return np.asarray(last)
    ready = np.sort(np.where(entered, information_days(data), np.inf), axis=1)
    k = np.ceil(trial.analysis.events * np.maximum(information, 1.0) - 1e-9).astype(np.int64)
    at = ready[np.arange(len(k)), np.minimum(k, ready.shape[1]) - 1]
    return np.asarray(np.minimum(last, np.where(k <= ready.shape[1], at, np.inf)))
