"""Products side by side: the study's own has no difference, directions of single attributes, and the table."""

import numpy as np
import pytest

from hepatica.engine import shipped_system
from hepatica.manufacturing.clinical.alternatives import (
    ATTRIBUTE_VALUES,
    Alternative,
    Group,
    attribute_alternatives,
    compare_products,
    source_alternatives,
)
from hepatica.manufacturing.clinical.surface import SurfaceSize
from hepatica.study import check_study
from hepatica.therapy import SOURCES, Product

STUDY = {
    "title": "t",
    "patients": 8,
    "draws": 4,
    "horizon": "14 d",
    "posterior": "prior",
    "hypotheses": ["label_is_cells"],
    "grid": {"dose": ["5e6 cells/kg"], "infusions": [1]},
}


@pytest.fixture(scope="module")
def found():
    values = {Group.VIABILITY: (0.71, 0.85, 0.9), Group.PASSAGE: (4, 9)}
    some = [
        Alternative(group=g, value=float(v), product=Product(**{g.value: v})) for g, vs in values.items() for v in vs
    ]
    return compare_products(check_study(STUDY), some, size=SurfaceSize(4, 2), system=shipped_system(), workers=1)


def test_the_studys_own_product_has_no_difference(found):
    own = found.of(Group.VIABILITY, "label_is_cells")[-1]
    assert own.alternative.value == 0.9 and own.difference.mean == 0.0 and own.thrombosis_difference.mean == 0.0


def test_debris_and_passage_raise_thrombosis(found):
    clots = [r.thrombosis.mean for r in found.of(Group.VIABILITY, "label_is_cells")]
    assert clots[0] > clots[1] > clots[2]
    assert found.of(Group.PASSAGE, "label_is_cells")[1].thrombosis_difference.mean > 0


def test_the_table_says_what_lots_are_known_from(found):
    table = found.frame()
    assert len(table) == 5 and table["lot_known_from"].str.contains("Ribeiro").all()
    assert (table["gain_low"] <= table["gain"]).all() and (table["gain"] <= table["gain_high"]).all()


def test_what_is_compared_unless_asked():
    made = source_alternatives(Product())
    assert len(made) == 4 * len(SOURCES) and len(
        {(a.product.source, a.product.passage, a.product.thawed) for a in made}
    ) == 4 * len(SOURCES)
    single = attribute_alternatives(Product())
    assert len(single) == sum(map(len, ATTRIBUTE_VALUES.values()))
    held = [a.product.viability for a in single if a.group is Group.HOLD]
    assert held[0] == 0.9 and (np.diff(held) < 0).all()
