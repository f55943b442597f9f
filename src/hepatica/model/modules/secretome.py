"""Secretome of infused cells: growth factors, immunoregulatory mediators, matrix factors, and their own death.

Question: how much of each factor do the living cells make, beside what the body makes itself, and what does it do?

Factors turn over in hours, so their levels follow the cells. A growth factor of the cells adds to the patient's own
under one receptor occupancy: spread over the plasma, and undiluted in the neighbourhood of each cell that lodges in
the liver, where diffusion sets its concentration. All effects are 0 without cells. What people's outcomes differ by
from all of this together has unknowns of its own, harm as possible as benefit, and fades as the cells' effects do.

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
    fold, half, priming, works = m.pars("licensing_fold licensing_half priming secretion_works")
    made = m.let("output", works * _fresh(m) * m.pars("potency")[0], "", "secretion per living cell over the usual")
    il6 = m.needs("il6", "pg/mL")
    inflamed = priming + (1 - priming) * il6 / (il6 + half)
    licensing = m.let("licensing", 1 + (fold - 1) * inflamed, "", "secretion over that at rest")

    growth = _growth_factors(m, made, liver)
    reach_U_lung, reach_U_rest, cells_half, immune = m.pars(
        "mediator_reach_lung mediator_reach_rest cells_half source_immune"
    )
    secreting = made * (reach_U_lung * lung + liver + spleen + reach_U_rest * elsewhere)
    U = m.let(
        "mediators",
        immune * licensing * secreting / cells_half,
        "",
        "PGE2, TSG-6 and IDO of MSC, relative to half effect",
    )
    mediated = m.let("mediator_effect", U / (1 + U), "", "effect of immunoregulatory mediators, 0 to 1")
    source, per_cell = m.pars("source_il6 il6_per_cell")
    m.let("il6_added", source * per_cell * licensing * secreting, "pg/mL", "interleukin 6 added by MSC")

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
    """Freshly thawed cells recover within a day or so; they die, and plug vessels, at the rate of the others."""
    living, died = (
        m.needs("cells_living", "cell"),
        m.needs("cells_died", "cell/day") + m.needs("cells_plugged", "cell/day"),
    )
    stunned = m.state("cells_stunned", "cell", "living MSC not yet recovered from thawing", dosed=True)
    recovery, thawed, one = m.pars("thaw_recovery thaw_potency one_cell")
    m.flow("recovery_from_thawing", recovery * stunned, out_of=stunned)
    m.flow("death_of_stunned", died / (living + one) * stunned, out_of=stunned)
    share = m.let("thawed_share", stunned / (living + one), "", "share of living MSC not yet recovered from thawing")
    return m.let("freshness", 1 - (1 - thawed) * share, "", "potency left by thawing")


def _growth_factors(m: Draft, made: Expr, liver: Expr) -> Expr:
    """HGF, VEGF and TGF-beta of MSC beside the patient's own; MMP acts in the neighbourhood of cells only."""
    living, weight = m.needs("cells_living", "cell"), m.needs("weight", "kg")
    distance, around, diffusion, liver_volume, rate, volume, one = m.pars(
        "neighbour_distance neighbour_volume factor_diffusion liver_volume factor_clearance factor_volume one_cell"
    )
    near = m.let(
        "neighbourhood",
        1 - exp(-liver / one * around / liver_volume),
        "",
        "share of the liver that lies next to an MSC",
    )
    vegf_own, tgf_own = m.pars("vegf_own tgf_own")
    own = {"hgf": m.needs("hgf", "ng/mL"), "vegf": vegf_own, "tgf": tgf_own}
    added = {}
    for factor, level in own.items():
        source, per_cell, half = m.pars(
            f"source_{'growth' if factor == 'hgf' else factor} {factor}_per_cell {factor}_half"
        )
        each = source * per_cell * made
        spread = m.let(
            f"{factor}_msc",
            each * living / (rate * volume * weight),
            "ng/mL",
            f"{factor.upper()} of MSC in plasma, beside the patient's own",
        )
        pericellular = m.let(
            f"{factor}_near",
            one * each * distance**2 / (2 * diffusion) / around,
            "ng/mL",
            f"{factor.upper()} of one MSC in its neighbourhood, mean of a point source, beside the patient's own",
        )
        occupied = level / (level + half)
        everywhere = (level + spread) / (level + spread + half)
        close = (level + spread + pericellular) / (level + spread + pericellular + half)
        added[factor] = everywhere - occupied + near * (close - everywhere)
    m.let(
        "vegf_added", m.pars("efficacy_vegf")[0] * added["vegf"], "", "effect of VEGF of MSC on sinusoidal endothelium"
    )
    m.let("tgf_beta_added", m.pars("efficacy_tgf")[0] * added["tgf"], "", "effect of TGF-beta of MSC on stellate cells")
    source, efficacy = m.pars("source_mmp efficacy_mmp")
    m.let("mmp_added", efficacy * source * made * near, "", "matrix degradation added by MSC")
    return m.let("growth_effect", added["hgf"], "", "receptors of HGF occupied by that of MSC beyond the patient's own")


