"""Macrophages between inflammation and repair, and the regulatory T cells that side with repair.

Question: has the liver's own inflammation turned from doing damage to clearing it up?

Published form: the bistable switch of Frank2021, with the drives at rest solved so that health is steady at a
stated level of each kind. Changes for the coupling have neutral values.

Not covered: recruitment against residence, Kupffer cells apart from infiltrating ones, effector T cells.
"""

from hepatica.model.functions import hill, pos
from hepatica.model.lang import Draft, Expr


def macrophages(m: Draft) -> None:
    """Each kind sustains itself and represses the other; danger drives one, interleukin 10 and MSC the other."""
    first = m.state("macrophages_1", "", "inflammatory macrophages, in units of the published model")
    second = m.state("macrophages_2", "", "repairing macrophages, in units of the published model")
    rate, a, k, n, p1, p2, steep, b, q, rest1, rest2 = m.pars(
        "switch_rate switch_self switch_half switch_steep repressed_by_first repressed_by_second repression_steep "
        "switch_basal switch_loss macrophages_1_rest macrophages_2_rest"
    )

    def kept(x: Expr, p: Expr) -> Expr:
        return p**steep / (p**steep + x**steep)

    # drives at which health is steady
    drive1 = m.let("drive_first_rest", (q * rest1 - b) / kept(rest2, p2) - a * hill(rest1, k, n), "", "drive in health")
    drive2 = m.let(
        "drive_second_rest", (q * rest2 - b - a * hill(rest2, k, n)) / kept(rest1, p1), "", "drive in health"
    )
    N, pathogen, risen = m.needs("phagocytes", ""), m.needs("pathogen", ""), m.needs("il10_rise", "")
    calm = risen / (1 + risen)
    by_N, by_P, by_il10, by_eaten, width, extra1, extra2 = m.pars(
        "drive_phagocytes drive_pathogen drive_il10 drive_efferocytosis switch_width drive_first drive_second"
    )
    eaten = m.needs("efferocytosis", "")
    s1 = drive1 + extra1 + by_N * N + by_P * pathogen / (1 + pathogen)
    s2 = drive2 + extra2 + by_il10 * calm + by_eaten * eaten / (1 + eaten)
    m.flow(
        "first_activation", rate * ((a * hill(first, k, n) + s1) * kept(second, p2) + b), into=first, cite="Frank2021"
    )
    m.flow("first_loss", rate * q * first, out_of=first)
    m.flow(
        "second_activation", rate * (a * hill(second, k, n) + s2 * kept(first, p1) + b), into=second, cite="Frank2021"
    )
    m.flow("second_loss", rate * q * second, out_of=second)
    turned = m.pars("polarisation_rate")[0] * m.needs("polarisation_added", "")
    m.flow("polarisation", turned * first, out_of=first, into=second)
    m.let("macrophages_inflammatory", first / rest1, "", "inflammatory macrophages, 1 in health")
    m.let("macrophages_repair", second / rest2, "", "repairing macrophages, 1 in health")

    R = m.state("regulatory_cells", "", "regulatory T cells, 1 in health")
    turnover, induced, added, restraint = m.pars("regulatory_rate regulatory_il10 regulatory_msc effector_restrained")
    m.flow("regulatory_induction", turnover * (1 + induced * calm + added * m.needs("regulatory_added", "")), into=R)
    m.flow("regulatory_loss", turnover * R, out_of=R)
    m.let(
        "effector_restraint",
        1 / (1 + restraint * pos(R - 1, width)),
        "",
        "killing by effector cells that regulation leaves",
    )
