"""Enzymes that dying hepatocytes spill: ALT and AST.

Question: what do transaminases say of the rate of cell death, and for how long after it?
Not covered: mitochondrial AST apart, release without death, AST of muscle and red cells.
"""

from hepatica.model.lang import Draft


def enzymes(m: Draft) -> None:
    """Release with cell death, first-order clearance; plasma exchange replaces plasma by that of healthy donors."""
    death = m.needs("death_flux", "1/day")
    removed, given = m.needs("plasma_removed", "1/day"), m.needs("plasma_given", "1/day")
    alt_content, ratio = m.pars("alt_content ast_ratio")
    for name, full, content in (("alt", "alanine", alt_content), ("ast", "aspartate", ratio * alt_content)):
        level = m.state(name, "U/L", f"{full} aminotransferase")
        rate, healthy = m.pars(f"{name}_clearance {name}_healthy")
        m.flow(f"{name}_release", rate * healthy + content * death, into=level)
        m.flow(f"{name}_clearance", rate * level, out_of=level)
        m.flow(f"{name}_removed", removed * level, out_of=level)
        m.flow(f"{name}_donor", given * healthy, into=level)
