"""Proteins that the liver makes for plasma: albumin, clotting factors and fibrinogen.

Question: how much does the liver still make, what do the labs show of it, and how late?
Albumin in two pools after the turnover of Levitt2016; each factor follows synthesis with its own half-life.
Not covered: vitamin K, anticoagulants made by the liver (protein C, antithrombin), quality of albumin, platelets.
"""

from hepatica.model.functions import pos, sqrt
from hepatica.model.lang import Draft, Expr


def synthesis(m: Draft) -> None:
    """Synthesis falls with functional mass, sublethal injury and inflammation; plasma exchange takes and brings."""
    h, excess = m.needs("functional_mass", ""), m.needs("il6_excess", "pg/mL")
    removed, given = m.needs("plasma_removed", "1/day"), m.needs("plasma_given", "1/day")
    running = 1 - m.needs("injury_sublethal", "")
    _albumin(m, h * running, removed, given)
    (compensation,) = m.pars("factor_half")
    made = m.let(
        "factor_synthesis",
        running * (1 + compensation) * h / (compensation + h),
        "",
        "synthesis of clotting factors, 1 in health",
    )
    used = _consumption(m)
    _clotting(m, made, used, removed, given)
    _fibrinogen(m, h, excess, used, removed, given)


def _albumin(m: Draft, h: Expr, removed: Expr, given: Expr) -> None:
    scar, N = m.needs("scar", ""), m.needs("phagocytes_acute", "")
    plasma = m.state("albumin", "g/L", "plasma albumin")
    tissue = m.state("albumin_interstitial", "g/L", "interstitial albumin, per plasma volume")
    loss, healthy, reserve, steep, by_acute, acute_half, leak = m.pars(
        "albumin_loss albumin_healthy albumin_reserve albumin_steep albumin_acute albumin_acute_half albumin_leak"
    )
    capacity = m.let(
        "albumin_synthesis_capacity",
        h / (1 + by_acute * N / (N + acute_half)),
        "",
        "capacity to make albumin, 1 in health",
    )
    called = (1 + reserve) / (1 + reserve * (plasma / healthy) ** steep)
    made = loss * healthy * capacity * called
    m.let("albumin_synthesis_rate", m.pars("plasma_volume")[0] * made, "g/day", "albumin made by the liver")
    m.flow("albumin_synthesis", made, into=plasma, cite="Levitt2016")
    m.flow("albumin_catabolism", loss * (plasma / healthy + leak * scar) * plasma, out_of=plasma)

    out, by_scar, back, by_N, N_half = m.pars(
        "albumin_escape albumin_escape_scar albumin_return albumin_escape_inflammation albumin_escape_half"
    )
    leaking = m.state("capillary_leak", "", "escape of albumin through leaky capillaries, 1 in health")
    (sealing,) = m.pars("capillary_sealing")
    m.flow("capillary_leak_onset", sealing * (1 + by_N * N / (N + N_half)), into=leaking)
    m.flow("capillary_leak_recovery", sealing * leaking, out_of=leaking)
    m.let("interstitial_healthy", out * healthy / back, "g/L", "interstitial albumin in health")
    m.flow("albumin_escape", out * (by_scar * scar + leaking) * plasma, out_of=plasma, into=tissue)
    m.flow("albumin_return", back * tissue, out_of=tissue, into=plasma)
    infused, target, width, donor, solution, exchange_width = m.pars(
        "albumin_infused albumin_target albumin_width donor_albumin solution_albumin exchange_width"
    )
    m.flow("albumin_infusion", infused * pos(target - plasma, width), into=plasma)
    m.flow("albumin_removed", removed * plasma, out_of=plasma)
    m.flow("albumin_dilution", m.needs("dilution_rate", "1/day") * plasma, out_of=plasma)
    m.flow("albumin_replaced", donor * given + solution * pos(removed - given, exchange_width), into=plasma)


def _consumption(m: Draft) -> Expr:
    """Clotting uses factors up in acute inflammation, up to a largest rate; the chronically inflamed make up for it."""
    N, half = m.needs("phagocytes_acute", ""), m.pars("consumption_half")[0]
    return N / (N + half)


def _clotting(m: Draft, made: Expr, used: Expr, removed: Expr, given: Expr) -> None:
    consumption, donor = m.pars("factor_consumption donor_factors")
    product = 1
    for name, rate in zip(("ii", "v", "vii", "x"), m.pars("rate_ii rate_v rate_vii rate_x"), strict=True):
        factor = m.state(f"factor_{name}", "", f"clotting factor {name.upper()}, 1 in health")
        m.flow(f"synthesis_{name}", rate * made, into=factor)
        m.flow(f"decay_{name}", (rate + consumption * used + removed) * factor, out_of=factor)
        m.flow(f"donor_{name}", given * donor, into=factor)
        product = product * factor
    quarter, full, floor, lowest, width = m.pars("geometric pta_full pta_floor pta_lowest pta_width")
    pta = m.let(
        "prothrombin_activity",
        lowest + pos(full * (product + floor) ** quarter - lowest, width),
        "percent",
        "prothrombin activity",
    )
    a, b, c, one = m.pars("inr_linear inr_root inr_constant one_percent")
    m.let("inr", 1 / (c + b * sqrt(pta / one) + a * pta / one), "", "international normalised ratio")


def _fibrinogen(m: Draft, h: Expr, excess: Expr, used: Expr, removed: Expr, given: Expr) -> None:
    F = m.state("fibrinogen", "g/L", "fibrinogen")
    rate, healthy, half, acute, acute_half, consumption = m.pars(
        "fibrinogen_rate fibrinogen_healthy fibrinogen_half fibrinogen_acute fibrinogen_il6_half fibrinogen_consumption"
    )
    made = (1 + half) * h / (half + h)
    m.flow("fibrinogen_synthesis", rate * healthy * made * (1 + acute * excess / (excess + acute_half)), into=F)
    m.flow("fibrinogen_loss", (rate + consumption * used + removed) * F, out_of=F)
    m.flow("fibrinogen_donor", given * healthy, into=F)
