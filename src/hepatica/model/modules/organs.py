"""Circulation, lung, kidney and brain: pressure, oxygenation, filtration, creatinine, sodium, encephalopathy, ascites.

The question it answers: which organs fail with the liver, and how far?
Own reduced form; what settles within a day is algebraic.
Not covered: diuretics, vasoconstrictors, dialysis, ventilation, oedema of the brain, water and salt in volumes.
"""

from hepatica.model.functions import hill, log, pos
from hepatica.model.lang import Draft, Expr


def organs(m: Draft) -> None:
    """Vasodilatation lowers pressure; the kidney constricts; ammonia with inflammation clouds the brain."""
    shunt, N, scar = m.needs("shunt", ""), m.needs("phagocytes", ""), m.needs("scar", "")
    bilirubin, albumin = m.needs("bilirubin", "mg/dL"), m.needs("albumin", "g/L")
    ammonia, hvpg = m.needs("ammonia", "umol/L"), m.needs("hvpg", "mmHg")

    map_healthy, by_shunt, by_N, half_N, width = m.pars("map_healthy map_shunt map_inflammation map_half fall_width")
    relative = m.let(
        "pressure_relative",
        (1 - by_shunt * shunt) * (1 - by_N * N / (N + half_N)),
        "",
        "arterial pressure, 1 in health",
    )
    m.let("arterial_pressure", map_healthy * relative, "mmHg", "mean arterial pressure")
    fall = pos(1 - relative, width)
    _lung(m, N)

    by_fall, by_portal, ascites_hvpg, portal_width = m.pars("gfr_fall gfr_portal ascites_hvpg gfr_portal_width")
    constriction = m.let(
        "renal_vasoconstriction",
        (fall / by_fall) ** 2 + by_portal * pos(hvpg / ascites_hvpg - 1, portal_width),
        "",
        "constriction of kidney vessels by low pressure and portal hypertension, 0 in health",
    )
    cast_from, cast_half, cast_width, tubule_N, tubule_half = m.pars(
        "cast_from cast_half cast_width tubule_inflammation tubule_half"
    )
    casts = hill(pos(bilirubin - cast_from, cast_width), cast_half, 2)
    tubules = m.let(
        "tubular_injury",
        1 - (1 - casts) * (1 - tubule_N * hill(N, tubule_half, 2)),
        "",
        "filtration lost to bile casts and inflamed tubules",
    )
    gfr = m.let("filtration", (1 - tubules) / (1 + constriction), "", "glomerular filtration, 1 in health")
    Cr = m.state("creatinine", "mg/dL", "serum creatinine")
    rate, healthy, wasting = m.pars("creatinine_rate creatinine_healthy muscle_wasting")
    m.flow("creatinine_generation", rate * (1 - wasting * scar) * healthy, into=Cr)
    m.flow("creatinine_excretion", rate * gfr * Cr, out_of=Cr)
    Na = m.state("sodium", "mmol/L", "serum sodium")
    sodium_rate, sodium_healthy, sodium_drop, sodium_half = m.pars("sodium_rate sodium_healthy sodium_drop sodium_half")
    target = sodium_healthy - sodium_drop * fall**2 / (fall**2 + sodium_half**2)
    m.flow("sodium_intake", sodium_rate * target, into=Na)
    m.flow("sodium_loss", sodium_rate * Na, out_of=Na)

    brain, brain_healthy, brain_N, brain_width = m.pars("brain_ammonia brain_healthy brain_inflammation brain_width")
    m.let(
        "encephalopathy",
        brain * pos(log(ammonia / brain_healthy), brain_width) * (1 + brain_N * N),
        "",
        "encephalopathy on the West-Haven scale, continuous",
    )
    ascites_albumin, steep_hvpg, steep_albumin = m.pars("ascites_albumin ascites_steep_hvpg ascites_steep_albumin")
    m.let(
        "ascites",
        (hvpg / ascites_hvpg) ** steep_hvpg * (ascites_albumin / albumin) ** steep_albumin,
        "",
        "drive of ascites; mild from 1, moderate from 2",
    )


def _lung(m: Draft, N: Expr) -> None:
    """Inflamed or plugged lungs oxygenate less; haemoglobin makes that a small fall of saturation at first."""
    healthy, by_N, half_N, by_cells, plugged = m.pars(
        "oxygenation_healthy oxygenation_inflammation oxygenation_half oxygenation_plugging plugging_half"
    )
    plugging = m.needs("lung_plugging", "cell/kg")
    ratio = m.let(
        "oxygenation",
        healthy * (1 - by_N * N / (N + half_N)) * (1 - by_cells * plugging / (plugging + plugged)),
        "mmHg",
        "arterial oxygen pressure over inspired fraction of oxygen",
    )
    highest, half, steep = m.pars("saturation_highest saturation_half saturation_steep")
    m.let("arterial_saturation", highest * hill(ratio, half, steep), "", "oxygen saturation of arterial blood")
