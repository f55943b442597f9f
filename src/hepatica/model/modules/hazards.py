"""Death, transplant and the harms of infusion, as intensities of the model's own states."""

from hepatica.model.functions import exp, hill, log
from hepatica.model.lang import Draft


def hazards(m: Draft) -> None:
    """Intensities that feed nothing back are read out; harms of infusion accumulate while cells flow."""
    h, N = m.needs("functional_mass", ""), m.needs("phagocytes", "")
    gfr, he, Z = m.needs("filtration", ""), m.needs("encephalopathy", ""), m.needs("paralysis", "")
    rate, by_mass, by_N, by_Z, half_N, by_kidney, by_brain, floor, age, by_age, age_mean = m.pars(
        "death_rate death_mass death_inflammation death_paralysis death_half death_kidney death_brain death_floor "
        "age death_age age_mean")
    failing = -by_mass * log(h + floor) + by_N * N / (N + half_N) + by_Z * Z - by_kidney * log(gfr + floor) + by_brain * he
    m.let("death_intensity", rate * exp(failing + by_age * (age - age_mean)), "1/day", "intensity of death")
    listing, listed_mass, listed_steep = m.pars("transplant_rate transplant_mass transplant_steep")
    m.let("transplant_intensity", listing * (1 - hill(h, listed_mass, listed_steep)), "1/day", "intensity of transplant")

    blood, artery, portal = (m.needs(f"cells_{s}", "cell") for s in ("venous", "hepatic_artery", "portal"))
    lung, entering = m.needs("cells_lung", "cell"), m.needs("cells_entering", "cell/day")
    weight, tissue_factor = m.pars("body_weight tissue_factor")
    clot_rate, clot_cells, crowding, embolism, lethal, lethal_steep = m.pars(
        "clot_rate clot_cells clot_crowding embolism_rate lethal_load lethal_steep")
    T = m.state("thrombosis_hazard", "", "cumulative hazard of thrombo-embolism")
    load = m.let("tissue_factor_load", tissue_factor * (blood + artery + portal) / weight, "cell/kg",
                 "circulating cells, weighted by tissue factor")
    m.flow("thrombosis_background", clot_rate, into=T)
    m.flow("thrombosis_by_cells", clot_cells * tissue_factor * entering / weight * (1 + load / crowding), into=T,
           cite="Thompson2020")
    m.flow("lung_embolism", embolism * hill(lung / weight, lethal, lethal_steep), into=T)
    X = m.state("reaction_hazard", "", "cumulative hazard of an infusion reaction (fever)")
    m.flow("reaction_by_cells", m.pars("reaction_per_dose")[0] * entering / weight, into=X,
           cite="Thompson2020")
