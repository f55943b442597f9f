"""Enzymes that dying hepatocytes spill: ALT and AST.

Question: what do transaminases say of the rate of cell death, and for how long after it?
Cells injured without dying leak; drinkers lack the ALT that others have.
Not covered: mitochondrial AST apart, AST of muscle and red cells.
"""

from hepatica.model.lang import Draft


def enzymes(m: Draft) -> None:
    """Release with cell death, first-order clearance; plasma exchange replaces plasma by that of healthy donors."""
    death, leak, depleted = m.needs("death_flux", "1/day"), *m.pars("enzyme_leak alt_alcohol")
    spilt = death + leak * m.needs("injury_sublethal", "") * m.needs("hepatocytes", "")
    removed, given = m.needs("plasma_removed", "1/day"), m.needs("plasma_given", "1/day")
    alt_content, ratio = m.pars("alt_content ast_ratio")
    alt_now = alt_content / (1 + depleted * m.needs("alcohol", ""))
    for name, full, content in (("alt", "alanine", alt_now), ("ast", "aspartate", ratio * alt_content)):
        level = m.state(name, "U/L", f"{full} aminotransferase")
        rate, healthy = m.pars(f"{name}_clearance {name}_healthy")
        m.flow(f"{name}_release", rate * healthy + content * spilt, into=level)
        m.flow(f"{name}_clearance", rate * level, out_of=level)
        m.flow(f"{name}_removed", removed * level, out_of=level)
        m.flow(f"{name}_donor", given * healthy, into=level)
