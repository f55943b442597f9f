"""Death by cause, transplant, bleeding, late tumour and the harms of infusion, as intensities.

Question: who dies, of what, and what do cells add to it?

The intensity of death is a sum of competing causes, each with its own burden: lost mass, failing circulation and
kidney, encephalopathy, infection (organs that fail while bacteria spread are part of it), bleeding, late tumour, the
rest. One set of constants serves every disease.
Inflammation and paralysis above the patient's own chronic set point multiply what organs and infection kill; once an
acute illness is over, chronic disease is what is left. What cells do to deaths beside all mechanisms multiplies all
but bleeding and tumour.

Not covered: rebleeding as a state of its own, surveillance and treatment of tumours, life after transplant.
"""

from hepatica.model.functions import exp, hill, log, pos, sqrt
from hepatica.model.lang import Draft, Expr


def hazards(m: Draft) -> None:
    """Intensities that feed nothing back are read out; harms of infusion accumulate while cells flow."""
    weight = m.let("weight", m.pars("body_weight")[0], "kg", "body weight")
    given = m.let(
        "given_per_kg",
        m.needs("cells_given", "cell") / weight,
        "cell/kg",
        "MSC given so far, living and dead",
    )
    bleeding = _bleeding(m)
    tumour = _tumour(m, given)
    organs = _organs(m)
    m.let("death_intensity", sum(organs, bleeding + tumour), "1/day", "intensity of death")
    listing, listed_mass, listed_steep = m.pars("transplant_rate transplant_mass transplant_steep")
    m.let(
        "transplant_intensity",
        listing * (1 - hill(m.needs("functional_mass", ""), listed_mass, listed_steep)),
        "1/day",
        "intensity of transplant",
    )
    _infusion(m, weight)


def _organs(m: Draft) -> list[Expr]:
    """One intensity for each failing organ and for infection; the acute illness and age multiply them all."""
    frailty = _frailty(m)
    h, gfr, he = m.needs("functional_mass", ""), m.needs("filtration", ""), m.needs("encephalopathy", "")
    floor, width = m.pars("death_floor cause_width")
    by = dict(zip(("liver", "circulation", "brain"), m.pars("death_mass death_kidney death_brain"), strict=True))
    rates = m.pars("liver_rate circulation_rate brain_rate")
    (worst,) = m.pars("brain_worst")
    deepest = he * worst / sqrt(sqrt(he**4 + worst**4))  # coma is the deepest grade: nothing is worse than it
    (by_cholestasis,) = m.pars("death_cholestasis")
    jaundiced = by_cholestasis * log(m.needs("cholestasis", ""))
    burden = {
        "liver": pos(-log(h + floor), width) + jaundiced,
        "circulation": pos(-log(gfr + floor), width),
        "brain": deepest,
    }
    words = {
        "liver": "deaths by liver failure",
        "circulation": "deaths by failing circulation and kidney",
        "brain": "deaths by encephalopathy",
    }
    septic, lethality, tired = m.pars("cause_pathogen infection_lethality infection_paralysed")
    infected = m.let("infected", hill(m.needs("pathogen", ""), septic, 1), "", "share of a full infection by bacteria")
    failing = {
        k: frailty * rate * (exp(by[k] * burden[k]) - 1 - by[k] * burden[k])
        for k, rate in zip(words, rates, strict=True)
    }
    # an organ that fails in an infection is a death by infection: bacteria are its underlying cause
    intensities = [m.let(f"death_by_{k}", (1 - infected) * failing[k], "1/day", words[k]) for k in words]
    immune = infected + tired * m.needs("paralysis_acute", "")
    septic_failure = infected * sum(failing.values())
    intensities.append(
        m.let("death_by_infection", frailty * lethality * immune + septic_failure, "1/day", "deaths by infection")
    )
    age, age_mean, rate, by_age = m.pars("age age_mean base_rate base_age")
    base = rate * exp(by_age * (age - age_mean)) * m.needs("deaths_unexplained", "")
    intensities.append(m.let("death_by_other", base, "1/day", "deaths by other causes"))
    return intensities


def _frailty(m: Draft) -> Expr:
    """Hazard ratio of acute illness and age for failing organs and infection; 1 in chronic illness at age_mean."""
    N, Z = m.needs("phagocytes_acute", ""), m.needs("paralysis_acute", "")
    by_N, half_N, by_Z, age, by_age, age_mean = m.pars(
        "death_inflammation death_half death_paralysis age death_age age_mean"
    )
    acute = m.let("acuteness", by_N * N / (N + half_N) + by_Z * Z, "", "log rise of deaths by the acute illness")
    return exp(acute + by_age * (age - age_mean)) * m.needs("deaths_unexplained", "")


