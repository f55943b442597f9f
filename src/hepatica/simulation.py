"""Simulation of treatment arms: patients x regimens to one labelled Dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.engine import Events, Problem, System
from hepatica.errors import InputError
from hepatica.patients import Admitted, Cohort
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress
from hepatica.therapy import NO_CELLS, Product, Regimen, combine
from hepatica.therapy.lots import LotAttributes, LotNumbers, lot_attributes

Floats = NDArray[np.float64]
RTOL = 1e-4
LOT_IN_PATIENTS = "between:potency"
"""Purpose of the random numbers by which the model varies potency between patients, as lots that nobody measured."""


@dataclass(frozen=True)
class Arm:
    """Treatment arm: a regimen of a cell product, on top of the population's standard care.

    Parameters
    ----------
    together_with : tuple of str
        Concomitant treatments, names of ``hepatica.therapy.TREATMENTS``.
    labelled : bool
        True if the cells carry a label for imaging; a tracer of the product implies it.

    Examples
    --------
    >>> from hepatica import Regimen
    >>> Arm("cells", Regimen(dose=1e6, infusions=4)).regimen.gives_cells
    True
    """

    name: str
    regimen: Regimen = NO_CELLS
    product: Product = field(default_factory=Product)
    together_with: tuple[str, ...] = ()
    labelled: bool = False

    def fields(self) -> dict[str, Any]:
        """Everything that decides what is simulated, as plain values under fixed names, for hashing."""
        return {
            "name": self.name,
            "regimen": asdict(self.regimen),
            "product": self.product.fields(),
            "together_with": list(self.together_with),
            "labelled": self.labelled,
        }


def simulate(
    system: System,
    patients: Admitted,
    arms: Sequence[Arm],
    times: Floats,
    *,
    outputs: Sequence[str],
    hypothesis: str = "",
    rtol: float = RTOL,
    sensitivities: Sequence[str] = (),
    workers: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Follow patients from admission under each arm.

    Parameters
    ----------
    system : System
        The model with its engine.
    patients : Admitted
        n patients; every arm has the same ones, with the same thresholds of infection.
    arms : sequence of Arm
        Treatments to compare.
    times : (n_times,) day
        Ascending, from 0 on.
    outputs : sequence of str
        States or quantities.
    hypothesis : str
        Name of the hypothesis, "" for the default values.
    rtol : float
        Relative tolerance of the solver.
    sensitivities : sequence of str
        Parameters, or states for their values at admission, by which derivatives of the outputs are computed.
    workers : int, optional
        Threads; all processors unless given. The result does not depend on it.
    progress : Progress, optional
        Told of the stage "solve", in courses of a patient under an arm.

    Returns
    -------
    xr.Dataset
        Each output with dimensions (arm, patient, time), units and label in attrs; `status` (arm, patient) and
        `infection_time` (arm, patient, infection) in day. Derivatives of an output are `<output>_by` (arm, patient,
        time, by), in units of the output per internal unit of the parameter, each infection held at its time.

    Raises
    ------
    InputError
        If the patients were admitted by another model, or an output is not of the model.

    Examples
    --------
    >>> from hepatica import Regimen, admit, load_population
    >>> from hepatica.engine import shipped_system
    >>> system, population = shipped_system(), load_population("hbv_aclf")
    >>> patients = admit(system, population, 4, seed=1, draws=4)
    >>> arms = [Arm("standard care"), Arm("cells", Regimen(dose=1e6, infusions=4))]
    >>> ds = simulate(system, patients, arms, np.array([0.0, 28.0]), outputs=["bilirubin", "inr"])
    >>> ds["bilirubin"].dims, ds["bilirubin"].shape, ds["bilirubin"].attrs["units"]
    (('arm', 'patient', 'time'), (2, 4, 2), 'mg/dL')
    """
    cohort, n, times = patients.cohort, len(patients.cohort.patient), np.asarray(times, float)
    if cohort.model is not system.model and cohort.model.hash != system.model.hash:
        allowed = f"patients admitted by this model ({system.model.hash}); admit them anew after a change of the model"
        raise InputError("patients", f"of the model {cohort.model.hash}", allowed)
    problem = problem_of(system, patients, arms, times, outputs=outputs, hypothesis=hypothesis, rtol=rtol)
    done = system.solve(problem, sensitivities=sensitivities, workers=workers, progress=progress)
    shape = (len(arms), n)
    values = done.values.reshape(*shape, len(times), len(outputs))
    data: dict[str, Any] = {
        name: (("arm", "patient", "time"), values[..., k], _attrs(system, name)) for k, name in enumerate(outputs)
    }
    if done.sensitivities is not None:
        slopes = done.sensitivities.reshape(*shape, len(times), len(outputs), len(sensitivities))
        data |= {
            f"{name}_by": (("arm", "patient", "time", "by"), slopes[..., k, :], {"label": f"derivative of {name}"})
            for k, name in enumerate(outputs)
        }
    data["status"] = (("arm", "patient"), done.status.reshape(shape), {"label": "0 solved; else a cause"})
    data["steps"] = (("arm", "patient"), done.steps.reshape(shape), {"label": "steps of the solver"})
    if done.crossings.shape[1]:
        data["infection_time"] = (
            ("arm", "patient", "infection"),
            done.crossings[:, 0].reshape(*shape, -1),
            {"units": "day", "label": "onset of infection"},
        )
    by = {"by": list(sensitivities)} if sensitivities else {}
    return xr.Dataset(
        data,
        coords=by
        | {
            "arm": [a.name for a in arms],
            "patient": np.arange(n),
            "time": ("time", times, {"units": "day"}),
            "draw": ("patient", cohort.draw),
            "identity": ("patient", cohort.patient),
        },
        attrs={
            "model_hash": system.model.hash,
            "seed": cohort.seed,
            "engine": system.engine,
            "rtol": rtol,
            "hypothesis": hypothesis or "default",
            "population": cohort.population.key,
            "extrapolation": cohort.population.extrapolation,
            "hepatica_version": __version__,
            "purpose": "for research use",
        },
    )


