"""Tables of a product: defaults are those of the product, unstated keys leave no trace, steps decide what they decide."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.product_fields import LotsTable, ProductTable
from hepatica.study import check_study, load_study
from hepatica.therapy import LotVariation, Product

STEPS = [{"kind": "pooling", "donors": 4}, {"kind": "culture", "passage": 6}, {"kind": "harvest"}, {"kind": "delivery"}]


def test_an_empty_table_is_the_usual_product_and_says_nothing_of_what_is_unstated():
    assert ProductTable().product() == Product()
    assert not {"lots", "step", "delivered"} & set(ProductTable().model_dump())
    assert not [name for name in LotsTable().model_dump() if name.startswith("delivered")]


def test_lots_are_those_of_the_source_but_for_what_is_stated():
    made = ProductTable(source="adipose", lots={"donors": 3, "delivered_sd": 0.1}).product()
    known = LotVariation.of_source("adipose", donors=3)
    assert made.lots.potency_sd == known.potency_sd and (made.lots.donors, made.lots.delivered_sd) == (3, 0.1)


def test_steps_decide_and_what_they_decide_is_not_written():
    table = ProductTable(step=STEPS)
    made = table.product()
    assert (made.passage, made.lots.donors, made.delivered) == (6, 4, pytest.approx(0.97))
    assert not {"viability", "thawed", "delivered", "passage"} & set(table.model_dump())
    assert ProductTable(**table.model_dump(mode="json")).product() == made


@pytest.mark.parametrize("key", [{"viability": 0.9}, {"passage": 4}, {"delivered": 1.0}, {"lots": {"donors": 2}}])
def test_what_steps_decide_cannot_be_stated_beside_them(key):
    with pytest.raises(InputError, match=r"either this key|step of pooling"):
        ProductTable(step=STEPS, **key)


def test_a_product_by_its_steps_is_read_written_and_read_again(tmp_path):
    rows = 'source = "adipose"\n[[step]]\nkind = "harvest"\n[[step]]\nkind = "hold"\nhours = 2.0\n'
    (tmp_path / "cells.toml").write_text(rows)
    (tmp_path / "s.toml").write_text('title = "t"\nproduct = "cells.toml"\n[grid]\ndose = ["1e6 cells/kg"]\n')
    study = load_study(tmp_path / "s.toml")
    product = study.product.product()
    assert product.viability == pytest.approx(0.98 * np.exp(-2 * 0.0149)) and product.lots.viability_error > 0
    plain = {"title": "t", "grid": {"dose": ["1e6 cells/kg"]}}
    again = check_study(plain | {"product": study.model_dump(mode="json")["product"]})
    assert again.product == study.product and again.product.product() == product
    for key, value in {"viability": 0.9, "thawed": True, "delivered": 0.9}.items():
        with pytest.raises(InputError, match=f"product.{key}.*either this key or the steps"):
            load_study(tmp_path / "s.toml", [f"product.{key}={str(value).lower()}"])
