"""Hepatocytes: the regeneration model of Furchtgott, Chow and Periwal with injured and senescent pools.

Question: how much working liver is left, does it grow back, and what holds it back?
Published form: Furchtgott2009, human version Young2016; each change has a neutral value in the table that restores it,
but for matrix, which settles in two minutes and is algebraic here. Brakes are inflammation, TGF-beta and what scar does
beyond it.

Not covered: zones of the lobule, ploidy, hypertrophy apart from division, regeneration from progenitor cells.
"""

from hepatica.model.functions import pos, tanh
from hepatica.model.lang import Draft, Expr


def hepatocytes(m: Draft) -> None:
    """Loss of mass raises load; load primes (TNF to immediate-early genes), growth factor replicates."""
    room, scar = m.needs("room", ""), m.needs("scar", "")
    m.needs("room_chronic", "")  # where quiescent cells start
    Q = m.state("hepatocytes_quiescent", "", "quiescent hepatocytes, share of a healthy liver")
    P = m.state("hepatocytes_primed", "", "primed hepatocytes")
    R = m.state("hepatocytes_replicating", "", "replicating hepatocytes")
    D = m.state("hepatocytes_senescent", "", "senescent hepatocytes, which work a little and never divide")
    Z = m.state("hepatocytes_injured", "", "injured hepatocytes, dying or to be repaired")
    N = m.let("hepatocytes", Q + P + R + D, "", "living, uninjured hepatocytes, senescent ones among them")
    M, lowest, width = m.pars("metabolic_load lowest_mass pool_width")
    load = m.let("load_per_cell", M * room / (pos(N, width) + lowest), "", "metabolic load per hepatocyte")
    usual = M / (1 / (1 + width) + lowest)  # load in health
    _hgf(m, load / usual)
    _cycle(m, Q, P, R, *_signals(m, load, usual))
    overload = _loss(m, {"quiescent": Q, "primed": P, "replicating": R, "senescent": D}, N / room, Z)
    _repair(m, Q, D, Z, N / room)
    m.let(
        "death_flux",
        m.pars("injured_loss")[0] * Z + overload * N,
        "1/day",
        "hepatocytes dying per day, share of a healthy liver",
    )
    wP, wR, wD, wZ, function_loss = m.pars(
        "function_primed function_replicating function_senescent function_injured function_loss"
    )
    working = Q + wP * P + wR * R + wD * D + wZ * Z + m.needs("hepatocyte_like", "")
    m.let("functional_mass", working * (1 - function_loss * scar), "", "functional liver mass, 1 = healthy")


def _cycle(m: Draft, Q: Expr, P: Expr, R: Expr, E: Expr, I: Expr, G: Expr) -> None:
    """Priming, replication and return to rest, under the brakes."""
    kQ, kP, kR, kprol, kreq, theta_req, beta_req = m.pars("k_Q k_P k_R k_prol k_req theta_req beta_req")
    saturation, width, return_share, reverse_growth = m.pars("drive_saturation drive_width return_share reverse_growth")
    by_inflammation, by_scar, by_tgf = m.pars("brake_inflammation brake_scar brake_tgf")
    tgf, N, scar = m.needs("tgf_beta", ""), m.needs("phagocytes", ""), m.needs("scar", "")
    oxygen, by_flow = 1 - m.needs("hypoxia", ""), m.pars("regeneration_perfusion")[0]
    fed = 1 - by_flow + by_flow * m.needs("perfusion", "")
    arrest = 1 / (1 + by_inflammation * N) / (1 + by_tgf * pos(tgf - 1, width)) / (1 + by_scar * scar)
    brake = m.let(
        "regeneration_brake",
        oxygen * fed * arrest,
        "",
        "what inflammation, TGF-beta, scar, poor flow and hypoxia leave of regeneration",
    )
    primed, rested = pos(I - 1, width), pos(1 - I, width)
    grown, starved = pos(G - 1, width), pos(1 - G, width)
    m.flow("priming", kQ * brake * primed / (1 + primed / saturation) * Q, out_of=Q, into=P)
    m.flow("unpriming", kQ * rested * (return_share * P + (1 - return_share) * Q), out_of=P, into=Q)
    m.flow("entry_to_cycle", kP * brake * grown / (1 + grown / saturation) * P, out_of=P, into=R)
    m.flow("reversal", kP * reverse_growth * starved * P, out_of=R, into=P)
    m.flow("requiescence", kreq * (1 + tanh((theta_req - G) / beta_req)) / 2 * P, out_of=P, into=Q)
    m.flow("return_from_cycle", kR * E * R, out_of=R, into=Q)
    m.flow("proliferation", kprol * oxygen * pos(R, m.pars("pool_width")[0]), into=R)


def _loss(m: Draft, cells: Expr, filled: Expr, Z: Expr) -> Expr:
    """Overload kills outright, injury leaves cells that die or are repaired; returns the rate of overload."""
    kap, theta, beta, width = m.pars("overload_death overload_mass overload_width drive_width")
    lack = pos(1 - filled, width)
    overload = m.let(
        "overload",
        kap * (tanh((theta - 1 + lack) / beta) - tanh((theta - 1) / beta)) / 2,
        "1/day",
        "death of overloaded hepatocytes",
    )
    kill = m.needs("kill", "1/day")
    for name, pool in cells.items():
        m.flow(f"overload_{name}", overload * pool, out_of=pool)
        m.flow(f"injury_{name}", kill * pool, out_of=pool, into=Z)
    m.flow("loss_of_injured", m.pars("injured_loss")[0] * Z, out_of=Z)
    return overload


