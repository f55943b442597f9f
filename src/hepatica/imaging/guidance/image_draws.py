"""Parameter draws of one subject: those that ship, with the cells' parameters as the subject's scans left them."""

from __future__ import annotations

import functools
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import shipped_system
from hepatica.imaging.biodistribution.fit import SubjectFit
from hepatica.imaging.biodistribution.parameter_space import EFFLUX, CoordinateKind
from hepatica.imaging.biodistribution.sampling import systematic
from hepatica.patients import Draws
from hepatica.patients.draws import DrawKey, DrawKind, posterior

Floats = NDArray[np.float64]
SOURCE = "images"


@functools.cache
def shipped_draws() -> Draws:
    """Draws that ship, of the parameters that the model has.

    Examples
    --------
    >>> shipped_draws().n == posterior().n
    True
    """
    known, drawn = shipped_system().model.parameters, (DrawKind.COORDINATE, DrawKind.SPIKE)
    shipped = posterior()
    kept = {k: v for k, v in shipped.columns.items() if k.kind not in drawn or k.name in known}
    return Draws(kept, shipped.provenance)


def image_draws(fit: SubjectFit, stage: Literal["prior", "posterior"] = "posterior") -> Draws:
    """Draws for `hepatica dose`: the subject's own biodistribution, everything else as it ships.

    Parameters
    ----------
    fit : SubjectFit
        After the scans so far.
    stage : {"prior", "posterior"}
        The prior is what would be known of the cells without looking.

    Returns
    -------
    Draws
        Columns of the cells' and the label's parameters under each hypothesis replaced. The efflux of a tracer is no
        parameter of treatment, and the activity of natural killer cells differs between patients: both stay out.

    Examples
    --------
    >>> from hepatica.imaging.biodistribution import Infusion, fit_subject, stated
    >>> from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of
    >>> from hepatica.imaging.quantification import LabelledCells, OrganLabel
    >>> around = stated({n: 0.1 for n in surroundings_of(submodel())})
    >>> fit = fit_subject([OrganLabel("lung", 0.1, 0.3, 0.03)],
    ...     Infusion(LabelledCells(tracer="Zr89", number=1e8)), around, draws=200, points=500)
    >>> draws = image_draws(fit)
    >>> draws.n == shipped_draws().n, DrawKey.coordinate("arrest_lung", "lung_only") in draws.columns
    (True, True)
    """
    shipped = shipped_draws()
    columns = dict(shipped.columns)
    rows = shipped.n
    for hypothesis, one in fit.by_hypothesis.items():
        z = one.posterior if stage == "posterior" else one.prior
        chosen = z[systematic(np.ones(len(z)), rows, 0.5)]
        chosen = chosen[np.random.Generator(np.random.Philox(rows)).permutation(rows)]
        for k, c in enumerate(one.space.coordinates):
            if c.kind is CoordinateKind.PRIOR and c.name != EFFLUX:
                columns[DrawKey.coordinate(c.name, hypothesis)] = chosen[:, k]
    return Draws(columns, dict(shipped.provenance) | {"updated_by": SOURCE, "stage": stage})
