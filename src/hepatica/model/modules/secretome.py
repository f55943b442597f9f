"""What infused cells do: growth factor, immunoregulatory mediators, and reprogramming by their death."""

from hepatica.model.lang import Draft


def secretome(m: Draft) -> None:
    """Living cells secrete when licensed; dying cells, engulfed, calm phagocytes."""
    lung, liver, spleen, rest = (m.needs(f"cells_{o}", "cell") for o in ("lung", "liver", "spleen", "rest"))
    engulfed, il6 = m.needs("engulfed", "cell/day"), m.needs("il6", "pg/mL")

    potency, source_growth, source_immune, works = m.pars("potency source_growth source_immune secretion_works")
    fold, half = m.pars("licensing_fold licensing_half")
    licensing = m.let("licensing", 1 + (fold - 1) * il6 / (il6 + half), "", "secretion over that at rest")
    HGF = m.state("growth_factor", "ng", "hepatocyte growth factor of MSC acting in the liver")
    per_cell, reach_lung, reach_spleen, clearance = m.pars("hgf_per_cell growth_reach_lung growth_reach_spleen hgf_clearance")
    m.flow("hgf_secretion", per_cell * potency * source_growth * (reach_lung * lung + liver + reach_spleen * spleen),
           into=HGF, cite="Rehman2004")
    m.flow("hgf_clearance", clearance * HGF, out_of=HGF)
    growth = m.let("growth_effect", works * HGF / (HGF + m.pars("hgf_half")[0]), "", "growth factor effect, 0 to 1")

    U = m.state("immune_mediators", "", "immunoregulatory mediators of MSC (PGE2, TSG-6, IDO)")
    reach_U_lung, reach_U_rest, turnover, cells_half = m.pars("mediator_reach_lung mediator_reach_rest mediator_rate cells_half")
    secreting = reach_U_lung * lung + liver + spleen + reach_U_rest * rest
    m.flow("mediator_secretion", turnover * potency * source_immune * licensing * secreting / cells_half, into=U)
    m.flow("mediator_loss", turnover * U, out_of=U)
    mediated = m.let("mediator_effect", works * U / (1 + U), "", "effect of immunoregulatory mediators, 0 to 1")

    F = m.state("efferocytosis", "", "phagocytes reprogrammed by engulfed MSC")
    memory, engulfed_half, weight = m.pars("efferocytosis_rate engulfed_half efferocytosis_weight")
    m.flow("reprogramming", memory * engulfed / engulfed_half, into=F)
    m.flow("reprogramming_loss", memory * F, out_of=F)
    by_death = weight * F / (1 + F)
    calm = m.let("calming", mediated + by_death - mediated * by_death, "", "immune effect of MSC, both channels")

    e = m.pars("efficacy_regeneration efficacy_protection efficacy_repair efficacy_recruitment "
               "efficacy_damage efficacy_paralysis efficacy_il10")
    regeneration, protection, repair, recruitment, damage, paralysis, il10 = e
    m.let("growth_drive", regeneration * growth, "1/day", "growth factor signal added by MSC")
    m.let("protection", protection * growth, "", "share of killing that MSC prevent")
    m.let("repair_gain", repair * growth, "", "repair of injured hepatocytes added by MSC")
    m.let("recruitment_blocked", recruitment * calm, "", "recruitment of phagocytes opposed by MSC")
    m.let("damage_healed", damage * calm, "", "repair of tissue damage added by MSC")
    m.let("paralysis_relieved", paralysis * calm, "", "paralysis opposed by MSC")
    m.let("il10_gain", il10 * mediated, "pg/mL", "interleukin 10 added by MSC")