def _bleeding(m: Draft) -> Expr:
    """Varices above a pressure, mucosa in inflammation; a coagulation defect may or may not add to both."""
    hvpg, inr, fibrinogen = m.needs("hvpg", "mmHg"), m.needs("inr", ""), m.needs("fibrinogen", "g/L")
    N, h, half_N = m.needs("phagocytes", ""), m.needs("functional_mass", ""), m.pars("mucosa_half")[0]
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
    by_settled, by_growth, by_suppression = m.pars("tumour_settled tumour_tgf_beta tumour_suppression")
    settled, weight = _settled(m), m.needs("weight", "kg")
    exposed = acts * (
        by_cells * hill(given, dose, 1)
        + by_settled * hill(settled / weight, m.pars("settled_half")[0], 1)
        + by_suppression * m.needs("mediator_effect", "")
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


def _settled(m: Draft) -> Expr:
    """A few of the cells that leave the liver's pool may stay for months, and divide."""
    share, growth, loss = m.pars("settling_share clone_growth clone_loss")
    settled = m.state("cells_settled", "cell", "MSC that settled in the liver, and their offspring")
    leaving = m.needs("death_rate_organ", "1/day") * m.needs("cells_liver", "cell")
    m.flow("settling", share * leaving, into=settled)
    m.flow("division_of_settled", growth * settled, into=settled)
    m.flow("loss_of_settled", loss * settled, out_of=settled)
    return settled


def _infusion(m: Draft, weight: Expr) -> None:
    """Thrombo-embolism and fever by living cells, debris, and how fast both come."""
    living, debris = m.needs("living_entering", "cell/day"), m.needs("debris_entering", "cell/day")
    tissue_factor, of_debris, crowding = m.pars("tissue_factor tissue_factor_debris clot_crowding")
    T = m.state("thrombosis_hazard", "", "cumulative hazard of thrombo-embolism")
    clotting = m.let(
        "procoagulant_rate",
        tissue_factor * (living + of_debris * debris) / weight,
        "cell/kg/day",
        "cells and debris entering blood per kg and day, weighted by tissue factor",
    )
    crowded = m.let("crowded", 1 + clotting / crowding, "", "rise of risk per cell with the rate of infusion")
    protected = 1 - m.pars("heparin_protects")[0] * m.pars("anticoagulated")[0]
    m.flow("thrombosis_background", _clot_background(m) * protected, into=T)
    m.flow(
        "thrombosis_by_cells",
        m.pars("clot_cells")[0] * clotting * crowded * _coagulability(m) * protected,
        into=T,
        cite="Thompson2020",
    )
    embolism, lethal, steep = m.pars("embolism_rate lethal_load lethal_steep")
    plugging = tissue_factor * m.needs("lung_plugging", "cell/kg")
    m.flow("lung_embolism", embolism * hill(plugging, lethal, steep), into=T)

    R = m.state("reaction_hazard", "", "cumulative hazard of an infusion reaction (fever)")
    per_dose, by_thaw, by_memory = m.pars("reaction_per_dose reaction_thawed reaction_sensitised")
    sensitive = 1 + by_memory * m.needs("sensitisation", "")
    thawed = 1 + by_thaw * m.needs("thawed_share", "")
    m.flow("reactions", per_dose * (living + debris) / weight * thawed * sensitive * crowded, into=R)


def _clot_background(m: Draft) -> Expr:
    """Intensity without cells: little in health, more in cirrhosis and in acute illness."""
    healthy, by_scar, by_N, half_N = m.pars("clot_rate clot_scar clot_inflammation clot_half")
    N = m.needs("phagocytes_acute", "")
    return healthy + by_scar * m.needs("scar", "") + by_N * N / (N + half_N)


def _coagulability(m: Draft) -> Expr:
    """Clots need fibrinogen; in cirrhosis inhibitors are as low as factors, and cells meet no weaker clotting."""
    half, healthy, by_scar = m.pars("clot_fibrinogen fibrinogen_usual clot_cirrhosis")
    fibrinogen = m.needs("fibrinogen", "g/L")
    return m.let(
        "coagulability",
        fibrinogen * (healthy + half) / (healthy * (fibrinogen + half)) * (1 + by_scar * m.needs("scar", "")),
        "",
        "clotting by a given amount of tissue factor, 1 in health",
    )
