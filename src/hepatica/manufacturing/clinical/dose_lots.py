"""Lots of a study's product at one regimen: dose in potency units, cost of their variation, value of assay and pooling.

The cost is simulated: the same patients with their lots, with the typical lot, and with lots pooled from more donors.
The value of an assay is that of the best rule "dose by result", fitted in one half of the parameter draws and paid out
in the other, so that it is not flattered by choosing and judging in the same patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.dosing.variance_components import VarianceComponents, decompose_mixture, decompose_variance
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.manufacturing.clinical.courses import Courses, run_products
from hepatica.patients import Admitted
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress
from hepatica.simulation import lots_in_patients
from hepatica.study import Study
from hepatica.study_system import system_of
from hepatica.therapy import LotVariation, Product, Regimen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MULTIPLES = (1.0, 0.5, 2.0)
"""Doses between which an assay may choose, relative to the recommended one, which comes first."""
ASSAY_SD = 0.15  # log relative potency: intermediate precision below 15 % (Piede 2023)
POOLED_DONORS = 10
LOT_PATIENTS = 200  # in whom lots are simulated, at the most


class PolicyValue(NamedTuple):
    """Quality-adjusted days per patient that a dose by assay gains over the best single dose, with standard error."""

    mean: float
    error: float


@dataclass(frozen=True, kw_only=True)
class LotEffect:
    """Effect of the variation of lots under one hypothesis; days are net quality-adjusted days per patient.

    Attributes
    ----------
    hypothesis : str
    variation : VarianceComponents
        Gain with lots as they vary over that with the typical lot; negative where variation costs.
    thrombosis : VarianceComponents
        The same of the probability of thrombo-embolism.
    pooling : VarianceComponents
        Gain with pooled lots over that with lots as they are.
    assay, perfect_assay : PolicyValue
        Of an assay of the stated error, and of one without.
    """

    hypothesis: str
    variation: VarianceComponents
    thrombosis: VarianceComponents
    pooling: VarianceComponents
    assay: PolicyValue
    perfect_assay: PolicyValue


@dataclass(frozen=True, kw_only=True)
class DoseLots:
    """Lots of a product at one regimen.

    Attributes
    ----------
    regimen : Regimen
    product : Product
        With the variation of its lots.
    potency_units : tuple of float
        Median, 5 and 95 % points over lots of living cells times potency in one infusion, in cells of the typical
        batch of the source; per kg where the dose is.
    typical_units : float
        The same of the typical lot.
    feasible : tuple of float
        5 and 95 % points of the dose in cells that brings the typical lot's potency units.
    effects : tuple of LotEffect
        By hypothesis.
    assay_sd : float
        Standard error of the logarithm of a result of the stated assay.
    pooled_donors, patients, failed : int
    """

    regimen: Regimen
    product: Product
    potency_units: tuple[float, float, float]
    typical_units: float
    feasible: tuple[float, float]
    effects: tuple[LotEffect, ...]
    assay_sd: float
    pooled_donors: int
    patients: int
    failed: int


def dose_lots(
    study: Study,
    patients: Admitted,
    product: Product,
    regimen: Regimen,
    *,
    assay_sd: float = ASSAY_SD,
    system: System | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> DoseLots:
    """Effect of a product's lots at a regimen, in the same patients with and without the variation.

    Parameters
    ----------
    study : Study
        Horizon, utilities, hypotheses and concomitant treatments.
    patients : Admitted
        Of the study; the first 200 are followed.
    product : Product
        With `lots`.
    regimen : Regimen
        Recommended.
    assay_sd : float
        Standard error of the logarithm of a result of the assay.
    system : System, optional
        The shipped model unless given.
    workers : int, optional
        Threads; no number depends on it.
    progress : Progress, optional
        Stage is each hypothesis.

    Raises
    ------
    InputError
        If the product states no lots, or the assay's error is none.

    Examples
    --------
    >>> from hepatica import admit, check_study, load_population
    >>> from hepatica.engine import shipped_system
    >>> few = {"title": "t", "patients": 8, "draws": 4, "horizon": "2 d", "hypotheses": ["lung_only"]}
    >>> study = check_study(few | {"product": {"lots": {}}, "grid": {"dose": ["1e6 cells/kg"], "infusions": [1]}})
    >>> who = admit(shipped_system(), load_population("hbv_aclf"), 8, seed=1, draws=4)
    >>> found = dose_lots(study, who, study.product.product(), study.grid.regimens()[0])
    >>> f"{found.typical_units:.1e}", found.patients
    ('9.0e+05', 8)
    """
    if product.lots is None:
        raise InputError("product.lots", None, "a product with a table [product.lots]")
    if not 0.0 < assay_sd < np.inf:
        raise InputError("assay_sd", assay_sd, "a standard error above 0")
    few = patients.take(np.arange(min(LOT_PATIENTS, len(patients.cohort.patient))))
    given = [(product, replace(regimen, dose=regimen.dose * m)) for m in MULTIPLES]
    given.append((replace(product, lots=LotVariation()), regimen))
    pooled = max(POOLED_DONORS, product.lots.donors)
    given.append((replace(product, lots=replace(product.lots, donors=pooled)), regimen))
    engine = system_of(study, system)
    runs = [run_products(study, engine, few, given, h, workers=workers, progress=progress) for h in study.hypotheses]
    lots = lots_in_patients(few.cohort, product)
    assert lots is not None  # the product states them
    units = regimen.dose * lots.delivered * lots.viability * lots.potency * product.potency
    typical = regimen.dose * product.delivered * product.viability * product.potency
    ends = np.quantile(units, [0.5, 0.05, 0.95])
    needed = regimen.dose * typical / np.maximum(units, 1e-300)
    noise = ndtri(uniforms(few.cohort.seed, few.cohort.patient, "lot:assay")[:, 0])
    return DoseLots(
        regimen=regimen,
        product=product,
        potency_units=(float(ends[0]), float(ends[1]), float(ends[2])),
        typical_units=float(typical),
        feasible=(float(np.quantile(needed, 0.05)), float(np.quantile(needed, 0.95))),
        effects=tuple(_effect(run, np.log(lots.potency), noise, assay_sd) for run in runs),
        assay_sd=assay_sd,
        pooled_donors=pooled,
        patients=len(few.cohort.patient),
        failed=sum(run.failed for run in runs),
    )


def _effect(run: Courses, log_potency: Floats, noise: Floats, assay_sd: float) -> LotEffect:
    p, n = run.null_probability, len(MULTIPLES)
    typical, pooled = n, n + 1
    gain = (1 - p) * run.acting[:n] + p * run.inert[:n]
    return LotEffect(
        hypothesis=run.hypothesis,
        variation=decompose_mixture(
            run.acting[0] - run.acting[typical], run.inert[0] - run.inert[typical], run.draw, p
        ),
        thrombosis=decompose_variance(run.harms["thrombosis"][0] - run.harms["thrombosis"][typical], run.draw),
        pooling=decompose_mixture(run.acting[pooled] - run.acting[0], run.inert[pooled] - run.inert[0], run.draw, p),
        assay=policy_value(gain, log_potency + assay_sd * noise, run.draw),
        perfect_assay=policy_value(gain, log_potency, run.draw),
    )


def policy_value(gain: Floats, result: Floats, draw: Ints) -> PolicyValue:
    """Value of choosing among doses by an assay's result, over the best single dose (cross-fitting by parameter draw).

    Gain of each dose over the first is regressed on the result and its square in one half of the draws; the dose of the
    largest prediction is paid out in the other half, and the reverse. Patients whose solve failed are left out.

    Parameters
    ----------
    gain : (dose, patient)
        Net gain of each patient at each dose.
    result : (patient,)
        Logarithm of relative potency, as the assay gives it.
    draw : (patient,)
        Parameter draw of each.

    Returns
    -------
    PolicyValue
        Mean 0 with a NaN error where the draws, or the patients of a half, are too few.

    References
    ----------
    Chernozhukov V et al., Econometrics Journal 2018;21:C1 (cross-fitting).

    Examples
    --------
    >>> x = np.tile([-1.0, 1.0], 20)
    >>> policy_value(np.stack([0 * x, x]), x, np.arange(40) // 2).mean  # the second dose for half of them, gain 1 each
    0.5
    """
    good = np.isfinite(gain).all(axis=0)
    gain, result, draw = gain[:, good], result[good], draw[good]
    half = np.isin(draw, np.unique(draw)[::2])
    columns = np.stack([np.ones_like(result), result, result**2], axis=1)
    if min(half.sum(), (~half).sum()) <= columns.shape[1]:
        return PolicyValue(0.0, float("nan"))
    paid = np.zeros_like(result)
    for seen in (half, ~half):
        single = int(np.argmax(gain[:, seen].mean(axis=1)))
        over = (gain - gain[single])[:, seen].T
        fitted = np.linalg.lstsq(columns[seen], over, rcond=None)[0]
        chosen = np.argmax(columns[~seen] @ fitted, axis=1)
        rest = gain[:, ~seen]
        paid[~seen] = rest[chosen, np.arange(rest.shape[1])] - rest[single]
    return PolicyValue(float(paid.mean()), _clustered_error(paid, draw))


def _clustered_error(values: Floats, draw: Sequence[int] | Ints) -> float:
    """Standard error of a mean whose values come in clusters, one for each draw."""
    _, which = np.unique(draw, return_inverse=True)
    clusters = np.bincount(which, values - values.mean())
    n = len(clusters)
    return float(np.sqrt(n / (n - 1) * (clusters**2).sum()) / len(values)) if n > 1 else float("nan")
