"""Answer of a therapeutic window: its windows, contrasts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.dosing.window.estimands import Estimand
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.study import Study
from hepatica.therapeutic_window.contrasts import Difference, DoseRatio
from hepatica.therapeutic_window.estimates import Window
from hepatica.therapeutic_window.interactions import Interaction
from hepatica.therapeutic_window.settings import WindowSettings
from hepatica.therapeutic_window.subgroups import Subgroup
from hepatica.therapeutic_window.variations import Variation

Floats = NDArray[np.float64]
GAIN = "net_gain"
BASE_VARIED = "base_varied"  # key of the base in the patients in whom variations were followed


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A variation beside the base, in the same patients, under one hypothesis.

    Attributes
    ----------
    hypothesis : str
    variation : Variation
    at : (endpoint to Difference)
        Variation less base at the reference dose.
    ratio : DoseRatio
        Base's dose over the variation's for half of the base's largest gain.
    """

    hypothesis: str
    variation: Variation
    at: Mapping[str, Difference]
    ratio: DoseRatio


@dataclass(frozen=True, kw_only=True)
class TherapeuticWindow:
    """Answer of `compute_window`.

    Attributes
    ----------
    study : Study
    settings : WindowSettings
    system : System
    base : Variation
    log_doses : (dose,)
        Decimal logarithms of cells per kg in all.
    reference : int
        Dose at which variations are compared: the lowest with 90 % of the largest gain, but none beyond those given.
    windows : tuple of Window
        Base first, all its endpoints under every hypothesis; then the base in the patients of the variations
        (`BASE_VARIED`), variations and subgroups.
    steps : mapping of hypothesis to tuple of Difference
        Gain of each dose of the grid over the next lower one.
    contrasts : tuple of Contrast
    interactions : tuple of Interaction
        Of cells with established treatments at the reference dose, by treatment, delay and hypothesis.
    varied : tuple of Variation
    subgroups : tuple of Subgroup
    no_effect : mapping of hypothesis to float
        Probability that cells do nothing in people, which no window holds.
    central_draw : int
    extrapolation : str
        Why the population is an extrapolation; empty if it is none.
    courses, failed : int
        Courses of a patient under an arm, and those whose solve failed after the retry.
    """

    study: Study
    settings: WindowSettings
    system: System
    base: Variation
    log_doses: Floats
    reference: int
    windows: tuple[Window, ...]
    steps: Mapping[str, tuple[Difference, ...]]
    contrasts: tuple[Contrast, ...]
    interactions: tuple[Interaction, ...]
    varied: tuple[Variation, ...]
    subgroups: tuple[Subgroup, ...]
    no_effect: Mapping[str, float]
    central_draw: int
    extrapolation: str
    courses: int
    failed: int

    def window(self, hypothesis: str, endpoint: str = GAIN, key: str = "base") -> Window:
        """Window of an endpoint.

        Raises
        ------
        InputError
            If there is none.
        """
        for w in self.windows:
            if (w.hypothesis, w.key, w.endpoint.name) == (hypothesis, key, endpoint):
                return w
        raise InputError("window", f"{hypothesis}, {key}, {endpoint}", "a window that was estimated")

    def doses(self) -> pd.DataFrame:
        """Doses of every window with all their intervals, cells per kg in all; inf: never, 0: below the lowest."""
        rows = []
        for w in self.windows:
            for estimand, e in w.estimates.items():
                is_dose = estimand is not Estimand.LARGEST
                row: dict[str, object] = {"hypothesis": w.hypothesis, "of": w.key, "endpoint": w.endpoint.name}
                row |= {"estimand": estimand.value, "unit": "cell/kg" if is_dose else w.endpoint.unit.value}
                row |= {"infusions": w.infusions, "limit": w.limit if estimand is Estimand.LIMIT else np.nan}
                for name in ("value", "low", "high", "parameter_low", "parameter_high", "patient_low", "patient_high"):
                    row[name] = float(np.power(10.0, getattr(e, name))) if is_dose else getattr(e, name)
                row |= {"error_decades" if is_dose else "error": e.error}
                row |= {"parameter_never": e.parameter_never, "patient_never": e.patient_never}
                row |= {"beyond_any_dose_given": is_dose and w.is_beyond(e.value)}
                rows.append(row | {"patients": w.patients, "draws": w.draws})
        return pd.DataFrame(rows)

    def curves(self) -> pd.DataFrame:
        """Curves of every window: a row per dose, with Monte-Carlo errors and both kinds of intervals."""
        rows = []
        for w in self.windows:
            for k, log_dose in enumerate(w.log_doses):
                total = float(10.0**log_dose)
                row: dict[str, object] = {"hypothesis": w.hypothesis, "of": w.key, "endpoint": w.endpoint.name}
                row |= {"cells_per_kg": total, "cells_per_kg_per_infusion": total / w.infusions}
                row |= {name: float(values[k]) for name, values in vars(w.band).items()}
                rows.append(row | {"fitted": float(w.curve.nodes[k]), "beyond_any_dose_given": w.is_beyond(log_dose)})
        return pd.DataFrame(rows)

    def moves(self) -> pd.DataFrame:
        """Variations beside the base at the reference dose, and the ratio of doses that gain alike."""
        rows = []
        for c in self.contrasts:
            row: dict[str, object] = {"hypothesis": c.hypothesis, "group": str(c.variation.group)}
            row |= {"level": c.variation.level, "cells_per_kg": float(10.0 ** self.log_doses[self.reference])}
            for name, d in c.at.items():
                row |= _columns(name, d)
            names = ("ratio", "low", "high", "parameter_low", "parameter_high", "level")
            rows.append(row | {f"dose_ratio_{n}" if n != "ratio" else "dose_ratio": getattr(c.ratio, n) for n in names})
        return pd.DataFrame(rows)

    def interaction_table(self) -> pd.DataFrame:
        """Cells with established treatments: each alone, both, what both do beyond the sum, and their order."""
        rows = []
        for i in self.interactions:
            row: dict[str, object] = {"hypothesis": i.hypothesis, "treatment": i.treatment, "delay_days": i.delay}
            row |= {"cells_per_kg": float(10.0 ** self.log_doses[self.reference]), "additivity": i.additivity.value}
            parts = {"treatment_alone": i.treatment_alone, "cells_alone": i.cells_alone, "both": i.both}
            for name, by_endpoint in (parts | {"interaction": i.interaction}).items():
                for endpoint, d in by_endpoint.items():
                    row |= _columns(f"{name}_{endpoint}", d)
            row |= _columns("interaction_log_odds", i.log_odds) | _columns("delayed_net_gain", i.delayed)
            rows.append(row | _columns("timing_net_gain", i.timing))
        return pd.DataFrame(rows)


def _columns(name: str, d: Difference) -> dict[str, object]:
    """A difference with its Monte-Carlo error and its interval over parameters."""
    return {name: d.mean, f"{name}_error": d.error, f"{name}_low": d.parameter_low, f"{name}_high": d.parameter_high}
