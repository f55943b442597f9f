"""Fitted lines and curves pass where the fitted responses are."""

import numpy as np
import pytest

from hepatica.manufacturing.assay.assembly import fit_assays
from hepatica.manufacturing.assay.curves import POINTS, fitted_curve
from hepatica.manufacturing.assay.models.logistic import LogisticAssay
from hepatica.manufacturing.assay.result import Model, Options

from .test_assembly import assay


@pytest.mark.parametrize("model", Model)
@pytest.mark.parametrize("sample", [0, 1])
def test_a_curve_ends_at_fitted_responses(model, sample):
    (found,) = fit_assays([assay(model)], Options(model))
    drawn = fitted_curve(found, model, sample)
    here = found.layout.sample == sample
    fitted = found.kernel.fitted if model.is_quantal else found.kernel.fitted[0]
    top = fitted[here & (found.layout.dose == found.layout.dose.max())][0]
    assert drawn.dose.shape == drawn.response.shape == (POINTS,)
    assert drawn.response[-1] == pytest.approx(top, rel=1e-9)
    if isinstance(found.kernel, LogisticAssay):
        assert (drawn.low < drawn.response).all() and (drawn.response < drawn.high).all()
    else:
        assert drawn.low is None and np.isfinite(drawn.response).all()
