"""Next scan: expected information of a tracer, a time and organs about the hypotheses and about homing.

For each planned scan, data are simulated from some of the posterior draws and weigh the others: nested Monte Carlo
(Rainforth et al. 2024, Stat Sci 39:100) with separate draws outside and inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from hepatica.imaging.biodistribution.fit import HypothesisFit, SubjectFit
from hepatica.imaging.biodistribution.parameter_space import EFFLUX, ParameterSpace
from hepatica.imaging.biodistribution.scan_error import ScanError, planned_error
from hepatica.imaging.biodistribution.submodel import IMAGE, organs_of, simulate_infusion, submodel
from hepatica.patients.streams import normals
from hepatica.therapy import TRACERS

Floats = NDArray[np.float64]
DAYS = (0.0833, 0.25, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0)
"""Days of planned scans: from two hours to two weeks."""
EVERY = 8
"""One draw of so many is outside: the mean over simulated data needs few, and few inside would promise too much."""
LEAST_PROBABILITY = 1e-9


@dataclass(frozen=True)
class PlannedScan:
    """Expected information of a planned scan.

    Attributes
    ----------
    tracer : str
    day : float
        After the infusion.
    organs : tuple of str
    is_same_infusion : bool
        Of the cells already given; otherwise cells of a further infusion carry the tracer.
    hypotheses : float, bit
        Expected information on which hypothesis holds.
    homing_sd : float
        Expected standard deviation of the logarithm of homing after the scan, over that before.
    """

    tracer: str
    day: float
    organs: tuple[str, ...]
    is_same_infusion: bool
    hypotheses: float
    homing_sd: float


class _Predicted(NamedTuple):
    """Draws of one hypothesis: log probability, shares (draw, time, organ), log homing (draw,)."""

    log_probability: float
    shares: Floats
    homing: Floats


def plan_scans(
    fit: SubjectFit,
    *,
    tracers: Sequence[str] = tuple(TRACERS),
    days: Sequence[float] = DAYS,
    seed: int = 1,
) -> tuple[PlannedScan, ...]:
    """Expected information of every tracer, time and choice of organs.

    Parameters
    ----------
    fit : SubjectFit
        After the scans so far.
    tracers : sequence of str
        The subject's own means a later scan of the same infusion; another one a further, labelled infusion.
    days : sequence of float, day
        After the infusion. Times that are past are left out for the subject's own tracer.
    seed : int
        Of the random streams.

    Returns
    -------
    tuple of PlannedScan
        The most informative about homing first.

    Examples
    --------
    >>> from hepatica.imaging.biodistribution.fit import fit_subject
    >>> from hepatica.imaging.biodistribution.infusion import Infusion
    >>> from hepatica.imaging.biodistribution.submodel import surroundings_of
    >>> from hepatica.imaging.biodistribution.surroundings import stated
    >>> from hepatica.imaging.quantification import LabelledCells, OrganLabel
    >>> around = stated({n: 0.1 for n in surroundings_of(submodel())})
    >>> fit = fit_subject([OrganLabel("spleen", 0.1, 0.05, 0.03)],
    ...     Infusion(LabelledCells(tracer="Zr89", number=1e8)), around, draws=200, points=500)
    >>> plans = plan_scans(fit, tracers=["Zr89"], days=[0.05, 1.0])
    >>> {p.day for p in plans}, max(plans, key=lambda p: p.hypotheses).organs[0]
    ({1.0}, 'lung')
    """
    own, past = fit.infusion.labelled.tracer, float(fit.observed.times[-1])
    organs = organs_of(submodel())
    choices = [*((o,) for o in organs), organs]
    made = []
    for tracer in tracers:
        at = np.array([d for d in days if tracer != own or d > past])
        if not len(at):
            continue
        error = planned_error(tracer, fit.observed if tracer == own else None)
        predicted = [_predict(fit, h, tracer, at, seed) for h in fit.by_hypothesis]
        for t, day in enumerate(at.tolist()):
            for chosen in choices:
                which = [organs.index(o) for o in chosen]
                some = [p._replace(shares=p.shares[:, t][:, which]) for p in predicted]
                bits, sd = expected_information(some, error, day, seed=seed)
                made.append(PlannedScan(tracer, day, chosen, tracer == own, bits, sd))
    return tuple(sorted(made, key=lambda p: (p.homing_sd, p.day)))


def _predict(fit: SubjectFit, hypothesis: str, tracer: str, days: Floats, seed: int) -> _Predicted:
    one = fit.by_hypothesis[hypothesis]
    space = _with_tracer(one.space, tracer)
    z = transferred(one, space, seed)
    outputs = (*(IMAGE + o for o in organs_of(submodel())), "homing")
    course = simulate_infusion(space.parameters(z), space.infusion, days, outputs)
    return _Predicted(fit.log_probability[hypothesis], course.values[..., :-1], np.log(course.of("homing")[:, 0]))


def _with_tracer(space: ParameterSpace, tracer: str) -> ParameterSpace:
    labelled = replace(space.infusion.labelled, tracer=tracer)
    return replace(space, infusion=replace(space.infusion, labelled=labelled))


def transferred(fit: HypothesisFit, space: ParameterSpace, seed: int) -> Floats:
    """Posterior coordinates of a subject in another space: what the scans say nothing about is drawn from its prior."""
    known = {c: k for k, c in enumerate(fit.space.coordinates)}
    same = fit.space.infusion.labelled.tracer == space.infusion.labelled.tracer
    who = np.arange(len(fit.posterior))
    columns = []
    for c in space.coordinates:
        if c in known and (same or c.name != EFFLUX):
            columns.append(fit.posterior[:, known[c]])
        else:
            columns.append(normals(seed, who, f"imaging:plan:{c.kind}:{c.name}")[:, 0])
    return np.stack(columns, axis=1)


def expected_information(
    predicted: Sequence[_Predicted], error: ScanError, day: float, *, seed: int
) -> tuple[float, float]:
    """Expected information on the hypotheses in bits, and expected over present SD of the logarithm of homing."""
    kept = [p for p in predicted if p.log_probability > np.log(LEAST_PROBABILITY)]
    prior = np.array([p.log_probability for p in kept])
    prior -= logsumexp(prior)
    outside = [np.arange(len(p.homing)) % EVERY == 0 for p in kept]
    outer = np.concatenate([p.shares[o] for p, o in zip(kept, outside, strict=True)])
    inner = np.concatenate([p.shares[~o] for p, o in zip(kept, outside, strict=True)])
    size_out, size_in = [int(o.sum()) for o in outside], [int((~o).sum()) for o in outside]
    homing = np.concatenate([p.homing[~o] for p, o in zip(kept, outside, strict=True)])
    chance_out = np.exp(np.repeat(prior - np.log(size_out), size_out))
    log_in = np.repeat(prior - np.log(size_in), size_in)
    who = np.arange(len(outer))
    noise = normals(seed, who, "imaging:plan:noise", outer.shape[1])
    common = normals(seed, who, "imaging:plan:shared")
    made = outer * (1.0 + error.shared * common) + error.sd(outer, day) * noise
    log_w = log_in + _log_density(made, inner, error, day)
    weight = np.exp(log_w - log_w.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    ends = np.cumsum(size_in)[:-1]
    by_hypothesis = np.stack([part.sum(axis=1) for part in np.split(weight, ends, axis=1)], axis=1)
    before = -np.sum(np.exp(prior) * prior)
    after = -np.sum(by_hypothesis * np.log(np.maximum(by_hypothesis, 1e-300)), axis=1)
    mean = weight @ homing
    variance = np.maximum(weight @ homing**2 - mean**2, 0.0)
    now = np.exp(log_in - logsumexp(log_in))
    spread = np.sqrt(max(float(now @ homing**2 - (now @ homing) ** 2), 1e-300))
    share = chance_out / chance_out.sum()
    bits = max(float(before - share @ after), 0.0) / np.log(2.0)
    return float(bits), float(np.sqrt(share @ variance) / spread)


def _log_density(made: Floats, mean: Floats, error: ScanError, day: float) -> Floats:
    """Log density (outer, inner) of simulated shares under inner means, but for a constant."""
    sd = error.sd(mean, day)
    white, scaled = (made[:, None] - mean) / sd, mean / sd
    s2 = error.shared**2
    grown = 1.0 + s2 * (scaled**2).sum(axis=1)
    quadratic = (white**2).sum(axis=2) - s2 * (white * scaled).sum(axis=2) ** 2 / grown
    return np.asarray(-0.5 * (quadratic + np.log(grown)) - np.log(sd).sum(axis=1))
