"""MCP-Mod from data to dose: contrast test, fit of the significant models, selection or averaging, target dose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.confirmatory.mcp_mod.contrast_test import ContrastTest, DoseMeans, contrast_test
from hepatica.trials.confirmatory.mcp_mod.fit import FITTED, FittedModel, GroupData, fit_model
from hepatica.trials.confirmatory.mcp_mod.models import BetaMod, DoseResponse, LinLog
from hepatica.trials.confirmatory.mcp_mod.target_dose import target_dose

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class McpModResult:
    """Result of MCP-Mod.

    Attributes
    ----------
    test : ContrastTest
    fits : tuple of FittedModel
        Of the significant models, one for each kind, the best (smallest AIC) first.
    weights : (fits,)
        exp(-AIC / 2), adding up to 1 (Buckland, Burnham and Augustin 1997, Biometrics 53:603).
    target_doses : (fits,)
        NaN where the effect is not reached.
    """

    test: ContrastTest
    fits: tuple[FittedModel, ...]
    weights: Floats
    target_doses: Floats

    @property
    def averaged_target_dose(self) -> float:
        """Target dose averaged over the models that reach it, by weight; NaN if none does."""
        known = np.isfinite(self.target_doses)
        if not known.any():
            return float("nan")
        return float(self.weights[known] @ self.target_doses[known] / self.weights[known].sum())


def mcp_mod(data: GroupData, models: Sequence[DoseResponse], *, effect: float, alpha: float = 0.025) -> McpModResult:
    """Run MCP-Mod.

    Parameters
    ----------
    data : GroupData
        Larger is better; multiply by -1 otherwise.
    models : sequence of DoseResponse
        Candidates.
    effect : float
        Wanted difference to placebo, for the target dose.
    alpha : float
        One-sided.

    Returns
    -------
    McpModResult
        Without fits if no contrast is significant.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.mcp_mod.models import Emax, Linear
    >>> data = GroupData.of_groups([0, 1, 2, 4], [0.0, 0.5, 0.7, 0.8], 30, 1.0)
    >>> result = mcp_mod(data, [Linear(), Emax(1.0)], effect=0.5)
    >>> type(result.fits[0].shape).__name__
    'Emax'
    """
    df = float(data.patients.sum() - len(data.doses))
    sd = float(np.sqrt(data.within / df))
    test = contrast_test(DoseMeans.of_groups(data.doses, data.means, data.patients, sd), models, alpha=alpha)
    kinds = {type(m): m for m in reversed(test.significant) if type(m) in FITTED}
    fits = sorted((_fit_like(m, data) for m in kinds.values()), key=lambda f: f.aic)
    aic = np.array([f.aic for f in fits])
    weights = np.exp(-0.5 * (aic - aic.min())) if len(fits) else aic
    doses = np.array([target_dose(f, effect) for f in fits])
    return McpModResult(test, tuple(fits), weights / max(weights.sum(), 1e-300), doses)


def _fit_like(model: DoseResponse, data: GroupData) -> FittedModel:
    """Fit of a candidate's kind, with its own offset or scale, which are not estimated."""
    offset = model.offset if isinstance(model, LinLog) else None
    scale = model.scale if isinstance(model, BetaMod) else None
    return fit_model(type(model), data, offset=offset, scale=scale)
