"""Supply file: one bad file of each kind, one sentence each."""

import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.supply.plan_file import check_supply, read_supply

DONORS = {"source": "bone_marrow", "dose": 70e6}
POTENCY = {"mean": 1.0, "donor": 0.3, "batch": 0.1, "assay": 0.1, "lower": 0.7, "source": "made up"}
STOCK = {"patients": 3, "doses_per_lot": 20, "lead": 30, "failure": 0.2, "reorder": [10, 20]}


def without(table, *keys):
    return {k: v for k, v in table.items() if k not in keys}


def test_each_table_may_be_absent(tmp_path):
    for tables in ({"donors": DONORS}, {"potency": POTENCY}, {"stock": STOCK}):
        check_supply({"title": "t", **tables})
    assert check_supply({"title": "t", "donors": DONORS, "stock": without(STOCK, "failure")}).stock.failure is None
    path = tmp_path / "supply.toml"
    path.write_text("title = 5\n", encoding="utf-8")
    with pytest.raises(InputError, match="title"):
        read_supply(path)


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({}, r"give \[donors\], \[potency\] or \[stock\]"),
        ({"stock": without(STOCK, "failure")}, "give failure"),
        ({"stock": without(STOCK, "doses_per_lot")}, "give doses_per_lot"),
        ({"stock": STOCK | {"reorder": [10, 10]}}, "once"),
        ({"stock": STOCK | {"reorder": []}}, "reorder"),
        ({"stock": STOCK | {"patients": 0}}, "patients"),
        ({"stock": STOCK | {"failure": 1.0}}, "failure"),
        ({"stock": STOCK | {"runs": 1}}, "runs"),
        ({"potency": without(POTENCY, "lower")}, "give lower"),
        ({"potency": POTENCY | {"upper": 0.6}}, "not below"),
        ({"potency": POTENCY | {"donor": 0.0, "batch": 0.0}}, "above 0"),
        ({"potency": without(POTENCY, "source")}, "source"),
        ({"potency": POTENCY | {"pools": [0]}}, "pools"),
        ({"donors": DONORS | {"dose": "70e6"}}, "dose"),
        ({"donors": DONORS | {"needed": []}}, "needed"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tables, says):
    with pytest.raises(InputError, match=says) as error:
        check_supply({"title": "t", **tables})
    assert "\n" not in str(error.value)
