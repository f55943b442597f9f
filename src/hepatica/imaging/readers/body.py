"""Body measures that standardised uptake values are normalised to: weight, lean body mass, ideal weight, surface."""

from __future__ import annotations

from enum import StrEnum

from hepatica.imaging.readers.faults import ImageError


class Normalisation(StrEnum):
    """Normalisation of a standardised uptake value; the value is DICOM's SUVType (0054,1006).

    Lean body mass: LBM of Morgan (in Sugawara 1999, Radiology 213:521), LBMJAMES128 of James (1976), LBMJANMA of
    Janmahasatian (2005, Clin Pharmacokinet 44:1051); IBW of Sugawara (1999); BSA of Du Bois (1916).
    """

    BW = "BW"
    LBM = "LBM"
    LBMJAMES128 = "LBMJAMES128"
    LBMJANMA = "LBMJANMA"
    IBW = "IBW"
    BSA = "BSA"

    @property
    def needs_sex(self) -> bool:
        """True for lean body mass and ideal body weight."""
        return self not in (Normalisation.BW, Normalisation.BSA)

    @property
    def unit(self) -> str:
        """Unit of the standardised uptake value."""
        return "cm2/mL" if self is Normalisation.BSA else "g/mL"


def normalisation_of(said: str) -> Normalisation:
    """Normalisation by its DICOM name.

    Raises
    ------
    ImageError
        If there is none of this name.

    Examples
    --------
    >>> normalisation_of("IBW").unit
    'g/mL'
    """
    try:
        return Normalisation(said.strip().upper())
    except ValueError as error:
        raise ImageError("SUVType (0054,1006)", repr(said), f"one of {', '.join(Normalisation)}") from error


def body_measure(kind: Normalisation, *, weight: float | None, height: float | None = None, sex: str = "") -> float:
    """Measure of the body that an SUV is normalised to.

    Parameters
    ----------
    kind : Normalisation
        Measure of the body.
    weight : float, kg
        Of the body.
    height : float, m, optional
        Of the body.
    sex : str
        ``"M"`` or ``"F"``; for any other the mean of both, as the IBSI SUV manual proposes.

    Returns
    -------
    float
        In g; cm2 for the surface.

    Raises
    ------
    ImageError
        If weight or height is missing, or the formula gives nothing above 0.

    Examples
    --------
    >>> [round(body_measure(k, weight=70.0, height=1.75, sex="M")) for k in ("BW", "LBMJAMES128", "BSA")]
    [70000, 56520, 18481]
    """
    kind = Normalisation(kind)
    if not weight:
        raise ImageError("PatientWeight (0010,1030)", "missing or 0", "state it as weight, in kg")
    if kind is Normalisation.BW:
        return weight * 1000.0
    if not height:
        raise ImageError("PatientSize (0010,1020)", "missing or 0", "state it as height, in m")
    if kind is Normalisation.BSA:
        return float(0.007184 * (100.0 * height) ** 0.725 * weight**0.425 * 1e4)
    sexes = (sex,) if sex in ("M", "F") else ("M", "F")
    kilograms = sum(_mass(kind, weight, 100.0 * height, s) for s in sexes) / len(sexes)
    if not kilograms > 0:
        raise ImageError("PatientSize (0010,1020)", "a height and weight beyond the formula", "check both")
    return kilograms * 1000.0


def _mass(kind: Normalisation, weight: float, height: float, sex: str) -> float:
    """Lean body mass or ideal body weight in kg; height in cm."""
    male = sex == "M"
    if kind is Normalisation.IBW:
        slope, at = (1.06, 48.0) if male else (0.91, 45.5)
        return at + slope * (height - 152.0)
    if kind is Normalisation.LBMJANMA:
        index = weight / (height / 100.0) ** 2
        return 9270.0 * weight / (6680.0 + 216.0 * index if male else 8780.0 + 244.0 * index)
    quadratic = 148.0 if not male else 128.0 if kind is Normalisation.LBMJAMES128 else 120.0
    return (1.10 if male else 1.07) * weight - quadratic * (weight / height) ** 2
