"""Conclusion on the leaders of a search: predictive distributions, dose or range, verdict, and their stability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.draw_means import shrink_draw_means
from hepatica.dosing.harms import Harm
from hepatica.dosing.leaders import plateau
from hepatica.dosing.predictive import Predictive, bootstrap_counts
from hepatica.dosing.readers import PRIOR_EFFECT, READERS, Effect, Learning, for_reader, whole_effect
from hepatica.dosing.transplants import transplant_balance
from hepatica.dosing.utility import Benefit
from hepatica.dosing.variance_components import VarianceComponents, decompose_variance
from hepatica.dosing.verdict import Form, Judgement, Thresholds, judge, overall, side
from hepatica.simulation import Arm

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
REPEATS = 200  # bootstrap samples


@dataclass(frozen=True, kw_only=True)
class Leader:
    """One regimen of the conclusion; the first is standard care.

    Attributes
    ----------
    arm : int
        Its place among the arms of the decision.
    opportunity_loss, loss_error : tuple of float
        Expected opportunity loss of choosing it, per hypothesis, and Monte-Carlo error.
    probability_best : tuple of float
        Per hypothesis.
    judgements : tuple of Judgement
        Per hypothesis, for the reader of the study; empty for standard care.
    """

    arm: int
    opportunity_loss: tuple[float, ...]
    loss_error: tuple[float, ...]
    probability_best: tuple[float, ...]
    judgements: tuple[Judgement, ...] = ()

    @property
    def form(self) -> Form:
        """Verdict on this regimen over the hypotheses."""
        return overall(self.judgements)


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """Conclusion of a decision on its leaders.

    Attributes
    ----------
    form : Form
        Verdict.
    dose : int
        Arm that is recommended, or would be: the fewest cells on the plateau.
    plateau : tuple of int
        Arms that give up no more than matters, the fewest cells first, to four times the cells of the first.
    leaders : tuple of Leader
        Standard care, then the regimens.
    readers : dict of reader to tuple of Judgement
        Of the dose, per hypothesis.
    as_drawn : tuple of Judgement
        Of the dose, per hypothesis, by the draws alone: no reader's prior of the whole effect.
    returns, overlaps, verdict_returns : float
        Shares of bootstrap samples of draws and patients in which the same dose, an overlapping range of cells, and the
        same answer to whether the mean gain is above zero come back.
    patients, seed : int
        Simulated per arm and hypothesis, and the seed of theirs.
    predictive, unread : tuple of Predictive
        Per hypothesis, for the reader of the study and as the draws have it; columns as `leaders`.
    """

    form: Form
    dose: int
    plateau: tuple[int, ...]
    leaders: tuple[Leader, ...]
    readers: dict[str, tuple[Judgement, ...]]
    as_drawn: tuple[Judgement, ...]
    returns: float
    overlaps: float
    verdict_returns: float
    patients: int
    seed: int
    predictive: tuple[Predictive, ...]
    unread: tuple[Predictive, ...]

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Of the dose, per hypothesis, for the reader of the study."""
        return next(x.judgements for x in self.leaders if x.arm == self.dose)

    @property
    def cautious(self) -> Judgement:
        """The judgement of the hypothesis under which the dose gains least."""
        return min(self.judgements, key=lambda j: j.gain)

    def column(self, arm: int) -> int:
        """Column of an arm in `predictive`."""
        return [x.arm for x in self.leaders].index(arm)


