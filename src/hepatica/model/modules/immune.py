"""Inflammation: the reduced model of Reynolds 2006 with damage signals from dying hepatocytes.

Question: does the answer to dying cells or bacteria settle, persist or tire, and who is infected?

Published form: Reynolds2006 (pathogen, phagocytes, damage, anti-inflammatory mediator). The sterile
input, the liver's part in killing, paralysis, treatment and the cells' effects have neutral values in the table.

Not covered: kinds of bacteria and their resistance, fungi, inflammation set off by a bleed.
"""

from hepatica.model.functions import hill, pos
from hepatica.model.lang import Draft, Expr


def immune(m: Draft) -> None:
    """Phagocytes answer pathogen, damage and danger signals, are restrained, and tire."""
    P = m.state("pathogen", "", "bacteria, 1e6 per mL", dosed=True)
    N = m.state("phagocytes", "", "activated phagocytes")
    D = m.state("tissue_damage", "", "systemic tissue damage")
    C = m.state("anti_inflammation", "", "anti-inflammatory mediators")
    A = m.state("damps", "ng/mL", "danger signals (HMGB1)")
    Z = m.state("paralysis", "", "immune paralysis, 0 to 1")
    acute = _set_point(m, N, Z)
    death, h = m.needs("death_flux", "1/day"), m.needs("functional_mass", "")
    scar, shunt = m.needs("scar", ""), m.needs("shunt", "")
    calmed, healed = m.needs("recruitment_blocked", ""), m.needs("damage_healed", "")
    rescued = m.needs("paralysis_relieved", "")

    c_inf, mu_c, s_c, k_cn, k_cnd = m.pars("c_inf mu_c s_c k_cn k_cnd")
    s_nr, mu_nr, mu_n, k_nn, k_np, k_nd = m.pars("s_nr mu_nr mu_n k_nn k_np k_nd")
    k_dn, x_dn, mu_d, n_dn = m.pars("k_dn x_dn mu_d n_dn")
    C_rest = m.let("anti_inflammation_rest", s_c / mu_c, "", "anti-inflammatory mediators in health")
    restraint = m.let("restraint", 1 / (1 + (C / c_inf) ** 2), "", "what anti-inflammation leaves of activity")
    alarm, alarm_half, alarm_steep, gut_leak, by_drink, damp_healthy, width = m.pars(
        "alarm alarm_half alarm_steep gut_leak gut_leak_alcohol damp_healthy damp_width"
    )
    sterile = (
        alarm * hill(pos(A - damp_healthy, width), alarm_half, alarm_steep)
        + gut_leak * shunt
        + by_drink * m.needs("alcohol", "")
    )
    (one_width,) = m.pars("regulation_width")
    steroid, gcsf = m.needs("steroid", ""), m.needs("gcsf_effect", "")
    regulation, steroid_activation, supply = m.pars("regulation_activation steroid_activation gcsf_supply")
    regulated = 1 + regulation * pos(m.needs("regulatory_cells", "") - 1, one_width)
    activation = (
        restraint
        * (k_nn * N + k_np * P + k_nd * D + sterile)
        / (1 + calmed)
        / regulated
        * (1 - steroid_activation * steroid)
    )
    m.flow("phagocyte_activation", s_nr * (1 + supply * gcsf) * activation / (mu_nr + activation), into=N)
    m.flow("phagocyte_loss", mu_n * N, out_of=N)
    (pace,) = m.pars("damage_pace")
    m.flow("damage_by_phagocytes", pace * k_dn * hill(restraint * N, x_dn, n_dn), into=D)
    cleared = m.pars("repair_by_macrophages")[0] * pos(m.needs("macrophages_repair", "") - 1, one_width)
    m.flow("damage_repair", pace * mu_d * (1 + healed + cleared) * D, out_of=D)
    drive = restraint * (N + k_cnd * D)
    m.flow("anti_inflammation_source", s_c + k_cn * drive / (1 + drive), into=C)
    m.flow("anti_inflammation_decay", mu_c * C, out_of=C)

    _pathogen(m, P, acute, restraint * N, _suppression(m, Z, steroid), h)
    damp_rate, damp_gain, damp_half, damp_scar = m.pars("damp_rate damp_gain damp_half damp_scar")
    m.flow(
        "damp_release", damp_rate * (damp_healthy + damp_gain * death / (death + damp_half) + damp_scar * scar), into=A
    )
    by_flow = m.pars("damp_flow")[0]
    m.flow("damp_clearance", damp_rate * (1 - by_flow + by_flow * m.needs("waste_clearance", "")) * A, out_of=A)
    paralysis_rate, paralysis_gain = m.pars("paralysis_rate paralysis_gain")
    (by_gcsf,) = m.pars("paralysis_gcsf")
    tired = paralysis_gain * pos(C / C_rest - 1, m.pars("paralysis_width")[0])
    m.flow("paralysis_onset", paralysis_rate * tired / (1 + tired) / (1 + rescued + by_gcsf * gcsf), into=Z)
    m.flow("paralysis_recovery", paralysis_rate * Z, out_of=Z)
    white_base, white_gain, white_half = m.pars("white_base white_gain white_half")
    m.let("white_cells", white_base + white_gain * N / (N + white_half), "1e9/L", "white cell count")


