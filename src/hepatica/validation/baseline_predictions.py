"""Predictive distributions of published numbers by the baselines: no effect of cells, and the pooled effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from hepatica.calibrate.endpoints import SHARES, Endpoint
from hepatica.calibrate.error_model.spread import LEVELS
from hepatica.evidence.observations import Observation
from hepatica.validation.baselines import Pooled, Reference
from hepatica.validation.comparison import ComparedArms
from hepatica.validation.model_predictions import ModelPredictions
from hepatica.validation.records import REFERENCES
from hepatica.validation.scores import Predictive


@dataclass(frozen=True)
class BaselinePredictions:
    """Predictions of the baselines for one publication, with the between-people SD of the model.

    Attributes
    ----------
    reference : Reference
        Pooled evidence.
    model : ModelPredictions
    hypothesis : str
        Hypothesis whose between-people SDs are taken.
    """

    reference: Reference
    model: ModelPredictions
    hypothesis: str

    def arm(self, o: Observation, endpoint: Endpoint, n: int) -> dict[str, Predictive]:
        """Predictive distribution of a number of n people by each baseline."""
        a, effect = self.model.arms[o.arm], self.reference.effect(o.variable)
        z = self.model.normal("reference", o.arm, o.variable, o.time)
        predictive = {}
        for name in REFERENCES:
            base, use = self._untreated(name, o), a.cells and name != "no_effect"
            value, sd = base.value + (effect.value if use else 0.0), float(np.hypot(base.sd, effect.sd if use else 0.0))
            if o.variable in SHARES:
                predictive[name] = Predictive.share(expit(value + sd * z), n)
                continue
            _, wide = self.model.mean(o.arm, endpoint, self.hypothesis)
            start, people = self.model.anchor(o, endpoint), float(np.mean(wide)) / np.sqrt(n)
            level = (
                start.value
                if start is not None
                else float(np.mean(self.model.mean(o.arm, endpoint, self.hypothesis)[0]))
            )
            if endpoint.change:
                predictive[name] = Predictive.normal(
                    np.zeros_like(z), np.full_like(z, np.hypot(people, float(np.mean(wide))))
                )
            elif o.variable in LEVELS:
                predictive[name] = Predictive.normal(level + value + sd * z, np.full_like(z, people))
            else:
                predictive[name] = Predictive.normal(level * np.exp(value + sd * z), np.full_like(z, people))
        return predictive

    def compared(
        self, o: Observation, endpoint: Endpoint, other: Observation, n: int, m: int
    ) -> dict[str, ComparedArms]:
        """Means or shares of a treated arm and its control, of n and m people, by each baseline."""
        effect = self.reference.effect(o.variable)
        z = self.model.normal("reference difference", o.arm, o.variable, o.time)
        _, sa = self.model.mean(o.arm, endpoint, self.hypothesis)
        cells = self.model.arms[o.arm].cells
        arms = {}
        for name in REFERENCES:
            move = np.zeros_like(z) if name == "no_effect" or not cells else effect.value + effect.sd * z
            if o.variable in SHARES:
                base = self._untreated(name, other)
                p, q = expit(np.full_like(z, base.value)), expit(base.value + move)
                arms[name] = ComparedArms.of_shares(o.variable, q, p, n, m)
                continue
            start = self.model.anchor(other, endpoint)
            level = float(np.mean(self.model.mean(other.arm, endpoint, "")[0])) if start is None else start.value
            if not (o.variable in LEVELS or endpoint.change):
                move = level * np.expm1(move)
            errors = (np.full_like(z, float(np.mean(sa)) / np.sqrt(k)) for k in (n, m))
            arms[name] = ComparedArms(o.variable, level + move, np.full_like(z, level), *errors)
        return arms

    def difference(
        self, o: Observation, endpoint: Endpoint, other: Observation, n: int, m: int
    ) -> dict[str, Predictive]:
        """Predictive distribution of a treated arm less its control, of n and m people, by each baseline."""
        return {name: arms.on("difference") for name, arms in self.compared(o, endpoint, other, n, m).items()}

    def _untreated(self, name: str, o: Observation) -> Pooled:
        """Untreated outcome of the arm of an observation by a baseline."""
        population = self.model.arms[o.arm].populations[0][0]
        if name == "meta_regression":
            return self.reference.regressed(self.model.publication, o.arm, population, o.variable, o.time)
        return self.reference.untreated(population, o.variable, o.time)
