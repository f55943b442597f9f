"""Infused MSC: carried, arrested, released, homing to the injured liver, dying, engulfed.

Own reduced form after the arrest, depletion and release structure of Wang et al. 2016; the human
111In images (Gholamrezanezhad2011) set the split between organs under "label means cells".
"""

from hepatica.model.functions import hill
from hepatica.model.lang import Draft


def cells(m: Draft) -> None:
    """Viable cells in blood and organs, dying cells, and the label of engulfed ones."""
    shunt, death = m.needs("shunt_cells", ""), m.needs("death_flux", "1/day")
    blood = m.state("cells_blood", "cell", "viable MSC in venous blood", dosed=True)
    artery = m.state("cells_artery", "cell", "viable MSC in the hepatic artery", dosed=True)
    portal = m.state("cells_portal", "cell", "viable MSC in the portal vein", dosed=True)
    lung = m.state("cells_lung", "cell", "viable MSC in the lung")
    liver = m.state("cells_liver", "cell", "viable MSC in the liver")
    spleen = m.state("cells_spleen", "cell", "viable MSC in the spleen")
    rest = m.state("cells_rest", "cell", "viable MSC elsewhere")
    dying_lung = m.state("dying_lung", "cell", "dying MSC in the lung", dosed=True)
    dying_liver = m.state("dying_liver", "cell", "dying MSC in the liver", dosed=True)
    dying_spleen = m.state("dying_spleen", "cell", "dying MSC in the spleen")
    dying_rest = m.state("dying_rest", "cell", "dying MSC elsewhere")
    label_liver = m.state("label_liver", "cell", "label of engulfed MSC in the liver")
    label_spleen = m.state("label_spleen", "cell", "label of engulfed MSC in the spleen")
    gone = m.state("cells_cleared", "cell", "MSC whose remains have left the body's organs")

    mixing, to_lung, of_passed, of_rest = m.pars("mixing arrest_lung arrest_liver arrest_spleen")
    to_liver = (1 - to_lung) * of_passed
    to_spleen = (1 - to_lung) * (1 - of_passed) * of_rest
    m.flow("arrest_in_lung", mixing * to_lung * blood, out_of=blood, into=lung, cite="Gholamrezanezhad2011")
    m.flow("arrest_in_liver", mixing * to_liver * blood, out_of=blood, into=liver, cite="Gholamrezanezhad2011")
    m.flow("arrest_in_spleen", mixing * to_spleen * blood, out_of=blood, into=spleen, cite="Gholamrezanezhad2011")
    m.flow("arrest_elsewhere", mixing * (1 - to_lung - to_liver - to_spleen) * blood, out_of=blood, into=rest)

    # homing: injury raises the share that the liver keeps
    homing_max, homing_half, receptors, steep = m.pars("homing_max homing_half receptor_density homing_steep")
    homing = m.let("homing", 1 + receptors * (homing_max - 1) * hill(death, homing_half, steep), "",
                   "homing multiplier of the injured liver")
    extract_artery, extract_portal, plugging = m.pars("extract_artery extract_portal plugging")
    kept_artery, kept_portal = 1 - (1 - extract_artery) ** homing, 1 - (1 - extract_portal) ** homing
    m.flow("plugging", mixing * plugging * artery, out_of=artery, into=dying_liver, cite="Toma2009")
    m.flow("arterial_arrest", mixing * (1 - plugging) * kept_artery * artery, out_of=artery, into=liver)
    m.flow("arterial_passage", mixing * (1 - plugging) * (1 - kept_artery) * artery, out_of=artery, into=blood)
    m.flow("portal_arrest", mixing * (1 - shunt) * kept_portal * portal, out_of=portal, into=liver)
    m.flow("portal_passage", mixing * (1 - (1 - shunt) * kept_portal) * portal, out_of=portal, into=blood)

    release_lung, release_rest, share, share_steep = m.pars("release_lung release_rest liver_share_released share_steep")
    to_injured = m.let("released_to_liver", 1 - (1 - share) ** (1 + share_steep * (homing - 1)), "",
                       "share of released cells that the liver takes, the spleen taking the rest")
    for name, organ, rate in (("lung", lung, release_lung), ("rest", rest, release_rest)):
        m.flow(f"{name}_to_liver", rate * to_injured * organ, out_of=organ, into=liver)
        m.flow(f"{name}_to_spleen", rate * (1 - to_injured) * organ, out_of=organ, into=spleen)

    k_lung, k_organ, engulf, label_loss = m.pars("death_lung death_organ engulfment label_loss")
    for organ, dying, rate in ((lung, dying_lung, k_lung), (liver, dying_liver, k_organ),
                               (spleen, dying_spleen, k_organ), (rest, dying_rest, k_organ)):
        m.flow(f"death_{organ.name}", rate * organ, out_of=organ, into=dying)
    m.flow("debris_lung_to_liver", engulf * share * dying_lung, out_of=dying_lung, into=label_liver)
    m.flow("debris_lung_to_spleen", engulf * (1 - share) * dying_lung, out_of=dying_lung, into=label_spleen)
    m.flow("engulfment_liver", engulf * dying_liver, out_of=dying_liver, into=label_liver)
    m.flow("engulfment_spleen", engulf * dying_spleen, out_of=dying_spleen, into=label_spleen)
    m.flow("engulfment_rest", engulf * dying_rest, out_of=dying_rest, into=gone)
    for label in (label_liver, label_spleen):
        m.flow(f"loss_of_{label.name}", label_loss * label, out_of=label, into=gone)

    m.let("engulfed", engulf * (dying_lung + dying_liver + dying_spleen + m.pars("engulfed_rest")[0] * dying_rest),
          "cell/day", "dying MSC engulfed by phagocytes")
    m.let("image_lung", lung + dying_lung, "cell", "label in the lung, living and dead")
    m.let("image_liver", liver + dying_liver + label_liver, "cell", "label in the liver, living and dead")
    m.let("image_spleen", spleen + dying_spleen + label_spleen, "cell", "label in the spleen, living and dead")
