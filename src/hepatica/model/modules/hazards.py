"""Death by cause, transplant, bleeding, late tumour and the harms of infusion, as intensities.

Question: who dies, of what, and what do cells add to it?

The intensity of death is a sum: that of the acute illness, a log-linear
predictor faded out with inflammation and paralysis; that of chronic disease, anchored on five-year survival; deaths by
bleeding; deaths by late tumour. Contributions to the acute predictor share its deaths among the failing organs.
What cells do to deaths beside all mechanisms multiplies the first two.
Not covered: rebleeding as a state of its own, surveillance and treatment of tumours, life after transplant.
"""

from hepatica.model.functions import exp, hill, log, pos
from hepatica.model.lang import Draft, Expr


def hazards(m: Draft) -> None:
    """Intensities that feed nothing back are read out; harms of infusion accumulate while cells flow."""
    factor = _ageing(m) * m.needs("deaths_unexplained", "")
    given = m.let(
        "given_per_kg",
        m.needs("cells_given", "cell") / m.pars("body_weight")[0],
        "cell/kg",
        "MSC given so far, living and dead",
    )
    bleeding = _bleeding(m)
    tumour = _tumour(m, given)
    acute, weights = _acute(m, factor)
    chronic, worn = _chronic(m, factor)
    base = m.pars("cause_base")[0]
    each = acute / (base + sum(weights.values()))
    liver = m.let("death_by_liver", each * weights["liver"] + chronic * worn, "1/day", "deaths by liver failure")
    infection = m.let("death_by_infection", each * weights["infection"], "1/day", "deaths by infection")
    organs = m.let(
        "death_by_circulation", each * weights["circulation"], "1/day", "deaths by failing circulation and kidney"
    )
    brain = m.let("death_by_brain", each * weights["brain"], "1/day", "deaths by encephalopathy")
    other = m.let("death_by_other", each * base + chronic, "1/day", "deaths by other causes")
    m.let(
        "death_intensity", liver + infection + organs + brain + bleeding + tumour + other, "1/day", "intensity of death"
    )
    listing, listed_mass, listed_steep = m.pars("transplant_rate transplant_mass transplant_steep")
    m.let(
        "transplant_intensity",
        listing * (1 - hill(m.needs("functional_mass", ""), listed_mass, listed_steep)),
        "1/day",
        "intensity of transplant",
    )
    _infusion(m, given)


def _ageing(m: Draft) -> Expr:
    age, by_age, age_mean = m.pars("age death_age age_mean")
    return exp(by_age * (age - age_mean))


def _acute(m: Draft, factor: Expr) -> tuple[Expr, Expr]:
    """Intensity of the acute illness, and how strongly each organ speaks in it (positive parts)."""
    h, N, Z = m.needs("functional_mass", ""), m.needs("phagocytes", ""), m.needs("paralysis", "")
    gfr, he, P = m.needs("filtration", ""), m.needs("encephalopathy", ""), m.needs("pathogen", "")
    rate, by_mass, by_N, half_N, by_Z, by_kidney, by_brain, floor = m.pars(
        "death_rate death_mass death_inflammation death_half death_paralysis death_kidney death_brain death_floor"
    )
    half, steep, width, septic = m.pars("acute_half acute_steep cause_width cause_pathogen")
    inflamed = N / (N + half_N)
    acuteness = m.let(
        "acuteness",
        hill(inflamed + Z, half, steep),
        "",
        "what is left of the acute illness: inflammation and paralysis, 0 to 1",
    )
    mass, kidney = -by_mass * log(h + floor), -by_kidney * log(gfr + floor)
    failing = mass + by_N * inflamed + by_Z * Z + kidney + by_brain * he
    infected = m.let("infected", hill(P, septic, 1), "", "share of inflammation that bacteria explain")
    weights = {
        "liver": pos(mass, width),
        "infection": infected * by_N * inflamed + by_Z * Z,
        "circulation": (1 - infected) * by_N * inflamed + pos(kidney, width),
        "brain": by_brain * he,
    }
    acute = m.let(
        "acute_intensity", rate * exp(failing) * factor * acuteness, "1/day", "intensity of death by the acute illness"
    )
    return acute, weights


def _chronic(m: Draft, factor: Expr) -> tuple[Expr, Expr]:
    """Intensity without an acute illness in health, and its relative rise with lost mass."""
    rate, by_mass, floor, width = m.pars("chronic_rate chronic_mass death_floor cause_width")
    lost = pos(-log(m.needs("functional_mass", "") + floor), width)
    return rate * factor, exp(by_mass * lost) - 1


