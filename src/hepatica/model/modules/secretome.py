"""Secretome of infused cells: growth factors, immunoregulatory mediators, matrix factors, and their own death.

Question: how much of each factor do the living cells make where it can reach the liver, and what does it do?

Factors turn over in hours, so their levels follow the cells; saturating effects are 0 without cells. Local
factors reach the liver's cells from the liver itself; from elsewhere only the stated part of them does.
What people's outcomes differ by from all of this together has unknowns of its own, harm as possible as benefit.

Not covered: vesicles apart from the factors they carry, mitochondrial transfer, antigen presentation by MSC.
"""

from hepatica.model.functions import exp, hill
from hepatica.model.lang import Draft, Expr


def secretome(m: Draft) -> None:
    """Living cells secrete when fresh and licensed; dying cells, engulfed, calm phagocytes."""
    lung, liver, spleen, gut, kidney, rest = (
        m.needs(f"cells_{o}", "cell") for o in ("lung", "liver", "spleen", "gut", "kidney", "rest")
    )
    elsewhere = gut + kidney + rest
    alive = _fresh(m) * m.pars("potency")[0]
    il6 = m.needs("il6", "pg/mL")
    fold, half, priming, works = m.pars("licensing_fold licensing_half priming secretion_works")
    inflamed = priming + (1 - priming) * il6 / (il6 + half)
    licensing = m.let("licensing", 1 + (fold - 1) * inflamed, "", "secretion over that at rest")

    reach_lung, reach_spleen = m.pars("growth_reach_lung growth_reach_spleen")
    local = alive * (reach_lung * lung + liver + reach_spleen * spleen)
    per_cell, clearance, hgf_half, source = m.pars("hgf_per_cell hgf_clearance hgf_half source_growth")
    hgf = m.let(
        "hgf", source * per_cell * local / clearance, "ng", "hepatocyte growth factor of MSC acting in the liver"
    )
    growth = m.let("growth_effect", works * hgf / (hgf + hgf_half), "", "growth factor effect, 0 to 1")

    reach_U_lung, reach_U_rest, cells_half, immune = m.pars(
        "mediator_reach_lung mediator_reach_rest cells_half source_immune"
    )
    secreting = alive * (reach_U_lung * lung + liver + spleen + reach_U_rest * elsewhere)
    U = m.let(
        "mediators",
        immune * licensing * secreting / cells_half,
        "",
        "PGE2, TSG-6 and IDO of MSC, relative to half effect",
    )
    mediated = m.let("mediator_effect", works * U / (1 + U), "", "effect of immunoregulatory mediators, 0 to 1")
    _matrix_and_vessels(m, local, licensing, secreting)

    F = m.state("efferocytosis", "", "phagocytes reprogrammed by engulfed MSC")
    engulfed = m.needs("engulfed", "cell/day")
    memory, engulfed_half, weight = m.pars("efferocytosis_rate engulfed_half efferocytosis_weight")
    m.flow("reprogramming", memory * engulfed / engulfed_half, into=F)
    m.flow("reprogramming_loss", memory * F, out_of=F)
    by_death = weight * F / (1 + F)
    calm = m.let("calming", mediated + by_death - mediated * by_death, "", "immune effect of MSC, both channels")
    _effects(m, growth, calm, mediated)
    _unexplained(m)


def _fresh(m: Draft) -> Expr:
    """Freshly thawed cells recover within a day or so; they die at the rate of the others."""
    living, died = m.needs("cells_living", "cell"), m.needs("cells_died", "cell/day")
    stunned = m.state("cells_stunned", "cell", "living MSC not yet recovered from thawing", dosed=True)
    recovery, thawed, one = m.pars("thaw_recovery thaw_potency one_cell")
    m.flow("recovery_from_thawing", recovery * stunned, out_of=stunned)
    m.flow("death_of_stunned", died / (living + one) * stunned, out_of=stunned)
    return m.let("freshness", 1 - (1 - thawed) * stunned / (living + one), "", "potency left by thawing")


def _matrix_and_vessels(m: Draft, local: Expr, licensing: Expr, secreting: Expr) -> None:
    """VEGF, TGF-beta and MMP act in the liver; IL-6 of MSC adds to the patient's."""
    for factor, given, unit, effect in (
        ("vegf", "vegf_added", "ng", "effect of VEGF of MSC on sinusoidal endothelium, 0 to 1"),
        ("tgf", "tgf_beta_added", "ng", "effect of TGF-beta of MSC on stellate cells, 0 to 1"),
    ):
        source, per_cell, clearance, half, efficacy = m.pars(
            f"source_{factor} {factor}_per_cell {factor}_clearance {factor}_half efficacy_{factor}"
        )
        level = m.let(
            f"{factor}_msc", source * per_cell * local / clearance, unit, f"{factor.upper()} of MSC acting in the liver"
        )
        m.let(given, efficacy * level / (level + half), "", effect)
    source, cells, efficacy = m.pars("source_mmp mmp_half_cells efficacy_mmp")
    acting = source * local / cells
    m.let("mmp_added", efficacy * acting / (1 + acting), "", "matrix degradation added by MSC, 0 to 1")
    source, per_cell = m.pars("source_il6 il6_per_cell")
    m.let("il6_added", source * per_cell * licensing * secreting, "pg/mL", "interleukin 6 added by MSC")


def _effects(m: Draft, growth: Expr, calm: Expr, mediated: Expr) -> None:
    """Each effect has its own efficacy, and each of those may be zero."""
    regeneration, protection, repair, recruitment, damage, paralysis, il10, polarisation, regulation = m.pars(
        "efficacy_regeneration efficacy_protection efficacy_repair efficacy_recruitment efficacy_damage "
        "efficacy_paralysis efficacy_il10 efficacy_polarisation efficacy_regulation"
    )
    m.let("growth_drive", regeneration * growth, "1/day", "growth factor signal added by MSC")
    m.let("protection", protection * growth, "", "share of killing that MSC prevent")
    m.let("repair_gain", repair * growth, "", "repair of injured hepatocytes added by MSC")
    m.let("recruitment_blocked", recruitment * calm, "", "recruitment of phagocytes opposed by MSC")
    m.let("damage_healed", damage * calm, "", "repair of tissue damage added by MSC")
    m.let("paralysis_relieved", paralysis * calm, "", "paralysis opposed by MSC")
    m.let("il10_gain", il10 * mediated, "pg/mL", "interleukin 10 added by MSC")
    m.let("polarisation_added", polarisation * calm, "", "turn of macrophages to repair added by MSC, 0 to 1")
    m.let("regulatory_added", regulation * mediated, "", "induction of regulatory T cells by MSC, 0 to 1")


def _unexplained(m: Draft) -> None:
    """Effects of cells on people's deaths and infections that no mechanism here explains."""
    survival, infection, dose = m.pars("unexplained_survival unexplained_infection unexplained_dose")
    given = hill(m.needs("given_per_kg", "cell/kg"), dose, 1)
    m.let("deaths_unexplained", exp(-survival * given), "", "factor of cells on deaths that no mechanism explains")
    m.let(
        "infections_unexplained",
        exp(-infection * given),
        "",
        "factor of cells on infections that no mechanism explains",
    )
