"""Measurables: what could be measured in a patient, a product or an image, when, and with which error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Group(Enum):
    """Group of measurables."""

    LAB = "lab"
    INFLAMMATION = "inflammation"
    FUNCTION = "function"
    SIGN = "sign"
    PRODUCT = "product"
    IMAGING = "imaging"
    CHANGE = "change"


@dataclass(frozen=True)
class Measurable:
    """Measurable of a patient or of the lot that the patient gets.

    Attributes
    ----------
    output : str
        Of the model; a covariate, a score or an attribute of the product.
    group : Group
    error : float
        SD of one measurement: of the logarithm where `is_log`, else in its unit; assumed from what assays allow.
    is_log : bool
    day : float
        Day of the measurement; of a change, its end.
    is_change : bool
        Change from day 0, under cells.
    """

    output: str
    group: Group
    error: float
    is_log: bool = True
    day: float = 0.0
    is_change: bool = False

    @property
    def name(self) -> str:
        """Name in tables: the output, and the day where it is not 0.

        Examples
        --------
        >>> Measurable("inr", Group.CHANGE, 0.06, day=7.0, is_change=True).name
        'inr change day 7'
        """
        text = f"{self.output} change" if self.is_change else self.output
        return f"{text} day {self.day:g}" if self.day else text


LABS = (
    ("bilirubin", 0.06), ("inr", 0.06), ("creatinine", 0.07), ("albumin", 0.04), ("alt", 0.08), ("ast", 0.08),
    ("ammonia", 0.2), ("sodium", 0.01), ("urea", 0.06), ("lactate", 0.1), ("glucose", 0.05), ("fibrinogen", 0.1),
    ("factor_v", 0.1),
)  # fmt: skip
INFLAMMATION = (
    ("white_cells", 0.1), ("crp", 0.1), ("il6", 0.2), ("il8", 0.2), ("il10", 0.25), ("tnf", 0.25), ("hgf", 0.2),
)  # fmt: skip
FUNCTION = (
    ("icg_pdr", 0.12), ("stiffness", 0.2), ("hvpg", 0.1), ("collagen", 0.3), ("functional_mass", 0.2),
    ("arterial_pressure", 0.07),
)  # fmt: skip
SIGNS = (("encephalopathy", 0.5), ("ascites", 0.4), ("age", 0.0), ("cirrhosis", 0.15), ("meld", 1.0))
PRODUCT = (("potency", 0.15), ("tissue_factor", 0.2), ("cxcr4", 0.2))
"""Attributes of the lot, which differ from lot to lot; error of the release assay."""
IMAGING = (("image_lung", 0.15), ("image_liver", 0.2), ("image_spleen", 0.2))
IMAGING_DAY = 1.0
CHANGES = ("bilirubin", "inr", "creatinine", "albumin", "alt", "ammonia", "white_cells", "crp", "il6")
LANDMARKS = (3.0, 7.0)
"""Days of the early changes, and of the choice to go on or to stop."""


def measurables() -> tuple[Measurable, ...]:
    """All measurables: at baseline, of the lot, of the first image, and early changes.

    Examples
    --------
    >>> len(measurables()) >= 25
    True
    """
    errors = dict(LABS) | dict(INFLAMMATION)
    return (
        *(Measurable(name, Group.LAB, error) for name, error in LABS),
        *(Measurable(name, Group.INFLAMMATION, error) for name, error in INFLAMMATION),
        *(Measurable(name, Group.FUNCTION, error) for name, error in FUNCTION),
        *(Measurable(name, Group.SIGN, error, is_log=False) for name, error in SIGNS),
        *(Measurable(name, Group.PRODUCT, error) for name, error in PRODUCT),
        *(Measurable(name, Group.IMAGING, error, day=IMAGING_DAY) for name, error in IMAGING),
        *(
            Measurable(name, Group.CHANGE, errors[name], day=day, is_change=True)
            for day in LANDMARKS
            for name in CHANGES
        ),
    )
