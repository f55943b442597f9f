"""Established treatment given beside the cells: donor plasma, G-CSF, corticosteroid.

Question: what does each treatment do to the states that the cells act on too?

Donor plasma is given in plasma volumes, alone or in exchange for the patient's own. Antivirals, N-acetylcysteine and
abstinence stand with the injuries they stop, antibiotics with infection, albumin with albumin.

Not covered: albumin dialysis, citrate, TIPS, terlipressin, lactulose, and interactions of drugs with each other.
"""

from hepatica.model.lang import Draft


def treatments(m: Draft) -> None:
    """Plasma flows in over hours; G-CSF acts for a day after each dose; steroid is on or off."""
    plasma = m.state("donor_plasma", "", "donor plasma hanging at the bed, in plasma volumes", dosed=True)
    rate, exchanged = m.pars("plasma_rate plasma_exchange")
    m.flow("plasma_infusion", rate * plasma, out_of=plasma)
    m.let("plasma_given", rate * plasma, "1/day", "donor plasma given, plasma volumes per day")
    m.let("plasma_removed", exchanged * rate * plasma, "1/day", "patient's plasma removed, plasma volumes per day")
    _fluid(m)
    G = m.state("gcsf", "", "granulocyte colony-stimulating factor, in doses of 5 ug/kg", dosed=True)
    loss, half = m.pars("gcsf_loss gcsf_half")
    m.flow("gcsf_elimination", loss * G, out_of=G)
    m.let("gcsf_effect", G / (G + half), "", "effect of G-CSF, 0 to 1")
    m.let("steroid", m.pars("corticosteroid")[0], "", "corticosteroid given, 1 = prednisolone 40 mg a day")


def _fluid(m: Draft) -> None:
    """Fluid given on admission widens the plasma for some days; what is in it is diluted and comes back."""
    hanging = m.state("fluid", "", "fluid ordered on admission, in plasma volumes that stay in the plasma", dosed=True)
    extra = m.state("plasma_expansion", "", "plasma volume above the usual, in plasma volumes")
    rate, leaving = m.pars("fluid_rate fluid_leaving")
    m.flow("fluid_infusion", rate * hanging, out_of=hanging, into=extra)
    m.flow("fluid_leaving", leaving * extra, out_of=extra)
    m.let(
        "dilution_rate",
        (rate * hanging - leaving * extra) / (1 + extra),
        "1/day",
        "dilution of what plasma holds, negative while fluid leaves",
    )