def _repair(m: Draft, Q: Expr, D: Expr, Z: Expr, filled: Expr) -> None:
    """Injured cells are repaired, some to senescence; scar ages cells; slow renewal fills the room."""
    repair, repair_brake, renewal, aged = m.pars("repair repair_brake renewal senescence_repair")
    mended = repair * (1 + m.needs("repair_gain", "")) * Z / (1 + repair_brake * m.needs("phagocytes", ""))
    m.flow("repair", (1 - aged) * mended, out_of=Z, into=Q)
    m.flow("senescence_after_injury", aged * mended, out_of=Z, into=D, cite="Bird2018")
    by_scar, loss = m.pars("senescence_scar senescence_loss")
    m.flow("senescence", by_scar * m.needs("scar", "") ** 2 * Q, out_of=Q, into=D)
    m.flow("loss_of_senescent", loss * D, out_of=D)
    m.flow("renewal", renewal * Q * (1 - filled), into=Q)


def _hgf(m: Draft, load: Expr) -> None:
    """Made by the cells around hepatocytes as load rises, taken up by the hepatocytes that blood reaches."""
    level = m.state("hgf", "ng/mL", "hepatocyte growth factor of the patient in plasma")
    rate, healthy, power, share = m.pars("hgf_rate hgf_healthy hgf_load hgf_liver")
    taken = 1 - share + share * m.needs("functional_mass", "") * m.needs("perfusion", "")
    m.flow("hgf_production", rate * healthy * load**power, into=level, cite="Shiota1995")
    m.flow("hgf_clearance", rate * taken * level, out_of=level)


def _signals(m: Draft, load: Expr, usual: Expr) -> tuple[Expr, Expr, Expr]:
    """TNF, JAK, STAT3, SOCS3, matrix, immediate-early genes and growth factor, each 1 in health."""
    T = m.state("signal_tnf", "", "TNF/IL-6 signal for priming")
    J = m.state("signal_jak", "", "activated JAK")
    S = m.state("signal_stat3", "", "activated STAT3")
    C = m.state("signal_socs3", "", "SOCS3")
    I = m.state("immediate_early_genes", "", "immediate-early genes")
    kTNF, kapT, VJ, KJ, kapJ = m.pars("k_TNF kappa_TNF V_JAK Km_JAK kappa_JAK")
    pro, VST, KST, kapS, VSO, KSO, KI, kapC = m.pars(
        "proSTAT3 V_STAT3 Km_STAT3 kappa_STAT3 V_SOCS3 Km_SOCS3 KI_SOCS3 kappa_SOCS3"
    )
    VIE, KIE, kapI, width = m.pars("V_IE Km_IE kappa_IE inhibitor_width")
    jak, socs, early = VJ * T / (KJ + T), VSO * S / (S + KSO), VIE * S / (S + KIE)
    # SOCS3 may dip below zero in the published form, where it has a pole
    stat = VST * pro**2 * J / (pro**2 + KST * (1 + pos(C, width) / KI))
    # constant sources that make health, all ones, a steady state (Furchtgott2009)
    pT = m.let("constant_tnf", VJ / (KJ + 1) + kapT - kTNF * usual, "1/day", "constant source")
    pJ = m.let("constant_jak", kapJ - VJ / (KJ + 1), "1/day", "constant source")
    pS = m.let(
        "constant_stat3",
        -VST * pro**2 / (pro**2 + KST * (1 + 1 / (1 + width) / KI)) + VIE / (1 + KIE) + VSO / (1 + KSO) + kapS,
        "1/day",
        "constant source",
    )
    pC = m.let("constant_socs3", kapC - VSO / (1 + KSO), "1/day", "constant source")
    pI = m.let("constant_genes", kapI - VIE / (1 + KIE), "1/day", "constant source")

    m.flow("tnf_production", kTNF * load + pT, into=T)
    m.flow("jak_activation", jak, out_of=T, into=J)
    m.flow("tnf_decay", kapT * T, out_of=T)
    m.flow("jak_source", pJ, into=J)
    m.flow("jak_decay", kapJ * J, out_of=J)
    m.flow("stat3_activation", stat + pS, into=S)
    m.flow("gene_induction", early, out_of=S, into=I)
    m.flow("socs3_induction", socs, out_of=S, into=C)
    m.flow("stat3_decay", kapS * S, out_of=S)
    m.flow("socs3_source", pC, into=C)
    m.flow("socs3_decay", kapC * C, out_of=C)
    m.flow("gene_source", pI, into=I)
    m.flow("gene_decay", kapI * I, out_of=I)
    E, G = _growth(m, load, usual, T)
    return E, I, G


def _growth(m: Draft, load: Expr, usual: Expr, T: Expr) -> tuple[Expr, Expr]:
    """Growth factor, freed as TNF degrades the matrix that binds it; infused cells and G-CSF add to it."""
    G = m.state("signal_growth", "", "growth factor signal for replication")
    kup, kGF, kapG, kapE, kdeg, efficacy = m.pars("k_up k_GF kappa_GF kappa_ECM k_deg efficacy_gcsf")
    E = m.let(
        "extracellular_matrix", (kapE + kdeg) / (kapE + kdeg * T), "", "extracellular matrix that binds growth factor"
    )
    pG = m.let("constant_growth", kup + kapG - kGF * usual, "1/day", "constant source")
    added = m.needs("growth_drive", "1/day") + efficacy * m.needs("gcsf_effect", "")
    m.flow("growth_production", kGF * load + pG + added, into=G)
    m.flow("growth_uptake", kup * G * E, out_of=G)
    m.flow("growth_decay", kapG * G, out_of=G)
    return E, G
