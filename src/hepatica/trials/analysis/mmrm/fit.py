"""Mixed model for repeated measures: fit, coefficients, least-squares means, differences and type III tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.trials.analysis.contrast import Contrast, FTest, LinearFit, t_test
from hepatica.trials.analysis.design_matrix import Design
from hepatica.trials.analysis.mmrm.covariance import Covariance, Unstructured
from hepatica.trials.analysis.mmrm.degrees_of_freedom import DegreesOfFreedom, adjusted_covariance, f_test
from hepatica.trials.analysis.mmrm.likelihood import Derivatives, Method, Model, patterns
from hepatica.trials.analysis.mmrm.observations import observed_rows, starting_values
from hepatica.trials.analysis.mmrm.spatial import Spatial

Array = NDArray[np.float64]
MAX_STEPS, TOLERANCE = 200, 1e-9


@dataclass(frozen=True, kw_only=True)
class RepeatedMeasuresFit(LinearFit):
    """Fitted mixed model for repeated measures.

    Attributes
    ----------
    design : Design
    data : dict of str to (row,)
        Rows with an outcome.
    model : Model
    theta : (group x parameter,)
        Covariance parameters of all groups.
    derivatives : Derivatives
        At the estimate.
    degrees_of_freedom : DegreesOfFreedom
    covariance : (effect, effect)
        Of the fixed effects, adjusted as the method asks.
    converged : bool
    patients : int
    visits : tuple
        Labels, in order.
    groups : tuple
        Labels of the covariance groups.
    """

    design: Design
    data: dict[str, NDArray[np.generic]]
    model: Model
    theta: Array
    derivatives: Derivatives
    degrees_of_freedom: DegreesOfFreedom
    covariance: Array
    converged: bool
    patients: int
    visits: tuple[object, ...]
    groups: tuple[object, ...]

    @property
    def coefficients(self) -> dict[str, float]:
        """Fixed effects by name of column."""
        return dict(zip(self.design.columns, self.derivatives.beta.tolist(), strict=True))

    @property
    def minus_two_log_likelihood(self) -> float:
        """Minus twice the (restricted) log-likelihood."""
        return self.derivatives.value

    @property
    def aic(self) -> float:
        """Akaike's criterion; with REML only covariance parameters count."""
        return self.derivatives.value + 2 * self._counted

    @property
    def bic(self) -> float:
        """Schwarz's criterion over patients; with REML only covariance parameters count."""
        return self.derivatives.value + float(np.log(self.patients)) * self._counted

    @property
    def _counted(self) -> int:
        return self.theta.size + (self.model.width if self.model.method is Method.ML else 0)

    def visit_covariance(self, group: int = 0) -> Array:
        """Estimated covariance of the visits, (visit, visit).

        Parameters
        ----------
        group : int
            Number of the covariance group.
        """
        return self.model.structure.matrix(self.model.split(self.theta)[group], self.model.visits)

    def contrast(self, weights: ArrayLike, *, null: float = 0.0, confidence: float = 0.95) -> Contrast:
        """T test of a linear combination of the fixed effects.

        Parameters
        ----------
        weights : (effect,)
            In the order of the columns of the design.
        null : float
            Value under the hypothesis.
        confidence : float
            Coverage of the interval, two-sided.
        """
        row = np.asarray(weights, dtype=np.float64)
        value, size = float(row @ self.derivatives.beta), float(np.sqrt(row @ self.covariance @ row))
        df = f_test(row[None], self.derivatives, self.degrees_of_freedom).denominator
        return t_test(value, size, df, null=null, confidence=confidence)

    def coefficient(self, name: str) -> Contrast:
        """T test of one fixed effect.

        Parameters
        ----------
        name : str
            Of a column of the design, such as "arm[TRT]".
        """
        if name not in self.design.columns:
            raise InputError("name", name, f"one of {', '.join(self.design.columns)}")
        return self.contrast(np.eye(self.model.width)[self.design.columns.index(name)])

    def type_iii(self, term: str | Sequence[str]) -> FTest:
        """Type III test of a term.

        Parameters
        ----------
        term : str or sequence of str
            A main effect, or the variables of an interaction.
        """
        return f_test(self.design.term_contrast(self.data, term), self.derivatives, self.degrees_of_freedom)


