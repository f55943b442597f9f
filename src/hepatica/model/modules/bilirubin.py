"""Bilirubin: production, conjugation, excretion into bile and loss by the kidney; cholestasis.

Question: how much of a jaundice is lost liver mass, how much is blocked excretion, and how fast does it clear?
Topology after Levitt2023, whose constants were not seen: capacities are solved so that health is exact.
Not covered: haemolysis, return of pigment from the gut, bile acids.
"""

from hepatica.model.functions import pos, sqrt
from hepatica.model.lang import Draft, Expr


def bilirubin(m: Draft) -> None:
    """Unconjugated to conjugated to bile; each step saturates, so each has a reserve."""
    h, filtration = m.needs("functional_mass", ""), m.needs("filtration", "")
    removed, share = m.needs("plasma_removed", "1/day"), m.pars("bilirubin_in_plasma")[0]
    U = m.state("bilirubin_unconjugated", "mg/dL", "unconjugated bilirubin")
    C = m.state("bilirubin_conjugated", "mg/dL", "conjugated bilirubin")
    B = m.state("bilirubin_delta", "mg/dL", "bilirubin bound to albumin for good (delta)")
    lag = m.state("bilirubin_plasma_lag", "mg/dL", "bilirubin of all fluids above that of plasma, after an exchange")
    total = m.let("bilirubin", U + C + B - lag, "mg/dL", "total bilirubin of plasma")
    _pools(m, C, B, lag, total, removed, share)
    conjugation, excretion, half_U, half_C = _capacities(m)

    (compensation,) = m.pars("conjugation_compensation")
    kept = m.let(
        "conjugation_capacity",
        (1 + compensation) * h / (compensation + h),
        "",
        "capacity to conjugate bilirubin, 1 in health",
    )
    (steep,) = m.pars("excretion_steep")
    clear = m.let(
        "excretion_capacity", h**steep / _cholestasis(m), "", "capacity to excrete conjugated bilirubin, 1 in health"
    )
    production, other, renal, renal_half, extrarenal = m.pars(
        "bilirubin_production unconjugated_loss bilirubin_renal bilirubin_renal_half bilirubin_extrarenal"
    )
    m.flow("bilirubin_production", production, into=U)
    m.flow("bilirubin_conjugation", conjugation * kept * U / (half_U + U), out_of=U, into=C, cite="Levitt2023")
    m.flow("bilirubin_other_loss", other * U, out_of=U)
    m.flow("bilirubin_excretion", excretion * clear * C / (half_C + C), out_of=C, cite="Levitt2023")
    kidney = extrarenal + (1 - extrarenal) * filtration
    m.flow("bilirubin_renal_loss", renal * kidney * C / (C + renal_half) * C, out_of=C)
    reached = removed * share * total / (U + C + B + m.pars("bilirubin_smallest")[0])
    m.flow("unconjugated_exchange", reached * U, out_of=U)
    m.flow("conjugated_exchange", reached * C, out_of=C)


def _pools(m: Draft, C: Expr, B: Expr, lag: Expr, total: Expr, removed: Expr, share: Expr) -> None:
    """Conjugated bilirubin binds to albumin and leaves with it; plasma emptied by an exchange fills up within hours."""
    binding, loss, mixing = m.pars("delta_binding delta_loss bilirubin_mixing")
    m.flow("delta_formation", binding * C, out_of=C, into=B)
    m.flow("delta_loss", (loss + removed * share) * B, out_of=B)
    m.flow("plasma_emptied", (1 - share) * removed * total, into=lag)
    m.flow("plasma_refilled", mixing * lag, out_of=lag)


def _capacities(m: Draft) -> tuple[Expr, Expr, Expr, Expr]:
    """Largest rates of both steps, and where both pools rest in health."""
    production, other, renal, renal_half, activity = m.pars(
        "bilirubin_production unconjugated_loss bilirubin_renal bilirubin_renal_half conjugation_activity"
    )
    half_U, healthy_U, half_C, healthy_C = m.pars(
        "conjugation_half unconjugated_healthy excretion_half conjugated_healthy"
    )
    conjugation = m.let(
        "conjugation_largest",
        activity * (production - other * healthy_U) * (half_U + healthy_U) / healthy_U,
        "mg/dL/day",
        "largest conjugation in health",
    )
    b = other * half_U + conjugation - production
    rest = m.let(
        "unconjugated_rest",
        2 * production * half_U / (b + sqrt(b**2 + 4 * other * production * half_U)),
        "mg/dL",
        "unconjugated bilirubin in health at the patient's own conjugation",
    )
    binding, loss = m.pars("delta_binding delta_loss")
    m.let("delta_rest", binding * healthy_C / loss, "mg/dL", "bilirubin bound to albumin in health")
    made = production - other * rest - renal * healthy_C**2 / (healthy_C + renal_half) - binding * healthy_C
    excretion = m.let(
        "excretion_largest", made * (half_C + healthy_C) / healthy_C, "mg/dL/day", "largest excretion in health"
    )
    return conjugation, excretion, half_U, half_C


def _cholestasis(m: Draft) -> Expr:
    """Inflammation above that of stable cirrhosis, and injured cells, shut the transporters within days."""
    il6, injured = m.needs("il6", "pg/mL"), m.needs("injury_sublethal", "")
    background, width = m.pars("il6_background il6_width")
    excess = m.let("il6_excess", pos(il6 - background, width), "pg/mL", "interleukin 6 above that of stable cirrhosis")
    Ch = m.state("cholestasis", "", "resistance to excretion of bilirubin, 1 in health")
    rate, by_il6, il6_half, by_injury, injury_half = m.pars(
        "cholestasis_rate cholestasis_il6 cholestasis_il6_half cholestasis_injury cholestasis_injury_half"
    )
    inflamed = by_il6 * excess**2 / (excess**2 + il6_half**2)
    by_drinking, by_alcohol, relief, lost = m.pars(
        "cholestasis_alcohol cholestasis_toxic cholestasis_steroid ducts_lost"
    )
    drunk = by_drinking * m.needs("alcohol_intake", "") + by_alcohol * m.needs("alcohol", "")
    # transporters answer to the receptor of corticosteroids; swollen cells and lost ducts do not
    shut = (inflamed + drunk) * (1 - relief * m.needs("steroid", ""))
    m.flow("cholestasis_onset", rate * (1 + shut + by_injury * injured / (injured + injury_half) + lost), into=Ch)
    m.flow("cholestasis_recovery", rate * Ch, out_of=Ch)
    return Ch
