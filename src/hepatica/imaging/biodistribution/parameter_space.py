"""Parameter space of one subject: standard normal coordinates of every uncertain parameter of the sub-model."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.submodel import submodel
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification.cells import Efflux
from hepatica.model.parameters import Entry
from hepatica.therapy import TRACERS

Floats = NDArray[np.float64]
EFFLUX, TO_LIVER, TO_SPLEEN = "label_efflux", "label_to_liver", "label_to_spleen"


class CoordinateKind(StrEnum):
    """Kind of a coordinate."""

    PRIOR = "prior"  # of a parameter's prior
    SPIKE = "spike"  # decides whether the spike of a prior is hit
    BETWEEN = "between"  # of the subject's own deviation
    SURROUNDINGS = "surroundings"


class Coordinate(NamedTuple):
    """Standard normal coordinate of a parameter.

    Attributes
    ----------
    kind : CoordinateKind
    name : str
        The parameter.
    """

    kind: CoordinateKind
    name: str


@dataclass(frozen=True)
class ParameterSpace:
    """Map from standard normal coordinates to parameters of the sub-model under one hypothesis.

    Attributes
    ----------
    hypothesis : str
        One of ``hepatica.study.HYPOTHESES``.
    infusion : Infusion
    surroundings : Surroundings
    """

    hypothesis: str
    infusion: Infusion
    surroundings: Surroundings

    @property
    def leaks(self) -> bool:
        """True where label leaves living cells at the tracer's rate."""
        rule = self.infusion.labelled.efflux
        return rule is Efflux.TRACER or submodel().model.parameters[EFFLUX].under(self.hypothesis) > 0

    @functools.cached_property
    def _rows(self) -> dict[str, tuple[float, Entry]]:
        """Typical value and row of each parameter; a leaking label has those of its tracer."""
        made = {n: (p.under(self.hypothesis), p.entry) for n, p in submodel().model.parameters.items()}
        tracer = TRACERS[self.infusion.labelled.tracer]["efflux"]
        made[EFFLUX] = (tracer.internal_value, tracer) if self.leaks else (0.0, made[EFFLUX][1])
        return made

    @functools.cached_property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """Coordinates, in the order of columns."""
        made = []
        for name, (_, entry) in self._rows.items():
            if entry.prior.varies:
                made.append(Coordinate(CoordinateKind.PRIOR, name))
                if entry.prior.weight > 0:
                    made.append(Coordinate(CoordinateKind.SPIKE, name))
            if entry.between.varies:
                made.append(Coordinate(CoordinateKind.BETWEEN, name))
        made += [Coordinate(CoordinateKind.SURROUNDINGS, n) for n in self.surroundings.names]
        return tuple(made)

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return len(self.coordinates)

    def parameters(self, z: Floats) -> Floats:
        """Parameters (draw, n_parameters), in internal units, at coordinates (draw, size).

        Examples
        --------
        >>> from hepatica.imaging.biodistribution.surroundings import stated, surroundings_of
        >>> from hepatica.imaging.quantification import LabelledCells
        >>> around = stated({n: 0.1 for n in surroundings_of(submodel())})
        >>> space = ParameterSpace("lung_only", Infusion(LabelledCells(tracer="Zr89", number=1e8)), around)
        >>> p = space.parameters(np.zeros((1, space.size)))
        >>> float(p[0, submodel().parameters.index("arrest_lung")])
        0.9995
        """
        column = {c: z[:, k] for k, c in enumerate(self.coordinates)}
        n, made = len(z), {}
        for name, (value, entry) in self._rows.items():
            drawn = np.full(n, value)
            if entry.prior.varies:
                spike = column.get(Coordinate(CoordinateKind.SPIKE, name), np.full(n, 9.0))
                drawn = entry.prior.apply(drawn, column[Coordinate(CoordinateKind.PRIOR, name)], ndtr(spike))
            if entry.between.varies:
                drawn = entry.between.apply(drawn, column[Coordinate(CoordinateKind.BETWEEN, name)], np.ones(n))
            made[name] = drawn
        around = [column[Coordinate(CoordinateKind.SURROUNDINGS, s)] for s in self.surroundings.names]
        if around:
            values = self.surroundings.values(np.stack(around, axis=1))
            made |= {name: values[:, k] for k, name in enumerate(self.surroundings.names)}
        multipliers, settings = self.infusion.changes()
        made |= {n: made[n] * v for n, v in multipliers.items() if n in made}
        made |= {name: np.full(n, v) for name, v in settings.items() if name in made}
        made[TO_SPLEEN] = np.minimum(made[TO_SPLEEN], 1.0 - made[TO_LIVER])
        return np.stack([made[name] for name in submodel().parameters], axis=1)