def mmrm(
    data: Mapping[str, ArrayLike],
    *,
    outcome: str,
    terms: Sequence[str | Sequence[str]],
    patient: str,
    visit: str,
    structure: Covariance | None = None,
    covariance_group: str | None = None,
    options: Options | None = None,
) -> RepeatedMeasuresFit:
    """Mixed model for repeated measures: a marginal linear model whose visits of a patient are correlated.

    Parameters
    ----------
    data : mapping of str to (row,)
        One row for each patient and visit; rows with a missing outcome are left out.
    outcome, patient, visit : str
        Names of the variables; visits are taken in sorted order.
    terms : sequence of str or of sequence of str
        Fixed effects, as in `Design.of`.
    structure : Covariance, optional
        `Unstructured()` unless given; compound symmetry, AR(1), Toeplitz, ante-dependence or spatial.
    covariance_group : str, optional
        Variable with a covariance of its own for each of its values, such as the arm.
    options : Options, optional
        REML and Satterthwaite unless given.

    Returns
    -------
    RepeatedMeasuresFit

    Raises
    ------
    InputError
        If a variable is unknown, a patient has two rows at a visit, or terms depend linearly on each other.

    References
    ----------
    Mallinckrodt2008, Kenward1997

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> own = np.repeat(rng.normal(size=40), 2)
    >>> rows = {"id": np.repeat(np.arange(40), 2), "visit": np.tile(["1", "2"], 40), "y": own + rng.normal(size=80)}
    >>> fitted = mmrm(rows, outcome="y", terms=["visit"], patient="id", visit="visit")
    >>> fitted.converged, fitted.coefficient("visit[2]").df
    (True, 39.0...)
    """
    chosen = options or Options()
    shape = structure or Unstructured()
    places = shape.coordinates if isinstance(shape, Spatial) else ()
    rows, codes, labels = observed_rows(data, (outcome, patient, visit, covariance_group), terms, places)
    shape = shape.located(np.array(labels[0], float)) if isinstance(shape, Spatial) else shape
    design = Design.of(rows, terms, references=chosen.references)
    x, y = design.matrix(rows), np.asarray(rows[outcome], dtype=np.float64)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise InputError("terms", design.columns, "terms that do not depend linearly on each other")
    groups = patterns(x, y, patient=codes[0], visit=codes[1], group=codes[2])
    model = Model(groups, shape, len(labels[0]), len(labels[1]), chosen.method)
    theta, at, converged = _maximum(model, starting_values(model, x, y, codes))
    return RepeatedMeasuresFit(
        design=design,
        data=rows,
        model=model,
        theta=theta,
        derivatives=at,
        degrees_of_freedom=chosen.degrees_of_freedom,
        covariance=adjusted_covariance(at, chosen.degrees_of_freedom),
        converged=converged,
        patients=int(codes[0].max()) + 1,
        visits=labels[0],
        groups=labels[1],
    )


@dataclass(frozen=True, kw_only=True)
class Options:
    """Choices of a fit.

    Attributes
    ----------
    method : Method
    degrees_of_freedom : DegreesOfFreedom
    references : mapping of str to level
        Reference level by factor; the first in sorted order unless given.
    """

    method: Method = Method.REML
    degrees_of_freedom: DegreesOfFreedom = DegreesOfFreedom.SATTERTHWAITE
    references: Mapping[str, object] | None = None


def _maximum(model: Model, theta: Array) -> tuple[Array, Derivatives, bool]:
    """Estimate by Newton's method, with the expected information where the observed is not positive definite."""
    if not np.isfinite(model.value(theta)[0]):  # a banded correlation of one value may not be a correlation
        theta = np.concatenate([model.structure.start(_variances(model, row), 0.0) for row in model.split(theta)])
    at = model.derivatives(theta)
    for _ in range(MAX_STEPS):
        curvature = at.hessian
        if np.linalg.eigvalsh(curvature)[0] <= 0:
            curvature = at.expected
        step = -np.linalg.lstsq(curvature, at.gradient, rcond=None)[0]
        decrement, share = float(-at.gradient @ step), 1.0
        if decrement < TOLERANCE:
            return theta, at, True
        while share > 1e-10 and not model.value(theta + share * step)[0] < at.value - 1e-4 * share * decrement:
            share /= 2
        if share <= 1e-10:
            return theta, at, decrement < 1e-5
        theta = theta + share * step
        at = model.derivatives(theta)
    return theta, at, False


def _variances(model: Model, row: Array) -> Array:
    return np.diag(model.structure.matrix(row, model.visits)).copy()
