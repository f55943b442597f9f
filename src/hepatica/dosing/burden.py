"""Burden of a regimen: quality-adjusted days taken by infusions, hospital days, cells and transplants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.simulation import Arm
from hepatica.therapy import ROUTES

Floats = NDArray[np.float64]
TYPICAL_WEIGHT = 65.0  # kg, where patients' own are not given
HOSPITAL_DAYS = {"peripheral_vein": 0.25}  # per infusion: six hours of observation
CATHETER_DAYS = 1.5  # per infusion by a puncture of artery or portal vein: a night's bed rest and the day around it


@dataclass(frozen=True)
class Burden:
    """Burden in quality-adjusted life days.

    Attributes
    ----------
    infusion : float
        Per infusion: the cannula, the wait, the tests. Assumed.
    hospital_day : float
        Per day in hospital for an infusion, which most patients would not spend there otherwise. Assumed: between the
        utility of Child-Pugh B and none at all, for a quarter of the day.
    cells : float
        Per 1e8 cells given; 0 unless the user has a price.
    transplant : float
        Per transplant done in excess of standard care; 0 unless the user has a price.
    """

    infusion: float = 0.1
    hospital_day: float = 0.2
    cells: float = 0.0
    transplant: float = 0.0

    def of(self, arms: Sequence[Arm], transplants: Floats, weight: Floats | None = None) -> Floats:
        """Burden of each arm for each patient, (arm, patient).

        Parameters
        ----------
        arms : sequence of Arm
            Treatments.
        transplants : (arm, patient)
            Probability of a transplant to the horizon.
        weight : (patient,), optional
            Body weight, kg; 65 kg unless given.

        Examples
        --------
        >>> from hepatica.therapy import Regimen
        >>> arms = [Arm("standard care"), Arm("cells", Regimen(1e6, infusions=4))]
        >>> Burden().of(arms, np.zeros((2, 1))).round(2).tolist()
        [[0.0], [0.6]]
        """
        kg = np.full(transplants.shape[1], TYPICAL_WEIGHT) if weight is None else np.asarray(weight)
        own = np.zeros_like(transplants)
        for a, arm in enumerate(arms):
            r = arm.regimen
            if r.gives_cells:
                given = r.dose * r.infusions * (kg if r.per_kg else 1.0)
                each = self.infusion + self.hospital_day * hospital_days(r.route)
                own[a] = r.infusions * each + self.cells * given / 1e8
        return own + self.transplant * transplants


def hospital_days(route: str) -> float:
    """Hospital days of one infusion by a route.

    Examples
    --------
    >>> hospital_days("peripheral_vein"), hospital_days("hepatic_artery")
    (0.25, 1.5)
    """
    if ROUTES[route].procedure_risk.value > 0:
        return HOSPITAL_DAYS.get(route, CATHETER_DAYS)
    return HOSPITAL_DAYS.get(route, HOSPITAL_DAYS["peripheral_vein"])