def _bleeding(m: Draft) -> Expr:
    """Varices above a pressure, mucosa in inflammation; a coagulation defect may or may not add to both."""
    hvpg, inr, fibrinogen = m.needs("hvpg", "mmHg"), m.needs("inr", ""), m.needs("fibrinogen", "g/L")
    N, h, half_N = m.needs("phagocytes", ""), m.needs("functional_mass", ""), m.pars("death_half")[0]
    varices, threshold, half, width, mucosa = m.pars(
        "bleeding_varices bleeding_pressure bleeding_pressure_half bleeding_pressure_width bleeding_mucosa"
    )
    by_inr, by_fibrinogen, full, small = m.pars("bleeding_inr bleeding_fibrinogen bleeding_fibrinogen_full cause_width")
    anticoagulated, by_anticoagulant = m.pars("anticoagulated bleeding_anticoagulant")
    over = pos(hvpg - threshold, width)
    defect = 1 + by_inr * pos(inr - 1, small) + by_fibrinogen * pos(1 - fibrinogen / full, small)
    bleeding = m.let(
        "bleeding_intensity",
        (varices * over / (over + half) + mucosa * N / (N + half_N)) * defect * (1 + by_anticoagulant * anticoagulated),
        "1/day",
        "intensity of major gastrointestinal bleeding",
    )
    lethal, lethal_failing = m.pars("bleeding_lethal bleeding_lethal_failing")
    return m.let(
        "death_by_bleeding",
        bleeding * (lethal + (lethal_failing - lethal) * pos(1 - h, small)),
        "1/day",
        "deaths by bleeding",
    )


def _tumour(m: Draft, given: Expr) -> Expr:
    """Background by scar and age; cells may multiply it either way, or not at all."""
    scar, age = m.needs("scar", ""), m.pars("age")[0]
    without, with_scar, half, steep, by_age, age_mean = m.pars(
        "tumour_rate tumour_rate_scar tumour_scar_half tumour_scar_steep tumour_age age_mean"
    )
    acts, by_cells, dose = m.pars("tumour_cells_act tumour_cells tumour_dose")
    by_graft, by_growth = m.pars("tumour_engrafted tumour_tgf_beta")
    exposed = acts * (
        by_cells * hill(given, dose, 1)
        + by_graft * m.needs("hepatocyte_like", "")
        + by_growth * m.needs("tgf_beta_added", "")
    )
    tumour = m.let(
        "tumour_intensity",
        (without + (with_scar - without) * hill(scar, half, steep)) * exp(by_age * (age - age_mean) + exposed),
        "1/day",
        "intensity of hepatocellular carcinoma",
    )
    return m.let(
        "death_by_tumour", m.pars("tumour_lethal")[0] * tumour, "1/day", "deaths by late tumour, dated to its onset"
    )


def _infusion(m: Draft, given: Expr) -> None:
    """Thrombo-embolism and fever, while cells pass."""
    blood, artery, portal = (m.needs(f"cells_{s}", "cell") for s in ("venous", "hepatic_artery", "portal"))
    lung, entering = m.needs("cells_lung", "cell"), m.needs("cells_entering", "cell/day")
    weight, tissue_factor = m.pars("body_weight tissue_factor")
    clot_rate, clot_cells, crowding, embolism, lethal, lethal_steep = m.pars(
        "clot_rate clot_cells clot_crowding embolism_rate lethal_load lethal_steep"
    )
    T = m.state("thrombosis_hazard", "", "cumulative hazard of thrombo-embolism")
    load = m.let(
        "tissue_factor_load",
        tissue_factor * (blood + artery + portal) / weight,
        "cell/kg",
        "circulating cells, weighted by tissue factor",
    )
    m.flow("thrombosis_background", clot_rate, into=T)
    m.flow(
        "thrombosis_by_cells",
        clot_cells * tissue_factor * entering / weight * (1 + load / crowding),
        into=T,
        cite="Thompson2020",
    )
    m.flow("lung_embolism", embolism * hill(lung / weight, lethal, lethal_steep), into=T)
    m.let(
        "reaction_hazard",
        m.pars("reaction_per_dose")[0] * given,
        "",
        "cumulative hazard of an infusion reaction (fever)",
    )
