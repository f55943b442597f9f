"""Design matrices of linear models with factors, covariates and interactions; their contrasts and marginal means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError

Array = NDArray[np.float64]
Term = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Design:
    """Linear predictor: terms of factors and covariates, coded against the first level of each factor.

    Attributes
    ----------
    terms : tuple of tuple of str
        Names of the variables of each term; () is the intercept.
    levels : dict of str to tuple
        Of each factor, the reference first.
    means : dict of str to float
        Of each covariate, over the rows used.
    columns : tuple of str
        Names of the columns, such as "arm[TRT]:visit[4]".
    owner : tuple of int
        Term of each column.
    """

    terms: tuple[Term, ...]
    levels: dict[str, tuple[object, ...]]
    means: dict[str, float]
    columns: tuple[str, ...]
    owner: tuple[int, ...]

    @classmethod
    def of(
        cls,
        data: Mapping[str, ArrayLike],
        terms: Sequence[str | Sequence[str]],
        *,
        references: Mapping[str, object] | None = None,
    ) -> Design:
        """Design of named variables: a variable of text or bool is a factor, one of numbers a covariate.

        Parameters
        ----------
        data : mapping of str to (row,)
            Of each variable; without gaps.
        terms : sequence of str or of sequence of str
            Main effects by name, interactions as several names. An intercept is added. A number meant as a factor is
            given as text.
        references : mapping, optional
            Reference level by factor; the first in sorted order unless given.

        Examples
        --------
        >>> made = Design.of({"arm": ["a", "b"], "age": [50.0, 60.0]}, ["arm", "age"])
        >>> made.columns, made.matrix({"arm": ["b"], "age": [40.0]}).tolist()
        (('intercept', 'arm[b]', 'age'), [[1.0, 1.0, 40.0]])
        """
        chosen: tuple[Term, ...] = ((), *((t,) if isinstance(t, str) else tuple(t) for t in terms))
        levels: dict[str, tuple[object, ...]] = {}
        means: dict[str, float] = {}
        for name in dict.fromkeys(name for term in chosen for name in term):
            if name not in data:
                raise InputError("terms", name, f"a variable of the data: {', '.join(map(str, data))}")
            values = np.asarray(data[name])
            if values.dtype.kind in "fiu":
                if not np.all(np.isfinite(values)):
                    raise InputError(name, "a missing value", "a value in every row")
                means[name] = float(values.mean())
                continue
            categories = sorted(set(values.tolist()), key=str)
            first = (references or {}).get(name, categories[0])
            if first not in categories:
                raise InputError(f"references, {name}", first, f"one of {', '.join(map(str, categories))}")
            levels[name] = (first, *(v for v in categories if v != first))
            if len(categories) < 2:
                raise InputError(name, categories, "a factor with two levels or more")
        columns, owner = [], []
        for k, term in enumerate(chosen):
            parts = [[f"{n}[{v}]" for v in levels[n][1:]] if n in levels else [n] for n in term]
            made = [":".join(p) or "intercept" for p in product(*parts)]
            columns += made
            owner += [k] * len(made)
        return cls(terms=chosen, levels=levels, means=means, columns=tuple(columns), owner=tuple(owner))

    def matrix(self, data: Mapping[str, ArrayLike], *, centred: bool = False) -> Array:
        """Design matrix, (row, column).

        Parameters
        ----------
        data : mapping of str to (row,)
            Of each variable.
        centred : bool
            Code factors to sum to zero in place of against the reference.
        """
        coded = {name: self._coded(name, data[name], centred) for name in (*self.levels, *self.means)}
        n = len(np.asarray(data[next(iter(coded))])) if coded else len(np.asarray(next(iter(data.values()))))
        blocks = []
        for term in self.terms:
            block: Array = np.ones((n, 1))
            for name in term:
                block = np.asarray((block[:, :, None] * coded[name][:, None, :]).reshape(n, -1), dtype=np.float64)
            blocks.append(block)
        return np.concatenate(blocks, axis=1)

    def _coded(self, name: str, values: ArrayLike, centred: bool) -> Array:
        given = np.asarray(values)
        if name in self.means:
            return given.astype(np.float64)[:, None]
        levels = self.levels[name]
        unknown = set(given.tolist()) - set(levels)
        if unknown:
            raise InputError(name, sorted(map(str, unknown)), f"one of {', '.join(map(str, levels))}")
        indicator = np.array([[float(v == level) for level in levels[1:]] for v in given.tolist()])
        if centred:
            indicator -= np.array([[float(v == levels[0])] for v in given.tolist()])
        return indicator.reshape(len(given), len(levels) - 1)

    def term_contrast(self, data: Mapping[str, ArrayLike], term: str | Sequence[str]) -> Array:
        """Contrasts of the type III hypothesis of a term: levels against the reference, (rank, column).

        Other factors are averaged with equal weights, as with sum-to-zero coding.

        Parameters
        ----------
        data : mapping of str to (row,)
            The rows fitted.
        term : str or sequence of str
            A term of the design, in any order of its variables.
        """
        members = {term} if isinstance(term, str) else set(term)
        places = [k for k, t in enumerate(self.terms) if set(t) == members]
        if not places:
            raise InputError("term", term, "one of " + ", ".join(":".join(t) for t in self.terms[1:]))
        centred = self.matrix(data, centred=True)
        change = np.linalg.lstsq(centred, self.matrix(data), rcond=None)[0]
        change[np.abs(change) < 1e-10] = 0.0
        to_reference = np.ones((1, 1))
        for name in self.terms[places[0]]:
            k = len(self.levels[name]) - 1 if name in self.levels else 1
            to_reference = np.asarray(
                np.kron(to_reference, np.eye(k) + (1.0 if name in self.levels else 0.0)), dtype=np.float64
            )
        return np.asarray(to_reference @ change[np.array(self.owner) == places[0]], dtype=np.float64)

    def marginal_rows(
        self, at: Mapping[str, object], *, weights: Mapping[str, Mapping[object, float]] | None = None
    ) -> Array:
        """Row of the least-squares mean at given values: other factors averaged, covariates at their means, (column,).

        Parameters
        ----------
        at : mapping of str to value
            Factors and covariates that are held.
        weights : mapping, optional
            Weight of each level of an averaged factor; equal unless given.
        """
        unknown = set(at) - set(self.levels) - set(self.means)
        if unknown:
            raise InputError("at", sorted(unknown), f"variables of the model: {', '.join((*self.levels, *self.means))}")
        free = [name for name in self.levels if name not in at]
        held = {name: at.get(name, mean) for name, mean in self.means.items()}
        held |= {name: at[name] for name in self.levels if name in at}
        cells = list(product(*(self.levels[name] for name in free)))
        share = np.array(
            [
                np.prod([(weights or {}).get(n, {}).get(v, 1.0) for n, v in zip(free, cell, strict=True)])
                for cell in cells
            ]
        )
        rows: dict[str, Any] = {name: [cell[k] for cell in cells] for k, name in enumerate(free)}
        rows |= {name: [value] * len(cells) for name, value in held.items()}
        if not rows:
            return np.ones(1)
        return np.asarray(np.average(self.matrix(rows), axis=0, weights=share))
