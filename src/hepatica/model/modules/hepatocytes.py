"""Hepatocytes: the regeneration model of Furchtgott, Chow and Periwal with an injured pool.

Question: does the liver grow back, and how much function is there meanwhile?

Published form: Furchtgott2009, human version Young2016. Each change that the coupling needs has a
neutral value in the table that restores it.

Not covered: progenitor cells, ploidy, size of cells, zones of the lobule.
"""

from hepatica.model.functions import pos, tanh
from hepatica.model.lang import Draft


def hepatocytes(m: Draft) -> None:
    """Loss of mass raises load; load primes (TNF to immediate-early genes), growth factor replicates."""
    kill, room, scar = m.needs("kill", "1/day"), m.needs("room", ""), m.needs("scar", "")
    phagocytes = m.needs("phagocytes", "")
    growth_drive, repair_gain = m.needs("growth_drive", "1/day"), m.needs("repair_gain", "")

    Q = m.state("hepatocytes_quiescent", "", "quiescent hepatocytes, share of a healthy liver")
    P = m.state("hepatocytes_primed", "", "primed hepatocytes")
    R = m.state("hepatocytes_replicating", "", "replicating hepatocytes")
    Z = m.state("hepatocytes_injured", "", "injured hepatocytes, dying or to be repaired")
    N = m.let("hepatocytes", Q + P + R, "", "living, uninjured hepatocytes")
    M, lowest = m.pars("metabolic_load lowest_mass")
    load = m.let("load_per_cell", M * room / (N + lowest), "", "metabolic load per hepatocyte")
    E, I, G = _signals(m, load, growth_drive)

    # priming, replication and return
    kQ, kP, kR, kprol, kreq, theta_req, beta_req = m.pars("k_Q k_P k_R k_prol k_req theta_req beta_req")
    saturation, width, return_share, reverse_growth = m.pars("drive_saturation drive_width return_share reverse_growth")
    brake_inflammation, brake_scar = m.pars("brake_inflammation brake_scar")
    brake = m.let("regeneration_brake", 1 / (1 + brake_inflammation * phagocytes) / (1 + brake_scar * scar), "",
                  "what inflammation and scar leave of regeneration")
    primed, rested = pos(I - 1, width), pos(1 - I, width)
    grown, starved = pos(G - 1, width), pos(1 - G, width)
    m.flow("priming", kQ * brake * primed / (1 + primed / saturation) * Q, out_of=Q, into=P)
    m.flow("unpriming", kQ * rested * (return_share * P + (1 - return_share) * Q), out_of=P, into=Q)
    m.flow("entry_to_cycle", kP * brake * grown / (1 + grown / saturation) * P, out_of=P, into=R)
    m.flow("reversal", kP * reverse_growth * starved * P, out_of=R, into=P)
    m.flow("requiescence", kreq * (1 + tanh((theta_req - G) / beta_req)) / 2 * P, out_of=P, into=Q)
    m.flow("return_from_cycle", kR * E * R, out_of=R, into=Q)
    m.flow("proliferation", kprol * R, into=R)

    # loss by overload, injury, repair, slow renewal
    kap, theta, beta = m.pars("overload_death overload_mass overload_width")
    lack = pos(1 - N / room, width)
    overload = m.let("overload", kap * (tanh((theta - 1 + lack) / beta) - tanh((theta - 1) / beta)) / 2, "1/day",
                     "death of overloaded hepatocytes")
    for name, cells in (("quiescent", Q), ("primed", P), ("replicating", R)):
        m.flow(f"overload_{name}", overload * cells, out_of=cells)
        m.flow(f"injury_{name}", kill * cells, out_of=cells, into=Z)
    loss, repair, repair_brake, renewal = m.pars("injured_loss repair repair_brake renewal")
    m.flow("loss_of_injured", loss * Z, out_of=Z)
    m.flow("repair", repair * (1 + repair_gain) * Z / (1 + repair_brake * phagocytes), out_of=Z, into=Q)
    m.flow("renewal", renewal * Q * (1 - N / room), into=Q)
    m.let("death_flux", loss * Z + overload * N, "1/day", "hepatocytes dying per day, share of a healthy liver")

    wP, wR, wZ, function_loss = m.pars("function_primed function_replicating function_injured function_loss")
    m.let("functional_mass", (Q + wP * P + wR * R + wZ * Z) * (1 - function_loss * scar), "",
          "functional liver mass, 1 = healthy")


def _signals(m: Draft, load, growth_drive):  # type: ignore[no-untyped-def]
    """TNF, JAK, STAT3, SOCS3, matrix, immediate-early genes and growth factor, each 1 in health."""
    T = m.state("signal_tnf", "", "TNF/IL-6 signal for priming")
    J = m.state("signal_jak", "", "activated JAK")
    S = m.state("signal_stat3", "", "activated STAT3")
    C = m.state("signal_socs3", "", "SOCS3")
    E = m.state("extracellular_matrix", "", "extracellular matrix that binds growth factor")
    I = m.state("immediate_early_genes", "", "immediate-early genes")  # noqa: E741
    G = m.state("signal_growth", "", "growth factor signal for replication")
    kTNF, kapT, VJ, KJ, kapJ = m.pars("k_TNF kappa_TNF V_JAK Km_JAK kappa_JAK")
    pro, VST, KST, kapS, VSO, KSO, KI, kapC = m.pars(
        "proSTAT3 V_STAT3 Km_STAT3 kappa_STAT3 V_SOCS3 Km_SOCS3 KI_SOCS3 kappa_SOCS3")
    VIE, KIE, kapI, kup, kGF, kapG, kapE, kdeg, M, lowest = m.pars(
        "V_IE Km_IE kappa_IE k_up k_GF kappa_GF kappa_ECM k_deg metabolic_load lowest_mass")

    jak, socs, early = VJ * T / (KJ + T), VSO * S / (S + KSO), VIE * S / (S + KIE)
    (width,) = m.pars("inhibitor_width")  # SOCS3 may dip below zero in the published form, where it has a pole
    stat = VST * pro**2 * J / (pro**2 + KST * (1 + pos(C, width) / KI))
    # constant sources that make health, all ones, a steady state (Furchtgott2009)
    usual = M / (1 + lowest)
    pT = m.let("constant_tnf", VJ / (KJ + 1) + kapT - kTNF * usual, "1/day", "constant source")
    pJ = m.let("constant_jak", kapJ - VJ / (KJ + 1), "1/day", "constant source")
    pS = m.let("constant_stat3", -VST * pro**2 / (pro**2 + KST * (1 + 1 / (1 + width) / KI)) + VIE / (1 + KIE)
               + VSO / (1 + KSO) + kapS, "1/day", "constant source")
    pC = m.let("constant_socs3", kapC - VSO / (1 + KSO), "1/day", "constant source")
    pI = m.let("constant_genes", kapI - VIE / (1 + KIE), "1/day", "constant source")
    pG = m.let("constant_growth", kup + kapG - kGF * usual, "1/day", "constant source")

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
    m.flow("matrix_production", kapE + kdeg, into=E)
    m.flow("matrix_degradation", kdeg * T * E, out_of=E)
    m.flow("matrix_decay", kapE * E, out_of=E)
    m.flow("gene_source", pI, into=I)
    m.flow("gene_decay", kapI * I, out_of=I)
    m.flow("growth_production", kGF * load + pG + growth_drive, into=G)
    m.flow("growth_uptake", kup * G * E, out_of=G)
    m.flow("growth_decay", kapG * G, out_of=G)
    return E, I, G
