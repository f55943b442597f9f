"""Imaging label: label in living cells, in dead ones and in the phagocytes that took them.

Question: where is the label, and how much of it still sits in living cells?

Label is counted in cells' worth, decay-corrected; what a camera counts is that times the tracer's physical
decay. Living cells share one mean label, exact when one labelled infusion is followed.

Not covered: label excreted in urine and bile, marrow as an organ of its own, resolution and attenuation.
"""

from hepatica.model.lang import Draft


def label(m: Draft) -> None:
    """Label leaves living cells by efflux and with their death; phagocytes of liver and spleen keep it."""
    living, died = m.needs("cells_living", "cell"), m.needs("cells_died", "cell/day")
    organ = {o: m.needs(f"cells_{o}", "cell") for o in ("lung", "liver", "spleen")}
    k_lung, k_organ = m.needs("death_rate_lung", "1/day"), m.needs("death_rate_organ", "1/day")
    carried = m.state("label_living", "cell", "label in living cells", dosed=True)
    left = {o: m.state(f"label_{o}", "cell", f"label outside living cells in the {o}", dosed=True) for o in organ}

    efflux, one, washed, loss, to_liver, to_spleen = m.pars(
        "label_efflux label_one_cell debris_washed label_loss label_to_liver label_to_spleen"
    )
    each = m.let("label_per_cell", carried / (living + one), "", "label left in a living cell, 1 = as given")
    m.flow(
        "label_efflux_liver", efflux * to_liver * carried, out_of=carried, into=left["liver"], cite="Charoenphun2015"
    )
    m.flow(
        "label_efflux_spleen", efflux * to_spleen * carried, out_of=carried, into=left["spleen"], cite="Charoenphun2015"
    )
    m.flow("label_efflux_lost", efflux * (1 - to_liver - to_spleen) * carried, out_of=carried)
    seen = 0
    for name, rate in (("lung", k_lung), ("liver", k_organ), ("spleen", k_organ)):
        m.flow(f"label_of_dead_{name}", each * rate * organ[name], out_of=carried, into=left[name])
        seen = seen + rate * organ[name]
    plugged = m.needs("cells_plugged", "cell/day")  # a cell that plugs a vessel of the liver leaves its label there
    m.flow("label_of_plugged", each * plugged, out_of=carried, into=left["liver"])
    m.flow("label_of_dead_elsewhere", each * (died - seen), out_of=carried)
    m.flow("debris_to_liver", washed * to_liver * left["lung"], out_of=left["lung"], into=left["liver"])
    m.flow("debris_to_spleen", washed * to_spleen * left["lung"], out_of=left["lung"], into=left["spleen"])
    m.flow("debris_lost", washed * (1 - to_liver - to_spleen) * left["lung"], out_of=left["lung"])
    for name in ("liver", "spleen"):
        m.flow(f"label_lost_{name}", loss * left[name], out_of=left[name])
    for name in organ:
        m.let(f"image_{name}", each * organ[name] + left[name], "cell", f"label in the {name}, living and dead")
