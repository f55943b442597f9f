from __future__ import annotations

import pytest

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.quantification import LabelledCells
from hepatica.therapy import Product


def test_label_and_cells_add_up_to_what_was_given() -> None:
    given = Infusion(LabelledCells(tracer="Zr89", number=2e8, viability=0.7, route="hepatic_artery"))
    amounts: dict[str, float] = {}
    for _, state, amount, _ in given.events():
        amounts[state] = amounts.get(state, 0.0) + amount
    label = sum(a for s, a in amounts.items() if s.startswith("label_"))
    assert label == pytest.approx(2e8)
    assert sum(amounts.values()) - label == pytest.approx(2e8)
    assert amounts["label_living"] == pytest.approx(1.4e8)


def test_the_tracer_of_the_product_does_not_set_the_efflux() -> None:
    made = Infusion(LabelledCells(tracer="Zr89", number=1e8), Product(tracer="In111", diameter=15.0))
    assert "label_efflux" not in made.changes()[1]
    assert made.changes()[1]["diameter"] == 15.0


def test_dividing_cells_are_refused() -> None:
    with pytest.raises(InputError, match="division"):
        Infusion(LabelledCells(tracer="Zr89", number=1e8, division=0.1))