def problem_of(
    system: System,
    patients: Admitted,
    arms: Sequence[Arm],
    times: Floats,
    *,
    outputs: Sequence[str],
    hypothesis: str = "",
    rtol: float = RTOL,
) -> Problem:
    """Initial value problems of every patient under the first arm, then under the second, and so on."""
    cohort, times = patients.cohort, np.asarray(times, float)
    base = cohort.under("treatment", cohort.parameters(hypothesis))
    weight = base[:, system.parameters.index("body_weight")]
    parameters, events = [], []
    for arm in arms:
        own, lots = base.copy(), None
        for name, value in combine(arm.together_with)[0].items():
            own[:, system.parameters.index(name)] = value
        if arm.regimen.gives_cells:  # without cells the product changes nothing, to the last bit
            for name, multiplier in arm.product.multipliers().items():
                own[:, system.parameters.index(name)] *= multiplier
            for name, value in arm.product.settings().items():
                own[:, system.parameters.index(name)] = value
            lots = lots_in_patients(cohort, arm.product)
        if lots is not None:  # the lots are drawn: the table's spread of those that nobody measured is taken out
            k, typical = system.parameters.index("potency"), with_typical_lots(cohort).parameters(hypothesis)
            own[:, k] = typical[:, k] * arm.product.multipliers()["potency"] * lots.potency
            own[:, system.parameters.index("tissue_factor")] *= lots.tissue_factor
        parameters.append(own)
        events.append(_events(system, arm, weight, float(times[-1]), lots))
    return Problem(
        np.concatenate(parameters),
        np.tile(patients.initial, (len(arms), 1)),
        times,
        tuple(outputs),
        Events.join(events),
        np.tile(cohort.thresholds(), (len(arms), 1, 1)),
        rtol=rtol,
    )


def with_typical_lots(cohort: Cohort) -> Cohort:
    """The same patients, all with the typical lot: the number that spreads potency between them is at its median."""
    return replace(cohort, memo=dict(cohort.memo) | {LOT_IN_PATIENTS: np.zeros((len(cohort.patient), 1))})


def lots_in_patients(cohort: Cohort, product: Product) -> LotAttributes | None:
    """Attributes of the lot that each patient gets, in every infusion; None where the product states no variation.

    Lots are keyed by the patient, so that arms are compared with the same ones; what assays leave unknown is keyed by
    the parameter draw.

    Examples
    --------
    >>> from hepatica import load_population
    >>> from hepatica.engine import shipped_system
    >>> from hepatica.therapy import LotVariation
    >>> model, population, who = shipped_system().model, load_population("hbv_aclf"), np.arange(3)
    >>> cohort = Cohort(model, population, 1, who, who)
    >>> same = lots_in_patients(cohort, Product(lots=LotVariation()))
    >>> same.potency.tolist(), same.viability.tolist()
    ([1.0, 1.0, 1.0], [0.9, 0.9, 0.9])
    """
    if product.lots is None:
        return None
    seed, who = cohort.seed, cohort.patient
    numbers = LotNumbers(
        donor=uniforms(seed, who, "lot:donor", product.lots.donors),
        batch=uniforms(seed, who, "lot:batch")[:, 0],
        viability=uniforms(seed, who, "lot:viability")[:, 0],
        tissue_factor=uniforms(seed, who, "lot:tissue_factor")[:, 0],
        delivered=uniforms(seed, who, "lot:delivered")[:, 0],
        error=uniforms(seed, cohort.draw, "lot:error", 4),
    )
    return lot_attributes(product.lots, product.viability, numbers, product.delivered)


def _events(system: System, arm: Arm, weight: Floats, horizon: float, lots: LotAttributes | None) -> Events:
    """Dose events of one arm: the same times for all, amounts by weight where the dose is per kg."""
    labelled = arm.labelled or bool(arm.product.tracer)
    shares = (arm.product.viability,) if lots is None else (1.0, 0.0)  # of living cells, then of dead ones
    arrives = arm.product.delivered if lots is None else 1.0
    given = [
        (t, s, a * arrives, k, arm.regimen.per_kg, share)
        for share in shares
        for t, s, a, k in arm.regimen.events(1.0, viability=share, thawed=arm.product.thawed, labelled=labelled)
    ]
    rows = given + [(*row, False, np.nan) for row in combine(arm.together_with)[1]]
    rows = sorted((row for row in rows if row[0] <= horizon), key=lambda row: (row[0], row[3]))
    one = Events.gather([[(t, system.states.index(s), a, k) for t, s, a, k, *_ in rows]])
    events = one.repeat(weight, np.array([row[4] for row in rows], bool))
    if lots is None:
        return events
    share = np.array([row[5] for row in rows], float)
    living, dead = (part[:, None] * lots.delivered[:, None] for part in (lots.viability, 1.0 - lots.viability))
    of_lot = np.where(share == 1.0, living, np.where(share == 0.0, dead, 1.0))
    return replace(events, amount=events.amount * of_lot.ravel())


def _attrs(system: System, name: str) -> dict[str, str]:
    item = system.model.states.get(name) or system.model.quantities[name]
    return {"units": item.unit, "label": item.label, "module": item.module}
