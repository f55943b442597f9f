"""What kills hepatocytes: the immune flare of hepatitis B, inflammation, and the chronic background."""

from hepatica.model.functions import hill, pos
from hepatica.model.lang import Draft


def injury(m: Draft) -> None:
    """A pulse of effector cells clears virus by killing; TNF adds to it; growth factor protects."""
    tnf = m.needs("tnf", "pg/mL")
    scar = m.needs("scar", "")
    protection = m.needs("protection", "")
    maturing, lifetime = m.pars("effector_maturing effector_lifetime")
    antiviral, antiviral_efficacy, viral_rate, viral_clearance = m.pars(
        "antiviral antiviral_efficacy viral_rate viral_clearance")
    flare_kill, flare_half, tnf_kill, tnf_half, tnf_steep, tnf_healthy, tnf_width, chronic_kill = m.pars(
        "flare_kill flare_half tnf_kill tnf_half tnf_steep tnf_healthy tnf_width chronic_kill")

    young = m.state("effectors_young", "", "virus-specific effector cells, maturing", dosed=True)
    effectors = m.state("effectors", "", "virus-specific effector cells in the liver")
    virus = m.state("virus", "", "hepatitis B virus, relative to untreated")
    m.flow("effector_maturation", young / maturing, out_of=young, into=effectors)
    m.flow("effector_loss", effectors / lifetime, out_of=effectors)
    m.flow("viral_production", viral_rate * (1 - antiviral_efficacy * antiviral), into=virus)
    m.flow("viral_decay", viral_rate * virus, out_of=virus)
    m.flow("viral_clearance", viral_clearance * effectors * virus, out_of=virus)

    excess = m.let("tnf_excess", pos(tnf - tnf_healthy, tnf_width), "pg/mL", "TNF above health")
    restraint = m.needs("effector_restraint", "")
    flare = m.let("kill_flare", flare_kill * restraint * effectors * virus / (virus + flare_half), "1/day",
                  "killing by the antiviral flare")
    amplified = tnf_kill * hill(excess, tnf_half, tnf_steep)
    m.let("kill", (flare + amplified) * (1 - protection) + chronic_kill * scar, "1/day",
          "rate at which hepatocytes are injured")
