"""Comparison of an arm with the control in a block of trials: z, positive in favour of the arm, and estimate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.trials.definition.endpoint import TIME_TO_EVENT, Endpoint, Kind, Method
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.kernels import survival, values
from hepatica.trials.virtual.kernels.max_combo import max_combo

Floats = NDArray[np.float64]
Z_LARGEST = 37.0


class Compared(NamedTuple):
    """Statistic z, estimate and information (events, or patients analysed) of each trial, (trial,)."""

    z: Floats
    estimate: Floats
    information: Floats


def compare(
    data: EndpointData, endpoint: Endpoint, arm: int, *, until: Floats | None = None, estimate: bool = True
) -> Compared:
    """Compare an arm with the control.

    Parameters
    ----------
    data : EndpointData
        Of a block.
    endpoint : Endpoint
        Of the trial.
    arm : int
        From 1 on.
    until : (trial, patient), optional
        Day since randomisation up to which each is followed at a look; negative for those not yet randomised.
    estimate : bool
        False leaves the estimate of a hazard ratio out.

    Returns
    -------
    Compared
        The estimate is a log hazard ratio, a difference of means or proportions, or a log win ratio.
    """
    if endpoint.kind in TIME_TO_EVENT:
        return _time_to_event(data, endpoint, arm, until, estimate)
    block = data.block
    both = (block.arm == 0) | (block.arm == arm)
    if until is not None:
        both &= until >= endpoint.visit(block.trial.follow_up)
    treated = block.arm == arm
    if endpoint.kind is Kind.PROPORTION:
        hit, present = data.proportion(endpoint)
        difference, z = values.proportions(hit, treated, present & both)
        return Compared(z if endpoint.higher_is_better else -z, difference, (present & both).sum(axis=1).astype(float))
    v = data.values(endpoint)
    present = v.present & both
    if endpoint.analysis is Method.WIN_RATIO:
        return _win_ratio(data, endpoint, treated, both)
    if endpoint.analysis is Method.ANCOVA:
        finite = present & np.isfinite(v.value)
        difference, z = values.ancova(np.where(finite, v.value, 0.0), v.baseline, treated, finite)
    else:
        difference, z = values.rank_sum(np.where(present, v.value, 0.0), treated, present)
    sign = 1.0 if endpoint.higher_is_better or endpoint.kind is Kind.DAYS else -1.0
    return Compared(sign * z, difference, present.sum(axis=1).astype(float))


def _time_to_event(data: EndpointData, endpoint: Endpoint, arm: int, until: Floats | None, estimate: bool) -> Compared:
    block = data.block
    h = data.history(endpoint, until=until)
    time = h.time if len(block.trial.arm) == 2 else np.where((block.arm == 0) | (block.arm == arm), h.time, -1.0)
    treated = block.arm == arm
    sign = -1.0 if endpoint.higher_is_better else 1.0
    risk = survival.risk_sets(time, h.event, treated)
    if endpoint.analysis is Method.RESTRICTED_MEAN:
        difference, error = survival.restricted_means(risk, endpoint.visit(block.trial.follow_up))
        z = np.where(error > 0, difference / np.maximum(error, 1e-300), 0.0)
        return Compared(sign * z, difference, risk.event.sum(axis=1))
    ratio = survival.cox_log_ratio(risk)[0] if estimate else np.full(len(time), np.nan)
    if endpoint.analysis is Method.MAX_COMBO:
        p = max_combo(risk, sign=sign).p
        return Compared(
            np.clip(-ndtri(np.clip(p, 1e-12, 1 - 1e-12)), -Z_LARGEST, Z_LARGEST), ratio, risk.event.sum(axis=1)
        )
    if data.block.trial.analysis.stratified and block.factors.shape[-1]:
        tested = survival.stratified_log_rank(time, h.event, treated, block.strata)
    else:
        tested = survival.log_rank(risk)
    return Compared(sign * tested.z, ratio, tested.events)


def _win_ratio(data: EndpointData, endpoint: Endpoint, treated: NDArray[np.bool_], both: NDArray[np.bool_]) -> Compared:
    time, died, oriented = data.win_pairs(endpoint)
    ratio, z = values.win_statistics(np.where(both, time, -1.0), died, oriented, treated, endpoint.margin)
    return Compared(z, ratio, ((time >= 0) & both).sum(axis=1).astype(float))
