"""Infused MSC: carried, arrested, released, homing to the injured liver, cleared, and a few turned into hepatocytes.

Question: where are how many living cells, when, after a dose by a route?

Own form after the arrest, depletion and release structure of Wang et al. 2016, with venous and arterial
blood. The human 111In images (Gholamrezanezhad2011) set the shares of the first distribution under "label
means cells"; the extraction at one pass follows from them and from the organs' flows.

Not covered: bone marrow and lymph, division of infused cells, growth of clones, cells given into the peritoneum.
"""

from hepatica.model.functions import hill
from hepatica.model.lang import Draft, Expr

ORGANS = ("lung", "liver", "spleen", "gut", "kidney", "rest")


def cells(m: Draft) -> None:
    """Viable cells in blood and organs, dying cells that phagocytes will take, hepatocyte-like cells."""
    blood = m.state("cells_venous", "cell", "viable MSC in venous blood", dosed=True)
    arterial = m.state("cells_arterial", "cell", "viable MSC in arterial blood", dosed=True)
    catheter = m.state("cells_hepatic_artery", "cell", "viable MSC entering the hepatic artery", dosed=True)
    portal = m.state("cells_portal", "cell", "viable MSC entering the portal vein", dosed=True)
    organ = {
        o: m.state(
            f"cells_{o}",
            "cell",
            f"viable MSC in the {o}" if o != "rest" else "viable MSC elsewhere",
            dosed=o in ("liver", "spleen"),
        )
        for o in ORGANS
    }
    dying = m.state("cells_dying", "cell", "dying MSC within reach of phagocytes", dosed=True)
    debris = {
        "venous": m.state("debris_venous", "cell", "dead MSC of the product in venous blood", dosed=True),
        "hepatic": m.state("debris_hepatic", "cell", "dead MSC of the product entering the liver", dosed=True),
    }

    homing = _homing(m)
    kept = _circulation(m, blood, arterial, catheter, portal, organ, dying, homing)
    _debris(m, debris, dying)
    _plugging(m)
    _release(m, blood, organ, homing, kept)
    gone = _fate(m, organ, dying)
    living = m.let(
        "cells_living", blood + arterial + catheter + portal + sum(organ.values()), "cell", "viable MSC in the body"
    )
    dead = sum(debris.values())
    m.let("cells_given", living + dead + dying + gone, "cell", "MSC given so far, living and dead")


def _homing(m: Draft) -> Expr:
    """SDF-1 and HGF of the injured liver act on CXCR4 and c-Met, in excess of which there is no more gradient."""
    death = m.needs("death_flux", "1/day")
    homing_max, homing_half, steep, by_cxcr4, cxcr4, cmet, targeting, most = m.pars(
        "homing_max homing_half homing_steep homing_by_cxcr4 cxcr4 cmet targeting receptor_gain_largest"
    )
    receptors = sum(
        share * most * number / (most - 1 + number) for share, number in ((by_cxcr4, cxcr4), (1 - by_cxcr4, cmet))
    )
    return m.let(
        "homing",
        targeting * (1 + receptors * (homing_max - 1) * hill(death, homing_half, steep)),
        "",
        "homing multiplier of the injured liver",
    )


