"""Enzymes that dying hepatocytes spill: ALT and AST."""

from hepatica.model.lang import Draft


def enzymes(m: Draft) -> None:
    """Release with cell death, first-order clearance."""
    death = m.needs("death_flux", "1/day")
    for name in ("alt", "ast"):
        level = m.state(name, "U/L", f"{'alanine' if name == 'alt' else 'aspartate'} aminotransferase")
        rate, healthy, content = m.pars(f"{name}_clearance {name}_healthy {name}_content")
        m.flow(f"{name}_release", rate * healthy + content * death, into=level)
        m.flow(f"{name}_clearance", rate * level, out_of=level)
