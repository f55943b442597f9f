"""Regimens as candidates: cells per kg, infusions, interval, infusion time, route, product and co-treatment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.search.space import Axis, AxisKind, Space
from hepatica.errors import InputError
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, Product, Regimen, combine

Floats = NDArray[np.float64]
DOSE, INFUSIONS, INTERVAL, DURATION, ROUTE, PRODUCT, TOGETHER = range(7)
LAST_START = 1.0  # day before the horizon by which the last infusion begins


@dataclass(frozen=True, kw_only=True)
class RegimenSpace:
    """Regimens among which a search chooses.

    Attributes
    ----------
    horizon : float, day
        Infusions beyond it are never asked for.
    dose : (low, high), cell/kg
        Of one infusion.
    infusions : (low, high)
    interval : (low, high), day
        Between the starts of infusions.
    duration : (low, high), day
        Of one infusion.
    routes : tuple of str
    products : tuple of Product
    together_with : tuple of tuple of str
        Sets of established treatments.

    Examples
    --------
    >>> regimens = RegimenSpace(horizon=90.0)
    >>> points = regimens.space().sample(1, 0, 3)
    >>> [arm.name for arm in regimens.arms(points[:1])]
    ['5.8e5/kg x9 q1d hepatic artery, 2.5 h']
    """

    horizon: float
    dose: tuple[float, float] = (1e5, 2e7)
    infusions: tuple[int, int] = (1, 16)
    interval: tuple[float, float] = (1.0, 28.0)
    duration: tuple[float, float] = (0.5 / 24, 12 / 24)
    routes: tuple[str, ...] = ("peripheral_vein", "hepatic_artery")
    products: tuple[Product, ...] = (Product(),)
    together_with: tuple[tuple[str, ...], ...] = ((),)

    def __post_init__(self) -> None:
        """Refuse routes, treatments and bounds that no regimen has."""
        for route in self.routes:
            if route not in ROUTES:
                raise InputError("search.route", route, f"one of {', '.join(ROUTES)}")
        for names in self.together_with:
            combine(names)
        for name in ("routes", "products", "together_with"):
            values = getattr(self, name)
            if not values or len(set(values)) < len(values):
                raise InputError(f"search.{name}", values, "at least one, each once")
        if not 1 <= self.infusions[0] <= self.infusions[1]:
            raise InputError("search.infusions", self.infusions, "1 or more, then at least as many")
        if not 0 < self.interval[0] <= self.interval[1]:
            raise InputError("search.interval", self.interval, "a time above 0 d, then one at least as long")
        for low_or_high in self.dose:  # what no regimen may have is refused here, not in the middle of a search
            Regimen(low_or_high)
        if (self.infusions[0] - 1) * self.interval[0] >= self.horizon:
            raise InputError("search.infusions", self.infusions, f"infusions within the horizon, {self.horizon:g} d")

    def space(self) -> Space:
        """Mixed space of the regimens, in the order of the axes of this module."""

        def category(name: str, n: int) -> Axis:
            return Axis(name=name, kind=AxisKind.CATEGORY, low=0, high=n - 1)

        def continuous(name: str, bounds: tuple[float, float], step: float, digits: int = 0) -> Axis:
            low, high = bounds
            return Axis(name=name, kind=AxisKind.CONTINUOUS, low=low, high=high, is_log=True, step=step, digits=digits)

        axes = (
            continuous("dose", self.dose, 0.0, digits=2),
            Axis(
                name="infusions",
                kind=AxisKind.INTEGER,
                low=self.infusions[0],
                high=self.infusions[1],
            ),
            continuous("interval", self.interval, 0.5),
            continuous("duration", self.duration, 0.5 / 24),
            category("route", len(self.routes)),
            category("product", len(self.products)),
            category("together_with", len(self.together_with)),
        )
        return Space(axes, self.repair)

    def repair(self, points: Floats) -> Floats:
        """Rows whose last infusion begins within the horizon; the interval of a single infusion is the shortest."""
        fixed = points.copy()
        room = max(self.horizon - LAST_START, 0.5 * self.horizon)
        most = np.maximum(np.floor(2 * room / np.maximum(fixed[:, INFUSIONS] - 1, 1)) / 2, self.interval[0])
        interval = np.clip(fixed[:, INTERVAL], self.interval[0], np.minimum(self.interval[1], most))
        fixed[:, INTERVAL] = np.where(fixed[:, INFUSIONS] > 1, interval, self.interval[0])
        fitting = np.floor(room / fixed[:, INTERVAL]) + 1
        fixed[:, INFUSIONS] = np.minimum(fixed[:, INFUSIONS], np.maximum(fitting, 1))
        return fixed

    def cells(self, points: Floats) -> Floats:
        """Cells per kg in all, (n,)."""
        return np.asarray(points[:, DOSE] * points[:, INFUSIONS])

    def arm(self, point: Floats) -> Arm:
        """Arm of a candidate."""
        regimen = Regimen(
            float(point[DOSE]),
            infusions=int(point[INFUSIONS]),
            interval=float(point[INTERVAL]),
            route=self.routes[int(point[ROUTE])],
            duration=float(point[DURATION]),
        )
        product, together = self.products[int(point[PRODUCT])], self.together_with[int(point[TOGETHER])]
        parts = [regimen.label, f"{24 * regimen.duration:.3g} h"]
        if len(self.products) > 1:
            parts.append(f"product {int(point[PRODUCT]) + 1} ({product.source})")
        if len(self.together_with) > 1 and together:
            parts.append(" + ".join(together))
        return Arm(", ".join(parts), regimen, product, together_with=together)

    def arms(self, points: Floats) -> list[Arm]:
        """Arms of candidates."""
        return [self.arm(p) for p in points]

    def beyond_given(self, point: Floats) -> bool:
        """True if one infusion holds more cells per kg than any ever given by its route."""
        highest = ROUTES[self.routes[int(point[ROUTE])]].highest_given.value
        return bool(point[DOSE] > highest * (1 + 1e-9))
