"""Closed-form worlds whose best candidate is known."""

from dataclasses import dataclass

import numpy as np
import pytest

from hepatica.dosing.search import Axis, AxisKind, Outcomes, Space
from hepatica.patients.streams import normals


@dataclass(frozen=True)
class World:
    """Response surface over dose, infusions, interval and route, under two hypotheses that put the peak elsewhere."""

    space: Space
    noise: float = 10.0
    slope: float = 4.0

    def truth(self, points):
        """True gain (hypothesis, candidate)."""
        dose, n, interval, route = points.T
        total = np.log10(dose) + 0.6 * np.log10(n)
        by = []
        for peak in (6.8, 7.1):
            benefit = 30.0 / (1.0 + np.exp(-4.0 * (total - 5.8))) * np.choose(route.astype(int), [1.0, 1.05, 0.8])
            harm = 2.0 * np.exp(2.2 * (total - peak)) * np.where(route == 1, 0.7, 1.0)
            by.append(benefit - harm - 4.0 * np.log(interval / 5.0) ** 2 - 0.5 * n - 1.5 * (route == 1))
        return np.stack(by)

    def evaluate(self, seed):
        """Outcomes with patients of a seed: a shift that all candidates share, and a slope over dose of one's own."""

        def outcomes(points, first, last):
            who = np.arange(first, last)
            shared, own = (normals(seed, who, name)[:, 0] for name in ("shared", "own"))
            tilt = np.log10(points[:, 0])[:, None] - 6.0
            gain = self.truth(points)[..., None] + self.noise * shared + self.slope * own * tilt
            return Outcomes(gain, np.zeros_like(gain), np.zeros((0, *gain.shape)))

        return outcomes

    def regret(self, points):
        """True worst regret against the best of the space, found exhaustively."""
        every = self.truth(self.space.sample(99, 0, 30_000)).max(axis=1)
        return (every[:, None] - self.truth(points)).max(axis=0)


@pytest.fixture(scope="session")
def world():
    kinds = AxisKind
    return World(
        Space(
            (
                Axis(name="dose", kind=kinds.CONTINUOUS, low=1e4, high=1e8, is_log=True, digits=2),
                Axis(name="infusions", kind=kinds.INTEGER, low=1, high=16),
                Axis(name="interval", kind=kinds.CONTINUOUS, low=1, high=14, is_log=True, step=0.5),
                Axis(name="route", kind=kinds.CATEGORY, low=0, high=2),
            )
        )
    )