def predictive_of(
    benefit: Benefit, draw: Ints, *, hypothesis: str, null_effect_probability: float, trial_sd: Floats
) -> Predictive:
    """Predictive distribution from the outcomes of patients; arm 0 is standard care.

    Parameters
    ----------
    benefit : Benefit
        Of standard care and the leaders.
    draw : (patient,)
        Parameter draw of each.
    hypothesis : str
        To be named.
    null_effect_probability : float
        Under this hypothesis.
    trial_sd : (patient,)
        SD between trials of the log odds ratio of survival, under each patient's draw.
    """
    good = np.isfinite(benefit.net).all(axis=0) & np.isfinite(benefit.net_null).all(axis=0)
    kept = draw[good]
    _, first = np.unique(kept, return_index=True)
    over = benefit.net[:, good] - benefit.net[:1, good]
    gain = shrink_draw_means(over, kept)
    null = shrink_draw_means(benefit.net_null[:, good] - benefit.net[:1, good], kept)
    alive = shrink_draw_means(benefit.survival[:, good], kept)
    excess = {name: shrink_draw_means(p[:, good] - p[:1, good], kept).shrunk for name, p in benefit.harms.items()}
    between, balance = trial_sd[good][first], transplant_balance(benefit.transplanted, benefit.survival)

    def components(values: Floats) -> tuple[VarianceComponents, ...]:
        return tuple(decompose_variance(row, draw) for row in values)

    return Predictive(
        hypothesis=hypothesis,
        gain=gain,
        harm_alone=null,
        survived=alive,
        odds_slope=np.where(np.arange(len(benefit.net)) > 0, benefit.odds_slope, 0.0),
        trial_sd=between,
        excess=excess,
        harms={name: components(p - p[:1]) for name, p in benefit.harms.items()},
        alive=components(benefit.survival),
        free=components(benefit.transplant_free),
        transplants=components(benefit.transplanted),
        waiting=components(benefit.waiting_days),
        avoided=components(balance.avoided),
        lost=components(balance.lost),
        weight=np.full(len(gain.draw), 1.0 / len(gain.draw)),
        null_effect_probability=null_effect_probability,
    )


def prior_effect(c: Conclusion) -> Effect:
    """Mean and SD over draws of the log odds ratio of survival of the dose, the mean of the hypotheses.

    Of a conclusion from the model's priors alone, against which the priors of readers are held.
    """
    if not c.dose:
        return PRIOR_EFFECT
    effects = np.stack([whole_effect(p.survival)[:, c.column(c.dose)] for p in c.unread])
    return Effect(float(effects.mean()), float(effects.std(axis=1).mean()))


def worst_loss(p: Sequence[Predictive], allowed: NDArray[np.bool_]) -> Floats:
    """Expected net gain given up against the best allowed arm, the worst of the hypotheses, (arm,)."""
    means = np.stack([q.mean() for q in p])
    return np.asarray((means[:, allowed].max(axis=1, keepdims=True) - means).max(axis=0))


