"""Cytokines on the human scale: endotoxin, monocytes, TNF, IL-6, IL-8, IL-10, and C-reactive protein.

Question: what would the laboratory measure of the inflammation?

Published form: Windoloski2024, fitted to volunteers given endotoxin. Added, each with a neutral value: the
lasting drive by activated phagocytes, endotoxin of bacteria and of a gut whose blood bypasses the liver, the
liver's part in clearing IL-6, treatment and the cells' effects.

Not covered: interferons, receptors in solution, tolerance beyond the loss of resting monocytes.
"""

from hepatica.model.functions import hill, pos
from hepatica.model.lang import Draft, Expr


def cytokines(m: Draft) -> None:
    """Endotoxin activates monocytes, which make all four; IL-6 and IL-10 restrain the others."""
    E = m.state("endotoxin", "ng/kg", "endotoxin", dosed=True)
    rest = m.state("monocytes_resting", "", "resting monocytes, as counted in the published model")
    active = m.state("monocytes_active", "", "activated monocytes")
    tnf, il6, il8, il10 = (
        m.state(n, "pg/mL", label)
        for n, label in (
            ("tnf", "tumour necrosis factor"),
            ("il6", "interleukin 6"),
            ("il8", "interleukin 8"),
            ("il10", "interleukin 10"),
        )
    )
    pathogen, shunt, h = m.needs("pathogen", ""), m.needs("shunt", ""), m.needs("functional_mass", "")
    m.let("tnf_excess", pos(tnf - m.pars("tnf_rest")[0], m.pars("tnf_width")[0]), "pg/mL", "TNF above rest")
    il10_rise = m.let(
        "il10_rise",
        pos(il10 / m.pars("il10_rest")[0] - 1, m.pars("il10_width")[0]),
        "",
        "relative rise of interleukin 10 over that at rest",
    )

    loss, of_bacteria, of_gut, missed, mass_width = m.pars(
        "endotoxin_loss endotoxin_bacteria endotoxin_gut endotoxin_missed endotoxin_width"
    )
    past_liver = shunt + (1 - shunt) * missed * pos(1 - h, mass_width)
    m.flow("endotoxin_release", of_bacteria * pathogen / (1 + pathogen) + of_gut * past_liver, into=E)
    m.flow("endotoxin_clearance", loss * E, out_of=E)
    growth, largest, leaving, x_E, h_E, direct, by_tnf, x_T, h_T, x_10, h_10 = m.pars(
        "monocyte_growth monocytes_largest monocyte_loss x_endotoxin h_endotoxin activation_direct activation_tnf "
        "x_activation_tnf h_activation_tnf x_activation_il10 h_activation_il10"
    )
    least = m.pars("monocytes_least")[0]
    m.flow("monocyte_supply", growth * (pos(rest, least) + least) * (1 - rest / largest), into=rest)
    m.flow(
        "monocyte_activation",
        hill(E, x_E, h_E) * (direct + by_tnf * hill(tnf, x_T, h_T)) * _down(il10, x_10, h_10) * rest,
        out_of=rest,
        into=active,
    )
    m.flow("monocyte_exhaustion", leaving * active, out_of=active)
    _published(m, active, tnf, il6, il8, il10)
    _lasting(m, tnf, il6, il8, il10, il10_rise)

    removed = m.needs("plasma_removed", "1/day")
    for name, level in (("tnf", tnf), ("il6", il6), ("il8", il8), ("il10", il10)):
        m.flow(f"exchange_of_{name}", removed * level, out_of=level)
    crp = m.state("crp", "mg/dL", "C-reactive protein")
    rate, healthy, gain, half, steep, liver, width = m.pars(
        "crp_rate crp_healthy crp_gain crp_half crp_steep crp_liver crp_width"
    )
    made = hill(pos(il6 - m.pars("il6_rest")[0], width), half, steep) * (1 - liver + liver * h)
    m.flow("crp_production", rate * healthy * (1 + gain * made), into=crp)
    m.flow("crp_loss", (rate + removed) * crp, out_of=crp)


def _down(x: Expr, k: Expr, n: Expr) -> Expr:
    return 1 - hill(x, k, n)


def _published(m: Draft, active: Expr, tnf: Expr, il6: Expr, il8: Expr, il10: Expr) -> None:
    """Production by activated monocytes and clearance towards the level at rest."""
    k, made, w, x10, h10, x6, h6 = m.pars("tnf_clearance tnf_made tnf_rest x_tnf_il10 h_tnf_il10 x_tnf_il6 h_tnf_il6")
    m.flow("tnf_production", made * _down(il6, x6, h6) * _down(il10, x10, h10) * active + k * w, into=tnf)
    m.flow("tnf_loss", k * tnf, out_of=tnf)
    k, made, more, w, xT, hT, x6, h6, x10, h10 = m.pars(
        "il6_clearance il6_made il6_made_tnf il6_rest x_il6_tnf h_il6_tnf x_il6_il6 h_il6_il6 x_il6_il10 h_il6_il10"
    )
    share, h = m.pars("il6_extraction")[0], m.needs("functional_mass", "")
    m.flow(
        "il6_production",
        (made + more * hill(tnf, xT, hT)) * _down(il6, x6, h6) * _down(il10, x10, h10) * active + k * w,
        into=il6,
    )
    m.flow("il6_loss", k * (1 - share + share * h) * il6, out_of=il6, cite="Wiest2011")
    k, made, more, w, xT, hT, x10, h10 = m.pars(
        "il8_clearance il8_made il8_made_tnf il8_rest x_il8_tnf h_il8_tnf x_il8_il10 h_il8_il10"
    )
    m.flow("il8_production", (made + more * hill(tnf, xT, hT)) * _down(il10, x10, h10) * active + k * w, into=il8)
    m.flow("il8_loss", k * il8, out_of=il8)
    k, made, more, w, x6, h6 = m.pars("il10_clearance il10_made il10_made_il6 il10_rest x_il10_il6 h_il10_il6")
    m.flow("il10_production", (made + more * hill(il6, x6, h6)) * active + k * w, into=il10)
    m.flow("il10_loss", k * il10, out_of=il10)


def _lasting(m: Draft, tnf: Expr, il6: Expr, il8: Expr, il10: Expr, il10_rise: Expr) -> None:
    """Over days activated phagocytes keep cytokines up, restrained by IL-10 and by steroid."""
    N, steroid = m.needs("phagocytes", ""), m.needs("steroid", "")
    gain_tnf, gain_il6, gain_il8, gain_il10, brake, width, by_steroid = m.pars(
        "tnf_phagocytes il6_phagocytes il8_phagocytes il10_phagocytes il10_brake il10_width steroid_brake"
    )
    k_tnf, k_il6, k_il8, k_il10 = m.pars("tnf_clearance il6_clearance il8_clearance il10_clearance")
    by_first = m.pars("cytokines_macrophages")[0] * pos(m.needs("macrophages_inflammatory", "") - 1, width)
    damped = (1 + by_first) * (1 - by_steroid * steroid) / (1 + brake * il10_rise)
    m.flow("tnf_lasting", k_tnf * gain_tnf * N * damped, into=tnf)
    m.flow("il6_lasting", k_il6 * (gain_il6 * N * damped + m.needs("il6_added", "pg/mL")), into=il6)
    m.flow("il8_lasting", k_il8 * gain_il8 * N * damped, into=il8)
    m.flow("il10_lasting", k_il10 * (gain_il10 * N + m.needs("il10_gain", "pg/mL")), into=il10)
