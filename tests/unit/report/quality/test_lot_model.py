"""Cards of a certificate whose loss is the model's."""

import numpy as np
import pytest

from hepatica.manufacturing.clinical.surface import Surface
from hepatica.manufacturing.quality.release.lot import release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot
from hepatica.report.quality.certificate import certificate_cards
from hepatica.report.quality.lot_model import curves_figure


def surface(slope):
    acting = np.zeros((2, 4, 11))
    acting[:, :, 0] = slope
    none = np.zeros_like(acting)
    return Surface(
        hypotheses=("label_is_cells", "lung_only"), acting=acting, inert=none, clotting=none, raw_acting=acting,
        raw_inert=none, null_probability=np.zeros(2), gain=np.array([5.0, 3.0]), fit_error=np.array([0.1, 0.1]),
        viability=0.9, regimen="1e6/kg once", patients=8, failed=0,
    )  # fmt: skip


def found(slope=8.0, largest=2e6):
    attributes = [
        {"name": "potency", "role": "potency", "scale": "log", "values": [0.7], "assay_sd": 0.05, "acts_on": "potency",
         "process": {"mean": 1.0, "sd": 0.3}},
        {"name": "viability", "unit": "%", "values": [80.0], "assay_sd": 2.0, "acts_on": "viability"},
    ]  # fmt: skip
    asked = {"study": "s.toml", "linked": 0.5, "half": 0.25, "rejection": 2.0, "source": "a belief"}
    dose = {"planned": 1e6, "largest": largest}
    lot = check_lot({"title": "t", "lot": "1", "dose": dose, "attribute": attributes, "model_loss": asked})
    return release_lot(lot, surface=surface(slope), study="a study")


@pytest.mark.parametrize(
    "lang, raised, unproven", [("en", "raise it to 1.41e6", "unproven"), ("zh", "升至 1.41e6", "尚未证实")]
)
def test_the_cost_what_to_do_and_that_the_link_is_unproven(lang, raised, unproven):
    cards = {c.key: c for c in certificate_cards(found(), lang)}
    text = "".join(cards["answer"].text)
    assert "0.7" in text and raised in text and unproven in text
    assert {"worlds", "limits", "loss", "assumed"} <= set(cards)
    assert cards["worlds"].table is not None and len(cards["worlds"].table) == 3


def test_without_a_better_dose_none_is_named():
    text = "".join(certificate_cards(found(largest=1e6), "en")[0].text)
    assert "no higher one loses clearly less" in text


def test_the_figure_has_a_panel_for_each_attribute():
    figure = curves_figure(found().model, "en")
    assert len([ax for ax in figure.axes if ax.lines]) == 2