def _suppression(m: Draft, Z: Expr, steroid: Expr) -> Expr:
    """Paralysis tells how severe the illness is; what a drug or MSC suppress tells nothing, yet admits bacteria."""
    left = (1 - m.pars("paralysis_steroid")[0] * steroid) * (1 - m.needs("suppression_added", ""))
    by_drug = m.let(
        "immunosuppression", (1 - left) * (1 - Z), "", "defence against bacteria that a drug or MSC take, 0 to 1"
    )
    return Z + by_drug


def _set_point(m: Draft, N: Expr, Z: Expr) -> Expr:
    """The patient's own chronic level, to which a year accustoms; what stands above it is the acute illness."""
    rate, width = m.pars("set_point_rate set_point_width")
    above = []
    for name, label, level in (("phagocytes", "activated phagocytes", N), ("paralysis", "immune paralysis", Z)):
        usual = m.state(f"{name}_chronic", "", f"{label} of the patient's chronic set point")
        m.flow(f"accustoming_of_{name}", rate * level, into=usual)
        m.flow(f"disaccustoming_of_{name}", rate * usual, out_of=usual)
        above.append(m.let(f"{name}_acute", pos(level - usual, width), "", f"{label} above the chronic set point"))
    return above[0]


def _pathogen(m: Draft, P: Expr, acute: Expr, active: Expr, Z: Expr, h: Expr) -> None:
    """Growth, local and phagocyte killing, antibiotics, and the hazard of infection."""
    k_pg, p_inf, k_pm, s_m, mu_m, k_mp, k_pn = m.pars("k_pg p_inf k_pm s_m mu_m k_mp k_pn")
    paralysed_local, paralysed_phagocytes, liver_share, liver_half = m.pars(
        "paralysed_local paralysed_phagocytes liver_share liver_half"
    )
    kupffer = 1 - liver_share + liver_share * (1 + liver_half) * h / (h + liver_half)
    m.flow("pathogen_growth", k_pg * P * (1 - P / p_inf), into=P)
    m.flow("local_killing", k_pm * s_m * P / (mu_m + k_mp * P) * (1 - paralysed_local * Z), out_of=P)
    m.flow("phagocyte_killing", k_pn * active * P * kupffer * (1 - paralysed_phagocytes * Z), out_of=P)
    B = m.state("antibiotic", "", "antibiotic effect, 1 = full course just begun")
    antibiotic_kill, antibiotic_loss, inoculum = m.pars("antibiotic_kill antibiotic_loss inoculum")
    m.flow("antibiotic_killing", antibiotic_kill * B * P, out_of=P)
    m.flow("antibiotic_stop", antibiotic_loss * B, out_of=B)

    H = m.state("infection_hazard", "", "cumulative hazard of infection")
    rate, by_paralysis, by_shunt, by_failure, shunt = (
        *m.pars("infection_rate infection_paralysis infection_shunt infection_failure"),
        m.needs("shunt", ""),
    )
    prophylaxis, prevented = m.pars("antibiotic_prophylaxis infection_prevented")
    outside, ward_half = m.pars("infection_outside ward_half")
    exposed = outside + (1 - outside) * hill(acute, ward_half, 2)
    treated = (1 - prevented * prophylaxis) * (1 + m.pars("infection_steroid")[0] * m.needs("steroid", ""))
    failing = 1 + by_failure * pos(1 - h, m.pars("failure_width")[0]) ** 2
    beyond = m.needs("infections_unexplained", "")
    m.flow(
        "infection_risk",
        rate * exposed * treated * beyond * failing * (1 + by_paralysis * Z) * (1 + by_shunt * shunt),
        into=H,
    )
    m.threshold("infection", H, {P: inoculum, B: m.pars("antibiotic_course")[0]})