def _effects(m: Draft, growth: Expr, calm: Expr, mediated: Expr) -> None:
    """Each effect has its own efficacy, and each of those may be zero; suppression is a harm."""
    regeneration, protection, repair, recruitment, damage, paralysis, il10, polarisation, regulation = m.pars(
        "efficacy_regeneration efficacy_protection efficacy_repair efficacy_recruitment efficacy_damage "
        "efficacy_paralysis efficacy_il10 efficacy_polarisation efficacy_regulation"
    )
    suppression, endothelium = m.pars("efficacy_suppression efficacy_endothelium")
    m.let("growth_drive", regeneration * growth, "1/day", "growth factor signal added by MSC")
    m.let("protection", protection * mediated, "", "share of killing that MSC prevent")
    m.let("repair_gain", repair * mediated, "", "repair of injured hepatocytes added by MSC")
    m.let("recruitment_blocked", recruitment * calm, "", "recruitment of phagocytes opposed by MSC")
    m.let("damage_healed", damage * calm, "", "repair of tissue damage added by MSC")
    m.let("paralysis_relieved", paralysis * calm, "", "paralysis opposed by MSC")
    m.let(
        "suppression_added",
        suppression * mediated,
        "",
        "share of the defence against bacteria that mediators of MSC take",
    )
    m.let("endothelium_healed", endothelium * mediated, "", "healing of sinusoidal endothelium added by MSC")
    m.let("il10_gain", il10 * mediated, "pg/mL", "interleukin 10 added by MSC")
    m.let("polarisation_added", polarisation * calm, "", "turn of macrophages to repair added by MSC, 0 to 1")
    m.let("regulatory_added", regulation * mediated, "", "induction of regulatory T cells by MSC, 0 to 1")


def _unexplained(m: Draft) -> None:
    """Effects of cells on people's deaths and infections that no mechanism here explains; they fade."""
    survival, infection, dose, fading, least = m.pars(
        "unexplained_survival unexplained_infection unexplained_dose unexplained_fading unexplained_least"
    )
    total = m.needs("given_per_kg", "cell/kg")
    faded = m.state("given_faded", "cell/kg", "MSC given whose unexplained effect has faded")
    m.flow("fading_of_given", fading * total, into=faded)
    m.flow("forgetting_of_given", fading * faded, out_of=faded)
    lasting = hill(total, dose, 1) * (total - faded) / (total + least)
    m.let("deaths_unexplained", exp(-survival * lasting), "", "factor of cells on deaths that no mechanism explains")
    m.let(
        "infections_unexplained",
        exp(-infection * lasting),
        "",
        "factor of cells on infections that no mechanism explains",
    )