def conclude(
    arms: Sequence[Arm],
    columns: Sequence[int],
    predictive: Sequence[Predictive],
    harms: Sequence[Harm],
    t: Thresholds,
    *,
    patients: int,
    seed: int,
    prior_effect: Effect | Mapping[str, Learning] = PRIOR_EFFECT,
) -> Conclusion:
    """Conclusion from the predictive distributions of standard care and the leaders.

    Parameters
    ----------
    arms : sequence of Arm
        Of the whole decision.
    columns : sequence of int
        Arms to which the columns of `predictive` belong; the first is standard care.
    predictive : sequence of Predictive
        One per hypothesis, for the neutral reader.
    harms : sequence of Harm
        Those with a finite limit may forbid.
    t : Thresholds
        Of the verdict.
    patients, seed : int
        Simulated per arm; of the bootstrap.
    prior_effect : Effect or mapping of str to Learning
        Log odds ratio of survival under the model's priors; or what learning did to it, by hypothesis.
    """
    stated = {} if isinstance(prior_effect, Effect) else prior_effect
    other = prior_effect if isinstance(prior_effect, Effect) else PRIOR_EFFECT
    priors = [stated.get(p.hypothesis, other) for p in predictive]
    own = [arms[c] for c in columns]
    top = int(np.argmax(np.min([p.mean()[1:] for p in predictive], axis=0))) + 1 if len(own) > 1 else 0
    read = [for_reader(p, t.reader, top, prior) for p, prior in zip(predictive, priors, strict=True)]
    allowed = _allowed(read, harms, t)
    flat = plateau(own, worst_loss(read, allowed), allowed, matters=t.matters)
    dose = flat[0] if flat else 0
    rng = np.random.default_rng([seed, len(own)])
    samples = [[p.resampled(c) for c in bootstrap_counts(rng, len(p.weight), REPEATS)] for p in predictive]
    replicates = [
        [for_reader(p, t.reader, top, prior) for p in some] for prior, some in zip(priors, samples, strict=True)
    ]
    losses = np.stack([p.opportunity_loss(allowed) for p in read])
    errors = np.stack([np.std([r.opportunity_loss(allowed) for r in some], axis=0) for some in replicates])
    best = np.stack([p.probability_best(allowed) for p in read])
    leaders = tuple(
        Leader(
            arm=columns[k],
            opportunity_loss=tuple(losses[:, k].tolist()),
            loss_error=tuple(errors[:, k].tolist()),
            probability_best=tuple(best[:, k].tolist()),
            judgements=tuple(
                judge(p, k, t, harms, some, reader=t.reader) for p, some in zip(read, replicates, strict=True)
            )
            if k
            else (),
        )
        for k in range(len(own))
    )

    def seen(p: Predictive, prior: Effect | Learning, name: str) -> Predictive:
        return for_reader(p, name, top, prior) if name else p

    def judged(name: str) -> tuple[Judgement, ...]:
        return tuple(
            judge(seen(p, prior, name), dose, t, harms, [seen(q, prior, name) for q in some], reader=name)
            for p, prior, some in zip(predictive, priors, samples, strict=True)
        )

    readers = {str(name): judged(name) for name in (READERS if dose else ())}
    as_drawn = judged("") if dose else ()
    same, overlap, sign = _returns(own, replicates, allowed, flat, t, gains=min(p.mean()[dose] for p in read) > 0)
    return Conclusion(
        form=leaders[dose].form if dose else Form.NOT,
        dose=columns[dose],
        plateau=tuple(columns[a] for a in flat),
        leaders=leaders,
        readers=readers,
        as_drawn=as_drawn,
        returns=same,
        overlaps=overlap,
        verdict_returns=sign,
        patients=patients,
        seed=seed,
        predictive=tuple(read),
        unread=tuple(predictive),
    )


def _allowed(p: Sequence[Predictive], harms: Sequence[Harm], t: Thresholds) -> NDArray[np.bool_]:
    """Arms of which no harm is too likely above its limit, by two Monte-Carlo errors, under any hypothesis."""

    def barred(q: Predictive, h: Harm, a: int) -> bool:
        error = q.harm_chance_error(h.name, a, h.limit)
        return side(q.harm_chance(h.name, a, h.limit), t.harm_chance, error) > 0

    limited = [h for h in harms if np.isfinite(h.limit)]
    return np.array([a == 0 or not any(barred(q, h, a) for q in p for h in limited) for a in range(p[0].arms)])


def _returns(
    own: Sequence[Arm],
    replicates: Sequence[Sequence[Predictive]],
    allowed: NDArray[np.bool_],
    flat: tuple[int, ...],
    t: Thresholds,
    *,
    gains: bool,
) -> tuple[float, float, float]:
    """Shares of bootstrap samples with the same dose, an overlapping plateau, and the same sign of the least gain."""
    if not flat:
        return 1.0, 1.0, 1.0
    same, overlap, signs = [], [], []
    for some in zip(*replicates, strict=True):
        again = plateau(own, worst_loss(some, allowed), allowed, matters=t.matters)
        same.append(again[0] == flat[0])
        overlap.append(bool(set(again) & set(flat)))
        signs.append((min(p.mean()[flat[0]] for p in some) > 0) == gains)
    return float(np.mean(same)), float(np.mean(overlap)), float(np.mean(signs))