def _circulation(
    m: Draft,
    blood: Expr,
    arterial: Expr,
    catheter: Expr,
    portal: Expr,
    organ: dict[str, Expr],
    dying: Expr,
    homing: Expr,
) -> Expr:
    """First distribution in minutes: each organ takes its share of what its flow brings."""
    shunt, mixing = m.needs("shunt_cells", ""), m.pars("catheter_rate")[0]
    output, venous_volume, arterial_volume = m.pars("cardiac_output venous_volume arterial_volume")
    flow_artery, flow_spleen, flow_gut, flow_kidney = m.pars("flow_artery flow_spleen flow_gut flow_kidney")
    flow_rest = 1 - flow_artery - flow_spleen - flow_gut - flow_kidney
    to_lung, of_passed, of_rest, spleen_extraction = m.pars("arrest_lung arrest_liver arrest_spleen spleen_extraction")
    diameter, usual, power = m.pars("diameter diameter_usual size_power")

    # passes through the arterial tree until all are arrested follow from the spleen's share, flow and extraction
    share_liver, share_spleen = (1 - to_lung) * of_passed, (1 - to_lung) * (1 - of_passed) * of_rest
    share_rest = 1 - to_lung - share_liver - share_spleen
    passes = share_spleen / (flow_spleen * spleen_extraction)
    elsewhere = _capped(m, share_rest / ((flow_gut + flow_kidney + flow_rest) * passes))
    first_pass = m.let(
        "extraction_lung",
        1 - (1 - to_lung / (to_lung + passes)) ** ((diameter / usual) ** power),
        "",
        "share of venous cells that the lung holds at one pass",
    )
    liver_pass = _capped(m, share_liver / ((flow_artery + flow_spleen + flow_gut) * passes))
    kept_passed = m.let(
        "extraction_liver",
        1 - (1 - liver_pass) ** homing,
        "",
        "share of circulating cells that the liver holds at one pass",
    )
    venous, pumped = output / venous_volume * blood, output / arterial_volume * arterial
    m.flow("arrest_in_lung", first_pass * venous, out_of=blood, into=organ["lung"], cite="Gholamrezanezhad2011")
    m.flow("passage_of_lung", (1 - first_pass) * venous, out_of=blood, into=arterial, cite="Wang2016")
    portal_flow = flow_spleen * (1 - spleen_extraction) + flow_gut * (1 - elsewhere)
    reaching = flow_artery + (1 - shunt) * portal_flow
    for name, share in (
        ("spleen", flow_spleen * spleen_extraction),
        ("gut", flow_gut * elsewhere),
        ("kidney", flow_kidney * elsewhere),
        ("rest", flow_rest * elsewhere),
        ("liver", reaching * kept_passed),
    ):
        m.flow(f"arrest_in_{name}", share * pumped, out_of=arterial, into=organ[name], cite="Gholamrezanezhad2011")
    back = flow_artery + portal_flow - reaching * kept_passed + (flow_kidney + flow_rest) * (1 - elsewhere)
    m.flow("venous_return", back * pumped, out_of=arterial, into=blood)

    # straight into the liver's inflow: what the liver holds at the first pass
    extract_artery, extract_portal, plugging = m.pars("extract_artery extract_portal plugging")
    kept_artery, kept_portal = 1 - (1 - extract_artery) ** homing, 1 - (1 - extract_portal) ** homing
    kept = m.let("kept_portal", (1 - shunt) * kept_portal, "", "share of cells in the portal vein that the liver holds")
    m.let(
        "living_entering",
        venous / (to_lung + passes) + mixing * (catheter + portal),
        "cell/day",
        "infused living MSC that meet blood",
    )
    plugged = m.let("cells_plugged", mixing * plugging * catheter, "cell/day", "viable MSC that plug and die at once")
    m.flow("plugging", plugged, out_of=catheter, into=dying, cite="Toma2009")
    m.flow("arterial_arrest", mixing * (1 - plugging) * kept_artery * catheter, out_of=catheter, into=organ["liver"])
    m.flow("arterial_passage", mixing * (1 - plugging) * (1 - kept_artery) * catheter, out_of=catheter, into=blood)
    m.flow("portal_arrest", mixing * kept * portal, out_of=portal, into=organ["liver"])
    m.flow("portal_passage", mixing * (1 - kept) * portal, out_of=portal, into=blood)
    return kept


def _debris(m: Draft, debris: dict[str, Expr], dying: Expr) -> None:
    """Dead cells of the product pass the blood as living ones do, and phagocytes take them."""
    output, volume, mixing = m.pars("cardiac_output venous_volume catheter_rate")
    rate = {"venous": output / volume, "hepatic": mixing}
    for name, dead in debris.items():
        m.flow(f"debris_from_{name}", rate[name] * dead, out_of=dead, into=dying)
    m.let(
        "debris_entering",
        sum(rate[name] * dead for name, dead in debris.items()),
        "cell/day",
        "dead MSC of the product that meet blood",
    )


def _plugging(m: Draft) -> None:
    """Cells and debris that have just arrested fill the small vessels of the lung, which clear within hours."""
    weight, output, volume = m.needs("weight", "kg"), *m.pars("cardiac_output venous_volume")
    caught = m.needs("extraction_lung", "") * m.needs("cells_venous", "cell") + m.needs("debris_venous", "cell")
    load = m.state("lung_plugging", "cell/kg", "MSC and debris that have just arrested in the lung")
    m.flow("plugging_of_lung", output / volume * caught / weight, into=load)
    m.flow("clearing_of_lung", m.pars("lung_clearing")[0] * load, out_of=load)


