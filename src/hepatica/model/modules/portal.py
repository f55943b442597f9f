"""Blood through the scarred liver: resistance, collaterals, pressure, flow, endothelium and oxygen.

The question it answers: how much blood reaches hepatocytes, at what pressure, and does its oxygen suffice?
Ohm's law over two parallel ways, the liver and the collaterals around it; own form. Shunt of flow, shunt of cells,
lost volume (room) and lost function (in hepatocytes) are four separate quantities.
Not covered: zones of the lobule, varices and their bleeding, thrombosis of the portal vein, bypass by stents.
"""

from hepatica.model.functions import exp, hill, pos, sqrt
from hepatica.model.lang import Draft, Expr


def portal(m: Draft) -> None:
    """Scar raises resistance; pressure opens collaterals; the artery buffers in part; oxygen follows flow."""
    injured, stellate = m.needs("hepatocytes_injured", ""), m.needs("stellate", "")
    scar = m.let("scar", m.needs("collagen_degree", ""), "", "degree of cirrhosis")
    G = m.state("collaterals", "", "conductance of collaterals over that of a healthy liver")
    En = m.state("endothelium", "", "sinusoidal endothelium, 1 in health")
    room_loss, cell_shunt_ratio = m.pars("room_loss cell_shunt_ratio")
    room = m.let("room", 1 - room_loss * scar, "", "room for hepatocytes that scar leaves, relative to health")
    m.let("room_chronic", 1 - room_loss * m.needs("degree_chronic", ""), "", "room of the chronic background")

    by_injury, portal_share, arterial_buffer = m.pars("resistance_injury portal_share arterial_buffer")
    resistance = m.let(
        "resistance",
        _resistance(m, scar, stellate, En) * (1 + by_injury * injured),
        "",
        "resistance of the liver to portal flow, 1 in health",
    )
    share, inflow, gradient = _ohm(m, resistance, G)
    shunt = m.let("shunt", share, "", "share of portal flow that bypasses the liver")
    m.let("shunt_cells", cell_shunt_ratio * shunt, "", "share of cells in the portal vein that bypass the liver")
    hvpg = m.let("hvpg", gradient, "mmHg", "hepatic venous pressure gradient")
    through = m.let("portal_flow", inflow * (1 - shunt), "", "portal flow through the liver, 1 in health")
    artery = m.let(
        "arterial_flow",
        1 + arterial_buffer * portal_share / (1 - portal_share) * (1 - through),
        "",
        "hepatic arterial flow, 1 in health",
    )
    flow = m.let(
        "sinusoidal_flow",
        portal_share * through + (1 - portal_share) * artery,
        "",
        "flow through the sinusoids, relative to health",
    )

    _collaterals(m, G, hvpg, _endothelium(m, En, scar))
    depth, waste_half = m.pars("ischaemia_depth waste_half")
    reach = En * (1 - depth * m.needs("ischaemia", ""))
    perfusion = m.let("perfusion", flow * reach, "", "flow that reaches hepatocytes, 1 in health")
    m.let(
        "waste_clearance",
        (1 + waste_half) * perfusion / (waste_half + perfusion),
        "",
        "removal of debris and toxins by flow, 1 in health",
    )
    _oxygen(m, portal_share * through, (1 - portal_share) * artery, reach, room)


def _resistance(m: Draft, scar: Expr, stellate: Expr, endothelium: Expr) -> Expr:
    slope, tone = m.pars("resistance_slope resistance_stellate")
    return exp(slope * scar) * (1 + tone * stellate) / sqrt(endothelium)


def _ohm(m: Draft, resistance: Expr, conductance: Expr) -> tuple[Expr, Expr, Expr]:
    """Share of flow by the collaterals, portal inflow and pressure gradient."""
    healthy, hyperdynamic = m.pars("hvpg_healthy hyperdynamic")
    shunt = conductance * resistance / (1 + conductance * resistance)
    inflow = 1 + hyperdynamic * shunt
    return shunt, inflow, healthy * resistance * inflow * (1 - shunt)


