"""Bias of a comparison as a shift with its own prior, by the risk of bias of its publication (Turner et al. 2009).

Bias favours the treatment by a normal amount on the log odds ratio; on means by its standardised equivalent. It is
common to all contrasts of a publication (Turner, Spiegelhalter, Smith & Thompson 2009, J R Stat Soc A
172:21-47, doi 10.1111/j.1467-985X.2008.00547.x).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hepatica.calibrate.endpoints import DIRECTION

SMD_PER_LOG_ODDS_RATIO = float(np.sqrt(3) / np.pi)  # of a logistic distribution (Chinn 2000)
HIGHER_IS_BETTER = frozenset({"albumin", "prothrombin_activity", "sodium"})


class BiasPrior(NamedTuple):
    """Normal prior of a bias, in favour of the treatment as a log odds ratio, or of the shift that it makes.

    Shifts of a publication are common: the sign of `sd` says in which direction a contrast goes with the others.
    """

    mean: float
    sd: float

    def shift(self, variable: str, size: float) -> BiasPrior:
        """Prior of the shift of a contrast of a variable whose SD between people is `size` on its scale.

        Examples
        --------
        >>> BIAS["some"].shift("death", 1.0).mean, BIAS["some"].shift("albumin", 0.1).mean > 0
        (-0.105, True)
        """
        if variable in DIRECTION:
            unit = -float(DIRECTION[variable].value)
        else:
            unit = SMD_PER_LOG_ODDS_RATIO * size * (1.0 if variable in HIGHER_IS_BETTER else -1.0)
        return BiasPrior(unit * self.mean, unit * self.sd)


BIAS = {
    "low": BiasPrior(0.0, 0.05),
    "some": BiasPrior(0.105, 0.1),
    "unclear": BiasPrior(0.178, 0.3),
    "high": BiasPrior(0.178, 0.8),
}
"""Priors by risk of bias. Means: ratios of odds ratios 0.90 (allocation not concealed) and 0.90 x 0.93 (nor its
sequence random), from Page et al. 2016 (PLoS One 11:e0159267, doi 10.1371/journal.pone.0159267); SDs are assumed."""
