"""Result of an attribute and the belief about its true value, on the scale of the attribute."""

from __future__ import annotations

import numpy as np

from hepatica.manufacturing.quality.release.guard_band import Belief, Process, assay_error, believe
from hepatica.manufacturing.quality.release.lot_file import Attribute


def attribute_process(attribute: Attribute) -> Process | None:
    """Earlier lots on the scale of the attribute; None where the file has none."""
    law = attribute.law()
    if law is not None and attribute.scale == "log":
        return Process(float(np.log(law.mean)), law.sd)
    return law


def attribute_error(attribute: Attribute) -> float:
    """Standard error of the result, of its logarithm on a log scale."""
    assert attribute.assay_sd is not None  # of every attribute with values
    return assay_error(attribute.assay_sd, len(attribute.values), run_sd=attribute.run_sd)


def result_and_belief(attribute: Attribute) -> tuple[float, Belief]:
    """Result, and belief about the true value, on the scale of the attribute.

    Examples
    --------
    >>> given = Attribute(name="viability", values=[89.0, 91.0], assay_sd=2.0, lower=70.0)
    >>> round(result_and_belief(given)[1].sd, 3)
    1.414
    """
    values = np.log(attribute.values) if attribute.scale == "log" else np.array(attribute.values)
    result = float(values.mean())
    return result, believe(result, attribute_error(attribute), attribute_process(attribute))
