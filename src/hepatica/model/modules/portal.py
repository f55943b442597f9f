"""Portal circulation of the scarred liver: resistance, shunt, pressure and sinusoidal flow."""

from hepatica.model.functions import exp
from hepatica.model.lang import Draft


def portal(m: Draft) -> None:
    """Scar raises resistance; blood takes collaterals around the liver; the artery buffers in part."""
    injured = m.needs("hepatocytes_injured", "")
    cirrhosis, room_loss, shunt_slope, cell_shunt_ratio = m.pars("cirrhosis room_loss shunt_slope cell_shunt_ratio")
    resistance_slope, resistance_injury, hyperdynamic = m.pars("resistance_slope resistance_injury hyperdynamic")
    hvpg_healthy, portal_share, arterial_buffer = m.pars("hvpg_healthy portal_share arterial_buffer")

    degree = m.let("scar", cirrhosis, "", "degree of cirrhosis")
    shunt = m.let("shunt", shunt_slope * cirrhosis, "", "share of portal flow that bypasses the liver")
    m.let("shunt_cells", cell_shunt_ratio * shunt, "", "share of cells in the portal vein that bypass the liver")
    m.let("room", 1 - room_loss * degree, "", "room for hepatocytes, relative to health")
    resistance = exp(resistance_slope * degree) * (1 + resistance_injury * injured)
    inflow = 1 + hyperdynamic * shunt
    m.let("hvpg", hvpg_healthy * resistance * inflow * (1 - shunt), "mmHg", "hepatic venous pressure gradient")
    portal_flow = inflow * (1 - shunt)
    arterial = 1 + arterial_buffer * (1 - portal_flow)
    m.let("sinusoidal_flow", portal_share * portal_flow + (1 - portal_share) * arterial, "",
          "flow through the sinusoids, relative to health")