def _capped(m: Draft, x: Expr) -> Expr:
    """x where it is small, never above 1."""
    (sharp,) = m.pars("extraction_sharpness")
    return x * (1 + x**sharp) ** (-1 / sharp)


def _release(m: Draft, blood: Expr, organ: dict[str, Expr], homing: Expr, kept: Expr) -> None:
    """Over days cells leave where they arrested, for liver and spleen; those of gut and spleen by the portal vein."""
    lung_rate, rest_rate, spleen_rate, share, steep = m.pars(
        "release_lung release_rest release_spleen liver_share_released share_steep"
    )
    to_liver = m.let(
        "released_to_liver",
        1 - (1 - share) ** (1 + steep * (homing - 1)),
        "",
        "share of released cells that the liver takes, the spleen taking the rest",
    )
    for name, rate in (("lung", lung_rate), ("kidney", rest_rate), ("rest", rest_rate)):
        m.flow(f"{name}_to_liver", rate * to_liver * organ[name], out_of=organ[name], into=organ["liver"])
        m.flow(f"{name}_to_spleen", rate * (1 - to_liver) * organ[name], out_of=organ[name], into=organ["spleen"])
    for name, rate in (("gut", rest_rate), ("spleen", spleen_rate)):
        m.flow(f"{name}_to_liver", rate * kept * organ[name], out_of=organ[name], into=organ["liver"])
        m.flow(f"{name}_to_blood", rate * (1 - kept) * organ[name], out_of=organ[name], into=blood)


def _fate(m: Draft, organ: dict[str, Expr], dying: Expr) -> Expr:
    """Death, faster under natural killer cells; engulfment; the few hepatocyte-like cells."""
    in_lung, elsewhere, by_nk, nk, recognition = m.pars("death_lung death_organ nk_share nk_activity nk_recognition")
    by_memory, carrier = m.pars("clearance_sensitised carrier")
    memory = _sensitisation(m, recognition)
    faster = (1 - by_nk + by_nk * nk * recognition) * (1 + by_memory * memory) / carrier
    k_lung = m.let("death_rate_lung", in_lung * faster, "1/day", "death of MSC in the lung")
    k_organ = m.let("death_rate_organ", elsewhere * faster, "1/day", "death of MSC outside the lung")
    reach, largest, share, lifetime, engulf, hepatocytes = m.pars(
        "engulfed_rest hepatocyte_like_largest hepatocyte_like_share hepatocyte_like_lifetime "
        "engulfment hepatocytes_number"
    )
    turned, died = largest * share, 0
    like = m.state("cells_hepatocyte_like", "cell", "hepatocyte-like cells from MSC")
    gone = m.state("cells_cleared", "cell", "MSC that phagocytes or lysis have cleared")
    for name in ORGANS:
        rate = (k_lung if name == "lung" else k_organ) * organ[name]
        died = died + rate
        if name == "liver":
            m.flow("differentiation", turned * rate, out_of=organ[name], into=like, cite="DiBonzo2008")
            rate = (1 - turned) * rate
        if name in ("lung", "liver", "spleen"):
            m.flow(f"death_{name}", rate, out_of=organ[name], into=dying)
        else:
            m.flow(f"death_{name}", reach * rate, out_of=organ[name], into=dying)
            m.flow(f"lysis_{name}", (1 - reach) * rate, out_of=organ[name], into=gone)
    m.flow("engulfment_of_dying", engulf * dying, out_of=dying, into=gone)
    m.flow("loss_of_hepatocyte_like", like / lifetime, out_of=like, into=gone)
    m.let("cells_died", died, "cell/day", "viable MSC dying")
    m.let("engulfed", engulf * dying, "cell/day", "dying MSC engulfed by phagocytes")
    m.let("hepatocyte_like", like / hepatocytes, "", "hepatocyte-like cells from MSC, share of a healthy liver")
    return gone + like


def _sensitisation(m: Draft, recognition: Expr) -> Expr:
    """Allogeneic cells, once engulfed, leave an immune memory, in those who form one."""
    rate, half, forms, fading = m.pars("sensitisation_rate engulfed_sensitising sensitisation_forms sensitisation_loss")
    memory = m.state("sensitisation", "", "immune memory against the donor, 0 to 1")
    engulfed = m.needs("engulfed", "cell/day")
    shown = recognition * engulfed / (engulfed + half)
    m.flow("sensitisation_onset", rate * forms * shown * (1 - memory), into=memory)
    m.flow("sensitisation_fading", fading * memory, out_of=memory)
    return memory