def _endothelium(m: Draft, En: Expr, scar: Expr) -> Expr:
    """Hurt by TNF and scar, healing by itself and by what MSC secrete; returns that of the chronic background."""
    healing, loss, by_scar, tnf_from, tnf_half, tnf_width, by_vegf = m.pars(
        "endothelium_healing endothelium_loss endothelium_scar endothelium_tnf_from endothelium_tnf_half "
        "endothelium_tnf_width endothelium_vegf"
    )
    excess = pos(m.needs("tnf", "pg/mL") - tnf_from, tnf_width)
    healed = 1 + by_vegf * m.needs("vegf_added", "") + m.needs("endothelium_healed", "")
    m.flow("endothelial_healing", healing * (1 - En) * healed, into=En)
    m.flow("endothelial_loss", loss * (excess / (excess + tnf_half) + by_scar * scar) * En, out_of=En)
    return m.let(
        "endothelium_chronic",
        healing / (healing + loss * by_scar * m.needs("degree_chronic", "")),
        "",
        "endothelium of the chronic background",
    )


def _collaterals(m: Draft, G: Expr, hvpg: Expr, endothelium: Expr) -> Expr:
    """Pressure opens collaterals within months; they start near the steady state of the patient's scar."""
    rate, largest, half, healthy = m.pars("collateral_rate collateral_largest collateral_half hvpg_healthy")
    m.flow("collateral_opening", rate * largest * hill(hvpg - healthy, half, 2), into=G)
    m.flow("collateral_closing", rate * G, out_of=G)

    def opened(excess: Expr) -> Expr:
        return largest * excess**2 / (excess**2 + half**2)

    degree, stellate = m.needs("degree_chronic", ""), m.needs("stellate_chronic", "")
    R = m.let(
        "resistance_chronic", _resistance(m, degree, stellate, endothelium), "", "resistance of the chronic background"
    )
    G0 = m.let("collaterals_first", opened(healthy * (R - 1)), "", "collaterals that unshunted pressure opens")
    G1 = m.let("collaterals_second", opened(_ohm(m, R, G0)[2] - healthy), "", "the same, next approximation")
    m.let(
        "collaterals_chronic",
        opened(_ohm(m, R, G1)[2] - healthy),
        "",
        "collaterals of the chronic background, within 1 %",
    )


def _oxygen(m: Draft, portal_flow: Expr, arterial_flow: Expr, reach: Expr, room: Expr) -> None:
    """Oxygen brought by both vessels against what living cells use; hypoxia is the share not met."""
    flow, capacity, gut = m.pars("hepatic_flow_per_gram oxygen_capacity oxygen_gut")
    saturation, pressure = m.needs("arterial_saturation", ""), m.needs("pressure_relative", "")
    brought = portal_flow * (saturation - gut) + arterial_flow * saturation
    mixed = m.let(
        "inflow_saturation", brought / (portal_flow + arterial_flow), "", "oxygen saturation of all blood to the liver"
    )
    Q, P, R, D, Z = (
        m.needs(f"hepatocytes_{s}", "") for s in ("quiescent", "primed", "replicating", "senescent", "injured")
    )
    use, use_P, use_R, use_D, use_Z, by_N = m.pars(
        "oxygen_use oxygen_primed oxygen_replicating oxygen_senescent oxygen_injured oxygen_inflammation"
    )
    work = Q + use_P * P + use_R * R + use_D * D + use_Z * Z
    demand = m.let(
        "oxygen_demand",
        use * work * (1 + by_N * m.needs("phagocytes", "")),
        "mL/min/g",
        "oxygen use if unlimited, per gram of healthy liver",
    )
    # where parenchyma has died, its share of flow passes no living cell, to the extent `flow_lost_with_cells`
    lost_with_cells, floor = m.pars("flow_lost_with_cells oxygen_floor")
    living = (Q + P + R + D + Z + floor) / (room + floor)
    supply = m.let(
        "oxygen_supply",
        flow * capacity * brought * reach * pressure * living**lost_with_cells,
        "mL/min/g",
        "oxygen brought to living cells, per gram of healthy liver",
    )
    largest, width = m.pars("oxygen_extraction_largest oxygen_width")
    required = demand / supply
    missing = pos(required - largest, width)
    m.let("hypoxia", missing / (required + width), "", "share of the oxygen demand that is not met")
    m.let("hepatic_vein_saturation", mixed * (1 - required + missing), "", "oxygen saturation of hepatic venous blood")
