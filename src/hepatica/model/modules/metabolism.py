"""Metabolism of nitrogen and energy: ammonia, urea and glutamine, lactate, glucose and glycogen, tests of function.

Question: which metabolic functions has the liver lost, by mass or by shunt, and which come back first?
Ammonia is a balance of fluxes in umol/min per 70 kg whose values in health are those of Levitt2018, Table 1.
Not covered: amino acids other than glutamine, ketones, fat, meals, pH; exchange of small solutes with plasma, which are
mostly outside plasma (plasma exchange moves less than a tenth of body ammonia).
"""

from hepatica.model.functions import exp, log, pos
from hepatica.model.lang import Draft, Expr


def metabolism(m: Draft) -> None:
    """Each function scaled by functional mass and by the flow that reaches it; the rest of the body answers."""
    h, shunt, N = m.needs("functional_mass", ""), m.needs("shunt", ""), m.needs("phagocytes", "")
    _ammonia(m, h, shunt, N)
    _lactate(m, h, N)
    _glucose(m, h)
    _tests(m, h, shunt)


def _ammonia(m: Draft, h: Expr, shunt: Expr, N: Expr) -> None:
    flow, scar, filtration = m.needs("sinusoidal_flow", ""), m.needs("scar", ""), m.needs("filtration", "")
    A = m.state("ammonia", "umol/L", "arterial ammonia")
    gut, renal, muscle, healthy, blood, smallest, by_N, volume, minutes = m.pars(
        "gut_ammonia renal_ammonia muscle_ammonia ammonia_healthy ammonia_flow ammonia_floor ammonia_inflammation "
        "ammonia_volume minutes"
    )
    usual = m.let(
        "liver_ammonia_healthy", gut + renal - muscle, "umol/min", "hepatic uptake of ammonia in health, by balance"
    )
    # a perfused lobule takes up what its capacity per flow allows; the urea cycle has a reserve
    (reserve,) = m.pars("ammonia_reserve")
    capacity = (1 + reserve) * h / (reserve + h)
    extracted = 1 - (1 - usual / (gut + blood * healthy)) ** (capacity * (1 + smallest) / (flow + smallest))
    by_death, by_blood, by_steroid = m.pars("ammonia_death ammonia_blood steroid_catabolism")
    dissolved, blood_lost = _dead_tissue(m), _gut_blood(m)
    released = (
        gut * (1 + by_N * N + by_steroid * m.needs("steroid", "") + by_blood * blood_lost)
        + by_death * dissolved / minutes
    )
    liver = m.let(
        "liver_ammonia",
        extracted * ((1 - shunt) * released + blood * flow * A),
        "umol/min",
        "hepatic uptake of ammonia",
    )
    (wasting,) = m.pars("sarcopenia")
    mass = m.let("muscle_mass", exp(-wasting * scar), "", "muscle mass, 1 in health")
    muscle_more, brain_more, renal_more, width = m.pars("muscle_excess brain_excess renal_excess ammonia_width")
    excess = pos(A - healthy, width)
    muscular = m.let(
        "muscle_ammonia_uptake",
        mass * (muscle * A / healthy + muscle_more * excess),
        "umol/min",
        "uptake of ammonia by muscle, as glutamine",
    )
    brain = m.let(
        "brain_ammonia_uptake", brain_more * excess, "umol/min", "uptake of ammonia by the brain, as glutamine"
    )
    for name, flux in (("gut", released), ("kidney", renal)):
        m.flow(f"ammonia_from_{name}", minutes * flux / volume, into=A, cite="Levitt2018")
    for name, flux in (
        ("liver", liver),
        ("muscle", muscular),
        ("brain", brain),
        ("urine", renal_more * filtration * excess),
    ):
        m.flow(f"ammonia_to_{name}", minutes * flux / volume, out_of=A, cite="Levitt2018")
    _urea(m, h, liver / usual, usual, filtration)
    _glutamine(m, h, N, mass, muscular - muscle, brain, filtration)


def _dead_tissue(m: Draft) -> Expr:
    """Protein of dead hepatocytes is broken down over days; returns how much of it is now, in livers per day."""
    tissue, (rate,) = (
        m.state("dead_tissue", "", "dead hepatocytes not yet removed, share of a healthy liver"),
        m.pars("tissue_removal"),
    )
    m.flow("tissue_died", m.needs("death_flux", "1/day"), into=tissue)
    m.flow("tissue_removed", rate * tissue, out_of=tissue)
    return rate * tissue


