"""Circulation, kidney and brain in first form: pressure, filtration, creatinine, sodium, grades."""

from hepatica.model.functions import log, pos
from hepatica.model.lang import Draft


def organs(m: Draft) -> None:
    """Vasodilatation lowers pressure; the kidney follows; ammonia with inflammation clouds the brain."""
    shunt, N, scar = m.needs("shunt", ""), m.needs("phagocytes", ""), m.needs("scar", "")
    bilirubin, albumin = m.needs("bilirubin", "mg/dL"), m.needs("albumin", "g/L")
    ammonia, hvpg = m.needs("ammonia", "umol/L"), m.needs("hvpg", "mmHg")

    map_healthy, by_shunt, by_N, half_N, width = m.pars("map_healthy map_shunt map_inflammation map_half fall_width")
    pressure = m.let("arterial_pressure", map_healthy * (1 - by_shunt * shunt) * (1 - by_N * N / (N + half_N)), "mmHg",
                     "mean arterial pressure")
    fall = pos(1 - pressure / map_healthy, width)
    gfr_fall, gfr_N, cast_from, cast_half, cast_width = m.pars("gfr_fall gfr_inflammation cast_from cast_half cast_width")
    gfr = m.let("filtration", 1 / (1 + (fall / gfr_fall) ** 2) / (1 + gfr_N * N)
                / (1 + (pos(bilirubin - cast_from, cast_width) / cast_half) ** 2), "", "glomerular filtration, 1 in health")
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
    m.let("encephalopathy", brain * pos(log(ammonia / brain_healthy), brain_width) * (1 + brain_N * N), "",
          "encephalopathy on the West-Haven scale, continuous")
    ascites_hvpg, ascites_albumin, steep_hvpg, steep_albumin = m.pars(
        "ascites_hvpg ascites_albumin ascites_steep_hvpg ascites_steep_albumin")
    m.let("ascites", (hvpg / ascites_hvpg) ** steep_hvpg * (ascites_albumin / albumin) ** steep_albumin, "",
          "drive of ascites; mild from 1, moderate from 2")
