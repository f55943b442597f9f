"""Hepatocyte injury: virus, alcohol, drugs, lack of oxygen, inflammation, and the chronic background.

Question: how fast are hepatocytes injured by each cause, and what is left of it once the cause is treated?
Own form throughout. Each cause is exactly zero unless its insult is dosed or its control is set; the causes add.
An infused drug is either toxic by itself (paracetamol) or, with `antigen_is_drug`, a hapten that effector cells attack.

Not covered: reperfusion after ischaemia, fat in the liver, resistant virus, steroid that lets virus grow, autoimmune
hepatitis.
"""

from hepatica.model.functions import hill
from hepatica.model.lang import Draft, Expr


def injury(m: Draft) -> None:
    """The causes are summed; cells protect against all but the toxic metabolite and the chronic background."""
    scar, hypoxia, protection = m.needs("scar", ""), m.needs("hypoxia", ""), m.needs("protection", "")
    steroid = m.needs("steroid", "")
    drug = m.state("drug", "", "hepatotoxic drug in the body, in reference overdoses or usual amounts", dosed=True)
    toxic, eased = _paracetamol(m, drug)
    flare, alcoholic, anoxic = _flare(m, drug, steroid), _alcohol(m, steroid), _ischaemia(m, hypoxia)
    tnf_kill, half, steep, chronic = m.pars("tnf_kill tnf_half tnf_steep chronic_kill")
    amplified = tnf_kill * hill(m.needs("tnf_excess", "pg/mL"), half, steep)
    kill = m.let(
        "kill",
        (flare + amplified + alcoholic + anoxic) * (1 - protection) * (1 - eased)
        + toxic
        + chronic * m.needs("cause_acting", "") * scar,
        "1/day",
        "rate at which hepatocytes are injured",
    )
    _sublethal(m, kill)


def _sublethal(m: Draft, kill: Expr) -> None:
    """Cells that an attack touches and does not kill make no protein for plasma, leak, and recover within days."""
    rate, half = m.pars("sublethal_rate sublethal_half")
    touched = m.state("injury_sublethal", "", "share of living hepatocytes under sublethal injury")
    m.flow("sublethal_injury", rate * hill(kill, half, 2), into=touched)
    m.flow("sublethal_recovery", rate * touched, out_of=touched)


def _flare(m: Draft, drug: Expr, steroid: Expr) -> Expr:
    """A pulse of effector cells kills while antigen lasts; virus is cleared, a drug feeds them until stopped."""
    maturing, lifetime, hapten = m.pars("effector_maturing effector_lifetime antigen_is_drug")
    antiviral, antiviral_efficacy, viral_rate, viral_clearance = m.pars(
        "antiviral antiviral_efficacy viral_rate viral_clearance"
    )
    young = m.state("effectors_young", "", "antigen-specific effector cells, maturing", dosed=True)
    effectors = m.state("effectors", "", "antigen-specific effector cells in the liver")
    virus = m.state("virus", "", "hepatitis B virus, relative to untreated")
    flare_kill, half, renewal, efficacy = m.pars("flare_kill flare_half effector_renewal efficacy_steroid_drug")
    antigen = (1 - hapten) * virus + hapten * drug
    presented = antigen / (antigen + half)
    m.flow("effector_maturation", young / maturing, out_of=young, into=effectors)
    m.flow("effector_renewal", hapten * renewal * presented * effectors / (1 + effectors), into=effectors)
    m.flow("effector_loss", effectors / lifetime, out_of=effectors)
    m.flow("viral_production", viral_rate * (1 - antiviral_efficacy * antiviral), into=virus)
    m.flow("viral_decay", viral_rate * virus, out_of=virus)
    m.flow("viral_clearance", viral_clearance * (1 - hapten) * effectors * virus, out_of=virus)
    held = m.needs("effector_restraint", "") * (1 - hapten * efficacy * steroid)
    return m.let("kill_flare", flare_kill * effectors * presented * held, "1/day", "killing by effector cells")


def _paracetamol(m: Draft, drug: Expr) -> tuple[Expr, Expr]:
    """Saturable oxidation; glutathione binds the product until it is used up; acetylcysteine renews it."""
    G = m.state("glutathione", "", "glutathione of the liver, 1 in health")
    A = m.state("acetylcysteine", "", "acetylcysteine, in days of treatment", dosed=True)
    hapten, taken, turnover = m.pars("antigen_is_drug drug_taken hapten_turnover")
    clearance, share, oxidation_half, h = (
        *m.pars("drug_clearance drug_liver oxidation_half"),
        m.needs("functional_mass", ""),
    )
    cleared = (1 - hapten) * clearance * (1 - share + share * h) + hapten * turnover
    m.flow("drug_intake", hapten * turnover * taken, into=drug)
    m.flow("drug_elimination", cleared * drug, out_of=drug)

    loss, half, efficacy = m.pars("acetylcysteine_loss acetylcysteine_half efficacy_acetylcysteine")
    m.flow("acetylcysteine_elimination", loss * A, out_of=A)
    acting = A / (A + half)
    synthesis, gain, use, spare, killing = m.pars(
        "glutathione_turnover acetylcysteine_gain glutathione_use glutathione_half toxic_kill"
    )
    oxidised = (1 - hapten) * drug / (drug + oxidation_half)
    renewed = synthesis * (1 + gain * acting)
    m.flow("glutathione_synthesis", renewed, into=G)
    m.flow("glutathione_loss", renewed * G, out_of=G)
    m.flow("glutathione_use", use * oxidised * G**3 / (G**3 + spare**3), out_of=G)
    free = m.let(
        "napqi", oxidised * spare**3 / (G**3 + spare**3), "", "reactive metabolite that glutathione has not taken"
    )
    return m.let("kill_toxic", killing * free, "1/day", "killing by the reactive metabolite"), efficacy * acting


def _ischaemia(m: Draft, hypoxia: Expr) -> Expr:
    """An insult to the circulation that passes within a day; the portal module makes hypoxia of it."""
    insult = m.state("ischaemia_insult", "", "circulatory insult, 1 = a typical shock", dosed=True)
    recovery, half, largest, hypoxia_half, steep = m.pars(
        "ischaemia_recovery ischaemia_half hypoxia_kill hypoxia_half hypoxia_steep"
    )
    m.flow("circulation_restored", recovery * insult, out_of=insult)
    m.let("ischaemia", insult / (insult + half), "", "loss of hepatic perfusion from outside the liver, 0 to 1")
    return m.let("kill_hypoxia", largest * hill(hypoxia, hypoxia_half, steep), "1/day", "killing by lack of oxygen")


def _alcohol(m: Draft, steroid: Expr) -> Expr:
    """The toxic state follows drinking within weeks; part of its killing is done by cells that steroid calms."""
    E = m.state("alcohol", "", "alcohol exposure as hepatocytes feel it, 1 = heavy drinking")
    rate, drinking, killing, inflamed, efficacy = m.pars(
        "alcohol_rate drinking alcohol_kill alcohol_inflamed efficacy_steroid"
    )
    m.let("alcohol_intake", drinking, "", "alcohol taken now, 1 = heavy drinking")
    m.flow("alcohol_onset", rate * drinking, into=E)
    m.flow("alcohol_recovery", rate * E, out_of=E)
    return m.let("kill_alcohol", killing * E * (1 - inflamed * efficacy * steroid), "1/day", "killing by alcohol")
