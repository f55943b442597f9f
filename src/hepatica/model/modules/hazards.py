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
    given = m.let(
        "given_per_kg",
        m.needs("cells_given", "cell") / m.pars("body_weight")[0],
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
    _infusion(m, given)


def _organs(m: Draft) -> list[Expr]:
    """One intensity for each failing organ and for infection; the acute illness and age multiply them all."""
    frailty = _frailty(m)
    h, gfr, he = m.needs("functional_mass", ""), m.needs("filtration", ""), m.needs("encephalopathy", "")
    floor, width = m.pars("death_floor cause_width")
    by = dict(zip(("liver", "circulation", "brain"), m.pars("death_mass death_kidney death_brain"), strict=True))
    rates = m.pars("liver_rate circulation_rate brain_rate")
    (worst,) = m.pars("brain_worst")
    deepest = he * worst / sqrt(sqrt(he**4 + worst**4))  # coma is the deepest grade: nothing is worse than it
    burden = {"liver": pos(-log(h + floor), width), "circulation": pos(-log(gfr + floor), width), "brain": deepest}
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
    immune = infected + tired * (m.needs("paralysis_acute", "") + m.needs("immunosuppression", ""))
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
