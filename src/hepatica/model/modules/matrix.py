"""Scar: stellate cells, collagen, and what makes and dissolves it.

The question it answers: does a liver scar on, stay, or clear, and how stiff is it?
Own reduced form of two states. The chronic drive of a patient is not typed in: it is solved from the degree of
cirrhosis, so that the scar of each patient stands still until something is added to it or taken from it.
Not covered: kinds of collagen and cross-linking, nodules, and where in the lobule the scar lies.
"""

from hepatica.model.functions import pos, sqrt
from hepatica.model.lang import Draft, Expr


def matrix(m: Draft) -> None:
    """TGF-beta activates stellate cells; they lay down collagen and TIMP; MMP dissolves it."""
    dying, repairing = m.needs("death_flux", "1/day"), m.needs("macrophages_repair", "")
    tgf_added, mmp_added = m.needs("tgf_beta_added", ""), m.needs("mmp_added", "")
    hvpg = m.needs("hvpg", "mmHg")
    S = m.state("stellate", "", "activated share of hepatic stellate cells")
    F = m.state("collagen", "percent", "collagen, share of the area of a section")

    healthy, span, width = m.pars("collagen_healthy collagen_span collagen_width")
    degree = m.let("collagen_degree", pos(F - healthy, width) / span, "", "degree of cirrhosis by collagen")
    by_stellate, timp_stellate, chronic, drive = _chronic(m, healthy, span)

    # what is above the usual of that degree: cells dying, macrophages that repair, infused cells
    usual_death, usual_repair, narrow, width_repair = m.pars("death_usual repair_usual death_width repair_width")
    tgf_stellate, tgf_injury, tgf_injury_half, tgf_repair, tgf_cells = m.pars(
        "tgf_stellate tgf_injury tgf_injury_half tgf_repair tgf_cells"
    )
    mmp_repair, mmp_by_cells, sensitivity, tgf_width = m.pars("mmp_repair mmp_by_cells tgf_sensitivity tgf_width")
    injury = pos(dying - usual_death * degree, narrow)
    repair = pos(repairing - 1 - usual_repair * degree, width_repair)
    tgf = m.let(
        "tgf_beta",
        1
        + tgf_stellate * S
        + tgf_injury * injury / (injury + tgf_injury_half)
        + tgf_repair * repair
        + tgf_cells * tgf_added,
        "",
        "active TGF-beta in the liver, 1 in health",
    )
    mmp = m.let("mmp", 1 + mmp_repair * repair + mmp_by_cells * mmp_added, "", "matrix metalloproteinases, 1 in health")
    timp = m.let("timp", 1 + timp_stellate * S, "", "tissue inhibitors of metalloproteinases, 1 in health")

    activation, removed = m.pars("stellate_rate cause_removed")
    acting = m.let("cause_acting", 1 - removed, "", "share of the chronic cause that still acts")
    excess = pos(tgf - 1 - tgf_stellate * chronic, tgf_width)
    m.flow("stellate_activation", activation * (drive * acting + sensitivity * excess) * (1 - S), into=S)
    m.flow("stellate_return", activation * S, out_of=S)
    (turnover,) = m.pars("collagen_turnover")
    m.flow("collagen_deposition", turnover * healthy * (1 + by_stellate * S), into=F)
    m.flow("collagen_degradation", turnover * mmp / timp * F, out_of=F)

    at_rest, per_pressure, per_collagen = m.pars("stiffness_base stiffness_hvpg stiffness_collagen")
    m.let("stiffness", at_rest + per_pressure * hvpg + per_collagen * F, "kPa", "liver stiffness by elastography")


def _chronic(m: Draft, healthy: Expr, span: Expr) -> tuple[Expr, Expr, Expr, Expr]:
    """Solve stellate activation and its drive for the collagen of the patient's degree of cirrhosis."""
    cirrhosis, full, timp = m.pars("cirrhosis collagen_full timp_stellate")
    made = m.let("collagen_by_stellate", full / healthy / (1 + timp) - 1, "", "deposition added by full activation")
    m.let("degree_chronic", cirrhosis, "", "degree of cirrhosis of the chronic background")
    start = m.let("collagen_chronic", healthy + span * cirrhosis, "percent", "collagen of the chronic background")
    # steady collagen: (1 + made S) (1 + timp S) = start / healthy, a quadratic in S
    half, square = (made + timp) / 2, made * timp
    S = m.let(
        "stellate_chronic",
        (sqrt(half**2 + square * (start / healthy - 1)) - half) / square,
        "",
        "stellate activation of the chronic background",
    )
    drive = m.let("chronic_drive", S / (1 - S), "", "chronic drive of stellate cells that keeps that collagen")
    return made, timp, S, drive