def _gut_blood(m: Draft) -> Expr:
    """Blood shed into the gut is digested within days."""
    blood = m.state("gut_blood", "", "blood in the gut, 1 = a major bleeding", dosed=True)
    m.flow("blood_digestion", m.pars("blood_digestion")[0] * blood, out_of=blood)
    return blood


def _urea(m: Draft, h: Expr, uptake: Expr, usual: Expr, filtration: Expr) -> None:
    """Nitrogen of urea comes from ammonia and, the larger part, from amino acids; both settle in hours."""
    made, in_gut, healthy, reserve = m.pars("urea_synthesis_healthy urea_gut urea_healthy urea_reserve")
    share = usual / (2 * made)  # two nitrogens in urea
    ratio = share * uptake + (1 - share) * (1 + reserve) * h / (reserve + h)
    m.let("urea_synthesis", made * ratio, "umol/min", "urea made by the liver")
    m.let("urea", healthy * ratio / (in_gut / made + (1 - in_gut / made) * filtration), "mmol/L", "plasma urea")


def _glutamine(m: Draft, h: Expr, N: Expr, mass: Expr, muscular: Expr, brain: Expr, filtration: Expr) -> None:
    """Muscle and brain make glutamine of ammonia; gut, kidney and brain use it."""
    muscle, liver, gut, kidney, used, healthy, by_N = m.pars(
        "glutamine_muscle glutamine_liver glutamine_gut glutamine_kidney glutamine_brain glutamine_healthy "
        "glutamine_inflammation"
    )
    made = muscle * mass * (1 + by_N * N) + liver * h + muscular + brain
    taken = (gut + kidney * filtration + used) / (gut + kidney + used)
    m.let("glutamine", healthy * made / (muscle + liver) / taken, "umol/L", "plasma glutamine")


def _lactate(m: Draft, h: Expr, N: Expr) -> None:
    hypoxia = m.needs("hypoxia", "")
    healthy, share, by_N, by_hypoxia = m.pars("lactate_healthy lactate_liver lactate_inflammation lactate_hypoxia")
    clearance = m.let("lactate_clearance", 1 - share + share * h, "", "clearance of lactate, 1 in health")
    m.let("lactate", healthy * (1 + by_N * N + by_hypoxia * hypoxia) / clearance, "mmol/L", "blood lactate")


def _glucose(m: Draft, h: Expr) -> None:
    """Hormones rise as the liver fails; insulin acts less, glucagon drives what is left of glucose production."""
    reach, resistance, power = m.pars("insulin_liver insulin_resistance glucagon_power")
    insulin = m.let("insulin", 1 / (1 - reach + reach * h), "", "plasma insulin, 1 in health")
    glucagon = m.let("glucagon", insulin**power, "", "plasma glucagon, 1 in health")
    sensitivity = m.let("insulin_sensitivity", insulin**-resistance, "", "effect of insulin per insulin, 1 in health")
    G = m.state("glycogen", "", "glycogen per hepatocyte, 1 in health")
    rate, storing = m.pars("glycogen_rate glycogen_storing")
    m.flow("glycogen_storage", rate * sensitivity**storing, into=G)
    m.flow("glycogen_breakdown", rate * G, out_of=G)
    healthy, share, kidney, driven = m.pars("production_healthy glycogenolysis_share kidney_share glucagon_drive")
    lysis = m.let("glycogenolysis", healthy * share * h * G, "umol/kg/min", "glucose from glycogen")
    remade = healthy * (1 - share) * (kidney + (1 - kidney) * h * (1 + driven * log(glucagon)))
    production = m.let("glucose_production", lysis + remade, "umol/kg/min", "glucose made by liver and kidney")
    level, dependent, damped = m.pars("glucose_healthy insulin_dependent glucose_damping")
    use = 1 - dependent + dependent * sensitivity
    m.let("glucose", level * (production / healthy / use) ** damped, "mmol/L", "fasting plasma glucose")


def _tests(m: Draft, h: Expr, shunt: Expr) -> None:
    endothelium = m.needs("endothelium", "")
    capacity, turnover, smallest, window, hundred = m.pars("icg_capacity icg_flow icg_floor icg_window icg_whole")
    reached = (1 - shunt) * endothelium
    pdr = m.let(
        "icg_pdr",
        turnover * reached * (1 - exp(-capacity * h / (reached + smallest))),
        "percent/min",
        "plasma disappearance rate of indocyanine green",
    )
    m.let("icg_r15", hundred * exp(-pdr / hundred * window), "percent", "indocyanine green retained at 15 min")
    m.let("fhnc", m.pars("fhnc_healthy")[0] * h, "L/hour", "functional hepatic nitrogen clearance")
